"""Claims on changes: which worker sends which change of the feed now, and what came of it.

A claim is a stamp that runs out, not a lock: no transaction is open while a partner's app is called. Of one invoice at
most one change is in flight, of one connection at most as many as the caller allows, whatever number of workers
asks. Many are claimed and recorded in a statement each, since there may be thousands.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Text,
    and_,
    any_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningUpdate

from app.db.delivery.changes import Change, change_from_row, is_unjudged
from app.db.delivery.due import CONNECTION, DELIVERED_STATES, IS_DUE, MESSAGE_TYPE, NOW
from app.db.postgres.built import among_asked, asked
from app.db.postgres.given import Types, bare, give, rows_given
from app.db.postgres.session import WriteSession
from app.db.tables import ChangeRow, ConnectionRow, ContactLinkRow, InvoiceLinkRow


@dataclass(frozen=True, slots=True)
class Claim:
    """A change that is ours to send until a moment after which another worker may take it.

    `brought_by` is the id under which that came in which its link carries out; None where a search found it.
    """

    change: Change
    until: datetime
    brought_by: str | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """Changes to be sent in order, at most so many of them at a time, and by which settings they were claimed."""

    claims: Sequence[Claim]
    at_once: int
    settings_version: int = 0


NOTHING = Claimed((), 0)


async def claim_due(
    session: WriteSession,
    connection_id: UUID,
    *,
    now: datetime,
    until: datetime,
    at_once: int,
    most: int,
    types: Sequence[str] | None = None,
) -> Claimed:
    """Claim what is due, oldest first, up to `most`; over all workers at most `at_once` of a connection are then sent
    at the same time: none are claimed while as many are with others.

    Of some types alone where the endpoint that applies takes no others; those wait in the feed.
    """
    # Two workers that count at the same moment would each fill the whole allowance.
    await hold_claims(session, connection_id)
    asking = {"of_connection": connection_id, "due_by": now, "until": until, "at_once": at_once, "most": most}
    if types is not None:
        asking["types"] = list(types)
    found = (await session.execute(_build_claiming(is_of_types=types is not None), asking)).all()
    if not found:
        return NOTHING
    claims = [Claim(change_from_row(row), until, brought_by) for row, brought_by, _, _ in found]
    _, _, with_others, settings_version = found[0]
    oldest_first = sorted(claims, key=lambda claim: claim.change.cursor)
    return Claimed(oldest_first, at_once - with_others, settings_version)


async def hold_claims(session: WriteSession, connection_id: UUID) -> None:
    """Until this transaction ends nobody else claims a change or a copy of the connection; whoever was about to has
    committed that.
    """
    await session.execute(_LOCKING, {"named": name_claims(connection_id)})


def name_claims(connection_id: UUID) -> str:
    """The name of the lock on what is claimed of a connection."""
    return f"deliver:{connection_id}"


_LOCKING = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("named", type_=Text), 0)))


@cache
def _build_claiming(*, is_of_types: bool) -> ReturningUpdate[ChangeRow, str | None, int, int]:
    """Answers each change, what brought it, how many are with others, and the settings by which it was claimed."""
    row, of = ChangeRow, ConnectionRow.id == CONNECTION
    # Counted as it was before this statement.
    with_others = count_under_way()
    is_at_work = exists().where(of, ConnectionRow.state.in_(DELIVERED_STATES))
    unjudged_to = select(ConnectionRow.changes_unjudged_to).where(of).scalar_subquery()
    settings_version = select(ConnectionRow.settings_version).where(of).scalar_subquery()
    due = (
        select(row.id)
        .where(row.connection_id == CONNECTION, IS_DUE, ~_has_another_in_flight())
        .where(~_is_of_what_is_skipped(), ~is_unjudged(unjudged_to), is_at_work)
        .where(with_others < bindparam("at_once", type_=BigInteger))
        .order_by(row.id)
        .limit(bindparam("most", type_=BigInteger))
        .with_for_update(skip_locked=True)
    )
    if is_of_types:
        due = due.where(any_(bindparam("types", type_=ARRAY(Text))) == MESSAGE_TYPE)
    return (
        update(row)
        .where(row.id.in_(due))
        .values(claimed_until=bindparam("until", type_=DateTime(timezone=True)))
        .returning(row, _brought_by(), with_others, settings_version)
        .execution_options(synchronize_session=False)
    )


def count_under_way() -> ColumnElement[int]:
    """How many changes of the connection are claimed: those that wait, and those superseded since they were claimed.

    The latter are found by the newer change that waits for their answer: no index holds them by connection.
    """
    row, older, newer = ChangeRow, aliased(ChangeRow), aliased(ChangeRow)
    claimed = select(func.count()).where(
        row.connection_id == CONNECTION, row.state == "pending", row.claimed_until >= NOW
    )
    superseded = (
        select(func.count())
        .select_from(newer)
        .join(older, and_(older.link_id == newer.link_id, older.id != newer.id))
        .where(newer.connection_id == CONNECTION, newer.state == "pending")
        .where(older.state == "superseded", older.claimed_until >= NOW)
    )
    return claimed.correlate(None).scalar_subquery() + superseded.correlate(None).scalar_subquery()


def _has_another_in_flight() -> ColumnElement[bool]:
    """An older change of the invoice was superseded while its call is under way: its answer comes first."""
    other = aliased(ChangeRow)
    return exists().where(
        other.link_id == ChangeRow.link_id, other.id != ChangeRow.id, other.claimed_until >= NOW
    )


def _is_of_what_is_skipped() -> ColumnElement[bool]:
    """A person set its invoice or contact aside; the loop withdraws the change when it comes by."""
    links = (InvoiceLinkRow, ContactLinkRow)
    return or_(*(exists().where(row.id == ChangeRow.link_id, row.skipped_at.is_not(None)) for row in links))


def _brought_by() -> ColumnElement[str | None]:
    """The id that stands with the change's link, of whichever kind that is."""
    links = (InvoiceLinkRow, ContactLinkRow)
    ids = (select(row.correlation_id).where(row.id == ChangeRow.link_id).scalar_subquery() for row in links)
    return func.coalesce(*ids)


