"""The lease of a connection, in its row: taken, renewed and given back, by one statement each (`reconcile.lease`).

These are asked for at every turn and at every transaction that records. Those that are transactions in themselves go to
the driver (`db.postgres.lent`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    Insert,
    Integer,
    Select,
    Text,
    Update,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from app.db.connections.connections import connection_from_columns
from app.db.connections.facts_at_hand import ask_beyond, list_at_hand, list_columns
from app.db.connections.runs import has_looks, may_work
from app.db.postgres.given import bare
from app.db.postgres.lent import LentConnection
from app.db.postgres.session import WriteSession
from app.db.postgres.straight import ask_alone, run_alone
from app.db.tables import ConnectionRow, ContactLinkRow, InvoiceLinkRow
from app.domain.connections.connection import Connection, ConnectionState
from app.errors import LeaseLost


class Taken(NamedTuple):
    """What came of asking for a lease: the connection where it was given, and `is_takeover` where another worker had it
    and let it run out; else `is_busy` says that one has it.
    """

    connection: Connection | None
    is_takeover: bool
    is_busy: bool


async def take_lease(
    driver: LentConnection, connection_id: UUID, owner: str, now: datetime, until: datetime
) -> Taken:
    """Take an active connection's lease; it is not given when somebody holds it, or it is not active, or must wait, for
    Xero or for its next run where there is more to do than to look.

    Where a bulk alone must wait it is given: whether there is work for people is for its holder to see.
    """
    at_hand = list_at_hand([connection_id])
    asked = {"of_connection": connection_id, "to_owner": owner, "at": now, "until": until}
    [found] = await ask_alone(driver, _TAKING, {**asked, **ask_beyond(at_hand)})
    if found.id is None:
        return Taken(None, is_takeover=False, is_busy=found.is_busy)
    given = connection_from_columns(found, at_hand)
    return Taken(given, is_takeover=found.held_before is not None, is_busy=False)


_TABLE = bare(ConnectionRow)
_CONNECTION = bindparam("of_connection", type_=Uuid)
_OWNER = bindparam("to_owner", type_=Text)
_UNTIL = bindparam("until", type_=DateTime(timezone=True))


def _build_taking() -> Select[Any]:
    """One row in any case: the connection's, or one of nothing but whether somebody has the lease."""
    row, before, now = _TABLE.c, _TABLE.alias("before").c, bindparam("at", type_=DateTime(timezone=True))
    taking = (
        update(_TABLE)
        .where(
            row.id == _CONNECTION,
            row.state == ConnectionState.ACTIVE,
            or_(row.retry_at.is_(None), row.retry_at <= now, row.bulk_waits),
            or_(may_work(), has_looks()),
            or_(row.lease_until.is_(None), row.lease_until < now),
        )
        .values(lease_owner=_OWNER, lease_until=_UNTIL)
        # A query in it sees the row as it was before.
        .returning(
            *list_columns(),
            select(before.lease_owner).where(before.id == _CONNECTION).scalar_subquery().label("held_before"),
        )
        .cte("taking")
    )
    is_busy = exists().where(before.id == _CONNECTION, before.lease_until >= now).label("is_busy")
    one = select(is_busy).subquery("one")
    return select(*taking.c, one.c.is_busy).select_from(one.outerjoin(taking, true()))


_TAKING = _build_taking()


class Seen(NamedTuple):
    """What a fence sees of the connection: the version of its settings, and its state."""

    settings_version: int
    state: str


async def renew_lease(session: WriteSession, connection_id: UUID, owner: str, until: datetime) -> Seen | None:
    """Renew a lease that is still ours, or None. It locks the row: what this transaction records is fenced, and the
    connection stays as it is seen until it ends.
    """
    asked = {"of_connection": connection_id, "to_owner": owner, "until": until}
    found = (await session.execute(_FENCING_ALONE, asked)).one_or_none()
    return Seen(*found) if found else None


