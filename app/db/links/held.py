"""What waits for a person on a connection, over links of every kind: counted by reason, listed, looked at again.

Whoever triggers has locked the connection's row. A link that something was triggered of is behind and not held, but for
what a person set aside.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    case,
    func,
    literal,
    select,
    union_all,
    update,
)

from app.db.links.listing import Position, Sort, in_order, is_shown_as
from app.db.links.rows import PARTNER_IDS, ROWS, LinkRow
from app.db.postgres.session import ReadSession, WriteSession
from app.domain.holds.skip import SKIPPED
from app.domain.holds.thing import Thing
from app.domain.invoices.link import State
from app.domain.item import GONE


@dataclass(frozen=True, slots=True)
class HeldCount:
    """How many things of one kind are held with one code, and since when the longest of them is."""

    thing: Thing
    code: str
    count: int
    since_at: datetime


@dataclass(frozen=True, slots=True)
class HeldThing:
    """One thing that is held; `message` and `cure` are its own words."""

    thing: Thing
    id: UUID
    partner_id: str
    code: str
    message: str | None
    cure: str | None
    since_at: datetime
    created_at: datetime

    @property
    def position(self) -> Position:
        return self.created_at, self.id


@dataclass(frozen=True, slots=True)
class HeldWanted:
    """Which are meant; None does not narrow."""

    things: Collection[Thing] = tuple(Thing)
    code: str | None = None
    after: Position | None = None
    limit: int = 100
    sort: Sort = Sort.CREATED


def _code_of(row: LinkRow) -> ColumnElement[str]:
    return case((row.skipped_at.is_not(None), SKIPPED), else_=func.coalesce(row.reason_code, ""))


async def count_held(
    session: ReadSession, connection_id: UUID, things: Collection[Thing] = tuple(Thing)
) -> list[HeldCount]:
    """Held links by kind and code, the most numerous first."""
    counts: list[HeldCount] = []
    for thing in things:
        row = ROWS[thing]
        code = _code_of(row).label("code")
        since = func.min(func.coalesce(row.skipped_at, row.since_at))
        counted = (
            select(code, func.count(), since)
            .where(row.connection_id == connection_id, is_shown_as(row, State.HELD))
            .group_by(code)
        )
        counts += [HeldCount(thing, *found) for found in await session.execute(counted)]
    return sorted(counts, key=lambda one: (-one.count, one.code, one.thing))


async def list_held(session: ReadSession, connection_id: UUID, wanted: HeldWanted) -> list[HeldThing]:
    """One page of held things of all kinds, by when they were made."""
    page = build_held_page(connection_id, wanted)
    return [HeldThing(Thing(found[0]), *found[1:]) for found in await session.execute(page)]


def build_held_page(connection_id: UUID, wanted: HeldWanted) -> Select[*tuple[Any, ...]]:
    """The query of one page."""
    every = union_all(*(_page(connection_id, thing, wanted) for thing in wanted.things)).subquery()
    return in_order(select(every), every.c, wanted.sort, None, wanted.limit)


def _page(connection_id: UUID, thing: Thing, wanted: HeldWanted) -> Any:
    row = ROWS[thing]
    page: Any = select(
        literal(thing.value).label("thing"),
        row.id,
        PARTNER_IDS[thing].label("partner_id"),
        _code_of(row).label("code"),
        row.reason_message,
        row.reason_cure,
        func.coalesce(row.skipped_at, row.since_at).label("since_at"),
        row.created_at,
    ).where(row.connection_id == connection_id, is_shown_as(row, State.HELD))
    if wanted.code is not None:
        page = page.where(_code_of(row) == wanted.code)
    return in_order(page, row, wanted.sort, wanted.after, wanted.limit)


async def list_standings(
    session: ReadSession, connection_id: UUID, thing: Thing, partner_ids: Sequence[str]
) -> Mapping[str, str | None]:
    """For each of these things that is there: the code with which it is held, None where it is not."""
    row, own = ROWS[thing], PARTNER_IDS[thing]
    code = case((is_shown_as(row, State.HELD), _code_of(row)), else_=None)
    found = select(own, code).where(row.connection_id == connection_id, own.in_(partner_ids))
    return {row[0]: row[1] for row in await session.execute(found)}


async def trigger_all_held(
    session: WriteSession,
    connection_id: UUID,
    thing: Thing,
    at: datetime,
    *,
    codes: Collection[str] | None = None,
    partner_ids: Collection[str] | None = None,
) -> int:
    """Look again at the held links of a kind, or at those with these codes, or at these; answers how many.

    Left alone are what a person set aside, and products that somebody took out of Xero, which only a new document makes
    again.
    """
    row = ROWS[thing]
    held = update(row).where(
        row.connection_id == connection_id,
        is_shown_as(row, State.HELD),
        row.skipped_at.is_(None),
    )
    if thing is Thing.ITEM:
        held = held.where(row.reason_code != GONE)
    if codes is not None:
        held = held.where(row.reason_code.in_(codes))
    if partner_ids is not None:
        held = held.where(PARTNER_IDS[thing].in_(partner_ids))
    triggered = held.values(generation=row.generation + 1, touched_at=at).returning(row.id)
    return len((await session.execute(triggered)).scalars().all())
