"""What the API shows of invoice links: pages by cursor, one by id, identities, attempts and the versions held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy import all_ as all_of

from app.db.links import standing_from_row
from app.db.session import ReadSession
from app.db.skips import LinkRow, skip_from_row
from app.db.tables import AttemptRow, ChangeRow, InvoiceLinkRow
from app.domain.link import Standing, State
from app.domain.skip import Skip

Position = tuple[datetime, UUID]
"""Where a page ended: links are listed in the order in which they were made."""


@dataclass(frozen=True, slots=True)
class KeptInvoice:
    """A link as it is shown: identities, standing, record and what is known of each side.

    `is_behind` says that something was triggered since it last settled, whatever `standing` then was.
    """

    id: UUID
    partner_invoice_id: str
    xero_invoice_id: str | None
    partner_number: str | None
    xero_number: str | None
    is_behind: bool
    standing: Standing
    since_at: datetime
    touched_at: datetime
    created_at: datetime
    record: Mapping[str, Any]
    document: Mapping[str, Any] | None
    document_version: int
    merged_version: int
    revision: int
    acked_revision: int
    xero_status: str | None
    xero_total: str | None
    xero_amount_due: str | None
    xero_updated_at: datetime | None
    skip: Skip | None = None

    @property
    def position(self) -> Position:
        return self.created_at, self.id


@dataclass(frozen=True, slots=True)
class KeptAttempt:
    """One action on Xero as it is read back."""

    id: int
    action: str
    moves: Mapping[str, Any]
    outcome: str
    message: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which links a page is about; None does not narrow. `number` is either side's."""

    state: State | None = None
    number: str | None = None
    after: Position | None = None
    limit: int = 100


async def find_kept_invoice(
    session: ReadSession, connection_id: UUID, partner_invoice_id: str
) -> KeptInvoice | None:
    """One link by the partner's id, or None."""
    wanted = select(InvoiceLinkRow).where(
        InvoiceLinkRow.connection_id == connection_id, InvoiceLinkRow.partner_invoice_id == partner_invoice_id
    )
    row = (await session.execute(wanted)).scalar_one_or_none()
    return _kept(row) if row else None


async def list_kept_invoices(session: ReadSession, connection_id: UUID, wanted: Wanted) -> list[KeptInvoice]:
    """One page of a connection's links, oldest first."""
    rows = await session.execute(_page(connection_id, wanted))
    return [_kept(row) for row in rows.scalars()]


def _page(connection_id: UUID, wanted: Wanted) -> Select[InvoiceLinkRow]:
    row = InvoiceLinkRow
    page = select(row).where(row.connection_id == connection_id)
    if wanted.state is not None:
        page = page.where(is_shown_as(row, wanted.state))
    if wanted.number is not None:
        page = page.where(or_(row.partner_number == wanted.number, row.xero_number == wanted.number))
    if wanted.after is not None:
        created_at, link_id = wanted.after
        page = page.where(tuple_(row.created_at, row.id) > tuple_(literal(created_at), literal(link_id)))
    return page.order_by(row.created_at, row.id).limit(wanted.limit)


def is_shown_as(row: LinkRow, state: State) -> ColumnElement[bool]:
    """A link is shown as behind while it is triggered, or waits for the app; the others as they were recorded. What a
    person set aside is held from that moment on.
    """
    is_triggered, is_skipped = row.generation > row.settled_generation, row.skipped_at.is_not(None)
    if state is State.BEHIND:
        return and_(or_(is_triggered, row.state == state.value), ~is_skipped)
    stands = and_(~is_triggered, row.state == state.value)
    return or_(stands, is_skipped) if state is State.HELD else and_(stands, ~is_skipped)


def _kept(row: InvoiceLinkRow) -> KeptInvoice:
    return KeptInvoice(
        id=row.id,
        partner_invoice_id=row.partner_invoice_id,
        xero_invoice_id=row.xero_invoice_id,
        partner_number=row.partner_number,
        xero_number=row.xero_number,
        is_behind=row.generation > row.settled_generation,
        standing=standing_from_row(row),
        since_at=row.since_at,
        touched_at=row.touched_at,
        created_at=row.created_at,
        record=row.record,
        document=row.document,
        document_version=row.document_version,
        merged_version=row.merged_version,
        revision=row.revision,
        acked_revision=row.acked_revision,
        xero_status=row.xero_status,
        xero_total=row.xero_total,
        xero_amount_due=row.xero_amount_due,
        xero_updated_at=row.xero_updated_at,
        skip=skip_from_row(row),
    )


async def list_attempts(session: ReadSession, link_id: UUID, *, after: int, limit: int) -> list[KeptAttempt]:
    """What was tried on Xero for one link, oldest first."""
    row = AttemptRow
    found = await session.execute(
        select(row.id, row.action, row.moves, row.outcome, row.message, row.at)
        .where(row.link_id == link_id, row.id > after)
        .order_by(row.id)
        .limit(limit)
    )
    return [KeptAttempt(*attempt) for attempt in found]


async def find_newest_cursor(session: ReadSession, connection_id: UUID) -> int:
    """The newest cursor of a connection's feed; 0 while there is none."""
    newest = select(func.max(ChangeRow.id)).where(ChangeRow.connection_id == connection_id)
    return (await session.execute(newest)).scalar_one_or_none() or 0


async def list_ids_unknown_to_partner(
    session: ReadSession, connection_id: UUID, partner_invoice_ids: Sequence[str], limit: int
) -> list[str]:
    """Invoices that the partner sent or was sent a change of, and that are not among those it says it has."""
    row = InvoiceLinkRow
    was_shown = or_(row.document.is_not(None), exists().where(ChangeRow.link_id == row.id))
    missing = (
        select(row.partner_invoice_id)
        .where(
            row.connection_id == connection_id,
            row.partner_invoice_id != all_of(cast(list(partner_invoice_ids), ARRAY(Text))),
            was_shown,
        )
        .order_by(row.created_at, row.id)
        .limit(limit)
    )
    return list((await session.execute(missing)).scalars())


async def check_schema(session: ReadSession) -> None:
    """Raise unless the database answers and the tables are there."""
    await session.execute(text("SELECT 1 FROM partners LIMIT 1"))
