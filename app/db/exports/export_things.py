"""The things of an export: listed once each, taken up portion by portion, and what came of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import AttemptRow, ExportThingRow
from app.domain.exports.export import ExportOutcome, Stage, Tally, ThingKind
from app.domain.exports.export_sheet import Sum
from app.domain.exports.export_thing import DoneThing, Face, PlannedThing, Thing

ROWS_AT_ONCE = 1000
"""PostgreSQL takes some 32,000 values in one statement."""

_RANKS = {stage: rank for rank, stage in enumerate(Stage)}
_MOST_PATHS = 100
"""Of one thing: a report is read by people."""


async def insert_things(session: WriteSession, export_id: UUID, things: Sequence[PlannedThing]) -> None:
    """Keep these things; one that is there already stays as it is, so that a listing may be done again.

    An attempt that is made from now on has a larger number than any that there is.
    """
    newest = (await session.execute(select(func.coalesce(func.max(AttemptRow.id), 0)))).scalar_one()
    rows = [_planned_row(export_id, thing) | {"after_attempt": newest} for thing in things]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        statement = insert(ExportThingRow).values(rows[start : start + ROWS_AT_ONCE])
        await session.execute(statement.on_conflict_do_nothing())


def _planned_row(export_id: UUID, thing: PlannedThing) -> dict[str, Any]:
    return {
        "export_id": export_id,
        "stage": thing.stage.value,
        "stage_rank": _RANKS[thing.stage],
        "kind": thing.kind.value,
        "link_id": thing.link_id,
        "key": thing.key,
        "was_in_xero": thing.was_in_xero,
        "planned": thing.result.outcome.value,
        "code": thing.result.code,
        "message": thing.result.message,
        "cure": thing.result.cure,
        "paths": list(thing.paths)[:_MOST_PATHS],
        **_face_row(thing.face),
    }


def _face_row(face: Face) -> dict[str, Any]:
    return {name: getattr(face, name) for name in Face.__dataclass_fields__}


async def list_next(session: ReadSession, export_id: UUID, limit: int) -> list[Thing]:
    """The next things that nobody has taken up, all of one stage, the first that has any left."""
    row = ExportThingRow
    left = select(row).where(row.export_id == export_id, row.outcome.is_(None), row.due_at.is_(None))
    found = await session.execute(left.order_by(row.stage_rank, row.id).limit(limit))
    things = [thing_from_row(each) for each in found.scalars()]
    return [thing for thing in things if thing.stage is things[0].stage]


async def list_due(session: ReadSession, export_id: UUID) -> list[Thing]:
    """The things of the portion that is open."""
    row = ExportThingRow
    due = select(row).where(row.export_id == export_id, row.outcome.is_(None), row.due_at.is_not(None))
    found = await session.execute(due.order_by(row.stage_rank, row.id))
    return [thing_from_row(each) for each in found.scalars()]


async def mark_due(session: WriteSession, things: Sequence[Thing], at: datetime) -> None:
    """Take these things up."""
    await session.execute(
        update(ExportThingRow).where(ExportThingRow.id.in_([thing.id for thing in things])).values(due_at=at)
    )


async def save_outcomes(session: WriteSession, done: Sequence[DoneThing], at: datetime) -> None:
    """Record what came of things."""
    if not done:
        return
    statement = update(ExportThingRow).where(ExportThingRow.id == bindparam("thing_id"))
    params = [_done_row(thing, at) for thing in done]
    names: dict[str, Any] = {name: bindparam(name) for name in params[0] if name != "thing_id"}
    connection = await cast(Any, session).connection()
    await connection.execute(
        statement.values(names).execution_options(synchronize_session=None),
        params,
    )


def _done_row(thing: DoneThing, at: datetime) -> dict[str, Any]:
    return {
        "thing_id": thing.id,
        "outcome": thing.result.outcome.value,
        "code": thing.result.code,
        "message": thing.result.message,
        "cure": thing.result.cure,
        "paths": list(thing.paths)[:_MOST_PATHS],
        "done_at": at,
        **_face_row(thing.face),
    }


async def tally_things(session: ReadSession, export_id: UUID) -> list[Tally]:
    """How many things of each stage were planned how and came out how."""
    row = ExportThingRow
    counted = (
        select(row.stage, row.planned, row.outcome, func.count())
        .where(row.export_id == export_id)
        .group_by(row.stage, row.planned, row.outcome)
    )
    return [
        Tally(Stage(stage), ExportOutcome(planned), ExportOutcome(outcome) if outcome else None, things)
        for stage, planned, outcome, things in await session.execute(counted)
    ]


async def sum_things(session: ReadSession, export_id: UUID, *, is_dry: bool) -> list[Sum]:
    """What the things with an amount come to on each side, by kind, outcome (as planned, of a dry run) and currency."""
    row = ExportThingRow
    outcome = row.planned if is_dry else row.outcome
    summed = (
        select(
            row.stage_rank,
            row.kind,
            outcome,
            row.currency,
            func.count(),
            func.coalesce(func.sum(row.total), 0),
            func.coalesce(func.sum(row.xero_total), 0),
        )
        .where(row.export_id == export_id, row.currency.is_not(None), outcome.is_not(None))
        .group_by(row.stage_rank, row.kind, outcome, row.currency)
        .order_by(row.stage_rank, row.kind, row.currency, outcome)
    )
    return [
        Sum(
            ThingKind(kind),
            ExportOutcome(came or ""),
            currency or "",
            things,
            Decimal(total or 0),
            Decimal(xero or 0),
        )
        for _, kind, came, currency, things, total, xero in await session.execute(summed)
    ]


async def list_things(
    session: ReadSession,
    export_id: UUID,
    *,
    after: int,
    limit: int,
    stage: Stage | None = None,
    outcome: ExportOutcome | None,
    is_dry: bool,
) -> list[Thing]:
    """One page of an export's things, in the order of the listing; `outcome` is as planned, of a dry run."""
    row = ExportThingRow
    page = select(row).where(row.export_id == export_id, row.id > after)
    if stage is not None:
        page = page.where(row.stage == stage.value)
    if outcome is not None:
        page = page.where((row.planned if is_dry else row.outcome) == outcome.value)
    return await _list(session, page.order_by(row.id).limit(limit))


