"""Resolutions: what people decided, kept as it is asked for, and what the loop has made of it.

The API inserts one and raises the generation of its link; the loop carries it out under its lease and writes what
became of it, in the transaction that records the link. Of one link they are carried out in the order of `decided_at`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, literal, or_, select, update

from app.db.links.listing import Position, from_place
from app.db.links.moments import DECIDED, Moment, insert_moments
from app.db.links.rows import HUB_ROWS
from app.db.postgres.built import among_asked, fetch_whole, whole
from app.db.postgres.given import bare
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ContactLinkRow, InvoiceLinkRow, ResolutionRow
from app.db.upkeep import audit
from app.domain.findings.resolution import Action, Resolution, ResolutionState, stake_from_json, stake_to_json
from app.domain.holds.thing import Thing
from app.domain.partner.change import moves_from_json, moves_to_json
from app.domain.record.sides import Side


@dataclass(frozen=True, slots=True)
class KeptResolution:
    """A resolution as it is read back, with the partner's id of what it is of, and who decided."""

    resolution: Resolution
    partner_invoice_id: str | None
    partner_contact_id: str | None
    note: str | None
    key_id: UUID | None

    @property
    def position(self) -> Position:
        return self.resolution.decided_at, self.resolution.id


@dataclass(frozen=True, slots=True)
class WantedResolutions:
    """Which resolutions a page is about; None does not narrow."""

    state: ResolutionState | None = None
    partner_invoice_id: str | None = None
    partner_contact_id: str | None = None
    after: Position | None = None
    limit: int = 100
    is_newest_first: bool = False


async def insert_resolution(
    session: WriteSession,
    connection_id: UUID,
    kind: Thing,
    resolution: Resolution,
    *,
    note: str | None,
    key_id: UUID | None,
) -> None:
    """Keep a decision, and give the loop a reason to look at its link; the caller holds the connection's row."""
    row = ResolutionRow(
        id=resolution.id,
        connection_id=connection_id,
        link_id=resolution.link_id,
        kind=kind,
        conflict_id=resolution.conflict_id,
        discrepancy_id=resolution.discrepancy_id,
        undoes=resolution.undoes,
        action=resolution.action.value,
        stakes=[stake_to_json(stake) for stake in resolution.stakes],
        xero_id=resolution.xero_id,
        content=resolution.content.value,
        is_shared=resolution.is_shared,
        note=note,
        key_id=key_id,
        decided_at=resolution.decided_at,
    )
    session.add(row)
    facts = name_decision(resolution) | {"note": note}
    await audit.note_of_connection(
        session,
        "decision_taken",
        connection_id,
        subject=resolution.id,
        action=resolution.action.value,
        conflict_id=resolution.conflict_id,
        discrepancy_id=resolution.discrepancy_id,
        undoes=resolution.undoes,
    )
    decided = Moment(resolution.link_id, DECIDED, facts, resolution.decided_at)
    await insert_moments(session, connection_id, [decided])
    link = HUB_ROWS[kind]
    await session.execute(
        update(link)
        .where(link.id == resolution.link_id)
        .values(generation=link.generation + 1, touched_at=resolution.decided_at)
    )


def name_decision(resolution: Resolution) -> dict[str, Any]:
    """What names a decision in the history of its link."""
    return {
        "resolution_id": str(resolution.id),
        "action": resolution.action.value,
        "paths": resolution.paths,
    }


async def list_waiting_resolutions(
    session: ReadSession, link_ids: Collection[UUID]
) -> dict[UUID, list[Resolution]]:
    """By link, what was decided and has not come to an end, in the order in which it was decided."""
    found: dict[UUID, list[Resolution]] = {}
    for kept in await fetch_whole(session, _WAITING, {"links": list(link_ids)}):
        found.setdefault(kept.link_id, []).append(_from_row(kept))
    return found


_RESOLUTION = bare(ResolutionRow).c
_WAITS = and_(among_asked(_RESOLUTION.link_id, "links"), _RESOLUTION.state == ResolutionState.WAITING.value)
_WAITING = whole(ResolutionRow).where(_WAITS).order_by(_RESOLUTION.decided_at, _RESOLUTION.id)


