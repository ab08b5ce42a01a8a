"""Closings: what is to be deleted in Xero is kept here until Xero says that it is gone.

A closing is claimed by moving its time, so that a worker that dies leaves it to a later one; a second deletion does no
harm. A token set that neither a connection nor a closing needs is forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, or_, select, update

from app.db.partners.shops import forget_shop
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ClosingRow, ConnectionRow, TokenSetRow
from app.domain.connections.connection import ConnectionState


@dataclass(frozen=True, slots=True)
class Closing:
    """One connection to delete in Xero, by its own id there, with the token set that may do it."""

    id: int
    connection_id: UUID
    token_set_id: UUID | None
    xero_connection_id: str
    attempts: int


async def close_connection(session: WriteSession, connection_id: UUID, at: datetime) -> bool:
    """Let go of the consent of a connection that was removed, and of its shop; True where Xero is to be told.

    Of a connection that was never joined, that is everything that its consent offered.
    """
    await forget_shop(session, connection_id)
    row = (await session.execute(select(ConnectionRow).where(ConnectionRow.id == connection_id))).scalar_one()
    if row.token_set_id is None:
        return False
    offered = [offer["xero_connection_id"] for offer in row.offered if not offer["is_private"]]
    wanted = [row.xero_connection_id] if row.xero_connection_id else offered
    for xero_connection_id in wanted:
        await insert_closing(session, connection_id, row.token_set_id, xero_connection_id, at)
    token_set_id, row.token_set_id = row.token_set_id, None
    await session.flush()
    await forget_if_unused(session, token_set_id)
    return bool(wanted)


async def insert_closing(
    session: WriteSession, connection_id: UUID, token_set_id: UUID, xero_connection_id: str, at: datetime
) -> None:
    """Have one entry of Xero's list deleted soon, unless a connection uses it by then."""
    session.add(
        ClosingRow(
            connection_id=connection_id,
            token_set_id=token_set_id,
            xero_connection_id=xero_connection_id,
            due_at=at,
        )
    )
    await session.flush()


async def claim_closings(
    session: WriteSession, now: datetime, until: datetime, limit: int
) -> Sequence[Closing]:
    """Closings that are due, put off for everybody else until then."""
    due = (
        select(ClosingRow.id)
        .where(ClosingRow.state == "pending", ClosingRow.due_at <= now)
        .order_by(ClosingRow.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = (
        update(ClosingRow)
        .where(ClosingRow.id.in_(due))
        .values(due_at=until, attempts=ClosingRow.attempts + 1)
        .returning(
            ClosingRow.id,
            ClosingRow.connection_id,
            ClosingRow.token_set_id,
            ClosingRow.xero_connection_id,
            ClosingRow.attempts,
        )
    )
    return [Closing(*row) for row in (await session.execute(claimed)).all()]


async def is_needed(session: ReadSession, xero_connection_id: str) -> bool:
    """Whether a connection that was not removed uses that entry of Xero's list, or still offers it."""
    offer = [{"xero_connection_id": xero_connection_id}]
    needed = exists().where(
        ConnectionRow.state != ConnectionState.REMOVED,
        or_(
            ConnectionRow.xero_connection_id == xero_connection_id,
            (ConnectionRow.state == ConnectionState.PENDING) & ConnectionRow.offered.contains(offer),
        ),
    )
    return bool((await session.execute(select(needed))).scalar_one())


async def put_off(session: WriteSession, closing: Closing, due_at: datetime, answer: str) -> None:
    """Try again at that time."""
    await session.execute(
        update(ClosingRow).where(ClosingRow.id == closing.id).values(due_at=due_at, last_answer=answer)
    )


async def end_closing(
    session: WriteSession, closing: Closing, state: str, reason: str | None, at: datetime
) -> None:
    """End a closing as `closed`, `kept` or `left_open`; a removed connection gives `reason` as its own from now on."""
    if reason is not None:
        await session.execute(
            update(ConnectionRow)
            .where(ConnectionRow.id == closing.connection_id, ConnectionRow.state == ConnectionState.REMOVED)
            .values(reason=reason)
        )
    await session.execute(
        update(ClosingRow)
        .where(ClosingRow.id == closing.id)
        .values(state=state, ended_at=at, last_answer=reason, token_set_id=None)
    )
    if closing.token_set_id is not None:
        await forget_if_unused(session, closing.token_set_id)


async def forget_if_unused(session: WriteSession, token_set_id: UUID) -> None:
    """Delete a token set that nothing needs. It is locked first: a consent under way may be about to need it."""
    await session.execute(select(TokenSetRow.id).where(TokenSetRow.id == token_set_id).with_for_update())
    await session.execute(
        delete(TokenSetRow).where(
            TokenSetRow.id == token_set_id,
            ~exists().where(ConnectionRow.token_set_id == token_set_id),
            ~exists().where(ClosingRow.token_set_id == token_set_id),
        )
    )
