"""Check-up and pre-flight: one list of checks, each with its cure (FEATURES E13, E14, T4)."""

from uuid import UUID

from fastapi import APIRouter, BackgroundTasks

from app.api.authentication import (
    MEMBERS_WRITE,
    ConnectionId,
    OwnConnection,
    PartnerId,
    get_connection,
    lock_own_connection,
)
from app.api.checkup.gathering import gather_checks
from app.api.checkup.resource import Checkup, build_checkup
from app.api.dependencies import Given, Services
from app.api.problems import documented
from app.db.connections import find_connection, raise_generation
from app.domain.connection import Connection, ConnectionState
from app.domain.organisation import Organisation
from app.errors import PlumblineError
from app.intake.refusals import InputRefused
from app.reconcile.facts import keep_facts

router = APIRouter(prefix="/v1/connections/{connection_id}", tags=["checkup"], dependencies=[MEMBERS_WRITE])

_MISSING = ("unauthorised", "not_found", "invalid_request")
_CAN_BE_ASKED = (ConnectionState.ACTIVE, ConnectionState.PAUSED)


@router.get(
    "/checkup",
    operation_id="get_checkup",
    summary="Whether all is well with a connection, check by check",
    responses=documented(*_MISSING),
)
async def get_checkup(services: Given, connection: OwnConnection) -> Checkup:
    """Answers from what is known; Xero is not asked."""
    async with services.database.reading() as session:
        facts = await gather_checks(services, session, connection)
    return build_checkup(facts)


@router.post(
    "/preflight",
    operation_id="run_preflight",
    summary="The same with the organisation read from Xero now: ready, or what is left to do",
    responses=documented(*_MISSING, "connection_removed"),
)
async def run_preflight(
    services: Given, partner_id: PartnerId, connection_id: ConnectionId, tasks: BackgroundTasks
) -> Checkup:
    """Seven calls to Xero, and everything that waited for what they show is looked at again. Where Xero does not
    answer, or the consent is gone, that is one of the checks. It may be made at any time and changes nothing in Xero.
    """
    connection = await get_connection(services, partner_id, connection_id)
    if connection.state is ConnectionState.REMOVED:
        raise InputRefused("connection_removed", "This connection has been removed for good.")
    unanswered = None
    if connection.state in _CAN_BE_ASKED:
        try:
            organisation = await (await services.organisations.open(connection.id)).fetch_organisation()
        except PlumblineError as error:
            unanswered = str(error)
        else:
            connection = await _keep(services, partner_id, connection.id, organisation)
            tasks.add_task(services.waker.reconcile_soon, [connection.id])
            tasks.add_task(services.waker.deliver_soon, connection.id)
    is_fresh = connection.state in _CAN_BE_ASKED and unanswered is None
    async with services.database.reading() as session:
        facts = await gather_checks(services, session, connection, is_fresh=is_fresh, unanswered=unanswered)
    return build_checkup(facts)


async def _keep(
    services: Services, partner_id: UUID, connection_id: UUID, organisation: Organisation
) -> Connection:
    """Keep what was read with what follows from it, as the loop does; answers the connection as it is now."""
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        await keep_facts(session, connection, organisation, services.clock.now())
        await raise_generation(session, connection.id)
    async with services.database.reading() as session:
        known = await find_connection(session, connection_id)
    assert known is not None  # connections are never deleted
    return known
