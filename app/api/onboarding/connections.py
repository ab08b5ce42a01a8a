"""Connections: opened for a business, looked at, paused, resumed, swept on demand, and removed.

Consent, and what comes of it, is `connection_consent`. A move from state to state is told to the partner by a notice in
the same transaction.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import (
    ADMINS_WRITE,
    ConnectionId,
    OwnConnection,
    PartnerId,
    lock_any_connection,
    lock_own_connection,
)
from app.api.dependencies import Given
from app.api.onboarding import acts, consent
from app.api.onboarding.acts import read_again
from app.api.onboarding.connection_resource import (
    ConnectionShown,
    PausedConnection,
    build_connection,
    build_paused,
)
from app.api.pages import Cursor, Limit, Listing, Page, read_position, write_position
from app.api.problems import MISSING, documented
from app.db.connections.connections import find_connection, insert_connection, rename_connection
from app.db.connections.listed import list_shown_connections, place_of
from app.db.connections.sweeps import ask_for_sweep
from app.db.delivery.partner_reads import ask_for_read
from app.db.items.item_links import trigger_items
from app.db.items.xero_items import is_item_lost, list_lost_items
from app.db.life.closings import close_connection
from app.db.life.consents import share_consent
from app.db.life.states import move
from app.db.links.holds import trigger_held
from app.db.partners.xero_app_use import hold_xero_app
from app.db.postgres.session import WriteSession
from app.domain.connections.connection import ConnectionState
from app.intake.refusals import Fault, InputRefused
from app.intake.values import Name
from app.reconcile.timers.closing import REMOVED, REMOVED_HERE

router = APIRouter(prefix="/v1/connections", tags=["connections"], dependencies=[ADMINS_WRITE])

_REFUSED = (*MISSING, "connection_removed", "wrong_state")


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
    xero_app_id: UUID | None = Field(
        default=None, description="A Xero app of your own, to connect through in place of Plumbline's."
    )
    same_consent_as: UUID | None = Field(
        default=None,
        description="A connection whose consent covers several organisations: this one is for another of them, and "
        "needs no consent of its own.",
    )


class ConnectionChange(BaseModel):
    """What to call it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"display_name": "Tran Plumbing North"}]}
    )

    display_name: Name


@router.post(
    "",
    status_code=201,
    operation_id="open_connection",
    summary="Open a connection and get the address of Xero's consent",
    responses=documented("malformed_body", "unauthorised", "too_large", "wrong_state", "invalid_request"),
)
async def open_connection(
    services: Given, partner_id: PartnerId, new: NewConnection, response: Response
) -> ConnectionShown:
    """It is `pending` until somebody has given consent at `authorise_url`, or until an organisation is chosen where
    it has the consent of another connection (`same_consent_as`).
    """
    async with services.database.writing() as session:
        if new.xero_app_id is not None:
            await _hold_app(session, partner_id, new.xero_app_id, "xero_app_id")
        name = new.display_name or new.business_id
        connection = await insert_connection(session, partner_id, new.business_id, name, new.xero_app_id)
        response.headers["Location"] = f"/v1/connections/{connection.id}"
        if new.same_consent_as is not None:
            await _share_consent(session, partner_id, new.same_consent_as, connection.id)
            return build_connection(await read_again(session, connection))
        url = await consent.begin(services, session, connection.id)
    return build_connection(connection, url)


