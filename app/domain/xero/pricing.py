"""What Xero's plans allow and cost, and what a month's bytes come to.

Source: FACTS 2, Xero's prices since 2 March 2026, in Australian dollars a month without tax. A plan is of the Xero app,
so its egress is that of all organisations together; egress is what Xero sends, without answers to `GET Organisation`,
and what it takes in is free. Not documented, and taken on the careful side: a GB is 10^9 bytes, and bytes are counted
uncompressed, as the SDK asks for them.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

BYTES_OF_A_GB = 10**9
OVERAGE_AUD_PER_GB = Decimal("2.40")
NOT_EGRESS = frozenset({"Organisation"})
"""Entities whose answers are free."""

CENT = Decimal("0.01")


class XeroPlan(StrEnum):
    """The tiers that have a price; Enterprise is by agreement, and its limits are set one by one."""

    STARTER = "starter"
    CORE = "core"
    PLUS = "plus"
    ADVANCED = "advanced"


@dataclass(frozen=True, slots=True)
class Tier:
    """What a plan allows; `egress_gb` is None where it is not limited."""

    price_aud: Decimal
    connections: int
    egress_gb: int | None
    daily_calls: int

    @property
    def egress_bytes(self) -> int | None:
        return None if self.egress_gb is None else self.egress_gb * BYTES_OF_A_GB


TIERS = {
    XeroPlan.STARTER: Tier(Decimal(0), 5, None, 1_000),
    XeroPlan.CORE: Tier(Decimal(35), 50, 10, 5_000),
    XeroPlan.PLUS: Tier(Decimal(245), 1_000, 50, 5_000),
    XeroPlan.ADVANCED: Tier(Decimal(1445), 10_000, 250, 5_000),
}


@dataclass(frozen=True, slots=True)
class PlanInForce:
    """The Xero app's plan, and the calls that an organisation has in a minute and a day under it."""

    plan: XeroPlan
    minute_calls: int
    day_calls: int

    @property
    def tier(self) -> Tier:
        return TIERS[self.plan]


def is_egress(entity: str) -> bool:
    """Whether the bytes of these answers are paid for."""
    return entity not in NOT_EGRESS


def share_of_allotment(tier: Tier, egress: int) -> Decimal | None:
    """The part of a month's egress that these bytes are, to six places; None where it is not limited."""
    if tier.egress_bytes is None:
        return None
    return (Decimal(egress) / tier.egress_bytes).quantize(Decimal("0.000001"), ROUND_HALF_UP)


def overage_aud(tier: Tier, egress: int) -> Decimal:
    """What a month of so many bytes costs beside the plan's price, to the cent."""
    if tier.egress_bytes is None or egress <= tier.egress_bytes:
        return Decimal("0.00")
    above = Decimal(egress - tier.egress_bytes) / BYTES_OF_A_GB
    return (above * OVERAGE_AUD_PER_GB).quantize(CENT, ROUND_HALF_UP)


def overage_part_aud(tier: Tier, egress: int, egress_of_all: int) -> Decimal:
    """A connection's part of the overage of all: as large as its part of the bytes, to the cent."""
    if not egress_of_all:
        return Decimal("0.00")
    return (overage_aud(tier, egress_of_all) * egress / egress_of_all).quantize(CENT, ROUND_HALF_UP)