_IS_OURS = and_(_TABLE.c.id == _CONNECTION, _TABLE.c.lease_owner == _OWNER)
_RENEWING = update(_TABLE).where(_IS_OURS).values(lease_until=_UNTIL)
_STANDING = (_TABLE.c.settings_version, _TABLE.c.state)
_FENCING = _RENEWING.returning(_TABLE.c.id, *_STANDING)
_FENCING_ALONE = _RENEWING.returning(*_STANDING)
_FINDING = _RENEWING.returning(*list_columns())


def has_other_settings() -> ColumnElement[bool]:
    """Whether the connection's settings are of another version than `by_settings` by now."""
    by_settings = bindparam("by_settings", type_=Integer)
    return exists().where(_TABLE.c.id == _CONNECTION, _TABLE.c.settings_version != by_settings)


@dataclass(frozen=True, slots=True)
class Fenced:
    """For a single statement that does nothing unless the lease is still ours: the fence is part of it, and `note` is
    told what it saw.
    """

    driver: LentConnection
    connection_id: UUID
    owner: str
    until: datetime
    note: Callable[[Seen], None]

    async def execute(self, statement: Select[Any], values: Mapping[str, Any]) -> set[UUID]:
        """Run one that `while_ours` built; the ids of what it wrote. Raises `LeaseLost` where it did nothing."""
        found = await self._run(statement, values)
        if not found:
            raise LeaseLost
        self.note(Seen(found[0].settings_version, found[0].state))
        return {row.written for row in found if row.written is not None}

    async def try_to(self, statement: Select[Any], values: Mapping[str, Any]) -> bool:
        """Run one that `while_alone` built; False where it did nothing."""
        found = await self._run(statement, values)
        for row in found:
            self.note(Seen(row.settings_version, row.state))
        return bool(found)

    async def _run(self, statement: Select[Any], values: Mapping[str, Any]) -> Sequence[Any]:
        asked = {"of_connection": self.connection_id, "to_owner": self.owner, "until": self.until}
        return await ask_alone(self.driver, statement, {**asked, **values})


def while_ours(build: Callable[[ColumnElement[bool]], ReturningUpdate[tuple[UUID]]]) -> Select[Any]:
    """An update of a connection's things together with the renewal of its lease; `build` makes it, with the id of each
    that it writes, of the condition that the lease is ours, which PostgreSQL looks at, and locks the connection for,
    before it looks for a row.
    """
    fence = _FENCING.cte("fence")
    writing = build(exists(select(fence.c.id))).cte("writing")
    found = select(fence.c.settings_version, fence.c.state, writing.c.id.label("written"))
    return found.select_from(fence.outerjoin(writing, true()))


def while_alone(
    unless: ColumnElement[bool], build: Callable[[ColumnElement[bool]], Sequence[Insert | Update]]
) -> Select[Any]:
    """The same for several at once, of which none does anything where `unless` holds.

    A statement sees what was committed when it began. So none does anything either while somebody else has the
    connection, or where he let it go since: he may have written what `unless` asks for.
    """
    mine, before = _TABLE.alias("mine"), _TABLE.alias("before")
    # Another version of the row is there since whoever wrote to it has committed.
    as_seen = select(literal_column("before.xmin")).where(before.c.id == _CONNECTION).scalar_subquery()
    is_ours = and_(mine.c.id == _CONNECTION, mine.c.lease_owner == _OWNER)
    free = select(mine.c.id).where(is_ours, literal_column("mine.xmin") == as_seen, ~unless)
    # The lock that an update takes: rows that point at the connection may be written meanwhile.
    locked = free.with_for_update(skip_locked=True, key_share=True)
    renewing = update(_TABLE).where(_TABLE.c.id == locked.scalar_subquery())
    fence = renewing.values(lease_until=_UNTIL).returning(_TABLE.c.id, *_STANDING).cte("fence")
    parts = build(exists(select(fence.c.id)))
    return select(fence.c.settings_version, fence.c.state).add_cte(
        *(part.cte(f"part_{n}") for n, part in enumerate(parts))
    )


