"""Webhook endpoints: where a partner's app is called, made and changed by the partner itself.

An address is checked when it is set, and again at every connection. A secret is shown when it is made and never again.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Path, Response

from app.api.authentication import ADMINS_WRITE, PartnerId
from app.api.delivery.endpoint_resource import (
    NewWebhookEndpoint,
    WebhookEndpointChange,
    WebhookEndpointMade,
    WebhookEndpointShown,
    show_endpoint,
    show_made,
)
from app.api.dependencies import Given, Services
from app.api.pages import Cursor, Limit, Listing, Page, read_position, write_position
from app.api.problems import MISSING, documented
from app.db.delivery.enabling import enable_endpoint
from app.db.partners.endpoints import (
    DISABLED_HERE,
    NewEndpoint,
    delete_endpoint,
    find_endpoint,
    insert_endpoint,
    list_endpoints,
    list_own_connections,
    lock_partner,
    save_disabled,
    save_endpoint,
)
from app.db.partners.webhook_secrets import delete_secrets, insert_secret, list_secrets
from app.db.postgres.session import ReadSession, WriteSession
from app.delivery.address import AddressRefused
from app.domain.partner.endpoint import Endpoint, Part, find_rival
from app.intake.refusals import Fault, InputRefused
from app.keys import make_webhook_secret

router = APIRouter(prefix="/v1/webhook-endpoints", tags=["webhook-endpoints"], dependencies=[ADMINS_WRITE])

EndpointId = Annotated[UUID, Path(description="The endpoint's id.")]

MOST_ENDPOINTS = 20
MOST_WOKEN = 100
"""Connections that are woken for at once; the timer finds the others within seconds."""

_REFUSED = ("malformed_body", *MISSING, "endpoint_taken", "too_large")


@router.post(
    "",
    status_code=201,
    operation_id="make_webhook_endpoint",
    summary="Add an address that your app is called at",
    responses=documented("malformed_body", "unauthorised", "endpoint_taken", "too_large", "invalid_request"),
)
async def make_webhook_endpoint(
    services: Given,
    partner_id: PartnerId,
    new: NewWebhookEndpoint,
    tasks: BackgroundTasks,
    response: Response,
) -> WebhookEndpointMade:
    """The secret in the answer is shown this once. An endpoint that listens gets what is told from now on; one that
    applies gets every change that waits, too.
    """
    await check_url(services, new.url)
    wanted = NewEndpoint(
        url=new.url,
        description=new.description,
        part=new.part,
        types=tuple(new.types),
        connection_ids=_unique(new.connection_ids),
        is_enabled=new.is_enabled,
    )
    secret, now = make_webhook_secret(), services.clock.now()
    async with services.database.writing() as session:
        await lock_partner(session, partner_id)
        if len(await list_endpoints(session, partner_id)) >= MOST_ENDPOINTS:
            raise InputRefused("invalid_request", f"You have {MOST_ENDPOINTS} endpoints; delete one first.")
        await _check_connections(session, partner_id, wanted.connection_ids)
        endpoint = await insert_endpoint(session, partner_id, wanted)
        _refuse_idle(endpoint)
        await insert_secret(session, endpoint.id, services.vault.encrypt(secret), now, others_end_at=now)
        if endpoint.is_enabled:
            await _enable(services, session, endpoint, tasks)
        secrets = await list_secrets(session, [endpoint.id], now)
    response.headers["Location"] = f"/v1/webhook-endpoints/{endpoint.id}"
    return show_made(endpoint, secrets[endpoint.id], secret)


@router.get(
    "",
    operation_id="list_webhook_endpoints",
    summary="Your endpoints",
    responses=documented("unauthorised", "invalid_request"),
)
async def list_own_endpoints(
    services: Given, partner_id: PartnerId, cursor: Cursor = None, limit: Limit = 100
) -> Page[WebhookEndpointShown]:
    """Oldest first, disabled ones too; without their secrets."""
    listing = Listing("webhook-endpoints")
    async with services.database.reading() as session:
        after = read_position(cursor, listing)
        found = await list_endpoints(session, partner_id, after=after, limit=limit)
        secrets = await list_secrets(session, [each.id for each in found], services.clock.now())
    following = write_position(listing, found, limit, lambda each: (each.created_at, each.id))
    return Page(data=[show_endpoint(each, secrets[each.id]) for each in found], next=following)


@router.get(
    "/{endpoint_id}",
    operation_id="get_webhook_endpoint",
    summary="One endpoint, and how it does",
    responses=documented(*MISSING),
)
async def get_webhook_endpoint(
    services: Given, partner_id: PartnerId, endpoint_id: EndpointId
) -> WebhookEndpointShown:
    """`failing_since` and `disabled_reason` tell of one that does not work."""
    async with services.database.reading() as session:
        return await _show(services, session, await get_endpoint(session, partner_id, endpoint_id))


@router.patch(
    "/{endpoint_id}",
    operation_id="change_webhook_endpoint",
    summary="Change what an endpoint is, or what it takes",
    responses=documented(*_REFUSED),
)
async def change_webhook_endpoint(
    services: Given,
    partner_id: PartnerId,
    endpoint_id: EndpointId,
    change: WebhookEndpointChange,
    tasks: BackgroundTasks,
) -> WebhookEndpointShown:
    """Counts for what is sent from the next moment on. Its secrets stay."""
    if change.url is not None:
        await check_url(services, change.url)
    async with services.database.writing() as session:
        await lock_partner(session, partner_id)
        before = await get_endpoint(session, partner_id, endpoint_id)
        await _check_connections(session, partner_id, _unique(change.connection_ids))
        await save_endpoint(session, endpoint_id, **_list_values(change))
        if change.is_enabled is False:
            await save_disabled(session, endpoint_id, DISABLED_HERE, services.clock.now())
        await _settle_change(services, session, before, change, tasks)
        return await _show(services, session, await get_endpoint(session, partner_id, endpoint_id))


@router.delete(
    "/{endpoint_id}",
    status_code=204,
    operation_id="delete_webhook_endpoint",
    summary="Delete an endpoint with its secrets",
    responses=documented(*MISSING),
)
async def delete_webhook_endpoint(
    services: Given, partner_id: PartnerId, endpoint_id: EndpointId
) -> Response:
    """Nothing goes there any more. Changes that it had not taken wait in the feed for another that applies."""
    async with services.database.writing() as session:
        await lock_partner(session, partner_id)
        await get_endpoint(session, partner_id, endpoint_id)
        await delete_endpoint(session, endpoint_id, services.clock.now())
        await delete_secrets(session, endpoint_id)
    return Response(status_code=204)


@router.post(
    "/{endpoint_id}/enable",
    operation_id="enable_webhook_endpoint",
    summary="Enable an endpoint again, and send what waits for it",
    responses=documented(*MISSING, "endpoint_taken"),
)
async def enable_webhook_endpoint(
    services: Given, partner_id: PartnerId, endpoint_id: EndpointId, tasks: BackgroundTasks
) -> WebhookEndpointShown:
    """Its failures are forgotten. For one that applies, everything that waits in the feed goes at once, in order; for
    one that listens, copies of the last three days. Enabling one that is enabled makes what failed due now.
    """
    async with services.database.writing() as session:
        await lock_partner(session, partner_id)
        endpoint = await get_endpoint(session, partner_id, endpoint_id)
        await _enable(services, session, endpoint, tasks)
        return await _show(services, session, await get_endpoint(session, partner_id, endpoint_id))


async def check_url(services: Services, url: str) -> None:
    """Raise `invalid_request` for an address that is not to be called."""
    try:
        await services.addresses.check(url)
    except AddressRefused as refused:
        raise InputRefused(
            "invalid_request", "The address cannot be used.", [Fault("url", str(refused))]
        ) from None


async def get_endpoint(session: ReadSession, partner_id: UUID, endpoint_id: UUID) -> Endpoint:
    """The partner's own endpoint; raises `not_found`."""
    found = await find_endpoint(session, partner_id, endpoint_id)
    if found is None:
        raise InputRefused("not_found", "You have no endpoint with that id.")
    return found