async def list_uncarried(session: ReadSession, link_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """By link, the ids of the decisions that nobody has carried out yet."""
    found: dict[UUID, set[UUID]] = {}
    for link_id, resolution_id in await session.execute(_UNCARRIED, {"links": list(link_ids)}):
        found.setdefault(link_id, set()).add(resolution_id)
    return found


UNCARRIED_OF_LINKS = and_(_WAITS, _RESOLUTION.carried_at.is_(None))
_UNCARRIED = select(_RESOLUTION.link_id, _RESOLUTION.id).where(UNCARRIED_OF_LINKS)


async def list_resolutions(session: ReadSession, ids: Collection[UUID]) -> list[Resolution]:
    """Those resolutions."""
    if not ids:
        return []
    rows = await session.execute(select(ResolutionRow).where(ResolutionRow.id.in_(list(ids))))
    return [_from_row(row) for row in rows.scalars()]


async def list_done_resolutions(
    session: ReadSession, connection_id: UUID, link_ids: Collection[UUID]
) -> list[Resolution]:
    """What was decided of these links and stands."""
    row = ResolutionRow
    done = select(row).where(row.connection_id == connection_id, row.state == ResolutionState.DONE)
    rows = await session.execute(done.where(row.link_id.in_(list(link_ids))).order_by(row.decided_at, row.id))
    return [_from_row(kept) for kept in rows.scalars()]


async def save_resolutions(session: WriteSession, resolutions: Sequence[Resolution]) -> None:
    """Write what became of these."""
    if not resolutions:
        return
    names = ("state", "reason", "moves", "before", "carried_at", "ended_at")
    statement = (
        update(ResolutionRow)
        .where(ResolutionRow.id == bindparam("resolution_id"))
        .values({name: bindparam(name) for name in names})
        .execution_options(synchronize_session=None)
    )
    connection = await cast(Any, session).connection()
    in_order = sorted(resolutions, key=lambda each: each.id)
    await connection.execute(statement, [_params(each) for each in in_order])


def _params(resolution: Resolution) -> dict[str, Any]:
    return {
        "resolution_id": resolution.id,
        "state": resolution.state.value,
        "reason": resolution.reason,
        "moves": moves_to_json(resolution.moves),
        "before": dict(resolution.before),
        "carried_at": resolution.carried_at,
        "ended_at": resolution.ended_at,
    }


async def find_latest_resolution(
    session: ReadSession,
    *,
    conflict_id: int | None = None,
    discrepancy_id: int | None = None,
    undoes: UUID | None = None,
) -> Resolution | None:
    """The newest decision about a conflict or a discrepancy, or the newest wish to take a resolution back."""
    row = ResolutionRow
    about = or_(
        row.conflict_id == conflict_id if conflict_id is not None else literal(False),
        row.discrepancy_id == discrepancy_id if discrepancy_id is not None else literal(False),
        row.undoes == undoes if undoes is not None else literal(False),
    )
    newest = select(row).where(about).order_by(row.decided_at.desc(), row.id.desc()).limit(1)
    if undoes is None:
        newest = newest.where(row.action != Action.UNDO.value)
    found = (await session.execute(newest)).scalar_one_or_none()
    return _from_row(found) if found else None


async def find_kept_resolution(
    session: ReadSession, connection_id: UUID, resolution_id: UUID
) -> KeptResolution | None:
    """One resolution of a connection, or None."""
    wanted = _kept(connection_id).where(ResolutionRow.id == resolution_id)
    found = (await session.execute(wanted)).one_or_none()
    return _kept_from(found) if found else None


async def list_kept_resolutions(
    session: ReadSession, connection_id: UUID, wanted: WantedResolutions
) -> list[KeptResolution]:
    """One page of a connection's resolutions."""
    rows = await session.execute(build_resolutions_page(connection_id, wanted))
    return [_kept_from(found) for found in rows]


def build_resolutions_page(connection_id: UUID, wanted: WantedResolutions) -> Select[Any]:
    """The query of one page."""
    row, page = ResolutionRow, _kept(connection_id)
    if wanted.state is not None:
        page = page.where(row.state == wanted.state.value)
    if wanted.partner_invoice_id is not None:
        page = page.where(InvoiceLinkRow.partner_invoice_id == wanted.partner_invoice_id)
    if wanted.partner_contact_id is not None:
        page = page.where(ContactLinkRow.partner_contact_id == wanted.partner_contact_id)
    place = (row.decided_at, row.id)
    return from_place(page, place, wanted.after, wanted.limit, is_newest_first=wanted.is_newest_first)


def _kept(connection_id: UUID) -> Any:
    row, invoice, contact = ResolutionRow, InvoiceLinkRow, ContactLinkRow
    return (
        select(row, invoice.partner_invoice_id, contact.partner_contact_id)
        .outerjoin(invoice, invoice.id == row.link_id)
        .outerjoin(contact, contact.id == row.link_id)
        .where(row.connection_id == connection_id)
    )


def _kept_from(found: Any) -> KeptResolution:
    row, invoice_id, contact_id = found
    return KeptResolution(_from_row(row), invoice_id, contact_id, row.note, row.key_id)


def _from_row(row: ResolutionRow) -> Resolution:
    return Resolution(
        id=row.id,
        link_id=row.link_id,
        action=Action(row.action),
        decided_at=row.decided_at,
        stakes=tuple(stake_from_json(stake) for stake in row.stakes),
        conflict_id=row.conflict_id,
        discrepancy_id=row.discrepancy_id,
        xero_id=row.xero_id,
        content=Side(row.content or Side.XERO),
        is_shared=row.is_shared,
        undoes=row.undoes,
        state=ResolutionState(row.state),
        reason=row.reason,
        moves=moves_from_json(row.moves),
        before=row.before,
        carried_at=row.carried_at,
        ended_at=row.ended_at,
    )