async def renew_and_find(
    driver: LentConnection, connection_id: UUID, owner: str, until: datetime
) -> Connection | None:
    """Renew a lease that is still ours, and answer the connection as it is now; None when it is not."""
    at_hand = list_at_hand([connection_id])
    asked = {"of_connection": connection_id, "to_owner": owner, "until": until}
    found = await ask_alone(driver, _FINDING, {**asked, **ask_beyond(at_hand)})
    return connection_from_columns(found[0], at_hand) if found else None


async def release_lease(
    driver: LentConnection, connection_id: UUID, owner: str, seen: int, *, unless_behind: bool = False
) -> bool:
    """Give the lease back if no trigger came since generation `seen`, nor, where that is asked, a link of an invoice or
    a contact is behind; True when given back. That ends a run.

    One statement on one row: a trigger that commits before it is seen by it, one that commits after finds no lease.
    """
    asked = {"of_connection": connection_id, "to_owner": owner, "seen": seen}
    releasing = _RELEASING_UNLESS_BEHIND if unless_behind else _RELEASING
    return bool(await run_alone(driver, releasing, asked))


_SEEN = bindparam("seen", type_=BigInteger)
_RELEASING = (
    update(_TABLE)
    .where(_IS_OURS, _TABLE.c.generation == _SEEN)
    .values(
        lease_owner=None,
        lease_until=None,
        settled_generation=_SEEN,
        retry_at=None,
        retry_reason=None,
        retries=0,
        missing_scopes=[],
        run_due=False,
        answers_due=False,
    )
    .returning(_TABLE.c.id)
)
_RELEASING_UNLESS_BEHIND = _RELEASING.where(
    *(
        ~exists().where(row.connection_id == _CONNECTION, row.generation > row.settled_generation)
        for row in (InvoiceLinkRow, ContactLinkRow)
    )
)


async def postpone(
    driver: LentConnection,
    connection_id: UUID,
    owner: str,
    retry_at: datetime,
    reason: str,
    *,
    bulk_alone: bool = False,
    by_consents: int | None = None,
) -> None:
    """Give the lease back with work left: look again at `retry_at`, for that reason. A bulk alone may have to wait:
    that counts as no failure. Where the reason lies in what lets us in, it is over if `consents` is not `by_consents`.
    """
    asked = {
        "of_connection": connection_id,
        "to_owner": owner,
        "again_at": retry_at,
        "for_reason": reason,
        "bulk_alone": bulk_alone,
        "by_consents": by_consents,
    }
    await run_alone(driver, _POSTPONING, asked)


_DROPPING = update(_TABLE).where(_IS_OURS).values(lease_owner=None, lease_until=None)
_BY_CONSENTS = bindparam("by_consents", type_=Integer)
_STILL_WAITS = or_(_BY_CONSENTS.is_(None), _TABLE.c.consents == _BY_CONSENTS)
_POSTPONING = _DROPPING.values(
    retry_at=case((_STILL_WAITS, bindparam("again_at", type_=DateTime(timezone=True)))),
    retry_reason=case((_STILL_WAITS, bindparam("for_reason", type_=Text))),
    bulk_waits=bindparam("bulk_alone", type_=Boolean),
    retries=case((bindparam("bulk_alone", type_=Boolean), _TABLE.c.retries), else_=_TABLE.c.retries + 1),
)


_GOING_ON = update(_TABLE).where(_IS_OURS).values(retry_at=None, retry_reason=None, bulk_waits=False)


async def go_on(driver: LentConnection, connection_id: UUID, owner: str) -> None:
    """What the work was put off for is over before its time."""
    await run_alone(driver, _GOING_ON, {"of_connection": connection_id, "to_owner": owner})


async def drop_lease(driver: LentConnection, connection_id: UUID, owner: str) -> None:
    """Give the lease back and leave everything else as it is."""
    await run_alone(driver, _DROPPING, {"of_connection": connection_id, "to_owner": owner})
