"""Discrepancies: differences kept for a person, one row for each field; and how they close.

Of what stands there is one row, however often it is found: found again with the same two values it stays as it was, so
that what a person left as it is stays so; with other values it is open again. The caller holds the connection's row.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, literal_column, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.db.postgres.built import among_asked, whole
from app.db.postgres.given import bare
from app.db.postgres.numbered import FIRST_PAGE, Numbered, in_numbers
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ContactLinkRow, DiscrepancyRow, InvoiceLinkRow
from app.domain.findings.discrepancy import DiscrepancyKind, DiscrepancyState, Found, MovedBy

LEFT = (DiscrepancyState.OPEN.value, DiscrepancyState.IGNORED.value)
"""The states of those that are not resolved."""


@dataclass(frozen=True, slots=True)
class KeptDiscrepancy:
    """A discrepancy of an invoice or a contact as it is read back; `path` is empty where it is of the whole."""

    id: int
    link_id: UUID
    partner_invoice_id: str | None
    partner_contact_id: str | None
    number: str | None
    kind: DiscrepancyKind
    path: str
    message: str
    values: Mapping[str, Any]
    moved_by: MovedBy
    moved_at: datetime | None
    state: DiscrepancyState
    found_at: datetime
    closed_at: datetime | None
    closed_because: str | None


@dataclass(frozen=True, slots=True)
class WantedDiscrepancies:
    """Which discrepancies a page is about; None does not narrow."""

    page: Numbered = FIRST_PAGE
    partner_invoice_id: str | None = None
    partner_contact_id: str | None = None
    kind: DiscrepancyKind | None = None
    state: DiscrepancyState | None = None


ROWS_AT_ONCE = 1000
"""PostgreSQL's protocol takes some 32,000 values in one statement; a compare of a page can find more than that."""


async def insert_discrepancies(
    session: WriteSession, connection_id: UUID, found: Sequence[tuple[UUID, Found]], at: datetime
) -> None:
    """Keep differences of links, as found at `at`."""
    for each in (DiscrepancyKind.OVERWRITTEN_IN_XERO, None):
        rows = [
            _columns(connection_id, link_id, one, at)
            for link_id, one in found
            if (one.kind is DiscrepancyKind.OVERWRITTEN_IN_XERO) == (each is not None)
        ]
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[start : start + ROWS_AT_ONCE]
            if each is not None:
                await session.execute(insert(DiscrepancyRow).values(some))
            else:
                await _upsert(session, some)


def _columns(connection_id: UUID, link_id: UUID, found: Found, at: datetime) -> dict[str, Any]:
    return {
        "connection_id": connection_id,
        "link_id": link_id,
        "kind": found.kind.value,
        "path": found.path,
        "message": found.message,
        "values": dict(found.values),
        "moved_by": found.moved_by.value,
        "moved_at": found.moved_at,
        "found_at": at,
    }


async def _upsert(session: WriteSession, rows: Sequence[dict[str, Any]]) -> None:
    row = DiscrepancyRow
    unique = {(each["link_id"], each["kind"], each["path"]): each for each in rows}
    statement = insert(row).values([unique[key] for key in sorted(unique)])
    news = statement.excluded
    are_alike = and_(
        *(row.values[name].is_not_distinct_from(news["values"][name]) for name in ("partner", "xero"))
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["link_id", "kind", "path"],
            # In the index's own words: PostgreSQL plans a statement that comes often without looking at its values,
            # and does not recognise a partial index by a predicate with parameters then.
            index_where=text("state <> 'resolved' AND kind <> 'overwritten_in_xero'"),
            set_={
                "state": case((are_alike, row.state), else_=DiscrepancyState.OPEN.value),
                **{name: news[name] for name in ("message", "values", "moved_by", "moved_at")},
            },
        )
    )


async def list_left(session: ReadSession, link_ids: Collection[UUID]) -> list[KeptDiscrepancy]:
    """The discrepancies of these links that are not resolved."""
    found = await session.execute(_LISTING_LEFT, {"links": list(link_ids)})
    return [_from_row((row, row.of_invoice, row.of_contact, row.number)) for row in found]


def _build_left_of_links() -> Select[Any]:
    row = bare(DiscrepancyRow).c
    invoice, contact = bare(InvoiceLinkRow), bare(ContactLinkRow)
    return (
        whole(DiscrepancyRow)
        .add_columns(
            invoice.c.partner_invoice_id.label("of_invoice"),
            contact.c.partner_contact_id.label("of_contact"),
            func.coalesce(invoice.c.partner_number, invoice.c.xero_number).label("number"),
        )
        .outerjoin(invoice, invoice.c.id == row.link_id)
        .outerjoin(contact, contact.c.id == row.link_id)
        .where(LEFT_OF_LINKS)
        .order_by(row.id)
    )


_LEFT = bare(DiscrepancyRow).c
# Not resolved is what is left; in the indexes' own words.
LEFT_OF_LINKS = and_(among_asked(_LEFT.link_id, "links"), _LEFT.state != literal_column("'resolved'"))
_LISTING_LEFT = _build_left_of_links()


