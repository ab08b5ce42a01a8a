"""The invoices of a connection that have payments, or credits, on either side: the ground of the flat lists of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, text

from app.db.invoices.resources import KeptInvoice, keep_invoices
from app.db.links.listing import Position, Sort, from_place, instant_of, is_shown_as
from app.db.postgres.session import ReadSession
from app.db.tables import InvoiceLinkRow
from app.db.tables.links import HAS_PARTS
from app.domain.invoices.link import State

Group = Literal["payments", "credits"]

_HAS: dict[Group, str] = {
    "payments": """(jsonb_path_exists(record || xero_shadow, '$.keyvalue() ? (@.key starts with "payments/")')
    OR jsonb_path_exists(document, '$.payments[0]'))""",
    "credits": """(jsonb_path_exists(record || xero_shadow, '$.keyvalue() ? (@.key starts with "credits/")')
    OR jsonb_path_exists(document, '$.credits[0]'))""",
}
"""What is true of those that really have some, of all that the index is for."""


@dataclass(frozen=True, slots=True)
class WantedParts:
    """Of which invoices a page is about; None does not narrow. `begin` is where it begins, and is included.

    What is alike on both sides is settled wherever its invoice stands, so a page of what is settled may be of any.
    """

    partner_invoice_id: str | None = None
    state: State | None = None
    updated_since: datetime | None = None
    sort: Sort = Sort.CREATED
    begin: Position | None = None
    limit: int = 100


async def list_invoices_with(
    session: ReadSession, connection_id: UUID, group: Group, wanted: WantedParts
) -> list[KeptInvoice]:
    """Those that have any."""
    page = build_page(connection_id, group, wanted)
    return await keep_invoices(session, (await session.execute(page)).scalars().all())


def build_page(connection_id: UUID, group: Group, wanted: WantedParts) -> Select[InvoiceLinkRow]:
    """The query of one page. The index is for rows of which this very text is true, so it is no expression here."""
    row, sort = InvoiceLinkRow, wanted.sort
    has_any = (text(HAS_PARTS), text(_HAS[group]))
    page = select(row).where(row.connection_id == connection_id, *has_any, *_list_filters(wanted))
    return from_place(
        page,
        (instant_of(row, sort), row.id),
        wanted.begin,
        wanted.limit,
        is_newest_first=sort.is_newest_first,
        is_end_included=True,
    )


def _list_filters(wanted: WantedParts) -> Iterator[ColumnElement[bool]]:
    row = InvoiceLinkRow
    if wanted.partner_invoice_id is not None:
        yield row.partner_invoice_id == wanted.partner_invoice_id
    if wanted.state not in (None, State.SETTLED):
        yield is_shown_as(row, wanted.state)
    if wanted.updated_since is not None:
        yield row.updated_at >= wanted.updated_since
