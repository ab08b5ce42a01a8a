"""Held links: what makes them be looked at again, and whose facts must be read for that.

Everybody locks the connection's row before its links; the functions that begin with a link's own row leave the
connection to their callers.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Update, and_, literal_column, or_, select, update

from app.db.connections.connections import raise_generation
from app.db.postgres.built import among_asked, asked
from app.db.postgres.given import bare
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow, ContactLinkRow, InvoiceLinkRow
from app.domain.connections.connection import ConnectionState
from app.domain.crossing.numbering import fold_number

# Written out, as the indexes have it.
_HELD: ColumnElement[str] = literal_column("'held'")
_IS_HELD = InvoiceLinkRow.state == _HELD


async def trigger_held(
    session: WriteSession, connection_id: UUID, codes: Collection[str] | None = None
) -> None:
    """Look again at every held link, or at those held with these codes: what may lift the cause has changed."""
    if codes is None:
        await session.execute(_TRIGGERING, {"of_connection": connection_id})
    else:
        await session.execute(_TRIGGERING_HELD_WITH, {"of_connection": connection_id, "codes": list(codes)})


_LINK = bare(InvoiceLinkRow).c
_HELD_OF_CONNECTION = and_(
    _LINK.connection_id == asked("of_connection", _LINK.connection_id), _LINK.state == _HELD
)
_TRIGGERING = update(bare(InvoiceLinkRow)).where(_HELD_OF_CONNECTION).values(generation=_LINK.generation + 1)
_TRIGGERING_HELD_WITH = _TRIGGERING.where(among_asked(_LINK.reason_code, "codes"))


async def trigger_all_held(
    session: WriteSession, connection_id: UUID, codes: Collection[str] | None = None
) -> None:
    """The same for invoices and for contacts, in one statement."""
    if codes is None:
        await session.execute(_TRIGGERING_ALL, {"of_connection": connection_id})
    else:
        await session.execute(
            _TRIGGERING_ALL_HELD_WITH, {"of_connection": connection_id, "codes": list(codes)}
        )


async def trigger_held_by(
    session: WriteSession, connection_id: UUID, codes: Collection[str], xero_contact_ids: Collection[str]
) -> None:
    """The same of those held with these codes in whose way one of these contacts of Xero stands, or nobody known."""
    asking = {"of_connection": connection_id, "codes": list(codes), "holders": list(xero_contact_ids)}
    await session.execute(_TRIGGERING_ALL_HELD_BY, asking)


def _build_triggering_all(*, with_codes: bool = False, with_holders: bool = False) -> Update:
    invoices = _TRIGGERING_HELD_WITH if with_codes else _TRIGGERING
    contact = bare(ContactLinkRow).c
    held = update(bare(ContactLinkRow)).where(
        contact.connection_id == asked("of_connection", contact.connection_id),
        contact.state == _HELD,
    )
    if with_codes:
        held = held.where(among_asked(contact.reason_code, "codes"))
    if with_holders:
        held, invoices = held.where(_is_held_by(contact)), invoices.where(_is_held_by(_LINK))
    return held.values(generation=contact.generation + 1).add_cte(
        invoices.returning(_LINK.id).cte("invoices")
    )


def _is_held_by(link: Any) -> ColumnElement[bool]:
    return or_(link.held_by.is_(None), among_asked(link.held_by, "holders"))


_TRIGGERING_ALL = _build_triggering_all()
_TRIGGERING_ALL_HELD_WITH = _build_triggering_all(with_codes=True)
_TRIGGERING_ALL_HELD_BY = _build_triggering_all(with_codes=True, with_holders=True)


async def trigger_link(
    session: WriteSession, connection_id: UUID, partner_invoice_id: str, at: datetime
) -> bool:
    """Look again at one link because somebody asked for it at that time; False where there is none.

    Facts for which anything is held are read anew, because whoever asks may just have changed them.
    """
    await ask_for_facts(session, connection_id)
    triggered = (
        update(InvoiceLinkRow)
        .where(
            InvoiceLinkRow.connection_id == connection_id,
            InvoiceLinkRow.partner_invoice_id == partner_invoice_id,
        )
        .values(generation=InvoiceLinkRow.generation + 1, touched_at=at)
        .returning(InvoiceLinkRow.id)
    )
    return (await session.execute(triggered)).scalar_one_or_none() is not None


async def trigger_freed(
    session: WriteSession, connection_id: UUID, numbers: Mapping[str, str | None]
) -> None:
    """Look again at links whose number was taken by one of these invoices of Xero, if it has another number by now."""
    asking = {"of_connection": connection_id, "holders": list(numbers)}
    freed = [
        link_id
        for link_id, holder, wanted in await session.execute(_WAITING_FOR_NUMBERS, asking)
        if holder is not None and fold_number(numbers[holder]) != fold_number(wanted)
    ]
    if freed:
        row = InvoiceLinkRow
        await session.execute(update(row).where(row.id.in_(freed)).values(generation=row.generation + 1))


_WAITING_FOR_NUMBERS = select(_LINK.id, _LINK.held_by, _LINK.partner_number).where(
    _HELD_OF_CONNECTION, among_asked(_LINK.held_by, "holders")
)


async def list_held_codes(session: ReadSession, connection_id: UUID) -> set[str]:
    """The codes for which links of a connection are held."""
    held = select(InvoiceLinkRow.reason_code).where(InvoiceLinkRow.connection_id == connection_id, _IS_HELD)
    return {code for code in (await session.execute(held.distinct())).scalars() if code}


async def list_retries_due(session: ReadSession, now: datetime, limit: int) -> Sequence[UUID]:
    """Active connections with held links whose time for another look has come."""
    due = (
        select(InvoiceLinkRow.connection_id)
        .join(ConnectionRow, ConnectionRow.id == InvoiceLinkRow.connection_id)
        .where(_IS_HELD, InvoiceLinkRow.retry_at <= now, ConnectionRow.state == ConnectionState.ACTIVE)
    )
    return (await session.execute(due.distinct().limit(limit))).scalars().all()


async def trigger_retries(session: WriteSession, connection_id: UUID, now: datetime) -> None:
    """Look again at the held links of a connection whose time has come; each is triggered once."""
    await raise_generation(session, connection_id)
    await session.execute(
        update(InvoiceLinkRow)
        .where(InvoiceLinkRow.connection_id == connection_id, _IS_HELD, InvoiceLinkRow.retry_at <= now)
        .values(generation=InvoiceLinkRow.generation + 1, retry_at=None)
    )


async def list_facts_wanted(
    session: ReadSession, codes: Collection[str], before: datetime, limit: int
) -> Sequence[UUID]:
    """Active connections with links held with these codes, whose organisation's facts were not read since `before`."""
    wanted = (
        select(InvoiceLinkRow.connection_id)
        .join(ConnectionRow, ConnectionRow.id == InvoiceLinkRow.connection_id)
        .where(
            _IS_HELD,
            InvoiceLinkRow.reason_code.in_(codes),
            ConnectionRow.state == ConnectionState.ACTIVE,
            ConnectionRow.facts_due.is_(False),
            or_(ConnectionRow.facts_checked_at.is_(None), ConnectionRow.facts_checked_at < before),
        )
    )
    return (await session.execute(wanted.distinct().limit(limit))).scalars().all()


async def ask_for_facts(session: WriteSession, connection_id: UUID) -> None:
    """Ask for those facts of the organisation for which links are held."""
    row = ConnectionRow
    asked_for = {"facts_due": True, "facts_asked": row.facts_asked + 1, "generation": row.generation + 1}
    await session.execute(update(row).where(row.id == connection_id).values(asked_for))


async def drop_facts_due(session: WriteSession, connection_id: UUID, at: datetime, seen: int) -> None:
    """Nothing is held for a fact any more, as was looked when `seen` had asked for them."""
    row = ConnectionRow
    answered = update(row).where(row.id == connection_id, row.facts_asked == seen)
    await session.execute(answered.values(facts_due=False, facts_checked_at=at))
