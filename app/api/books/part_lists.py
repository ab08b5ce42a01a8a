"""Flat lists of payments and credits: the parts of one invoice after the other, page by page.

A cursor leads on from a part: its invoice's place, and its id. A page is cut from as many invoices as it may have
entries, so that one with a filter may have fewer and yet lead on.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from app.api.books.sides import Sides, view_sides
from app.api.dependencies import Services
from app.api.pages import Listing, Page, parse_position, read_cursor, write_cursor
from app.db.invoices.part_lists import Group, list_invoices_with
from app.db.invoices.resources import KeptInvoice
from app.domain.connections.connection import Connection
from app.domain.connections.reckoning import build_reckoning
from app.domain.invoices.beside import Beside, list_beside

Shown = TypeVar("Shown")
ShowPart = Callable[[KeptInvoice, Sides, Beside], Shown | None]
"""The resource of one payment or credit; None where the filter leaves it out."""

_PAST_EVERY_ID = "~"
"""Sorts after whatever an id may begin with."""


async def list_parts(
    services: Services,
    connection: Connection,
    group: Group,
    listing: Listing,
    *,
    invoice_id: str | None,
    cursor: str | None,
    limit: int,
    show: ShowPart[Shown],
) -> Page[Shown]:
    """One page of a connection's payments or credits, in the order in which their invoices became known."""
    place = read_cursor(cursor, listing, 3)
    begin, past = (parse_position(place), place[2]) if place else (None, "")
    async with services.database.reading() as session:
        kept = await list_invoices_with(
            session, connection.id, group, partner_invoice_id=invoice_id, begin=begin, limit=limit
        )
    total_of = build_reckoning(connection)
    found: list[tuple[KeptInvoice, str, Shown]] = []
    for one in kept:
        sides = view_sides(one, total_of)
        for part in list_beside(group, sides.record, sides.partner, sides.xero):
            is_past = begin is not None and (one.created_at, one.id) == begin and part.key <= past
            if not is_past and (shown := show(one, sides, part)) is not None:
                found.append((one, part.key, shown))
    return Page(data=[shown for *_, shown in found[:limit]], next=_find_next(listing, kept, found, limit))


def _find_next(
    listing: Listing,
    kept: Sequence[KeptInvoice],
    found: Sequence[tuple[KeptInvoice, str, Shown]],
    limit: int,
) -> str | None:
    if len(found) > limit:
        invoice, key, _ = found[limit - 1]
    elif len(kept) == limit:
        invoice, key = kept[-1], _PAST_EVERY_ID
    else:
        return None
    return write_cursor(listing, (invoice.created_at.isoformat(), invoice.id, key))
