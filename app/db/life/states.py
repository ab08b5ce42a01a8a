"""A connection's moves from state to state, each told to its partner by a notice in the same transaction.

Whoever moves a connection has locked its row before (`arrivals.lock_connection`, or the lease), and wakes delivery
afterwards; where that is left out, the timer of deliveries finds the notice.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from app.db.connections.connections import connection_from_row, save_state
from app.db.connections.sweeps import ask_for_sweep
from app.db.delivery.notices import insert_notice
from app.db.items.item_links import trigger_items
from app.db.links.holds import trigger_all_held
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow
from app.db.upkeep import audit
from app.domain.connections.connection import APP_REFUSED, Connection, ConnectionState
from app.domain.connections.notice import ATTENTION, build_notice, name_move

PAUSED = "Paused by the partner."

_LOSABLE = (ConnectionState.ACTIVE, ConnectionState.PAUSED)


async def move(
    session: WriteSession, connection: Connection, state: ConnectionState, reason: str | None, at: datetime
) -> Connection:
    """Move a connection and tell its partner; nothing happens where it stands there already. Answers it as it is now.

    A connection that was paused when it was lost remembers so.
    """
    if connection.state is state:
        return connection
    was_paused = state is ConnectionState.DISCONNECTED and connection.state is ConnectionState.PAUSED
    await save_state(session, connection.id, state, reason, at)
    await session.execute(
        update(ConnectionRow).where(ConnectionRow.id == connection.id).values(was_paused=was_paused)
    )
    moved = replace(
        connection,
        state=state,
        reason=reason,
        since_at=at,
        retry_at=None,
        retry_reason=None,
        retries=0,
        was_paused=was_paused,
    )
    await insert_notice(session, moved.id, name_move(connection.state, state), build_notice(moved), at)
    audit.note(
        session,
        "connection_moved",
        partner_id=connection.partner_id,
        connection_id=moved.id,
        before=connection.state.value,
        after=state.value,
    )
    return moved


async def lose(session: WriteSession, connection: Connection, reason: str, at: datetime) -> None:
    """Disconnect a connection that works or is paused; any other is left as it is, above all a removed one."""
    if connection.state in _LOSABLE:
        await move(session, connection, ConnectionState.DISCONNECTED, reason, at)


async def lose_all_of_token_set(session: WriteSession, token_set_id: UUID, reason: str, at: datetime) -> None:
    """Disconnect every connection that a token set served."""
    for connection in await _lock_losable_of_token_set(session, token_set_id):
        await lose(session, connection, reason, at)


async def regain(session: WriteSession, connection: Connection, at: datetime) -> Connection:
    """Make a connection work by a consent that was just given: as before it was lost, and catching up.

    A connection that was paused stays so: that was somebody's decision, and the consent says nothing about it.
    """
    is_paused = connection.was_paused or connection.state is ConnectionState.PAUSED
    wanted = ConnectionState.PAUSED if is_paused else ConnectionState.ACTIVE
    reason = PAUSED if is_paused else None
    regained = await move(session, connection, wanted, reason, at)
    await session.execute(
        update(ConnectionRow)
        .where(ConnectionRow.id == connection.id)
        .values(
            consents=ConnectionRow.consents + 1,
            consent_seen_at=at,
            missing_scopes=[],
            barred_since=None,
            probe_at=None,
        )
    )
    await hasten(session, [connection.id])
    await trigger_all_held(session, connection.id)
    await trigger_items(session, connection.id, only_held=True)
    await ask_for_sweep(session, connection.id)
    return replace(regained, missing_scopes=(), retry_at=None, retry_reason=None)


async def list_lost_with_token_set(
    session: ReadSession, token_set_id: UUID, reason: str
) -> Sequence[Connection]:
    """The connections that were lost when their token set died of that reason."""
    lost = select(ConnectionRow).where(
        ConnectionRow.token_set_id == token_set_id,
        ConnectionRow.state == ConnectionState.DISCONNECTED,
        ConnectionRow.reason == reason,
    )
    return [connection_from_row(row) for row in (await session.execute(lost)).scalars()]


async def retry_for_scopes(session: WriteSession, token_set_id: UUID) -> list[UUID]:
    """Have every connection of a token set that waits for a scope tried at once; answers which."""
    served = await _lock_losable_of_token_set(session, token_set_id)
    waiting = [connection.id for connection in served if connection.lacks_scopes]
    row = ConnectionRow
    given = update(row).where(row.id.in_([connection.id for connection in served]))
    await session.execute(given.values(consents=row.consents + 1))
    await session.execute(update(row).where(row.id.in_(waiting)).values(missing_scopes=[]))
    await hasten(session, waiting)
    return waiting


async def hasten(session: WriteSession, connection_ids: Sequence[UUID]) -> None:
    """What these connections' work was put off for is over."""
    row = ConnectionRow
    hastened = update(row).where(row.id.in_(connection_ids))
    await session.execute(hastened.values(retry_at=None, retry_reason=None, retries=0))


async def save_missing_scopes(
    session: WriteSession, connection: Connection, missing: Sequence[str], reason: str, at: datetime
) -> None:
    """Note that Xero refused a call for want of scopes, and tell the partner the first time."""
    await session.execute(
        update(ConnectionRow).where(ConnectionRow.id == connection.id).values(missing_scopes=list(missing))
    )
    if not connection.lacks_scopes or tuple(missing) != connection.missing_scopes:
        lacking = replace(connection, missing_scopes=tuple(missing), retry_reason=f"scope_missing: {reason}")
        await insert_notice(session, connection.id, ATTENTION, build_notice(lacking, reason), at)


async def tell_app_refused(session: WriteSession, connection: Connection, reason: str, at: datetime) -> None:
    """Tell the partner the first time that nothing goes until the Xero app is mended."""
    if not connection.is_app_refused:
        waiting = replace(connection, retry_reason=f"{APP_REFUSED}: {reason}")
        await insert_notice(session, connection.id, ATTENTION, build_notice(waiting, reason), at)


async def save_app_refused(
    session: WriteSession, connection: Connection, reason: str, until: datetime, at: datetime
) -> None:
    """The same of a connection that nobody works on: it says so until that instant, or until it is found mended."""
    await tell_app_refused(session, connection, reason, at)
    waiting = update(ConnectionRow).where(ConnectionRow.id == connection.id)
    await session.execute(waiting.values(retry_at=until, retry_reason=f"{APP_REFUSED}: {reason}"))


async def _lock_losable_of_token_set(session: WriteSession, token_set_id: UUID) -> list[Connection]:
    """In the order of their ids, so that two who do this at a time do not wait for each other."""
    served = (
        select(ConnectionRow)
        .where(ConnectionRow.token_set_id == token_set_id, ConnectionRow.state.in_(_LOSABLE))
        .order_by(ConnectionRow.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return [connection_from_row(row) for row in (await session.execute(served)).scalars()]