async def _settle_change(
    services: Services,
    session: WriteSession,
    before: Endpoint,
    change: WebhookEndpointChange,
    tasks: BackgroundTasks,
) -> None:
    """Refuse what the change would make of an endpoint; where other things go there now, what waits is due at once."""
    endpoint = await get_endpoint(session, before.partner_id, before.id)
    _refuse_idle(endpoint)
    is_wanted = change.is_enabled or (before.is_enabled and change.is_enabled is None)
    if is_wanted and (not before.is_enabled or change.model_fields_set & _DECISIVE):
        await _enable(services, session, endpoint, tasks)


_DECISIVE = {"url", "part", "types", "connection_ids"}
"""What decides whether, and where, messages go."""


async def _enable(
    services: Services, session: WriteSession, endpoint: Endpoint, tasks: BackgroundTasks
) -> None:
    await _refuse_rival(session, endpoint)
    _wake(services, tasks, await enable_endpoint(session, endpoint, services.clock.now()))


def _wake(services: Services, tasks: BackgroundTasks, connection_ids: Any) -> None:
    for connection_id in connection_ids[:MOST_WOKEN]:
        tasks.add_task(services.waker.deliver_soon, connection_id)


async def _show(services: Services, session: ReadSession, endpoint: Endpoint) -> WebhookEndpointShown:
    secrets = await list_secrets(session, [endpoint.id], services.clock.now())
    return show_endpoint(endpoint, secrets[endpoint.id])


