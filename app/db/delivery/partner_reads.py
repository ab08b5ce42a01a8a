"""How far the looks at each connection's partner side have come, and who takes the next step of one.

A claim is a stamp that runs out. Each step of a look renews it in the statement that saves the step, and saves nothing
where another has it by then; so a look that was cut off goes on from its last page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Update,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from app.db.delivery.due import DELIVERED_STATES
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow, PartnerReadRow, ReadEndpointRow, ShopRow
from app.domain.partner.partner_read import Found, ReadRun


@dataclass(frozen=True, slots=True)
class ReadClaim:
    """A look that is ours to go on with until a moment after which another may. `run` is None before its first step;
    `is_beside_compare`: it stands between two portions of a compare, which goes on after it.

    `read_to` is, by kind, the app's own clock up to which it was read before.
    """

    connection_id: UUID
    business_id: str
    until: datetime
    run: ReadRun | None
    read_to: Mapping[str, str]
    wants_compare: bool
    failures: int
    is_beside_compare: bool = False


@dataclass(frozen=True, slots=True)
class ReadStanding:
    """How reading stands, for people."""

    due_at: datetime | None
    is_under_way: bool
    compared_at: datetime | None
    compared: Found | None
    failures: int
    last_error: str | None


async def ask_for_read(
    session: WriteSession, connection_id: UUID, *, compare: bool = False, is_hint: bool = False
) -> bool:
    """Have the partner's side looked at now; one that is under way goes on, and another follows it, since what was
    asked for may have come to pages that were read before. False where there is no address to ask.

    A hint is nobody's wish, and there may be many of them: it makes nothing due that waits after a failure.
    """
    row = PartnerReadRow
    readable = select(ConnectionRow.id).where(ConnectionRow.id == connection_id, _is_readable())
    if (await session.execute(readable)).scalar_one_or_none() is None:
        return False
    asked = insert(row).values(connection_id=connection_id, due_at=None, compare_due=compare)
    await session.execute(
        asked.on_conflict_do_update(
            index_elements=["connection_id"],
            set_={
                "due_at": case((row.failures > 0, row.due_at), else_=None) if is_hint else None,
                "asked_again": True,
                "compare_due": or_(row.compare_due, asked.excluded.compare_due),
            },
        )
    )
    return True


async def list_reads_due(session: ReadSession, now: datetime, limit: int) -> Sequence[UUID]:
    """Connections whose partner's side is to be looked at now."""
    row = PartnerReadRow
    due = (
        select(ConnectionRow.id)
        .outerjoin(row, row.connection_id == ConnectionRow.id)
        .where(
            ConnectionRow.state.in_(DELIVERED_STATES),
            ConnectionRow.id.in_(_list_sources()),
            or_(row.connection_id.is_(None), _is_due(now)),
        )
        .limit(limit)
    )
    return (await session.execute(due)).scalars().all()


def _list_sources() -> CompoundSelect[UUID]:
    """The connections that have an address or a shop, found from there: most of all have neither."""
    endpoint = ReadEndpointRow
    is_its = or_(endpoint.connection_id.is_(None), endpoint.connection_id == ConnectionRow.id)
    addressed = select(ConnectionRow.id).join(endpoint, endpoint.partner_id == ConnectionRow.partner_id)
    return union_all(addressed.where(is_its), select(ShopRow.connection_id))


async def list_looks_due(session: ReadSession, now: datetime, limit: int) -> Sequence[UUID]:
    """Connections whose next look was put off until a time, which has come: by the index of those times, so that it
    costs next to nothing to ask often.
    """
    row = PartnerReadRow
    due = (
        select(row.connection_id)
        .join(ConnectionRow, ConnectionRow.id == row.connection_id)
        .where(row.due_at <= now, _is_free(now), _is_readable())
        .order_by(row.due_at)
        .limit(limit)
    )
    return (await session.execute(due)).scalars().all()


def _is_due(now: datetime) -> ColumnElement[bool]:
    row = PartnerReadRow
    return and_(or_(row.due_at.is_(None), row.due_at <= now), _is_free(now))


def _is_free(now: datetime) -> ColumnElement[bool]:
    """No worker has the look."""
    row = PartnerReadRow
    return or_(row.claimed_until.is_(None), row.claimed_until < now)


def _is_readable() -> ColumnElement[bool]:
    """Where there is an address, or a shop; a connection that does nothing reads nothing."""
    endpoint = ReadEndpointRow
    return and_(
        ConnectionRow.state.in_(DELIVERED_STATES),
        or_(
            exists().where(
                endpoint.partner_id == ConnectionRow.partner_id,
                or_(endpoint.connection_id.is_(None), endpoint.connection_id == ConnectionRow.id),
            ),
            exists().where(ShopRow.connection_id == ConnectionRow.id),
        ),
    )


