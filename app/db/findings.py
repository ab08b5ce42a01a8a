"""What the loop leaves for people to read: conflicts, discrepancies and attempts. Rows are only ever added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.session import ReadSession, WriteSession
from app.db.tables import AttemptRow, ConflictRow, ContactLinkRow, DiscrepancyRow, InvoiceLinkRow
from app.domain.fields import ABSENT
from app.domain.merge import Conflict


@dataclass(frozen=True, slots=True)
class FoundConflict:
    """A conflict with the link and revision at which it was found, and the policy that settled it."""

    link_id: UUID
    revision: int
    policy: str
    conflict: Conflict


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A difference that no merge explains, in words and values."""

    link_id: UUID
    kind: str
    message: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One action on Xero for one link.

    `action` is create, update, pay, unpay, credit, uncredit, or link: joined to what was in Xero before. `outcome` is
    done, refused or adopted.
    """

    link_id: UUID
    action: str
    moves: Mapping[str, Any]
    outcome: str
    message: str | None = None
    read_updated_at: datetime | None = None
    wrote_updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptConflict:
    """A conflict of an invoice or a contact as it is read back; `winner` None while it is held, `closed_at` when it
    ended.
    """

    id: int
    partner_invoice_id: str | None
    partner_contact_id: str | None
    path: str
    values: Mapping[str, Any]
    winner: str | None
    policy: str
    revision: int
    found_at: datetime
    closed_at: datetime | None


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
            "revision": one.revision,
            "found_at": at,
            "closed_at": at if one.conflict.winner else None,
        }
        for one in found
    ]
    await session.execute(insert(ConflictRow).values(rows))


def _values(conflict: Conflict) -> dict[str, Any]:
    values = {"base": conflict.base, "partner": conflict.partner, "xero": conflict.xero}
    return {name: value for name, value in values.items() if value is not ABSENT}


async def close_conflicts(
    session: WriteSession, link_id: UUID, still_open: Sequence[str], at: datetime
) -> None:
    """Held conflicts of a link whose path is no longer open have ended."""
    await session.execute(
        update(ConflictRow)
        .where(
            ConflictRow.link_id == link_id,
            ConflictRow.closed_at.is_(None),
            ConflictRow.path.not_in(still_open),
        )
        .values(closed_at=at)
    )


async def insert_discrepancies(
    session: WriteSession, connection_id: UUID, found: Sequence[Discrepancy]
) -> None:
    """Keep discrepancies for a person."""
    if found:
        rows = [
            {"connection_id": connection_id, "link_id": d.link_id, "kind": d.kind, "message": d.message,
             "values": dict(d.values)}
            for d in found
        ]  # fmt: skip
        await session.execute(insert(DiscrepancyRow).values(rows))


async def insert_attempts(session: WriteSession, connection_id: UUID, attempts: Sequence[Attempt]) -> None:
    """Keep what was tried."""
    if attempts:
        rows = [
            {"connection_id": connection_id, "link_id": a.link_id, "action": a.action, "moves": dict(a.moves),
             "outcome": a.outcome, "message": a.message,
             "read_updated_at": a.read_updated_at, "wrote_updated_at": a.wrote_updated_at}
            for a in attempts
        ]  # fmt: skip
        await session.execute(insert(AttemptRow).values(rows))


@dataclass(frozen=True, slots=True)
class Written:
    """A write of ours by Xero's clock: the read before it, its answer, and what it moved."""

    link_id: UUID
    read_at: datetime
    wrote_at: datetime
    moves: Mapping[str, Any]


async def list_writes_over(session: ReadSession, link_ids: Sequence[UUID], since: datetime) -> list[Written]:
    """The writes of these links that Xero answered after `since` and that followed a read, oldest first."""
    row = AttemptRow
    found = await session.execute(
        select(row.link_id, row.read_updated_at, row.wrote_updated_at, row.moves)
        .where(row.link_id.in_(link_ids), row.wrote_updated_at > since, row.read_updated_at.is_not(None))
        .order_by(row.id)
    )
    return [Written(*columns) for columns in found]


@dataclass(frozen=True, slots=True)
class About:
    """Which findings are wanted: those after an id, of one invoice or one contact if it is named."""

    after: int
    limit: int
    partner_invoice_id: str | None = None
    partner_contact_id: str | None = None


async def list_conflicts(session: ReadSession, connection_id: UUID, about: About) -> list[KeptConflict]:
    """Conflicts of a connection, oldest first."""
    return [
        KeptConflict(
            kept.id, invoice_id, contact_id, kept.path, kept.values, kept.winner, kept.policy, kept.revision,
            kept.found_at, kept.closed_at,
        )
        for kept, invoice_id, contact_id in await session.execute(_about(ConflictRow, connection_id, about))
    ]  # fmt: skip


def _about(
    row: type[ConflictRow] | type[DiscrepancyRow], connection_id: UUID, about: About
) -> Select[Any, str, str]:
    """The findings with the partner's id of what each is of."""
    invoice, contact = InvoiceLinkRow, ContactLinkRow
    wanted = (
        select(row, invoice.partner_invoice_id, contact.partner_contact_id)
        .outerjoin(invoice, invoice.id == row.link_id)
        .outerjoin(contact, contact.id == row.link_id)
        .where(row.connection_id == connection_id, row.id > about.after)
        .order_by(row.id)
        .limit(about.limit)
    )
    if about.partner_invoice_id is not None:
        wanted = wanted.where(invoice.partner_invoice_id == about.partner_invoice_id)
    if about.partner_contact_id is not None:
        wanted = wanted.where(contact.partner_contact_id == about.partner_contact_id)
    return wanted


@dataclass(frozen=True, slots=True)
class KeptDiscrepancy:
    """A discrepancy of an invoice or a contact as it is read back."""

    id: int
    partner_invoice_id: str | None
    partner_contact_id: str | None
    kind: str
    message: str
    values: Mapping[str, Any]
    found_at: datetime


async def list_discrepancies(
    session: ReadSession, connection_id: UUID, about: About
) -> list[KeptDiscrepancy]:
    """Discrepancies of a connection, oldest first."""
    return [
        KeptDiscrepancy(kept.id, invoice_id, contact_id, kept.kind, kept.message, kept.values, kept.found_at)
        for kept, invoice_id, contact_id in await session.execute(
            _about(DiscrepancyRow, connection_id, about)
        )
    ]


async def recent_moves(
    session: ReadSession, link_ids: Sequence[UUID], since: datetime
) -> dict[UUID, list[Mapping[str, Any]]]:
    """What each update of these links moved since then."""
    row = AttemptRow
    found: dict[UUID, list[Mapping[str, Any]]] = {}
    for link_id, moves in await session.execute(
        select(row.link_id, row.moves).where(
            row.link_id.in_(link_ids), row.action == "update", row.at > since
        )
    ):
        found.setdefault(link_id, []).append(moves)
    return found
