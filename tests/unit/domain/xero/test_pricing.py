"""What a month's bytes cost, by the plan of the Xero app."""

from decimal import Decimal

import pytest

from app.domain.xero.pricing import (
    TIERS,
    XeroPlan,
    is_egress,
    overage_aud,
    overage_part_aud,
    share_of_allotment,
)

GB = 10**9


@pytest.mark.parametrize(
    ("plan", "price", "connections", "gigabytes", "daily_calls"),
    [
        ("starter", 0, 5, None, 1000),
        ("core", 35, 50, 10, 5000),
        ("plus", 245, 1000, 50, 5000),
        ("advanced", 1445, 10_000, 250, 5000),
    ],
)
def test_the_plans_are_xeros(
    plan: str, price: int, connections: int, gigabytes: int | None, daily_calls: int
) -> None:
    """As FACTS 2 has them, in Australian dollars a month."""
    tier = TIERS[XeroPlan(plan)]
    assert (tier.price_aud, tier.connections, tier.egress_gb) == (Decimal(price), connections, gigabytes)
    assert tier.daily_calls == daily_calls


@pytest.mark.parametrize(
    ("plan", "egress", "share", "overage"),
    [
        (XeroPlan.CORE, 0, "0.000000", "0.00"),
        (XeroPlan.CORE, 125_000_000, "0.012500", "0.00"),
        (XeroPlan.CORE, 10 * GB, "1.000000", "0.00"),
        (XeroPlan.CORE, 11 * GB, "1.100000", "2.40"),
        (XeroPlan.CORE, 10 * GB + 2_083_333, "1.000208", "0.00"),
        (XeroPlan.CORE, 10 * GB + 2_083_334, "1.000208", "0.01"),
        (XeroPlan.PLUS, 60 * GB, "1.200000", "24.00"),
        (XeroPlan.ADVANCED, 250 * GB + 1, "1.000000", "0.00"),
    ],
)
def test_what_is_above_the_allotment_costs_by_the_gigabyte(
    plan: XeroPlan, egress: int, share: str, overage: str
) -> None:
    """2.40 for each, to the cent."""
    assert share_of_allotment(TIERS[plan], egress) == Decimal(share)
    assert overage_aud(TIERS[plan], egress) == Decimal(overage)


def test_starter_has_no_limit_of_bytes_and_costs_none() -> None:
    """Its calls are limited instead."""
    assert share_of_allotment(TIERS[XeroPlan.STARTER], 10**15) is None
    assert overage_aud(TIERS[XeroPlan.STARTER], 10**15) == 0


def test_a_connections_part_of_the_overage_is_its_part_of_the_bytes() -> None:
    """Nobody alone went above; together they did."""
    core = TIERS[XeroPlan.CORE]
    assert overage_part_aud(core, 6 * GB, 20 * GB) == Decimal("7.20")
    assert overage_part_aud(core, 14 * GB, 20 * GB) == Decimal("16.80")
    assert overage_part_aud(core, 0, 0) == 0


def test_the_organisation_itself_is_free() -> None:
    """GET Organisation is excluded from egress (FACTS 2); what is named alike is not."""
    assert not is_egress("Organisation")
    assert is_egress("Invoices")
    assert is_egress("Organisations")
