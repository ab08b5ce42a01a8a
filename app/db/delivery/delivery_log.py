"""What was sent to each endpoint: every message with its attempts, kept for a month.

An attempt is saved in one statement, with what it means for its delivery and for the endpoint's health: there is one
for every call, and calls are many. The newest `MOST_ATTEMPTS` of a message are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    Boolean,
    DateTime,
    Integer,
    Select,
    Text,
    Update,
    Uuid,
    bindparam,
    case,
    delete,
    false,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from app.db.postgres.given import Types, give, rows_given
from app.db.postgres.session import WriteSession
from app.db.tables import ChangeRow, DeliveryAttemptRow, DeliveryRow, WebhookEndpointRow
from app.domain.partner.endpoint import CHANGE_TYPES, QUIET_DAY, Failing

MOST_ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class Told:
    """A message to an endpoint. `cursor` names the change or notice that has its body; a test has one of its own."""

    endpoint_id: UUID
    connection_id: UUID | None
    message_id: str
    type: str
    cursor: int | None
    is_copy: bool = False
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt: what came back, the first 2 KB of it, or in `reason` why nothing did."""

    at: datetime
    duration_ms: int
    status: int | None
    answer: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an attempt means. `state` and `due_at` are the delivery's, where the claim still holds (`is_ours`).

    Of a copy, `claim` is the end of the claim, by which this statement sees whether it does. `is_well` says whether the
    endpoint works; None says nothing of it.
    """

    state: str
    due_at: datetime
    is_well: bool | None
    is_ours: bool = True
    claim: datetime | None = None


async def save_call(session: WriteSession, told: Told, call: Call, meaning: Meaning) -> Failing | None:
    """Keep an attempt; answers how long the endpoint has failed by now, None where this attempt was none of that."""
    delivery = _save_delivery(told, meaning)
    attempt = _save_attempt(delivery, call)
    health = _judge(told.endpoint_id, call.at, meaning.is_well)
    attempts = select(delivery.c.id, delivery.c.attempts)
    if health is None:
        saved = (await session.execute(attempts.add_cte(attempt))).one()
    else:
        judged = health.cte("judged")
        joined = attempts.add_columns(judged.c.failures, judged.c.failing_since)
        joined = joined.select_from(delivery.outerjoin(judged, true())).add_cte(attempt)
        saved = (await session.execute(joined)).one()
    if saved.attempts > MOST_ATTEMPTS:
        await _forget_oldest(session, saved.id)
    return Failing(saved.failures, saved.failing_since) if meaning.is_well is False else None


async def save_well_calls(session: WriteSession, calls: Sequence[tuple[Told, Call, Meaning]]) -> None:
    """Keep the attempts of many messages of one endpoint, all of which it answered well and whose claims held.

    As `save_call` of each, in two statements.
    """
    if not calls:
        return
    rows = [
        {
            **{
                name: getattr(told, name)
                for name in ("endpoint_id", "connection_id", "message_id", "type", "cursor")
            },
            **{name: getattr(call, name) for name in ("at", "duration_ms", "status", "answer", "reason")},
            "state": meaning.state,
            "due_at": meaning.due_at,
        }
        for told, call, meaning in calls
    ]
    saved = await session.execute(_ANSWERED_WELL, give(_WELL, rows))
    for delivery_id, attempts in saved.all():
        if attempts > MOST_ATTEMPTS:
            await _forget_oldest(session, delivery_id)
    await session.execute(_ENDING_FAILURE, {"working_endpoint": calls[0][0].endpoint_id})


_WELL: Types = {
    "endpoint_id": Uuid,
    "connection_id": Uuid,
    "message_id": Text,
    "type": Text,
    "cursor": BigInteger,
    "state": Text,
    "due_at": DateTime(timezone=True),
    "at": DateTime(timezone=True),
    "duration_ms": Integer,
    "status": Integer,
    "answer": Text,
    "reason": Text,
}


def _build_answered_well() -> Select[int, int]:
    row, given = DeliveryRow, rows_given(_WELL)
    kept = given.c
    names = [
        "endpoint_id",
        "connection_id",
        "message_id",
        "type",
        "cursor",
        "is_copy",
        "state",
        "attempts",
        "due_at",
    ]
    told = select(
        kept.endpoint_id, kept.connection_id, kept.message_id, kept.type, kept.cursor, false(), kept.state,
        literal(1), kept.due_at,
    )  # fmt: skip
    new = upsert(row).from_select(names, told)
    state = case(
        (new.excluded.state == "delivered", new.excluded.state),
        (row.state == "pending", new.excluded.state),
        else_=row.state,
    )
    delivery = (
        new.on_conflict_do_update(
            index_elements=["endpoint_id", "message_id"],
            set_={
                "attempts": row.attempts + 1,
                "state": state,
                "due_at": new.excluded.due_at,
                "claimed_until": None,
            },
        )
        .returning(row.id, row.attempts, row.message_id)
        .cte("delivery")
    )
    made = select(delivery.c.id, kept.at, kept.duration_ms, kept.status, kept.answer, kept.reason).join(
        given, kept.message_id == delivery.c.message_id
    )
    attempt = insert(DeliveryAttemptRow).from_select(
        ["delivery_id", "at", "duration_ms", "status", "answer", "reason"], made
    )
    kept_attempt = attempt.returning(DeliveryAttemptRow.id).cte("attempt")
    return select(delivery.c.id, delivery.c.attempts).add_cte(kept_attempt)


_ANSWERED_WELL = _build_answered_well()
_ENDING_FAILURE = (
    update(WebhookEndpointRow)
    .where(
        WebhookEndpointRow.id == bindparam("working_endpoint"), WebhookEndpointRow.failing_since.is_not(None)
    )
    .values(failures=0, failing_since=None, failed_at=None)
    .execution_options(synchronize_session=False)
)


def _save_delivery(told: Told, meaning: Meaning) -> CTE:
    row = DeliveryRow
    new = upsert(row).values(
        endpoint_id=told.endpoint_id,
        connection_id=told.connection_id,
        message_id=told.message_id,
        type=told.type,
        cursor=told.cursor,
        body=told.body,
        is_copy=told.is_copy,
        state=meaning.state,
        attempts=1,
        due_at=meaning.due_at,
    )
    is_ours = (
        literal(meaning.is_ours, Boolean()) if meaning.claim is None else row.claimed_until == meaning.claim
    )
    saved = new.on_conflict_do_update(
        index_elements=["endpoint_id", "message_id"],
        set_={
            "attempts": row.attempts + 1,
            # What was taken once stays taken, whatever a repeat is answered.
            "state": case(
                (new.excluded.state == "delivered", new.excluded.state),
                ((row.state == "pending") & is_ours, new.excluded.state),
                else_=row.state,
            ),
            "due_at": case((is_ours, new.excluded.due_at), else_=row.due_at),
            "claimed_until": case((is_ours, None), else_=row.claimed_until),
        },
    )
    return saved.returning(row.id, row.attempts).cte("delivery")


def _save_attempt(delivery: CTE, call: Call) -> CTE:
    values = {
        "at": call.at,
        "duration_ms": call.duration_ms,
        "status": call.status,
        "answer": call.answer,
        "reason": call.reason,
    }
    columns = DeliveryAttemptRow.__table__.c
    literals = [literal(value, columns[name].type) for name, value in values.items()]
    made = insert(DeliveryAttemptRow).from_select(["delivery_id", *values], select(delivery.c.id, *literals))
    return made.returning(DeliveryAttemptRow.id).cte("attempt")


def _judge(endpoint_id: UUID, at: datetime, is_well: bool | None) -> Update | None:
    """What an attempt says of its endpoint; one that works, and did before, is not written at all."""
    row = WebhookEndpointRow
    if is_well is None:
        return None
    named = update(row).where(row.id == endpoint_id)
    if is_well:
        named = named.where(row.failing_since.is_not(None))
        judged = named.values(failures=0, failing_since=None, failed_at=None)
    else:
        anew = or_(row.failing_since.is_(None), row.failed_at < at - QUIET_DAY)
        judged = named.values(
            failures=case((anew, 1), else_=row.failures + 1),
            failing_since=case((anew, at), else_=row.failing_since),
            failed_at=at,
        )
    return judged.returning(row.failures, row.failing_since)


async def _forget_oldest(session: WriteSession, delivery_id: int) -> None:
    row = DeliveryAttemptRow
    kept = select(row.id).where(row.delivery_id == delivery_id).order_by(row.id.desc())
    oldest: Any = kept.offset(MOST_ATTEMPTS - 1).limit(1).scalar_subquery()
    await session.execute(delete(row).where(row.delivery_id == delivery_id, row.id < oldest))


async def prune_deliveries(session: WriteSession, before: datetime, limit: int) -> int:
    """Forget deliveries that were written before then, with their attempts; answers how many, at most `limit`.

    What the applying endpoint has still to take stays, because it is never given up.
    """
    row = DeliveryRow
    old = (
        select(row.id)
        .where(row.created_at < before, or_(row.is_copy, row.state != "pending"))
        .order_by(row.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    pruned = delete(row).where(row.id.in_(old)).returning(row.id)
    return len((await session.execute(pruned)).scalars().all())


async def prune_attempts(session: WriteSession, before: datetime, limit: int) -> int:
    """Forget attempts made before then of what is still tried; answers how many, at most `limit`."""
    row = DeliveryAttemptRow
    old = (
        select(row.id).where(row.at < before).order_by(row.at).limit(limit).with_for_update(skip_locked=True)
    )
    pruned = delete(row).where(row.id.in_(old)).returning(row.id)
    return len((await session.execute(pruned)).scalars().all())


async def end_left_behind(session: WriteSession, before: datetime, limit: int) -> int:
    """End deliveries to an endpoint that no longer applies, whose change went another way; answers how many."""
    row = DeliveryRow
    left = (
        select(row.id)
        .join(ChangeRow, (ChangeRow.id == row.cursor) & row.type.in_(CHANGE_TYPES))
        .where(~row.is_copy, row.state == "pending", ChangeRow.state != "pending", row.created_at < before)
        .limit(limit)
        .with_for_update(skip_locked=True, of=row)
    )
    ended = update(row).where(row.id.in_(left)).values(state="superseded").returning(row.id)
    return len((await session.execute(ended)).scalars().all())