@router.get(
    "",
    operation_id="list_connections",
    summary="Your connections, or those of one business",
    responses=documented(*MISSING),
)
async def list_own_connections(
    services: Given,
    partner_id: PartnerId,
    business_id: Annotated[Name | None, Query(description="Only this business.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[ConnectionShown]:
    """Oldest first; all of yours with the removed ones, of one business without them. A business without a connection
    is not found, so that a misspelt id does not pass for an empty list.
    """
    listing = Listing("connections", filters={"business_id": business_id})
    after = read_position(cursor, listing)
    async with services.database.reading() as session:
        found = await list_shown_connections(session, partner_id, business_id, after=after, limit=limit)
        fallbacks = {each.id: each.settings.fallback_item for each in found}
        lost = await list_lost_items(session, {one: code for one, code in fallbacks.items() if code})
    if business_id is not None and after is None and not found:
        fault = Fault("business_id", f"no connection was opened for {business_id}")
        raise InputRefused("not_found", "This business is not known.", [fault])
    data = [build_connection(each, is_fallback_lost=each.id in lost) for each in found]
    return Page(data=data, next=write_position(listing, found, limit, place_of))


@router.get(
    "/{connection_id}",
    operation_id="get_connection",
    summary="One connection: its state, why, since when, and the next step",
    responses=documented(*MISSING),
)
async def get_own_connection(services: Given, connection: OwnConnection) -> ConnectionShown:
    """Answers from what is known; nobody is asked."""
    async with services.database.reading() as session:
        is_lost = await is_item_lost(session, connection.id, connection.settings.fallback_item)
    return build_connection(connection, is_fallback_lost=is_lost)


@router.patch(
    "/{connection_id}",
    operation_id="rename_connection",
    summary="Call a connection something else",
    responses=documented("malformed_body", *MISSING, "connection_removed", "too_large"),
)
async def rename_own_connection(
    services: Given, partner_id: PartnerId, connection_id: ConnectionId, change: ConnectionChange
) -> ConnectionShown:
    """Its name is what people see at consent and in notices from then on. Nothing else of it can be changed here: what
    it does is under `settings`, and its business and its Xero app are its own for good.
    """
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        if connection.display_name != change.display_name:
            await rename_connection(session, connection.id, change.display_name)
        return build_connection(await read_again(session, connection))


@router.post(
    "/{connection_id}/pause",
    operation_id="pause_connection",
    summary="Store what comes and do nothing, until resumed",
    responses=documented(*_REFUSED),
)
async def pause_connection(
    services: Given, partner_id: PartnerId, connection_id: ConnectionId, tasks: BackgroundTasks
) -> PausedConnection:
    """Loses nothing. Pausing a paused connection changes nothing. It is answered once nothing is under way, or after
    five seconds: `under_way` then says what may still arrive. No other change leaves, and Xero is written to no more.
    """
    connection, nudges = await acts.pause(services, partner_id, connection_id)
    tasks.add_task(nudges.send, services.waker)
    return build_paused(connection, await acts.wait_until_calm(services, connection))


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
    connection, nudges = await acts.resume(services, partner_id, connection_id)
    tasks.add_task(nudges.send, services.waker)
    return build_connection(connection)


@router.post(
    "/{connection_id}/sweep",
    status_code=202,
    operation_id="sweep_connection",
    summary="Look at everything again",
    responses=documented(*MISSING, "connection_removed"),
)
async def sweep_connection(
    services: Given, partner_id: PartnerId, connection_id: ConnectionId, tasks: BackgroundTasks
) -> ConnectionShown:
    """Search Xero for changes that no event told of, and your app too where it can be asked; read accounts, tax rates
    and lock dates anew, and try every held invoice again. Accepted at once; `swept_at` tells when it was done. The
    search happens by itself now and then.
    """
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        await ask_for_sweep(session, connection.id)
        is_readable = await ask_for_read(session, connection.id)
        await trigger_held(session, connection.id)
        await trigger_items(session, connection.id, only_held=True)
        shown = build_connection(await read_again(session, connection))
    tasks.add_task(services.waker.reconcile_soon, [connection.id])
    if is_readable:
        tasks.add_task(services.waker.read_soon, connection.id)
    return shown


@router.post(
    "/{connection_id}/compare",
    status_code=202,
    operation_id="compare_connection",
    summary="Read every linked invoice in Xero and set it against what is known",
    responses=documented(*MISSING, "connection_removed"),
)
async def compare_connection(
    services: Given, partner_id: PartnerId, connection_id: ConnectionId, tasks: BackgroundTasks
) -> ConnectionShown:
    """For what Xero gives no sign of, as a due date moved on a part-paid invoice. Accepted at once; `compared_at` tells
    when it was done. It happens by itself once a day, and gives way to everything else. Where your app can be asked,
    everything that it holds is listed as well; `partner-side` tells what that came to.
    """
    connection, nudges = await acts.compare(services, partner_id, connection_id)
    tasks.add_task(nudges.send, services.waker)
    return build_connection(connection)


@router.delete(
    "/{connection_id}",
    operation_id="remove_connection",
    summary="End a connection for good",
    responses=documented(*MISSING),
)
async def remove_connection(
    services: Given, partner_id: PartnerId, connection_id: ConnectionId, tasks: BackgroundTasks
) -> ConnectionShown:
    """Removed here at once, with everything kept to be looked at, and disconnected in Xero right after: that one
    organisation, never the person's others. While Xero cannot be reached that is tried again until it is done; `reason`
    tells. It cannot be undone, and a second call changes nothing.
    """
    async with services.database.writing() as session:
        connection = await lock_any_connection(session, partner_id, connection_id)
        if connection.state is not ConnectionState.REMOVED:
            now = services.clock.now()
            is_told = await close_connection(session, connection.id, now)
            reason = REMOVED_HERE if is_told else REMOVED
            await move(session, connection, ConnectionState.REMOVED, reason, now)
        shown = build_connection(await read_again(session, connection))
    tasks.add_task(services.waker.deliver_soon, connection.id)
    return shown


async def _hold_app(session: WriteSession, partner_id: UUID, xero_app_id: UUID, field: str) -> None:
    if not await hold_xero_app(session, partner_id, xero_app_id):
        fault = Fault(field, "you have registered no such Xero app")
        raise InputRefused("invalid_request", "The Xero app is not known.", [fault])


async def _share_consent(
    session: WriteSession, partner_id: UUID, source_id: UUID, connection_id: UUID
) -> None:
    source = await find_connection(session, source_id, partner_id=partner_id)
    if source is None or source.state is ConnectionState.REMOVED:
        fault = Fault("same_consent_as", "you have no such connection")
        raise InputRefused("invalid_request", "There is no consent to share.", [fault])
    if not any(offer.tenant_id != source.tenant_id and not offer.is_private for offer in source.offered):
        raise InputRefused("wrong_state", "The consent of that connection covers no other organisation.")
    if source.xero_app_id is not None:
        await _hold_app(session, partner_id, source.xero_app_id, "same_consent_as")
    await share_consent(session, source_id, connection_id)
