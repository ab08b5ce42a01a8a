"""Changes to the partner: the feed, and what is known to have been applied of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Insert,
    SQLColumnExpression,
    Text,
    Update,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.sql.dml import ReturningUpdate

from app.db.delivery.fan_out import CHANGE, copy_new, save_in_order
from app.db.links.hub_columns import SentChanges
from app.db.links.rows import HUB_ROWS, HubRow
from app.db.postgres.built import among_asked, asked
from app.db.postgres.given import Types, bare, give, rows_given
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ChangeRow, ConnectionRow, ContactLinkRow, InvoiceLinkRow
from app.domain.holds.thing import Thing
from app.domain.partner.change import moves_from_json, moves_to_json
from app.domain.record.moves import Move


@dataclass(frozen=True, slots=True)
class NewChange:
    """A change to put into the feed; `body` is what the partner is sent, without its cursor.

    The body names what it is of as `<kind>_id` and shows it as `<kind>`; its type is `<kind>.changed`.
    """

    link_id: UUID
    revision: int
    moves: Mapping[str, Move]
    body: Mapping[str, Any]
    kind: str = Thing.INVOICE


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the feed as it stands. `is_resend`: it was applied, and somebody wants it sent again."""

    cursor: int
    link_id: UUID
    connection_id: UUID
    revision: int
    state: str
    attempts: int
    body: Mapping[str, Any]
    last_answer: str | None
    created_at: datetime
    kind: str = Thing.INVOICE
    is_resend: bool = False

    @property
    def type(self) -> str:
        """The type of its webhook."""
        return f"{self.kind}.changed"

    @property
    def partner_id(self) -> str:
        """The partner's id of what it is of."""
        return str(self.body[f"{self.kind}_id"])


async def find_sent(
    session: ReadSession, links: Sequence[InvoiceLinkRow] | Sequence[ContactLinkRow]
) -> dict[UUID, SentChanges]:
    """Per link, the changes since its document; nothing is asked of one of which there can be none, since a change has
    the revision of the record that it tells.
    """
    since = {link.id: link.merged_based_on for link in links if link.revision > link.merged_based_on}
    sent = await _list_sent(session, since)
    return {link.id: sent.get(link.id) or SentChanges(newest=link.merged_based_on) for link in links}


async def _list_sent(session: ReadSession, since: Mapping[UUID, int]) -> dict[UUID, SentChanges]:
    """Per link, every change sent after the given revision."""
    found = {link_id: SentChanges(newest=revision) for link_id, revision in since.items()}
    if not since:
        return found
    asking = {"links": list(since), "after": min(since.values())}
    for link_id, revision, state, moves in await session.execute(_SENT_AFTER, asking):
        if revision > since[link_id]:
            kind = found[link_id].refused if state == "refused" else found[link_id].sent
            kind[revision] = moves_from_json(moves)
            if revision > found[link_id].newest:
                found[link_id].newest, found[link_id].is_newest_withdrawn = revision, state == "superseded"
            if state == "applied":
                found[link_id].applied.add(revision)
    return found


_CHANGE = bare(ChangeRow).c
_OF_LINKS = among_asked(_CHANGE.link_id, "links")
_SENT_AFTER = select(_CHANGE.link_id, _CHANGE.revision, _CHANGE.state, _CHANGE.moves).where(
    _OF_LINKS, _CHANGE.revision > asked("after", _CHANGE.revision)
)


async def insert_changes(session: WriteSession, connection_id: UUID, changes: Sequence[NewChange]) -> None:
    """Put changes into the feed, with a copy for every endpoint that listens; an older one of the same thing that still
    waits is superseded.

    Only the holder of the connection's lease calls this, so cursors of a connection are committed in order. A revision
    that is there already is left as it is.
    """
    if not changes:
        return
    newer = [{"link_id": change.link_id, "revision": change.revision} for change in changes]
    older = (await session.execute(_SUPERSEDING, give(_NEWER, newer))).scalars().all()
    await save_in_order(session, older, "superseded")
    rows = [
        {
            "link_id": change.link_id,
            "kind": change.kind,
            "revision": change.revision,
            "moves": moves_to_json(change.moves),
            "body": dict(change.body),
        }
        for change in changes
    ]
    await session.execute(_INSERTING, {"into_connection": connection_id, **give(_NEW, rows)})


_NEWER: Types = {"link_id": Uuid, "revision": BigInteger}


def _build_superseding() -> ReturningUpdate[int]:
    row, given = ChangeRow, rows_given(_NEWER)
    return (
        update(row)
        .where(row.link_id == given.c.link_id, row.revision != given.c.revision, row.state == "pending")
        .values(state="superseded")
        .returning(row.id)
        .execution_options(synchronize_session=False)
    )


_SUPERSEDING = _build_superseding()

_NEW: Types = {"link_id": Uuid, "kind": Text, "revision": BigInteger, "moves": JSONB, "body": JSONB}


def _build_inserting() -> Insert:
    given = rows_given(_NEW)
    names = ["connection_id", *_NEW]
    new = (
        insert(bare(ChangeRow))
        .from_select(
            names, select(bindparam("into_connection", type_=Uuid), *(given.c[name] for name in _NEW))
        )
        .on_conflict_do_nothing(index_elements=["link_id", "revision"])
        .returning(ChangeRow.id, ChangeRow.connection_id, ChangeRow.kind)
        .cte("new")
    )
    return copy_new(new, CHANGE, new.c.kind + ".changed")


_INSERTING = _build_inserting()


