"""The connections of a partner by what they used, page by page.

By what was received, the most first, or as they were opened. Figures of today move while pages are read, so in the
first order a connection may then be passed over or come twice; in the second none does.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from app.api.pages import Listing, parse_number, parse_position, read_cursor, refuse_cursor, write_cursor
from app.api.usage_resource import ConnectionTotal, sum_used
from app.db.upkeep.usage import ConnectionUsage
from app.domain.xero.pricing import PlanInForce, overage_part_aud


class UsageSort(StrEnum):
    """What the connections received, the most first; or when they were opened."""

    RECEIVED_LAST = "-received"
    CREATED = "created"


class Counted(NamedTuple):
    """A connection's part, and when it was opened."""

    total: ConnectionTotal
    opened_at: datetime

    def place(self, sort: UsageSort) -> tuple[Any, ...]:
        """Where it stands in that order; no two stand at one place, and the smallest comes first."""
        total = self.total
        if sort is UsageSort.CREATED:
            return self.opened_at, total.connection_id
        return -total.bytes_received, -total.calls, total.connection_id

    def write_place(self, sort: UsageSort) -> tuple[object, ...]:
        """The place as a cursor holds it."""
        total = self.total
        if sort is UsageSort.CREATED:
            return self.opened_at.isoformat(), total.connection_id
        return total.bytes_received, total.calls, total.connection_id


class UsagePage(NamedTuple):
    """Some of the connections, and where the rest begins."""

    data: list[ConnectionTotal]
    next: str | None


def read_place(cursor: str | None, listing: Listing) -> tuple[Any, ...] | None:
    """The place that a cursor stands for, None for the first page; raises `invalid_request`."""
    if listing.sort == UsageSort.CREATED:
        place = read_cursor(cursor, listing, 2)
        return None if place is None else parse_position(place)
    place = read_cursor(cursor, listing, 3)
    if place is None:
        return None
    try:
        connection_id = UUID(place[2])
    except ValueError:
        raise refuse_cursor() from None
    return -parse_number(place[0]), -parse_number(place[1]), connection_id


def build_page(
    counted: Sequence[Counted], listing: Listing, after: tuple[Any, ...] | None, limit: int
) -> UsagePage:
    """The first so many of those after a place."""
    sort = UsageSort(listing.sort)
    following = [each for each in counted if after is None or each.place(sort) > after]
    following.sort(key=lambda each: each.place(sort))
    page = following[:limit]
    is_last = len(following) <= limit
    return UsagePage(
        [each.total for each in page],
        None if is_last else write_cursor(listing, page[-1].write_place(sort)),
    )


def build_counted(
    plan: PlanInForce, used: Sequence[ConnectionUsage], month: dict[UUID, int]
) -> list[Counted]:
    """Each connection's part; `used` has a connection's rows together, `month` is what each of them pays for."""
    whole = sum(month.values())
    counted = []
    for connection_id, rows in groupby(used, lambda each: each.connection_id):
        together = list(rows)
        egress = month.get(connection_id, 0)
        total = ConnectionTotal(
            connection_id=connection_id,
            business_id=together[0].business_id,
            egress_bytes=egress,
            overage_aud=overage_part_aud(plan.tier, egress, whole),
            **sum_used(together).model_dump(),
        )
        counted.append(Counted(total, together[0].opened_at))
    return counted
