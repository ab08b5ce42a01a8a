"""How usage is shown: calls and bytes by day and entity, what is left, and the price by the Xero app's plan.

The price is reckoned for the month, as Xero bills it, that the last day shown lies in. Xero bills all organisations of
its app together; here a partner's connections stand for all of them, which they are where the app serves one partner.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.db.upkeep.usage import ConnectionUsage
from app.domain.connections.usage import CallsLeft, Usage
from app.domain.xero.pricing import (
    OVERAGE_AUD_PER_GB,
    PlanInForce,
    XeroPlan,
    is_egress,
    overage_aud,
    overage_part_aud,
    share_of_allotment,
)

_USED: dict[str, Any] = {"calls": 31, "bytes_sent": 18250, "bytes_received": 402118}

USAGE_EXAMPLE: dict[str, Any] = {
    "connection_id": "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10",
    "from": "2026-11-01",
    "to": "2026-11-20",
    "data": [{"on": "2026-11-20", "entity": "Invoices", "methods": {"GET": 18, "PUT": 13}, **_USED}],
    "total": _USED,
    "left": {
        "minute": {"allowance": 60, "left": 52, "said_by": "xero"},
        "day": {"allowance": 5000, "left": 4969, "said_by": "xero"},
        "told_at": "2026-11-20T03:15:01Z",
    },
    "price": {
        "plan": "core",
        "plan_aud_per_month": "35",
        "month": "2026-11",
        "egress_bytes": 402118,
        "egress_allotment_bytes": 10_000_000_000,
        "share_of_allotment": "0.000040",
        "overage_aud": "0.00",
        "overage_aud_per_gb": "2.40",
    },
}


class Used(BaseModel):
    """Calls and the bytes of their bodies, as Plumbline sent and received them."""

    calls: int
    bytes_sent: int
    bytes_received: int


class Shared(BaseModel):
    """The same in shares: a call for several is shared equally among them, so there are parts of calls."""

    calls: Decimal = Field(examples=["2.020000"])
    bytes_sent: int
    bytes_received: int


class EntityUsage(Used):
    """What one day's calls about one entity came to."""

    on: date = Field(description="The day, in UTC.")
    entity: str = Field(description="The first part of the address below Xero's API, as `Invoices`.")
    methods: dict[str, int] = Field(description="Calls by method.")


class WindowLeft(BaseModel):
    """An organisation's calls in one of Xero's windows."""

    allowance: int
    left: int
    said_by: Literal["xero", "count"] = Field(
        description="`xero`: by its own word, less the calls since; `count`: by the calls counted today (UTC)."
    )


class Left(BaseModel):
    """What is left of the organisation's calls. `minute` is null where Xero said nothing within the minute."""

    minute: WindowLeft | None
    day: WindowLeft
    told_at: datetime | None = Field(description="When Xero last said what is left.")


class Price(BaseModel):
    """What a month's bytes come to, so far, in Australian dollars without tax. Answers to GET Organisation are free."""

    plan: XeroPlan
    plan_aud_per_month: Decimal = Field(examples=["35"])
    month: str = Field(examples=["2026-11"])
    egress_bytes: int = Field(description="Bytes received that are paid for.")
    egress_allotment_bytes: int | None = Field(
        description="Of the whole Xero app; null where it is not limited."
    )
    share_of_allotment: Decimal | None = Field(examples=["0.012500"])
    overage_aud: Decimal = Field(
        examples=["0.00"], description="For one connection: its part of what all of yours come to."
    )
    overage_aud_per_gb: Decimal = OVERAGE_AUD_PER_GB


class ConnectionUsageShown(BaseModel):
    """What one connection's calls to Xero came to."""

    model_config = ConfigDict(
        title="Usage", populate_by_name=True, json_schema_extra={"examples": [USAGE_EXAMPLE]}
    )

    connection_id: UUID
    since: date = Field(serialization_alias="from")
    until: date = Field(serialization_alias="to")
    data: list[EntityUsage]
    total: Used
    on_links: Shared = Field(
        description="What of the total was for single invoices, contacts and products; the rest was for all of them."
    )
    left: Left
    price: Price


class ConnectionTotal(Used):
    """One connection's part."""

    connection_id: UUID
    business_id: str
    egress_bytes: int
    overage_aud: Decimal


class ConnectionsCounted(BaseModel):
    """How many connections Xero counts, of those that the plan allows."""

    allowance: int
    used: int


class PartnerUsage(BaseModel):
    """What all your connections came to together; `data` is a page of them."""

    model_config = ConfigDict(populate_by_name=True)

    since: date = Field(serialization_alias="from")
    until: date = Field(serialization_alias="to")
    data: list[ConnectionTotal]
    next: str | None = Field(description="Pass it as `cursor`; null when these were the last.")
    total: Used = Field(description="Of all connections, whatever the page shows.")
    connections: ConnectionsCounted
    price: Price


def build_days(used: Sequence[Usage]) -> list[EntityUsage]:
    """One entry for each day and entity; `used` is in that order."""
    days = []
    for (used_on, entity), rows in groupby(used, lambda each: (each.used_on, each.entity)):
        together = list(rows)
        methods = {each.method: each.calls for each in together}
        days.append(
            EntityUsage(on=used_on, entity=entity, methods=methods, **sum_used(together).model_dump())
        )
    return days


def sum_used(used: Sequence[Usage] | Sequence[ConnectionUsage]) -> Used:
    """All of it together."""
    return Used(
        calls=sum(each.calls for each in used),
        bytes_sent=sum(each.bytes_sent for each in used),
        bytes_received=sum(each.bytes_received for each in used),
    )


def build_left(plan: PlanInForce, told: CallsLeft | None, calls_today: int) -> Left:
    """What is left of the limits: as Xero last told, else by our own count of the day."""
    minute = None
    if told is not None and told.minute is not None:
        minute = WindowLeft(allowance=plan.minute_calls, left=told.minute, said_by="xero")
    if told is not None and told.day is not None:
        day = WindowLeft(allowance=plan.day_calls, left=told.day, said_by="xero")
    else:
        left = max(0, plan.day_calls - calls_today)
        day = WindowLeft(allowance=plan.day_calls, left=left, said_by="count")
    return Left(minute=minute, day=day, told_at=told.told_at if told else None)


def build_price(plan: PlanInForce, month: date, egress: int, egress_of_all: int) -> Price:
    """The price of `egress` bytes, which are a part, or the whole, of what all connections received."""
    tier = plan.tier
    is_whole = egress == egress_of_all
    return Price(
        plan=plan.plan,
        plan_aud_per_month=tier.price_aud,
        month=month.strftime("%Y-%m"),
        egress_bytes=egress,
        egress_allotment_bytes=tier.egress_bytes,
        share_of_allotment=share_of_allotment(tier, egress),
        overage_aud=overage_aud(tier, egress) if is_whole else overage_part_aud(tier, egress, egress_of_all),
    )


def egress_by_connection(used: Sequence[ConnectionUsage]) -> dict[UUID, int]:
    """The bytes that are paid for, of each connection."""
    egress = dict.fromkeys((each.connection_id for each in used), 0)
    for each in used:
        if each.entity is not None and is_egress(each.entity):
            egress[each.connection_id] += each.bytes_received
    return egress
