"""A run of a connection that works at set times, asked for by somebody: everything that waits, now and once."""

from fastapi import APIRouter, BackgroundTasks

from app.api.authentication import ADMINS_WRITE, ConnectionId, PartnerId
from app.api.dependencies import Given
from app.api.onboarding import acts
from app.api.onboarding.connection_resource import ConnectionShown, build_connection
from app.api.problems import MISSING, documented

router = APIRouter(prefix="/v1/connections", tags=["connections"], dependencies=[ADMINS_WRITE])


@router.post(
    "/{connection_id}/run",
    status_code=202,
    operation_id="run_connection",
    summary="Work everything that waits, now and once",
    responses=documented(*MISSING, "connection_removed", "wrong_state"),
)
async def run_connection(
    services: Given, partner_id: PartnerId, connection_id: ConnectionId, tasks: BackgroundTasks
) -> ConnectionShown:
    """For a connection that works at set times (`mode` in the settings): what has come since its last run is worked
    now, and what comes afterwards waits for the next time again. In real time there is nothing that waits.
    """
    connection, nudges = await acts.run(services, partner_id, connection_id)
    tasks.add_task(nudges.send, services.waker)
    return build_connection(connection)
