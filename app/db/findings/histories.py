"""All that is kept of what happened to one link, out of every table that keeps some of it, in one order.

What happened at one instant comes in the order of `Happened`. A link has some dozens of these, found by the index of
each table, so that a page is one query over them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    cast,
    func,
    literal,
    select,
    tuple_,
    union_all,
)

from app.db.postgres.session import ReadSession
from app.db.tables import AttemptRow, ChangeRow, ConflictRow, DiscrepancyRow, MomentRow, XeroEventRow
from app.domain.findings.history import Happened
from app.domain.record.sides import Side

Place = tuple[datetime, int, int]
"""An instant, the rank of what happened then, and its number among its kind."""


_MOMENTS = (
    Happened.DOCUMENT,
    Happened.HELD,
    Happened.RELEASED,
    Happened.DECIDED,
    Happened.DECISION_ENDED,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose history it is: a link, and what Xero's events call it: the tenant, and categories with Xero's ids."""

    connection_id: UUID
    link_id: UUID
    tenant_id: str | None
    resources: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; `number` is its row's id in the table of its kind."""

    at: datetime
    kind: Happened
    number: int
    facts: Mapping[str, Any]

    @property
    def place(self) -> Place:
        return self.at, self.kind.rank, self.number


async def list_history(
    session: ReadSession, subject: Subject, *, after: Place | None, limit: int, is_newest_first: bool = False
) -> list[Entry]:
    """What happened after a place in its order, oldest first or newest first."""
    parts = [
        *_list_moments(subject),
        *_list_changes(subject),
        *_list_findings(subject),
        *_list_events(subject),
    ]
    all_of = union_all(*parts).subquery()
    page = select(all_of.c["at"], all_of.c.rank, all_of.c.number, all_of.c.facts)
    columns = (all_of.c["at"], all_of.c.rank, all_of.c.number)
    if after is not None:
        place = tuple_(*columns)
        end = tuple_(literal(after[0]), literal(after[1]), literal(after[2], BigInteger))
        page = page.where(place < end if is_newest_first else place > end)
    order = (each.desc() if is_newest_first else each for each in columns)
    rows = await session.execute(page.order_by(*order).limit(limit))
    kinds = list(Happened)
    return [Entry(at, kinds[rank], number, facts) for at, rank, number, facts in rows]


def _part(kind: Happened, at: Any, number: Any, **facts: Any) -> Select[Any]:
    named = [each for name, value in facts.items() for each in (literal(name), value)]
    return select(
        at.label("at"),
        literal(kind.rank, Integer).label("rank"),
        cast(number, BigInteger).label("number"),
        func.jsonb_build_object(*named).label("facts"),
    )


def _list_moments(subject: Subject) -> list[Select[Any]]:
    row = MomentRow
    return [
        select(
            row.at.label("at"),
            literal(kind.rank, Integer).label("rank"),
            row.id.label("number"),
            row.facts.label("facts"),
        ).where(row.link_id == subject.link_id, row.kind == kind.value)
        for kind in _MOMENTS
    ]


def _list_changes(subject: Subject) -> list[Select[Any]]:
    row = ChangeRow
    is_of: ColumnElement[bool] = row.link_id == subject.link_id
    sent = _part(Happened.CHANGE_SENT, row.created_at, row.id, cursor=row.id, revision=row.revision)
    answered = _part(
        Happened.CHANGE_ANSWERED,
        row.answered_at,
        row.id,
        cursor=row.id,
        revision=row.revision,
        state=row.state,
        attempts=row.attempts,
        answer=row.last_answer,
    )
    return [sent.where(is_of), answered.where(is_of, row.answered_at.is_not(None))]


def _list_findings(subject: Subject) -> list[Select[Any]]:
    attempt, conflict, discrepancy = AttemptRow, ConflictRow, DiscrepancyRow
    said = {
        "conflict_id": conflict.id,
        "path": conflict.path,
        "policy": conflict.policy,
        "winner": conflict.winner,
    }
    # One that a policy settled is closed in the moment in which it is found: that is no second thing that happened.
    is_held: ColumnElement[bool] = conflict.closed_at > conflict.found_at
    return [
        _part(
            Happened.ATTEMPT,
            attempt.at,
            attempt.id,
            attempt_id=attempt.id,
            action=attempt.action,
            outcome=attempt.outcome,
            message=attempt.message,
        ).where(attempt.link_id == subject.link_id),
        _part(Happened.CONFLICT, conflict.found_at, conflict.id, **said).where(
            conflict.link_id == subject.link_id
        ),
        _part(Happened.CONFLICT_CLOSED, conflict.closed_at, conflict.id, **said).where(
            conflict.link_id == subject.link_id, is_held
        ),
        _part(
            Happened.DISCREPANCY,
            discrepancy.found_at,
            discrepancy.id,
            discrepancy_id=discrepancy.id,
            discrepancy_kind=discrepancy.kind,
            message=discrepancy.message,
        ).where(discrepancy.link_id == subject.link_id),
        _part(
            Happened.DISCREPANCY_CLOSED,
            discrepancy.closed_at,
            discrepancy.id,
            discrepancy_id=discrepancy.id,
            discrepancy_kind=discrepancy.kind,
            because=discrepancy.closed_because,
        ).where(discrepancy.link_id == subject.link_id, discrepancy.closed_at.is_not(None)),
    ]


def _list_events(subject: Subject) -> list[Select[Any]]:
    """By the index of the events' identity, which begins with connection, tenant, category and resource."""
    row = XeroEventRow
    if subject.tenant_id is None:
        return []
    part = _part(
        Happened.XERO_EVENT,
        row.received_at,
        row.id,
        event_id=func.concat(f"{Side.XERO.value}_", row.id),
        category=row.category,
        event_type=row.event_type,
        resource_id=row.resource_id,
        dated_at=row.dated_at,
        taken_at=row.taken_at,
    )
    return [
        part.where(
            row.connection_id == subject.connection_id,
            row.tenant_id == subject.tenant_id.lower(),
            row.category == category,
            row.resource_id.in_(ids),
        )
        for category, ids in subject.resources.items()
        if ids
    ]
