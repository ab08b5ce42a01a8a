"""Check-up and pre-flight: one list of checks, each with its cure (FEATURES E13, E14, T4)."""

from fastapi import APIRouter, BackgroundTasks

from app.api.authentication import (
    MEMBERS_WRITE,
    ConnectionId,
    OwnConnection,
    PartnerId,
    get_connection,
)
from app.api.checkup.gathering import gather_checks
from app.api.checkup.preflight import check_freshly
from app.api.checkup.resource import Checkup, build_checkup
from app.api.dependencies import Given
from app.api.problems import MISSING, documented

router = APIRouter(prefix="/v1/connections/{connection_id}", tags=["checkup"], dependencies=[MEMBERS_WRITE])


@router.get(
    "/checkup",
    operation_id="get_checkup",
    summary="Whether all is well with a connection, check by check",
    responses=documented(*MISSING),
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
    responses=documented(*MISSING, "connection_removed"),
)
async def run_preflight(
    services: Given, partner_id: PartnerId, connection_id: ConnectionId, tasks: BackgroundTasks
) -> Checkup:
    """Seven calls to Xero, and everything that waited for what they show is looked at again. Where Xero does not
    answer, or the consent is gone, that is one of the checks. It may be made at any time and changes nothing in Xero.
    """
    connection = await get_connection(services, partner_id, connection_id)
    checkup, nudges = await check_freshly(services, partner_id, connection)
    tasks.add_task(nudges.send, services.waker)
    return checkup
