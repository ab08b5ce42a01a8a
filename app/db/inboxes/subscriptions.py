"""What arrived of Xero's webhooks and what did not, for each Xero app (None is Plumbline's own).

Whoever locks a subscription's row in a transaction does so last, after the rows of connections and of events: taken in
another order, a delivery and the watch over it would wait for each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.postgres.given import bare
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import SubscriptionRow, XeroAppRow
from app.domain.connections.event_sequence import EventSequence, Gap, take_gaps


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription as it is shown to the operator."""

    xero_app_id: UUID | None
    heard_at: datetime | None
    untold: int
    untold_since: datetime | None
    silent_since: datetime | None
    gaps: int
    events_missed: int


@dataclass(frozen=True, slots=True)
class Kept:
    """The numbers of one app's events that were seen so far, and whether the operator was told of a silence."""

    sequence: EventSequence | None
    was_silent: bool


async def lock_kept(session: WriteSession, xero_app_id: UUID | None) -> Kept | None:
    """What is kept, held still until this transaction ends; None where that app was never heard."""
    row = (await session.execute(_LOCKING, {"of_app": xero_app_id})).one_or_none()
    return read_kept(row.sequence, was_silent=row.silent_since is not None) if row else None


def read_kept(sequence: Mapping[str, Any] | None, *, was_silent: bool) -> Kept:
    """What is kept, from the columns that have it."""
    return Kept(EventSequence.from_json(sequence) if sequence else None, was_silent)


async def begin_following(session: WriteSession, xero_app_id: UUID | None) -> Kept | None:
    """The same of an app that had no row when it was looked for, and has one now; None where it was deleted since."""
    if xero_app_id is not None:
        held = select(XeroAppRow.id).where(XeroAppRow.id == xero_app_id)
        held = held.with_for_update(read=True, key_share=True)
        if (await session.execute(held)).scalar_one_or_none() is None:
            return None
    first = insert(SubscriptionRow).values(xero_app_id=xero_app_id)
    await session.execute(first.on_conflict_do_nothing(index_elements=["xero_app_id"]))
    return await lock_kept(session, xero_app_id)


async def save_heard(
    session: WriteSession, xero_app_id: UUID | None, sequence: EventSequence | None, at: datetime
) -> None:
    """An event arrived, which ends a silence."""
    heard = {"of_app": xero_app_id, "newest": sequence.to_json() if sequence else None, "at": at}
    await session.execute(_HEARING, heard)


# Asked at every webhook of Xero's, so they are built once, and of the table alone.
_table = bare(SubscriptionRow)
_IS_OF_APP = _table.c.xero_app_id.is_not_distinct_from(bindparam("of_app", type_=Uuid))
_LOCKING = select(_table.c.sequence, _table.c.silent_since).where(_IS_OF_APP).with_for_update()
_HEARING = (
    update(_table)
    .where(_IS_OF_APP)
    .values(
        sequence=bindparam("newest", type_=_table.c.sequence.type),
        heard_at=bindparam("at", type_=_table.c.heard_at.type),
        untold=0,
        untold_since=None,
        silent_since=None,
    )
)


async def list_with_gaps(session: ReadSession, found_before: datetime) -> list[UUID | None]:
    """The apps whose sequences have gaps that have been open since before then."""
    row = SubscriptionRow
    kept = await session.execute(select(row.xero_app_id, row.sequence).where(row.sequence.is_not(None)))
    return [
        xero_app_id
        for xero_app_id, sequence in kept
        if take_gaps(EventSequence.from_json(sequence), found_before)[1]
    ]


async def take_open_gaps(
    session: WriteSession, xero_app_id: UUID | None, found_before: datetime
) -> tuple[Gap, ...]:
    """The gaps that stayed open since before then, counted and taken off: nobody gets them a second time."""
    kept = await lock_kept(session, xero_app_id)
    rest, taken = take_gaps(kept.sequence, found_before) if kept and kept.sequence else (None, ())
    if rest is not None and taken:
        row = SubscriptionRow
        await session.execute(
            update(row)
            .where(row.xero_app_id.is_not_distinct_from(xero_app_id))
            .values(
                sequence=rest.to_json(),
                gaps=row.gaps + len(taken),
                events_missed=row.events_missed + sum(gap.size for gap in taken),
            )
        )
    return taken


async def note_untold(
    session: WriteSession, xero_app_id: UUID | None, changed_at: datetime, now: datetime
) -> None:
    """A sweep or compare found a change, of that time by Xero's clock, after which no event has arrived at all."""
    row = SubscriptionRow
    await session.execute(
        insert(row)
        .values(xero_app_id=xero_app_id, untold=1, untold_since=now)
        .on_conflict_do_update(
            index_elements=["xero_app_id"],
            set_={"untold": row.untold + 1, "untold_since": func.coalesce(row.untold_since, now)},
            where=or_(row.heard_at.is_(None), row.heard_at < changed_at),
        )
    )


async def take_silent(
    session: WriteSession, now: datetime, *, finds: int, within: timedelta
) -> list[Subscription]:
    """The subscriptions that have fallen silent and of which the operator has not been told: each is answered once."""
    row = SubscriptionRow
    is_silent = or_(row.untold >= finds, and_(row.untold > 0, row.untold_since <= now - within))
    # By their ids, as whoever locks several does (`heard_events`).
    locked = select(row.id).where(row.silent_since.is_(None), is_silent).order_by(row.id).with_for_update()
    ids = (await session.execute(locked)).scalars().all()
    told = update(row).where(row.id.in_(ids)).values(silent_since=now).returning(row)
    found = (await session.execute(told.execution_options(populate_existing=True))).scalars()
    return [_from_row(each) for each in found]


async def list_subscriptions(session: ReadSession) -> list[Subscription]:
    """All of them, Plumbline's own first."""
    rows = await session.execute(
        select(SubscriptionRow).order_by(SubscriptionRow.xero_app_id.is_not(None), SubscriptionRow.id)
    )
    return [_from_row(row) for row in rows.scalars()]


async def find_subscription(session: ReadSession, xero_app_id: UUID | None) -> Subscription | None:
    """That of one Xero app, or None."""
    wanted = select(SubscriptionRow).where(SubscriptionRow.xero_app_id.is_not_distinct_from(xero_app_id))
    row = (await session.execute(wanted)).scalar_one_or_none()
    return _from_row(row) if row else None


def _from_row(row: SubscriptionRow) -> Subscription:
    return Subscription(
        xero_app_id=row.xero_app_id,
        heard_at=row.heard_at,
        untold=row.untold,
        untold_since=row.untold_since,
        silent_since=row.silent_since,
        gaps=row.gaps,
        events_missed=row.events_missed,
    )
