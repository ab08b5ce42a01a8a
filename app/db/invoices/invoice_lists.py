"""Lists of invoice links: narrowed, sorted, a page at a time.

Each filter and each sort has an index in `tables.links`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, literal_column, or_, select

from app.db.invoices.resources import KeptInvoice, keep_invoices
from app.db.links.listing import Position, Sort, in_order, is_shown_as
from app.db.postgres.session import ReadSession
from app.db.tables import InvoiceLinkRow
from app.db.tables.links import INVOICE_CONTACT, INVOICE_JOB, INVOICE_STATUS
from app.domain.holds.skip import SKIPPED
from app.domain.invoices.link import State


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which invoices a page is about; None does not narrow.

    `code` is that of the link's own reason, `number` either side's. `contact_id`, `job_id` and `status` are those
    that it is shown with. `updated_since` counts whatever was written of it.
    """

    state: State | None = None
    code: str | None = None
    number: str | None = None
    contact_id: str | None = None
    job_id: str | None = None
    status: str | None = None
    updated_since: datetime | None = None
    is_in_xero: bool | None = None
    sort: Sort = Sort.CREATED
    after: Position | None = None
    limit: int = 100


async def list_kept_invoices(session: ReadSession, connection_id: UUID, wanted: Wanted) -> list[KeptInvoice]:
    """One page of a connection's invoices."""
    rows = (await session.execute(build_page(connection_id, wanted))).scalars().all()
    return await keep_invoices(session, rows)


def build_page(connection_id: UUID, wanted: Wanted) -> Select[InvoiceLinkRow]:
    """The query of one page."""
    row = InvoiceLinkRow
    page = select(row).where(row.connection_id == connection_id, *_list_filters(wanted))
    return in_order(page, row, wanted.sort, wanted.after, wanted.limit)


def _list_filters(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    row = InvoiceLinkRow
    if wanted.state is not None:
        yield is_shown_as(row, wanted.state)
    if wanted.code is not None:
        yield _has_reason(wanted.code)
    if wanted.number is not None:
        yield or_(row.partner_number == wanted.number, row.xero_number == wanted.number)
    if wanted.contact_id is not None:
        yield literal_column(INVOICE_CONTACT) == wanted.contact_id
    if wanted.job_id is not None:
        yield literal_column(INVOICE_JOB) == wanted.job_id
    if wanted.status is not None:
        yield literal_column(INVOICE_STATUS) == wanted.status
    if wanted.updated_since is not None:
        yield row.updated_at >= wanted.updated_since
    if wanted.is_in_xero is not None:
        yield row.xero_invoice_id.is_not(None) if wanted.is_in_xero else row.xero_invoice_id.is_(None)


def _has_reason(code: str) -> ColumnElement[bool]:
    """A link that was triggered after it was recorded as held or settled is shown as behind, without that reason; what
    a person set aside has no other.
    """
    row = InvoiceLinkRow
    if code == SKIPPED:
        return row.skipped_at.is_not(None)
    is_told = or_(row.generation == row.settled_generation, row.state == State.BEHIND.value)
    return and_(row.reason_code == code, is_told, row.skipped_at.is_(None))
