"""Connections: opened for a business, looked at, authorised again, paused, resumed, and swept on demand."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api import consent
from app.api.authentication import ConnectionId, OwnConnection, PartnerId, lock_own_connection
from app.api.connection_resource import ConnectionShown, build_connection
from app.api.dependencies import Given
from app.api.problems import documented
from app.db.connections import (
    ask_for_sweep,
    find_connection,
    insert_connection,
    list_business_connections,
    list_connections,
    raise_generation,
    save_state,
)
from app.db.links import trigger_held
from app.db.session import ReadSession
from app.domain.connection import Connection, ConnectionState
from app.intake.refusals import Fault, InputRefused
from app.intake.values import Name

router = APIRouter(prefix="/v1/connections", tags=["connections"])

_MISSING = ("unauthorised", "not_found", "invalid_request")
_REFUSED = (*_MISSING, "connection_removed", "wrong_state")


class NewConnection(BaseModel):
    """A business to join to Xero. One business may have several, told apart by their display names."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"business_id": "biz_204", "display_name": "Tran Plumbing"}]},
    )

    business_id: Name
    display_name: Name | None = Field(
        default=None, description="What people call it; the business_id when not given."
    )


class Connections(BaseModel):
    """A partner's connections, oldest first."""

    data: list[ConnectionShown]


@router.post(
    "",
    status_code=201,
    operation_id="open_connection",
    summary="Open a connection and get the address of Xero's consent",
    responses=documented("malformed_body", "unauthorised", "too_large", "invalid_request"),
)
async def open_connection(services: Given, partner_id: PartnerId, new: NewConnection) -> ConnectionShown:
    """It is `pending` until somebody has given consent at `authorise_url`."""
    async with services.database.writing() as session:
        connection = await insert_connection(
            session, partner_id, new.business_id, new.display_name or new.business_id
        )
        url = await consent.begin(services, session, connection.id)
    return build_connection(connection, url)


@router.get(
    "",
    operation_id="list_connections",
    summary="Your connections, or those of one business",
    responses=documented("unauthorised", "not_found", "invalid_request"),
)
async def list_own_connections(
    services: Given,
    partner_id: PartnerId,
    business_id: Annotated[Name | None, Query(description="Only this business.")] = None,
) -> Connections:
    """A business without a connection is not found, so that a misspelt id does not pass for an empty list."""
    async with services.database.reading() as session:
        if business_id is None:
            found = await list_connections(session, partner_id)
        else:
            found = await list_business_connections(session, partner_id, business_id)
            if not found:
                fault = Fault("business_id", f"no connection was opened for {business_id}")
                raise InputRefused("not_found", "This business is not known.", [fault])
    return Connections(data=[build_connection(connection) for connection in found])


@router.get(
    "/{connection_id}",
    operation_id="get_connection",
    summary="One connection: its state, why, since when, and the next step",
    responses=documented(*_MISSING),
)
async def get_own_connection(connection: OwnConnection) -> ConnectionShown:
    """Answers from what is known; nobody is asked."""
    return build_connection(connection)


@router.post(
    "/{connection_id}/authorise",
    operation_id="authorise_connection",
    summary="Get a fresh address of Xero's consent, for the first time or to reconnect",
    responses=documented(*_MISSING, "connection_removed"),
)
async def authorise_connection(
    services: Given, partner_id: PartnerId, connection_id: ConnectionId
) -> ConnectionShown:
    """A reconnect keeps every link and setting, and catches up. It must be given by the same organisation."""
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        url = await consent.begin(services, session, connection.id)
    return build_connection(connection, url)


@router.post(
    "/{connection_id}/pause",
    operation_id="pause_connection",
    summary="Store what comes and do nothing, until resumed",
    responses=documented(*_REFUSED),
)
async def pause_connection(
    services: Given, partner_id: PartnerId, connection_id: ConnectionId
) -> ConnectionShown:
    """Loses nothing. Pausing a paused connection changes nothing."""
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        if _needs_move(connection, ConnectionState.ACTIVE, ConnectionState.PAUSED):
            now = services.clock.now()
            await save_state(session, connection.id, ConnectionState.PAUSED, "Paused by the partner.", now)
        return build_connection(await _read(session, connection))


@router.post(
    "/{connection_id}/resume",
    operation_id="resume_connection",
    summary="Go on after a pause, and catch up",
    responses=documented(*_REFUSED),
)
async def resume_connection(
    services: Given, partner_id: PartnerId, connection_id: ConnectionId, tasks: BackgroundTasks
) -> ConnectionShown:
    """Everything stored meanwhile is worked off. Resuming an active connection only looks again."""
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        if _needs_move(connection, ConnectionState.PAUSED, ConnectionState.ACTIVE):
            await save_state(session, connection.id, ConnectionState.ACTIVE, None, services.clock.now())
        await raise_generation(session, connection.id)
        shown = build_connection(await _read(session, connection))
    tasks.add_task(services.waker.reconcile_soon, [connection.id])
    return shown


@router.post(
    "/{connection_id}/sweep",
    status_code=202,
    operation_id="sweep_connection",
    summary="Look at everything again",
    responses=documented(*_MISSING, "connection_removed"),
)
async def sweep_connection(
    services: Given, partner_id: PartnerId, connection_id: ConnectionId, tasks: BackgroundTasks
) -> ConnectionShown:
    """Search Xero for changes that no event told of, read its accounts, tax rates and lock dates anew, and try every
    held invoice again. Accepted at once; `swept_at` tells when it was done. The search happens by itself now and then.
    """
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        await ask_for_sweep(session, connection.id)
        await trigger_held(session, connection.id)
        shown = build_connection(await _read(session, connection))
    tasks.add_task(services.waker.reconcile_soon, [connection.id])
    return shown


def _needs_move(connection: Connection, origin: ConnectionState, target: ConnectionState) -> bool:
    """Whether the state is yet to move; raises `wrong_state` where it cannot."""
    if connection.state not in (origin, target):
        raise InputRefused(
            "wrong_state", f"A connection that is {connection.state} cannot become {target} by this."
        )
    return connection.state is origin


async def _read(session: ReadSession, connection: Connection) -> Connection:
    session.expire_all()
    found = await find_connection(session, connection.id)
    assert found is not None  # its row is locked by this transaction
    return found