async def close_discrepancies(session: WriteSession, reasons: Mapping[int, str], at: datetime) -> None:
    """These are over, each for its reason."""
    for reason in sorted(set(reasons.values())):
        ids = sorted(number for number, why in reasons.items() if why == reason)
        await _close(session, DiscrepancyRow.id.in_(ids), reason, at)


async def close_missing_at_partner(
    session: WriteSession, connection_id: UUID, partner_invoice_ids: Collection[str], at: datetime
) -> None:
    """The app has these invoices after all."""
    named = select(InvoiceLinkRow.id).where(
        InvoiceLinkRow.connection_id == connection_id,
        InvoiceLinkRow.partner_invoice_id.in_(list(partner_invoice_ids)),
    )
    kind = DiscrepancyRow.kind == DiscrepancyKind.MISSING_AT_PARTNER.value
    await _close(session, and_(kind, DiscrepancyRow.link_id.in_(named)), "The app has it.", at)


async def close_stated_totals(session: WriteSession, link_ids: Collection[UUID], at: datetime) -> None:
    """The app states the same total of these invoices as we know."""
    which = and_(
        DiscrepancyRow.kind == DiscrepancyKind.TOTAL_DIFFERS.value,
        DiscrepancyRow.link_id.in_(list(link_ids)),
        DiscrepancyRow.values.has_key("version"),
    )
    await _close(session, which, "The app states the same total.", at)


async def _close(session: WriteSession, which: ColumnElement[bool], reason: str, at: datetime) -> None:
    await session.execute(
        update(DiscrepancyRow)
        .where(which, DiscrepancyRow.state.in_(LEFT))
        .values(state=DiscrepancyState.RESOLVED.value, closed_at=at, closed_because=reason)
    )


async def save_state_of_discrepancy(
    session: WriteSession, discrepancy_id: int, state: DiscrepancyState, reason: str | None, at: datetime
) -> None:
    """A person decided about it, or took that back."""
    is_over = state is DiscrepancyState.RESOLVED
    await session.execute(
        update(DiscrepancyRow)
        .where(DiscrepancyRow.id == discrepancy_id)
        .values(state=state.value, closed_at=at if is_over else None, closed_because=reason)
    )


async def find_discrepancy(
    session: ReadSession, connection_id: UUID, discrepancy_id: int
) -> KeptDiscrepancy | None:
    """One discrepancy of a connection, or None."""
    row = DiscrepancyRow
    wanted = _kept().where(row.connection_id == connection_id, row.id == discrepancy_id)
    found = (await session.execute(wanted)).one_or_none()
    return _from_row(found) if found else None


async def list_discrepancies(
    session: ReadSession, connection_id: UUID, wanted: WantedDiscrepancies
) -> list[KeptDiscrepancy]:
    """One page of a connection's discrepancies."""
    rows = await session.execute(build_discrepancies_page(connection_id, wanted))
    return [_from_row(found) for found in rows]


def build_discrepancies_page(connection_id: UUID, wanted: WantedDiscrepancies) -> Select[Any]:
    """The query of one page."""
    row = DiscrepancyRow
    page = _kept().where(row.connection_id == connection_id)
    for column, value in (
        (InvoiceLinkRow.partner_invoice_id, wanted.partner_invoice_id),
        (ContactLinkRow.partner_contact_id, wanted.partner_contact_id),
        (row.kind, wanted.kind),
        (row.state, wanted.state),
    ):
        if value is not None:
            page = page.where(column == str(value))
    return in_numbers(page, row.id, wanted.page)


async def count_discrepancies(session: ReadSession, connection_id: UUID) -> dict[tuple[str, str], int]:
    """How many are left, by kind and state."""
    row = DiscrepancyRow
    counted = (
        select(row.kind, row.state, func.count())
        .where(row.connection_id == connection_id, row.state != DiscrepancyState.RESOLVED.value)
        .group_by(row.kind, row.state)
    )
    return {(kind, state): number for kind, state, number in await session.execute(counted)}


async def find_newest_number(session: ReadSession, connection_id: UUID) -> int:
    """The number of the discrepancy that was found last; 0 where there never was one."""
    newest = select(func.max(DiscrepancyRow.id)).where(DiscrepancyRow.connection_id == connection_id)
    return (await session.execute(newest)).scalar_one_or_none() or 0


def _kept() -> Any:
    row, invoice, contact = DiscrepancyRow, InvoiceLinkRow, ContactLinkRow
    number = func.coalesce(invoice.partner_number, invoice.xero_number)
    return (
        select(row, invoice.partner_invoice_id, contact.partner_contact_id, number)
        .outerjoin(invoice, invoice.id == row.link_id)
        .outerjoin(contact, contact.id == row.link_id)
    )


def _from_row(found: Any) -> KeptDiscrepancy:
    row, invoice_id, contact_id, number = found
    return KeptDiscrepancy(
        id=row.id,
        link_id=row.link_id,
        partner_invoice_id=invoice_id,
        partner_contact_id=contact_id,
        number=number,
        kind=DiscrepancyKind(row.kind),
        path=row.path,
        message=row.message,
        values=row.values,
        moved_by=MovedBy(row.moved_by),
        moved_at=row.moved_at,
        state=DiscrepancyState(row.state),
        found_at=row.found_at,
        closed_at=row.closed_at,
        closed_because=row.closed_because,
    )
