"""When each connection's organisation is searched for what no event told of, and how far that came.

`sweep_at` is when the timer asks for the next sweep, `sweep_due` that one is asked for and not done. Asking raises the
connection's generation in the same statement, so a sweep that was cut off is taken up by the next reconcile.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Float, Interval, and_, case, exists, func, literal, or_, select, update

from app.db.postgres.session import WriteSession
from app.db.tables import ConnectionRow, SubscriptionRow
from app.domain.connections.connection import ConnectionState


async def ask_for_sweeps(
    session: WriteSession,
    now: datetime,
    *,
    every: timedelta,
    every_if_heard: timedelta,
    part: int,
    at_least: int,
) -> Sequence[UUID]:
    """Ask for a sweep of Xero on active connections whose time has come, and set the time of the next; answers which.

    One in `part` of them is asked for, and `at_least` so many: those of many connections that joined together need not
    come together, in front of what people wait for.

    It may be later where the webhooks of the connection's Xero app are well heard: one came within `every`, numbers
    would tell of lost ones, and no sweep found anything that they had not told.
    """
    row, heard = ConnectionRow, SubscriptionRow
    is_heard = exists().where(
        heard.xero_app_id.is_not_distinct_from(row.xero_app_id),
        heard.heard_at > now - every,
        heard.sequence.is_not(None),
        heard.untold == 0,
    )
    time_has_come = and_(
        row.state == ConnectionState.ACTIVE, or_(row.sweep_at.is_(None), row.sweep_at <= now)
    )
    due = select(func.count()).select_from(row).where(time_has_come).correlate(None).scalar_subquery()
    stale = (
        select(row.id)
        .where(time_has_come)
        # The longest waiting first, or those behind them might never have their turn.
        .order_by(row.sweep_at.asc().nulls_first(), row.id)
        .limit(func.greatest(at_least, due // part))
        .with_for_update(skip_locked=True)
    )
    asked = (
        update(row)
        .where(row.id.in_(stale))
        .values(
            sweep_due=True,
            sweep_at=case((is_heard, now + every_if_heard), else_=now + every),
            generation=row.generation + 1,
        )
        .returning(row.id)
    )
    return (await session.execute(asked)).scalars().all()


async def ask_for_sweep(session: WriteSession, connection_id: UUID) -> None:
    """Ask for a sweep of Xero on one connection, its organisation's facts included."""
    row = ConnectionRow
    facts_asked_for = {"organisation_fetched_at": None, "facts_asked": row.facts_asked + 1}
    asked = update(row).where(row.id == connection_id).values(**facts_asked_for)
    await session.execute(asked.values(sweep_due=True, generation=row.generation + 1))


async def ask_for_sweep_from_start(session: WriteSession, connection_id: UUID) -> None:
    """Ask for a sweep of everything that moved since the connection was made: more of it may be brought in now."""
    await session.execute(
        update(ConnectionRow).where(ConnectionRow.id == connection_id).values(sweep_due=True, swept_to=None)
    )


async def ask_for_sweep_since(session: WriteSession, connection_id: UUID, moved_at: datetime) -> None:
    """Ask for a sweep that finds again what moved at that moment by Xero's clock."""
    row = ConnectionRow
    asked = update(row).where(row.id == connection_id, row.swept_to.is_not(None))
    back = {"swept_to": func.least(row.swept_to, moved_at), "generation": row.generation + 1}
    await session.execute(asked.values(sweep_due=True, **back))


async def spread_sweeps(
    session: WriteSession, xero_app_id: UUID | None, now: datetime, within: timedelta
) -> int:
    """Bring the next sweep of every active connection of a Xero app forward, each to a moment of its own; that of a
    paused one comes when it goes on.

    One that is due earlier stays so: however often this is asked for, a connection is swept once. Rows are locked in
    the order of their ids, as intake does when it raises the generations of several connections.
    """
    row = ConnectionRow
    concerned = (
        select(row.id)
        .where(row.state.in_(_COMES_BACK), row.xero_app_id.is_not_distinct_from(xero_app_id))
        .order_by(row.id)
        .with_for_update()
    )
    seconds = func.random(type_=Float) * within.total_seconds()
    drawn = literal(now, DateTime(timezone=True)) + func.make_interval(
        0, 0, 0, 0, 0, 0, seconds, type_=Interval
    )
    moved = (
        update(row)
        .where(row.id.in_(concerned))
        .values(sweep_at=func.least(func.coalesce(row.sweep_at, now), drawn))
        .returning(row.id)
    )
    return len((await session.execute(moved)).scalars().all())


_COMES_BACK = (ConnectionState.ACTIVE, ConnectionState.PAUSED)
"""Whoever was lost is swept with the new consent."""


async def save_swept(
    session: WriteSession,
    connection_id: UUID,
    swept_to: datetime,
    *,
    done_at: datetime | None = None,
    next_at: datetime | None = None,
    by_settings: int | None = None,
) -> bool:
    """Everything that moved in Xero up to `swept_to` (its clock) has been looked at; with `done_at`, that was all.

    The next comes at `next_at` where no time was set, as after the first. False, and nothing done, where the settings
    are not of the version any more by which was looked: what they left outside may have been asked for since.
    """
    row = ConnectionRow
    is_so = literal(True) if by_settings is None else row.settings_version == by_settings
    # A sweep that somebody asks for reads the facts first: where these are due, another was asked for meanwhile.
    still_due = row.organisation_fetched_at.is_(None)
    done: dict[str, Any] = {}
    if done_at is not None:
        done = {"sweep_due": still_due, "swept_at": done_at, "consent_seen_at": done_at}
    if next_at is not None:
        done["sweep_at"] = func.coalesce(row.sweep_at, next_at)
    newest = func.greatest(func.coalesce(row.swept_to, swept_to), swept_to)
    saved = update(row).where(row.id == connection_id, is_so).values(swept_to=newest, **done)
    return (await session.execute(saved.returning(row.id))).scalar_one_or_none() is not None