async def supersede_changes(session: WriteSession, link_ids: Sequence[UUID]) -> None:
    """Withdraw what still waits for these links: the partner's side needs nothing more. What a person wants sent again
    is sent all the same.
    """
    if link_ids:
        withdrawn = (await session.execute(WITHDRAWING, {"links": list(link_ids)})).scalars().all()
        await save_in_order(session, withdrawn, "superseded")


# In the index's own words.
_WAITS = _CHANGE.state == literal_column("'pending'")
WITHDRAWABLE_OF_LINKS = and_(_OF_LINKS, _WAITS, _CHANGE.is_resend.is_(False))
WITHDRAWING = (
    update(bare(ChangeRow)).where(WITHDRAWABLE_OF_LINKS).values(state="superseded").returning(_CHANGE.id)
)


async def list_changes(session: ReadSession, connection_id: UUID, after: int, limit: int) -> list[Change]:
    """The feed after a cursor, oldest first, without what a newer change of the same thing replaced. Where other
    directions were chosen it ends, until the loop came by, before the first that may not go out any more.
    """
    row = ChangeRow
    unjudged_to = select(ConnectionRow.changes_unjudged_to).where(ConnectionRow.id == connection_id)
    first_unjudged = select(func.min(row.id)).where(
        row.connection_id == connection_id, _IS_PENDING, is_unjudged(unjudged_to.scalar_subquery())
    )
    ends = first_unjudged.correlate(None).scalar_subquery()
    wanted = select(row).where(row.connection_id == connection_id, row.id > after, row.state != "superseded")
    wanted = wanted.where(or_(ends.is_(None), row.id < ends))
    rows = await session.execute(wanted.order_by(row.id).limit(limit))
    return [change_from_row(row) for row in rows.scalars()]


_IS_PENDING = ChangeRow.state == literal_column("'pending'")
"""Written out, as the indexes have it."""


def is_unjudged(unjudged_to: SQLColumnExpression[int | None]) -> ColumnElement[bool]:
    """Of a waiting change: other directions were chosen since, by which its link was not looked at yet. The loop
    withdraws it when it comes by, or lets it be.
    """
    is_behind = (
        exists().where(row.id == ChangeRow.link_id, row.generation > row.settled_generation)
        for row in (InvoiceLinkRow, ContactLinkRow)
    )
    return and_(ChangeRow.id <= func.coalesce(unjudged_to, 0), or_(*is_behind))


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The partner applied everything of a link up to a revision.

    `version` is the app's own version after it, believed only if the one it replaced is the newest we know: otherwise a
    document between the two was lost, and the manifest must still find it.
    """

    link_id: UUID
    revision: int
    version: int | None = None
    replaced_version: int | None = None
    kind: str = Thing.INVOICE


async def save_acknowledgements(session: WriteSession, acknowledged: Sequence[Acknowledgement]) -> None:
    """Note what the partner applied, and look at those links again; the connection's row is locked."""
    for kind in HUB_ROWS:
        left = [asdict(each) for each in acknowledged if each.kind == kind]
        while left:
            # One statement writes a link once.
            turn = {each["link_id"]: each for each in reversed(left)}
            await session.execute(_ACKNOWLEDGING[kind], give(_ACKNOWLEDGED, list(turn.values())))
            left = [each for each in left if turn[each["link_id"]] is not each]


_ACKNOWLEDGED: Types = {
    "link_id": Uuid,
    "revision": BigInteger,
    "version": BigInteger,
    "replaced_version": BigInteger,
}


def _build_acknowledging(row: HubRow) -> Update:
    given = rows_given(_ACKNOWLEDGED)
    is_next = func.greatest(row.document_version, row.acked_version) == given.c.replaced_version
    return (
        update(row)
        .where(row.id == given.c.link_id)
        .values(
            acked_revision=func.greatest(row.acked_revision, given.c.revision),
            acked_version=case(
                (is_next & given.c.version.is_not(None), given.c.version), else_=row.acked_version
            ),
            generation=row.generation + 1,
        )
        .execution_options(synchronize_session=False)
    )


_ACKNOWLEDGING = {kind: _build_acknowledging(row) for kind, row in HUB_ROWS.items()}


async def acknowledge_upto(session: WriteSession, connection_id: UUID, cursor: int, at: datetime) -> int:
    """The partner has applied every change of the feed up to a cursor; answers how many that settled."""
    applied = (
        update(ChangeRow)
        .where(ChangeRow.connection_id == connection_id, ChangeRow.id <= cursor, ChangeRow.state == "pending")
        .values(state="applied", answered_at=at, last_answer="acknowledged by call")
        .returning(ChangeRow.id, ChangeRow.link_id, ChangeRow.revision, ChangeRow.kind)
    )
    rows = (await session.execute(applied)).all()
    await save_in_order(session, [row.id for row in rows], "delivered")
    told = [Acknowledgement(link_id, revision, kind=kind) for _, link_id, revision, kind in sorted(rows)]
    await save_acknowledgements(session, told)
    return len(rows)


def change_from_row(row: ChangeRow) -> Change:
    """The feed's value of a row."""
    return Change(
        cursor=row.id,
        link_id=row.link_id,
        connection_id=row.connection_id,
        revision=row.revision,
        state=row.state,
        attempts=row.attempts,
        body=row.body,
        last_answer=row.last_answer,
        created_at=row.created_at,
        kind=row.kind,
        is_resend=row.is_resend,
    )


async def find_newest_cursor(session: ReadSession, connection_id: UUID) -> int:
    """The newest cursor of a connection's feed; 0 while there is none."""
    newest = select(func.max(ChangeRow.id)).where(ChangeRow.connection_id == connection_id)
    return (await session.execute(newest)).scalar_one_or_none() or 0