async def list_planned_contacts(
    session: ReadSession, export_id: UUID, link_ids: Collection[UUID]
) -> dict[UUID, Thing]:
    """What is foreseen of these contacts, by their links."""
    row = ExportThingRow
    wanted = select(row).where(
        row.export_id == export_id, row.kind == ThingKind.CONTACT.value, row.link_id.in_(link_ids)
    )
    return {thing.link_id: thing for thing in await _list(session, wanted)}


async def list_numbers_planned(
    session: ReadSession, export_id: UUID, numbers: Collection[str]
) -> Mapping[str, str]:
    """Which of these numbers an invoice of this run is to have in Xero that is not there yet; with the partner's id."""
    row = ExportThingRow
    wanted = select(row.xero_number, row.partner_id).where(
        row.export_id == export_id,
        row.xero_number.in_(numbers),
        row.kind == ThingKind.INVOICE.value,
        row.planned.in_((ExportOutcome.CREATED.value, ExportOutcome.ADOPTED.value)),
    )
    return {number: partner_id for number, partner_id in await session.execute(wanted) if number}


async def _list(session: ReadSession, wanted: Select[ExportThingRow]) -> list[Thing]:
    return [thing_from_row(row) for row in (await session.execute(wanted)).scalars()]


def thing_from_row(row: ExportThingRow) -> Thing:
    """The domain value of a row."""
    return Thing(
        id=row.id,
        kind=ThingKind(row.kind),
        link_id=row.link_id,
        key=row.key,
        was_in_xero=row.was_in_xero,
        planned=ExportOutcome(row.planned),
        outcome=ExportOutcome(row.outcome) if row.outcome else None,
        code=row.code,
        message=row.message,
        cure=row.cure,
        paths=tuple(row.paths),
        due_at=row.due_at,
        after_attempt=row.after_attempt,
        done_at=row.done_at,
        face=Face(**{name: getattr(row, name) for name in Face.__dataclass_fields__}),
    )