async def claim_read(
    session: WriteSession, connection_id: UUID, *, now: datetime, until: datetime, compare_every: timedelta
) -> ReadClaim | None:
    """Claim a connection's look, or None while another has it, or where none is due or possible."""
    row = PartnerReadRow
    business = select(ConnectionRow.business_id).where(ConnectionRow.id == connection_id, _is_readable())
    business_id = (await session.execute(business)).scalar_one_or_none()
    if business_id is None:
        return None
    new = insert(row).values(connection_id=connection_id, due_at=now, claimed_until=until)
    claimed = new.on_conflict_do_update(
        index_elements=["connection_id"],
        # What was asked for before a look begins is answered by it.
        set_={
            "claimed_until": until,
            "asked_again": case((row.run.is_(None), False), else_=row.asked_again),
        },
        where=_is_due(now),
    ).returning(row)
    found = (
        await session.execute(claimed, execution_options={"populate_existing": True})
    ).scalar_one_or_none()
    if found is None:
        return None
    is_old = found.compared_at is None or found.compared_at <= now - compare_every
    return ReadClaim(
        connection_id=connection_id,
        business_id=business_id,
        until=until,
        run=ReadRun.from_json(found.run) if found.run else None,
        read_to=found.read_to,
        wants_compare=found.compare_due or is_old,
        failures=found.failures,
        is_beside_compare=found.parked is not None,
    )


async def save_run(session: WriteSession, claim: ReadClaim, run: ReadRun, until: datetime) -> bool:
    """Save a step, and keep the claim until then; False, and nothing saved, when it ran out."""
    taken_up = {"compare_due": False} if run.is_compare else {}
    return await _save(
        session, claim, {"run": run.to_json(), "claimed_until": until, "failures": 0, **taken_up}
    )


async def is_claim_held(session: ReadSession, claim: ReadClaim) -> bool:
    """Whether the claim is still the one that was made; it is lost where what is read was set otherwise."""
    row = PartnerReadRow
    held = select(row.connection_id).where(
        row.connection_id == claim.connection_id, row.claimed_until == claim.until
    )
    return (await session.execute(held)).scalar_one_or_none() is not None


async def put_off(session: WriteSession, claim: ReadClaim) -> bool:
    """Give the claim back with the look as far as it came, for whoever goes on."""
    return await _save(session, claim, {"claimed_until": None, "due_at": None})


async def park(session: WriteSession, claim: ReadClaim, run: ReadRun) -> bool:
    """Give the claim back for a look at what changed, after which this compare goes on.

    Of what was never read before, that look begins where the compare did.
    """
    values = {
        "claimed_until": None,
        "due_at": None,
        "run": None,
        "parked": run.resumed().to_json(),
        "read_to": {**run.as_of, **claim.read_to},
    }
    return await _save(session, claim, values)


async def save_failure(
    session: WriteSession, claim: ReadClaim, reason: str, due_at: datetime, *, begins_anew: bool
) -> bool:
    """Give the claim back after a call that failed; `begins_anew` forgets the look, whose cursor may be no good."""
    values: dict[str, Any] = {
        "claimed_until": None,
        "due_at": due_at,
        "failures": PartnerReadRow.failures + 1,
        "last_error": reason,
    }
    return await _save(session, claim, values | ({"run": None} if begins_anew else {}))


async def save_done(
    session: WriteSession, claim: ReadClaim, run: ReadRun, *, at: datetime, due_at: datetime
) -> bool:
    """A look came to its end; the next one is due then. True where it is due at once."""
    row = PartnerReadRow
    values: dict[str, Any] = {
        "claimed_until": None,
        "run": row.parked,
        "parked": None,
        # Somebody may have asked for a look, or for a compare, while this went on.
        "due_at": case((or_(row.asked_again, row.compare_due, row.parked.is_not(None)), None), else_=due_at),
        # What changed since a compare that was parked began has been looked at up to later than that.
        "read_to": {**run.as_of, **claim.read_to} if run.is_resumed else {**claim.read_to, **run.as_of},
        "failures": 0,
        "last_error": None,
    }
    if run.is_compare:
        found = run.to_json()["found"]
        values |= {"compared_at": at, "compared": found}
    saved = _build_save(claim, values).returning(PartnerReadRow.due_at)
    kept = (await session.execute(saved)).one_or_none()
    return kept is not None and kept.due_at is None


async def _save(session: WriteSession, claim: ReadClaim, values: Mapping[str, Any]) -> bool:
    saved = _build_save(claim, values).returning(PartnerReadRow.connection_id)
    return (await session.execute(saved)).scalar_one_or_none() is not None


def _build_save(claim: ReadClaim, values: Mapping[str, Any]) -> Update:
    row = PartnerReadRow
    ours = (row.connection_id == claim.connection_id, row.claimed_until == claim.until)
    return update(row).where(*ours).values(dict(values))


async def find_read_standing(session: ReadSession, connection_id: UUID) -> ReadStanding | None:
    """How reading a connection's partner side stands; None where it was never asked for."""
    row = await session.get(PartnerReadRow, connection_id)
    if row is None:
        return None
    return ReadStanding(
        due_at=row.due_at,
        is_under_way=row.run is not None or row.parked is not None,
        compared_at=row.compared_at,
        compared=Found(**row.compared) if row.compared else None,
        failures=row.failures,
        last_error=row.last_error,
    )


async def save_read_at(session: WriteSession, connection_id: UUID, at: datetime) -> None:
    """The partner's side was read through, as it was at that moment."""
    newest = func.greatest(func.coalesce(ConnectionRow.partner_read_at, at), at)
    await session.execute(
        update(ConnectionRow).where(ConnectionRow.id == connection_id).values(partner_read_at=newest)
    )
