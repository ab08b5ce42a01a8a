"""The audit log in the database: entries are written with what they tell of, listed, and checked.

`note` is called where something is done, in its transaction. The entries are inserted as the transaction ends, after
everything else, under a lock of the partner's log: so ids, hashes and commits have one order, and whoever waits for the
lock holds up nobody that the holder could be waiting for. Several logs are locked in the order of their ids.

Who acts is known at the door (`acting_as`), not by every function on the way.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from app.db.postgres.numbered import Numbered, in_numbers
from app.db.postgres.session import ReadSession, WriteSession, at_the_end
from app.db.tables import AuditEntryRow, ConnectionRow
from app.domain.connections.audit import FIRST, Act, Actor, ActorKind, AuditNote, chain

PLUMBLINE = Actor(ActorKind.PLUMBLINE)
_BATCH = 1000
_LOCK_SPACE = 0x41554449
"""Of PostgreSQL's advisory locks, those of the logs."""

_actor: ContextVar[Actor] = ContextVar("actor", default=PLUMBLINE)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An entry as it stands."""

    id: int
    note: AuditNote
    hash: bytes


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An entry to be inserted; `at` is None for the instant at which that is."""

    partner_id: UUID | None
    at: datetime | None
    build: Callable[[datetime], AuditNote]


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking a log came to: how many entries, the newest hash, and the first entry that does not fit."""

    entries: int
    head: bytes
    broken_at: int | None


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Whatever this task does until the block ends is that actor's."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def note(
    session: WriteSession,
    what: Act,
    *,
    partner_id: UUID | None,
    connection_id: UUID | None = None,
    subject: object = None,
    at: datetime | None = None,
    **facts: object,
) -> None:
    """Have it told by the log, if this transaction commits; at the instant of the entry unless another is given."""
    said = {name: str(value) for name, value in facts.items() if value is not None}
    told = None if subject is None else str(subject)
    waiting = session.info.setdefault("audit", [])
    build = partial(AuditNote, what, partner_id, connection_id, told, said, _actor.get())
    waiting.append(_Waiting(partner_id, at, build))
    at_the_end(session, "audit", _insert_waiting)


async def note_of_connection(
    session: WriteSession, what: Act, connection_id: UUID, *, subject: object = None, **facts: object
) -> None:
    """The same of a connection, whose partner is looked up."""
    owner = select(ConnectionRow.partner_id).where(ConnectionRow.id == connection_id)
    partner_id = (await session.execute(owner)).scalar_one()
    whole: dict[str, Any] = {"connection_id": connection_id, "subject": subject, **facts}
    note(session, what, partner_id=partner_id, **whole)


async def list_entries(
    session: ReadSession,
    partner_id: UUID | None,
    page: Numbered,
    *,
    action: str | None = None,
    connection_id: UUID | None = None,
) -> list[AuditEntry]:
    """One page of a log."""
    wanted = _of_log(partner_id)
    if action is not None:
        wanted = wanted.where(AuditEntryRow.action == action)
    if connection_id is not None:
        wanted = wanted.where(AuditEntryRow.connection_id == connection_id)
    rows = (await session.execute(in_numbers(wanted, AuditEntryRow.id, page))).scalars()
    return [AuditEntry(row.id, _read(row), row.hash) for row in rows]


async def list_every_entry(session: ReadSession, after: int, limit: int) -> list[AuditEntry]:
    """The same of all logs together."""
    wanted = select(AuditEntryRow).where(AuditEntryRow.id > after).order_by(AuditEntryRow.id).limit(limit)
    rows = (await session.execute(wanted)).scalars()
    return [AuditEntry(row.id, _read(row), row.hash) for row in rows]


async def list_logs(session: ReadSession) -> list[UUID | None]:
    """Whose logs there are: every partner's with an entry, and None where anything concerned the whole installation."""
    found = (await session.execute(select(AuditEntryRow.partner_id).distinct())).scalars()
    return sorted(found, key=str)


async def check_log(session: ReadSession, partner_id: UUID | None) -> Checked:
    """Work out every hash of a log anew."""
    count, head, after = 0, FIRST, 0
    while page := await list_entries(session, partner_id, Numbered(after, _BATCH)):
        for entry in page:
            if chain(head, entry.note) != entry.hash:
                return Checked(count, head, entry.id)
            count, head, after = count + 1, entry.hash, entry.id
    return Checked(count, head, None)


async def _insert_waiting(session: WriteSession) -> None:
    waiting: Sequence[_Waiting] = session.info.pop("audit", ())
    for partner_id in sorted({each.partner_id for each in waiting}, key=str):
        lock = func.pg_advisory_xact_lock(_LOCK_SPACE, func.hashtext(str(partner_id)))
        _, now = (await session.execute(select(lock, func.clock_timestamp()))).one()
        last = _of_log(partner_id).order_by(AuditEntryRow.id.desc()).limit(1)
        found = (await session.execute(last)).scalar_one_or_none()
        head = found.hash if found else FIRST
        for each in waiting:
            if each.partner_id == partner_id:
                told = each.build(each.at or now)
                head = chain(head, told)
                session.add(_build_row(told, head))
                await session.flush()


def _of_log(partner_id: UUID | None) -> Select[AuditEntryRow]:
    row = AuditEntryRow
    is_of_it = row.partner_id.is_(None) if partner_id is None else row.partner_id == partner_id
    return select(row).where(is_of_it)


def _build_row(note: AuditNote, digest: bytes) -> AuditEntryRow:
    return AuditEntryRow(
        partner_id=note.partner_id,
        connection_id=note.connection_id,
        action=note.action,
        subject=note.subject,
        facts=dict(note.facts),
        actor=note.actor.kind.value,
        key_id=note.actor.key_id,
        at=note.at,
        hash=digest,
    )


def _read(row: AuditEntryRow) -> AuditNote:
    facts: Mapping[str, str] = row.facts
    actor = Actor(ActorKind(row.actor), row.key_id)
    return AuditNote(row.action, row.partner_id, row.connection_id, row.subject, facts, actor, row.at)
