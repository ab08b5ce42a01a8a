"""Connections that Xero refuses for their consent, a scope or their app: their state, and what their partner is told.

The error of one call is a suspicion. Before a connection is called lost Xero is asked what it lists (`Consents`): where
Xero gives no answer, or still lists the organisation, the work is postponed and nothing ends. State and notice are one
transaction under the lease. Nothing is changed if the connection was paused, removed or lost meanwhile, or if a new
consent came: Xero was asked about the one before.
"""

import structlog

from app.clock import Clock
from app.db.connections.connections import find_connection
from app.db.life import states
from app.db.life.states import lose, save_missing_scopes
from app.errors import AppRefused
from app.reconcile.lease import Lease
from app.reconcile.ports import Consents

log = structlog.get_logger(__name__)


async def disconnect(lease: Lease, consents: Consents, clock: Clock) -> None:
    """Disconnect the connection if its consent is gone; raises `Retryable` where it is not, and `LeaseLost`."""
    asked_of = await lease.renew()
    reason = await consents.confirm_loss(lease.connection_id)
    async with lease.recording() as session:
        connection = await find_connection(session, lease.connection_id)
        if connection is not None and connection.consents == asked_of.consents:
            log.warning("connection_lost", reason=reason)
            await lose(session, connection, reason, clock.now())
    await lease.drop()


async def tell_app_refused(lease: Lease, clock: Clock, refused: AppRefused) -> bool:
    """Tell the partner the first time that nothing goes until the Xero app is mended; raises `LeaseLost`. False where
    the app's secret was replaced since the round began: it is to be tried by the new one.
    """
    async with lease.recording() as session:
        connection = await find_connection(session, lease.connection_id)
        if connection is None or connection.consents != lease.consents:
            return False
        await states.tell_app_refused(session, connection, str(refused), clock.now())
    return True


async def ask_for_scopes(lease: Lease, consents: Consents, clock: Clock, reason: str) -> bool:
    """Name the scopes that are missing, and tell the partner the first time; raises `LeaseLost`. False where a consent
    came since the round began: it is to be tried by that.
    """
    missing = await consents.list_missing_scopes(lease.connection_id)
    async with lease.recording() as session:
        connection = await find_connection(session, lease.connection_id)
        if connection is None or connection.consents != lease.consents:
            return False
        log.warning("scopes_missing", scopes=missing, reason=reason)
        await save_missing_scopes(session, connection, missing, reason, clock.now())
    return True