async def give_back(session: WriteSession, claims: Collection[Claim]) -> None:
    """What was claimed and not sent is anybody's again; the connection's row is locked."""
    for until in {claim.until for claim in claims}:
        ours = [claim.change.cursor for claim in claims if claim.until == until]
        await session.execute(_GIVING_BACK, {"ids": ours, "held_until": until})


_CHANGE = bare(ChangeRow).c
_GIVING_BACK = (
    update(bare(ChangeRow))
    .where(
        among_asked(_CHANGE.id, "ids"), _CHANGE.claimed_until == asked("held_until", _CHANGE.claimed_until)
    )
    .values(claimed_until=None)
)


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a claimed change: the state that it is to have, the answer in words, when it is due again."""

    claim: Claim
    state: str
    answer: str
    at: datetime
    due_at: datetime


async def save_answers(session: WriteSession, said: Sequence[Said]) -> dict[int, str]:
    """Record what came of claimed changes and give them back; answers the state of each by its cursor.

    Where a claim ran out nothing is saved, and its change is not among them. One that a newer change replaced meanwhile
    stays superseded.
    """
    rows = [
        {
            "cursor": each.claim.change.cursor,
            "until": each.claim.until,
            "state": each.state,
            "answer": each.answer[:_LONGEST_ANSWER],
            "at": each.at,
            "due_at": each.due_at,
        }
        for each in said
    ]
    saved = await session.execute(_ANSWERING, give(_ANSWERED, rows))
    return {row.id: row.state for row in saved}


_LONGEST_ANSWER = 500

_ANSWERED: Types = {
    "cursor": BigInteger,
    "until": DateTime(timezone=True),
    "state": Text,
    "answer": Text,
    "at": DateTime(timezone=True),
    "due_at": DateTime(timezone=True),
}


def _build_answering() -> ReturningUpdate[int, str]:
    row, given = ChangeRow, rows_given(_ANSWERED)
    return (
        update(row)
        .where(row.id == given.c.cursor, row.claimed_until == given.c.until)
        .values(
            state=case((row.state == "pending", given.c.state), else_=row.state),
            is_resend=row.is_resend & (given.c.state == "pending"),
            attempts=row.attempts + 1,
            last_answer=given.c.answer,
            claimed_until=None,
            due_at=given.c.due_at,
            answered_at=given.c.at,
        )
        .returning(row.id, row.state)
        .execution_options(synchronize_session=False)
    )


_ANSWERING = _build_answering()