def _list_values(change: WebhookEndpointChange) -> dict[str, Any]:
    """The columns to write: only what was said."""
    said = change.model_dump(exclude_unset=True, exclude={"is_enabled"})
    values = {name: value for name, value in said.items() if value is not None or name in _CLEARABLE}
    if change.part is not None:
        values["part"] = change.part.value
    if change.connection_ids is not None:
        values["connection_ids"] = list(_unique(change.connection_ids) or ())
    return values


_CLEARABLE = {"description", "connection_ids"}


def _unique(connection_ids: list[UUID] | None) -> tuple[UUID, ...] | None:
    return None if connection_ids is None else tuple(dict.fromkeys(connection_ids))


async def _check_connections(
    session: ReadSession, partner_id: UUID, connection_ids: tuple[UUID, ...] | None
) -> None:
    known = await list_own_connections(session, partner_id, connection_ids or ())
    faults = [
        Fault(f"connection_ids.{position}", "is no connection of yours")
        for position, connection_id in enumerate(connection_ids or ())
        if connection_id not in known
    ]
    if faults:
        raise InputRefused("invalid_request", "A connection is not known.", faults)


async def _refuse_rival(session: ReadSession, endpoint: Endpoint) -> None:
    """Two apps that answer for the same invoices would each undo what the other says."""
    others = await list_endpoints(session, endpoint.partner_id)
    rival = find_rival(
        endpoint.part, endpoint.connection_ids, [each for each in others if each.id != endpoint.id]
    )
    if rival is not None:
        message = f"{rival.id} ({rival.url}) applies the changes of these connections already"
        raise InputRefused(
            "endpoint_taken",
            "One endpoint at most applies the changes of a connection; let this one listen, or disable that one.",
            [Fault("part", message)],
            {"endpoint_id": str(rival.id)},
        )


def _refuse_idle(endpoint: Endpoint) -> None:
    if endpoint.part is Part.APPLIES and not endpoint.takes_changes:
        fault = Fault("types", "must hold invoice.changed or contact.changed for an endpoint that applies")
        raise InputRefused("invalid_request", "It would apply nothing.", [fault])
