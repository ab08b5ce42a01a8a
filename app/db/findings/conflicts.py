"""Conflicts: kept with base and both values, whoever won, and what became of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.postgres.given import bare
from app.db.postgres.numbered import FIRST_PAGE, Numbered, in_numbers
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ConflictRow, ContactLinkRow, InvoiceLinkRow
from app.domain.record.fields import ABSENT
from app.domain.record.merge import Conflict


class ConflictState(StrEnum):
    """held: waits for a person. ignored: left as it is by a person. settled: a policy decided it when it was found.
    closed: it was held, and has ended.
    """

    HELD = "held"
    IGNORED = "ignored"
    SETTLED = "settled"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class FoundConflict:
    """A conflict with the link and revision at which it was found, and the policy or direction that settled it.

    `partner_at` and `xero_at` are when each side last moved before that, as far as it is known. `policy_field` is the
    name under which that was chosen for a field; None is for everything.
    """

    link_id: UUID
    revision: int
    policy: str
    conflict: Conflict
    partner_at: datetime | None = None
    xero_at: datetime | None = None
    policy_field: str | None = None


@dataclass(frozen=True, slots=True)
class KeptConflict:
    """A conflict of an invoice or a contact as it is read back; `winner` None while it is held, `closed_at` when it
    ended, `policy_field` as in `FoundConflict`.
    """

    id: int
    link_id: UUID
    partner_invoice_id: str | None
    partner_contact_id: str | None
    path: str
    values: Mapping[str, Any]
    winner: str | None
    policy: str
    revision: int
    found_at: datetime
    closed_at: datetime | None
    ignored_at: datetime | None
    partner_at: datetime | None
    xero_at: datetime | None
    policy_field: str | None

    @property
    def state(self) -> ConflictState:
        if self.winner is not None:
            return ConflictState.SETTLED
        if self.closed_at is not None:
            return ConflictState.CLOSED
        return ConflictState.HELD if self.ignored_at is None else ConflictState.IGNORED


@dataclass(frozen=True, slots=True)
class WantedConflicts:
    """Which conflicts a page is about; None does not narrow."""

    page: Numbered = FIRST_PAGE
    partner_invoice_id: str | None = None
    partner_contact_id: str | None = None
    state: ConflictState | None = None
    policy: str | None = None


async def insert_conflicts(
    session: WriteSession, connection_id: UUID, found: Sequence[FoundConflict], at: datetime
) -> None:
    """Keep conflicts with base and both values; those that a policy settled are closed at once."""
    if not found:
        return
    rows = [
        {
            "connection_id": connection_id,
            "link_id": one.link_id,
            "path": one.conflict.path,
            "values": _values(one.conflict),
            "winner": one.conflict.winner.value if one.conflict.winner else None,
            "policy": one.policy,
            "policy_field": one.policy_field,
            "revision": one.revision,
            "found_at": at,
            "closed_at": at if one.conflict.winner else None,
            "partner_at": one.partner_at,
            "xero_at": one.xero_at,
        }
        for one in found
    ]
    await session.execute(insert(bare(ConflictRow)), rows)


def _values(conflict: Conflict) -> dict[str, Any]:
    values = {"base": conflict.base, "partner": conflict.partner, "xero": conflict.xero}
    return {name: value for name, value in values.items() if value is not ABSENT}


async def close_conflicts(
    session: WriteSession, link_id: UUID, still_open: Collection[str], ignored: Collection[str], at: datetime
) -> None:
    """Held conflicts of a link whose path is no longer open have ended; of the others, these are left as they are."""
    row = ConflictRow
    is_open = and_(row.link_id == link_id, row.winner.is_(None), row.closed_at.is_(None))
    await session.execute(update(row).where(is_open, row.path.not_in(list(still_open))).values(closed_at=at))
    since = case((row.path.in_(list(ignored)), func.coalesce(row.ignored_at, at)), else_=None)
    await session.execute(update(row).where(is_open).values(ignored_at=since))


async def reopen_conflicts(session: WriteSession, link_id: UUID, paths: Collection[str]) -> set[str]:
    """The newest conflict at each of these paths that was held is held again; answers the paths that had one."""
    row = ConflictRow
    newest = (
        select(func.max(row.id))
        .where(row.link_id == link_id, row.path.in_(list(paths)), row.winner.is_(None))
        .group_by(row.path)
    )
    reopened = (
        update(row)
        .where(row.id.in_(newest))
        .values(closed_at=None, ignored_at=None)
        .returning(row.path)
        .execution_options(synchronize_session=False)
    )
    return set((await session.execute(reopened)).scalars())


async def find_conflict(session: ReadSession, connection_id: UUID, conflict_id: int) -> KeptConflict | None:
    """One conflict of a connection, or None."""
    row = ConflictRow
    wanted = _kept().where(row.connection_id == connection_id, row.id == conflict_id)
    found = (await session.execute(wanted)).one_or_none()
    return _from_row(found) if found else None


async def list_conflicts(
    session: ReadSession, connection_id: UUID, wanted: WantedConflicts
) -> list[KeptConflict]:
    """One page of a connection's conflicts."""
    return [_from_row(found) for found in await session.execute(build_conflicts_page(connection_id, wanted))]


def build_conflicts_page(connection_id: UUID, wanted: WantedConflicts) -> Select[Any]:
    """The query of one page."""
    row = ConflictRow
    page = _kept().where(row.connection_id == connection_id)
    if wanted.partner_invoice_id is not None:
        page = page.where(InvoiceLinkRow.partner_invoice_id == wanted.partner_invoice_id)
    if wanted.partner_contact_id is not None:
        page = page.where(ContactLinkRow.partner_contact_id == wanted.partner_contact_id)
    if wanted.state is not None:
        page = page.where(_is_in(wanted.state))
    if wanted.policy is not None:
        page = page.where(row.policy == wanted.policy)
    return in_numbers(page, row.id, wanted.page)


async def count_open_conflicts(session: ReadSession, connection_id: UUID) -> dict[ConflictState, int]:
    """How many are held, and how many of them a person has left as they are."""
    row = ConflictRow
    counted = select(func.count().filter(row.ignored_at.is_(None)), func.count(row.ignored_at)).where(
        row.connection_id == connection_id, row.winner.is_(None), row.closed_at.is_(None)
    )
    held, ignored = (await session.execute(counted)).one()
    return {ConflictState.HELD: held, ConflictState.IGNORED: ignored}


def _is_in(state: ConflictState) -> ColumnElement[bool]:
    row = ConflictRow
    if state is ConflictState.SETTLED:
        return row.winner.is_not(None)
    if state is ConflictState.CLOSED:
        return and_(row.winner.is_(None), row.closed_at.is_not(None))
    is_ignored = row.ignored_at.is_not(None) if state is ConflictState.IGNORED else row.ignored_at.is_(None)
    return and_(row.winner.is_(None), row.closed_at.is_(None), is_ignored)


def _kept() -> Any:
    row, invoice, contact = ConflictRow, InvoiceLinkRow, ContactLinkRow
    return (
        select(row, invoice.partner_invoice_id, contact.partner_contact_id)
        .outerjoin(invoice, invoice.id == row.link_id)
        .outerjoin(contact, contact.id == row.link_id)
    )


def _from_row(found: Any) -> KeptConflict:
    row, invoice_id, contact_id = found
    names = ("path", "values", "winner", "policy", "revision", "found_at", "closed_at", "ignored_at", "partner_at",
             "xero_at", "policy_field")  # fmt: skip
    return KeptConflict(
        row.id, row.link_id, invoice_id, contact_id, **{name: getattr(row, name) for name in names}
    )
