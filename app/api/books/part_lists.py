"""Flat lists of payments and credits: the parts of one invoice after the other, page by page.

A cursor leads on from a part: its invoice's place, and its id. A page is cut from as many invoices as it may have
entries, so that one with a filter may have fewer and yet lead on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Query

from app.api.books.invoice_lists import SortedBy, UpdatedSince
from app.api.books.part_calls import FoundPart
from app.api.books.part_resources import Credit, Payment
from app.api.books.part_routes import Parts, Sent
from app.api.books.settling import CreditKind
from app.api.books.sides import view_sides
from app.api.dependencies import Services
from app.api.pages import Cursor, Limit, Listing, Page, parse_position, read_cursor, write_cursor
from app.db.invoices.part_lists import WantedParts, list_invoices_with
from app.db.invoices.resources import KeptInvoice
from app.db.links.listing import Sort
from app.domain.connections.connection import Connection
from app.domain.connections.reckoning import build_reckoning
from app.domain.invoices.beside import list_beside
from app.domain.invoices.link import State
from app.intake.values import Identity

Part = TypeVar("Part", Payment, Credit)
Place = tuple[datetime, UUID, str]

_BEFORE_EVERY_ID, _PAST_EVERY_ID = "!", "~"
"""Sort before and after whatever an id may begin with."""


@dataclass(frozen=True, slots=True)
class AskedParts:
    """What a list is narrowed and sorted by, and where the page before it ended."""

    invoice_id: str | None
    state: State | None
    updated_since: datetime | None
    sort: Sort
    cursor: str | None
    limit: int

    def name(self, group: str, kind: CreditKind | None) -> Listing:
        """The list as it was asked for."""
        filters: dict[str, Any] = {"invoice_id": self.invoice_id, "kind": kind}
        filters |= {"state": self.state, "updated_since": self.updated_since}
        return Listing(group, self.sort, filters)


async def get_asked(
    invoice_id: Annotated[Identity | None, Query(description="Only those of this invoice.")] = None,
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    updated_since: UpdatedSince = None,
    sort: SortedBy = Sort.CREATED,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> AskedParts:
    """The filters, of which every one that is given must hold, and the order, which is that of their invoices."""
    return AskedParts(invoice_id, state, updated_since, sort, cursor, limit)


GivenParts = Annotated[AskedParts, Depends(get_asked)]


async def list_parts(
    services: Services,
    connection: Connection,
    parts: Parts[Sent, Part],
    asked: AskedParts,
    kind: CreditKind | None = None,
    *,
    is_wanted: Callable[[Part], bool] = lambda _: True,
) -> Page[Part]:
    """One page of a connection's payments or credits, in the order of their invoices."""
    listing = asked.name(parts.group, kind)
    place = read_cursor(asked.cursor, listing, 3)
    begin, past = (parse_position(place), place[2]) if place else (None, "")
    wanted = WantedParts(asked.invoice_id, asked.state, asked.updated_since, asked.sort, begin, asked.limit)
    async with services.database.reading() as session:
        kept = await list_invoices_with(session, connection.id, parts.group, wanted)
    left = (
        (place, shown)
        for place, shown in _list_entries(connection, parts, kept, asked.sort)
        if place[:2] != begin or asked.sort.is_beyond(place[2], past)
    )
    found = [
        (place, shown) for place, shown in left if asked.state in (None, shown.state) and is_wanted(shown)
    ]
    return Page(
        data=[shown for _, shown in found[: asked.limit]],
        next=_find_next(listing, asked, kept, [place for place, _ in found]),
    )


def _list_entries(
    connection: Connection, parts: Parts[Sent, Part], kept: Sequence[KeptInvoice], sort: Sort
) -> Iterator[tuple[Place, Part]]:
    """Those of these invoices, each with its place: that of its invoice, and its id."""
    total_of = build_reckoning(connection)
    for one in kept:
        sides, (instant, link_id) = view_sides(one, total_of), sort.place_of(one)
        beside = list_beside(parts.group, sides.record, sides.partner, sides.xero)
        for part in beside[::-1] if sort.is_newest_first else beside:
            yield (instant, link_id, part.key), parts.show(FoundPart(connection, one, sides, part))


def _find_next(
    listing: Listing, asked: AskedParts, kept: Sequence[KeptInvoice], found: Sequence[Place]
) -> str | None:
    if len(found) > asked.limit:
        instant, link_id, key = found[asked.limit - 1]
    elif len(kept) == asked.limit:
        instant, link_id = asked.sort.place_of(kept[-1])
        key = _BEFORE_EVERY_ID if asked.sort.is_newest_first else _PAST_EVERY_ID
    else:
        return None
    return write_cursor(listing, (instant.isoformat(), link_id, key))
