"""What else a consent revives: tokens belong to a person and a Xero app, so one consent serves all of both (FACTS 1).

Connections that were lost because the person's tokens had died work again, where Xero still lists their organisation;
those that waited for a scope are tried at once. A connection that its organisation disconnected in Xero is not meant:
that was somebody's decision about that connection.
"""

from collections.abc import Sequence
from uuid import UUID

from app.api.dependencies import Services
from app.api.ports import Tenant
from app.db.connections.arrivals import lock_connection
from app.db.life.states import list_lost_with_token_set, regain, retry_for_scopes
from app.domain.connections.connection import ConnectionState


async def revive_others(
    services: Services,
    connection_id: UUID,
    token_set_id: UUID,
    dead_reason: str | None,
    tenants: Sequence[Tenant],
) -> None:
    """Each in a transaction of its own, since two consents at a time must not wait for each other's rows."""
    async with services.database.writing() as session:
        retried = await retry_for_scopes(session, token_set_id)
    await services.waker.reconcile_soon([each for each in retried if each != connection_id])
    if dead_reason is None:
        return
    async with services.database.reading() as session:
        lost = await list_lost_with_token_set(session, token_set_id, dead_reason)
    listed = {tenant.xero_tenant_id.lower() for tenant in tenants if tenant.is_organisation}
    for connection in lost:
        if connection.id != connection_id and (connection.tenant_id or "").lower() in listed:
            await _revive(services, connection.id, dead_reason)


async def _revive(services: Services, connection_id: UUID, dead_reason: str) -> None:
    async with services.database.writing() as session:
        connection = await lock_connection(session, connection_id)
        is_lost = connection is not None and connection.state is ConnectionState.DISCONNECTED
        if connection is None or not is_lost or connection.reason != dead_reason:
            return
        await regain(session, connection, services.clock.now())
    await services.waker.reconcile_soon([connection_id])
    await services.waker.deliver_soon(connection_id)
