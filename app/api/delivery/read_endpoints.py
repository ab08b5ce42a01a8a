"""Read endpoints: where a partner lets its app be asked, for all its connections or for one of them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StrictBool, model_validator

from app.api.authentication import ADMINS_WRITE, ConnectionId, OwnConnection, PartnerId, lock_own_connection
from app.api.delivery.endpoint_resource import SecretShown
from app.api.delivery.endpoint_secrets import AskedRotation, Rotation, rotate
from app.api.delivery.endpoints import check_url
from app.api.delivery.read_callbacks import callbacks
from app.api.dependencies import Given, Services
from app.api.problems import MISSING, documented
from app.db.delivery.partner_reads import ask_for_read
from app.db.partners.endpoints import lock_partner
from app.db.partners.read_endpoints import (
    ReadEndpoint,
    delete_read_endpoint,
    find_read_endpoint,
    save_read_endpoint,
)
from app.db.partners.webhook_secrets import delete_secrets, list_secrets
from app.db.postgres.session import ReadSession
from app.db.upkeep import audit
from app.intake.refusals import Fault, InputRefused
from app.intake.values import WebAddress, refused

router = APIRouter(prefix="/v1", tags=["partner-side"], dependencies=[ADMINS_WRITE])

_OF_CONNECTION = "/connections/{connection_id}/read-endpoint"
_OF_PARTNER = "/read-endpoint"
_SET = ("malformed_body", "unauthorised", "too_large", "invalid_request")


class ReadAuth(StrEnum):
    """`signed`: by Standard Webhooks, with a secret that we make. `bearer`: by a secret of yours, sent as it is."""

    SIGNED = "signed"
    BEARER = "bearer"


class NewReadEndpoint(BaseModel):
    """Where your app answers what it holds: below the address are `/invoices` and, if it has them, `/contacts`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"url": "https://app.example/plumbline/read", "auth": "signed", "reads_contacts": True}
            ]
        },
    )

    url: WebAddress
    auth: ReadAuth = ReadAuth.SIGNED
    bearer_secret: Annotated[SecretStr, Field(min_length=16, max_length=1_000)] | None = Field(
        default=None, description="With `bearer`: what is sent; plain characters. It is never shown again."
    )
    reads_contacts: StrictBool = Field(
        default=False, description="Your app sends contacts of their own, and answers `/contacts` too."
    )

    @model_validator(mode="after")
    def _check_secret(self) -> "NewReadEndpoint":
        said = self.bearer_secret.get_secret_value() if self.bearer_secret else None
        if (self.auth is ReadAuth.BEARER) != (said is not None):
            raise refused("bearer_secret must be given with bearer, and left out with signed")
        if said is not None and not (said.isascii() and said.isprintable() and " " not in said):
            raise refused("bearer_secret must be plain characters, without spaces")
        return self


class ReadEndpointShown(BaseModel):
    """Where your app is asked."""

    model_config = ConfigDict(
        title="ReadEndpoint",
        json_schema_extra={
            "examples": [
                {
                    "url": "https://app.example/plumbline/read",
                    "auth": "signed",
                    "reads_contacts": True,
                    "secrets": [{"made_at": "2026-11-20T03:00:00Z", "ends_at": None}],
                    "created_at": "2026-11-20T03:00:00Z",
                }
            ]
        },
    )

    url: str
    auth: ReadAuth
    reads_contacts: bool
    secrets: list[SecretShown] = Field(description="Empty with `bearer`.")
    created_at: datetime


class ReadEndpointMade(ReadEndpointShown):
    """The same with a secret that was just made, shown this once."""

    model_config = ConfigDict(title="ReadEndpointWithSecret")

    secret: str | None = Field(description="`whsec_...`; null where the secret stays, or is yours.")


@router.put(
    _OF_PARTNER,
    operation_id="set_read_endpoint",
    summary="Let your app be asked what it holds",
    responses=documented(*_SET),
    callbacks=callbacks.routes,
)
async def set_read_endpoint(services: Given, partner_id: PartnerId, new: NewReadEndpoint) -> ReadEndpointMade:
    """For every connection that has no address of its own. From then on what changed is asked for every 15 minutes,
    and everything once a day: a document that was lost on the way is found by itself, and what your app no longer has
    is told as a discrepancy. Setting it again changes it, and keeps the secret.
    """
    return await _set(services, partner_id, None, new)


@router.get(
    _OF_PARTNER,
    operation_id="get_read_endpoint",
    summary="Where your app is asked",
    responses=documented("unauthorised", "not_found"),
)
async def get_read_endpoint(services: Given, partner_id: PartnerId) -> ReadEndpointShown:
    """What became of reading, each connection tells (`partner-side`)."""
    return await _get(services, partner_id, None)


@router.delete(
    _OF_PARTNER,
    status_code=204,
    operation_id="delete_read_endpoint",
    summary="Be asked no more",
    responses=documented("unauthorised", "not_found"),
)
async def remove_read_endpoint(services: Given, partner_id: PartnerId) -> Response:
    """Connections with an address of their own are asked on."""
    return await _delete(services, partner_id, None)


@router.post(
    f"{_OF_PARTNER}/rotate-secret",
    operation_id="rotate_read_endpoint_secret",
    summary="Replace the secret that calls to your app are signed with",
    responses=documented(*_SET, "not_found"),
)
async def rotate_read_secret(
    services: Given, partner_id: PartnerId, wish: AskedRotation = None
) -> ReadEndpointMade:
    """Both sign until the overlap ends, as with webhooks."""
    return await _rotate(services, partner_id, None, wish)


@router.put(
    _OF_CONNECTION,
    operation_id="set_connection_read_endpoint",
    summary="Let your app be asked at another address for one connection",
    responses=documented(*_SET, "not_found", "connection_removed"),
)
async def set_connection_read_endpoint(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    new: NewReadEndpoint,
    tasks: BackgroundTasks,
) -> ReadEndpointMade:
    """It goes before the address of all your connections, and is asked in the same way. The first look is taken at
    once.
    """
    async with services.database.writing() as session:
        await lock_own_connection(session, partner_id, connection_id)
    made = await _set(services, partner_id, connection_id, new)
    async with services.database.writing() as session:
        await ask_for_read(session, connection_id)
    tasks.add_task(services.waker.read_soon, connection_id)
    return made


@router.get(
    _OF_CONNECTION,
    operation_id="get_connection_read_endpoint",
    summary="Where your app is asked for this connection alone",
    responses=documented(*MISSING),
)
async def get_connection_read_endpoint(
    services: Given, partner_id: PartnerId, connection: OwnConnection
) -> ReadEndpointShown:
    """Not found where it has no address of its own."""
    return await _get(services, partner_id, connection.id)


@router.delete(
    _OF_CONNECTION,
    status_code=204,
    operation_id="delete_connection_read_endpoint",
    summary="Be asked at your common address again, if there is one",
    responses=documented(*MISSING),
)
async def remove_connection_read_endpoint(
    services: Given, partner_id: PartnerId, connection: OwnConnection
) -> Response:
    """What was read so far stays."""
    return await _delete(services, partner_id, connection.id)


@router.post(
    f"{_OF_CONNECTION}/rotate-secret",
    operation_id="rotate_connection_read_endpoint_secret",
    summary="Replace the secret of this connection's address",
    responses=documented(*_SET, "not_found"),
)
async def rotate_connection_read_secret(
    services: Given, partner_id: PartnerId, connection: OwnConnection, wish: AskedRotation = None
) -> ReadEndpointMade:
    """Both sign until the overlap ends, as with webhooks."""
    return await _rotate(services, partner_id, connection.id, wish)


async def _set(
    services: Services, partner_id: UUID, connection_id: UUID | None, new: NewReadEndpoint
) -> ReadEndpointMade:
    await check_url(services, new.url)
    now = services.clock.now()
    bearer = new.bearer_secret.get_secret_value() if new.bearer_secret else None
    async with services.database.writing() as session:
        await lock_partner(session, partner_id)
        endpoint = await save_read_endpoint(
            session,
            partner_id,
            connection_id,
            url=new.url,
            bearer=services.vault.encrypt(bearer) if bearer is not None else None,
            reads_contacts=new.reads_contacts,
            at=now,
        )
        secret = None
        if new.auth is ReadAuth.BEARER:
            await delete_secrets(session, endpoint.id)
        elif not (await list_secrets(session, [endpoint.id], now))[endpoint.id]:
            secret = await rotate(services, session, endpoint.id, Rotation().overlap)
        shown = await _show(services, session, endpoint)
    return ReadEndpointMade(**dict(shown), secret=secret)


async def _get(services: Services, partner_id: UUID, connection_id: UUID | None) -> ReadEndpointShown:
    async with services.database.reading() as session:
        endpoint = await _find(session, partner_id, connection_id)
        return await _show(services, session, endpoint)


async def _delete(services: Services, partner_id: UUID, connection_id: UUID | None) -> Response:
    async with services.database.writing() as session:
        endpoint = await _find(session, partner_id, connection_id)
        await delete_read_endpoint(session, endpoint.id)
        await delete_secrets(session, endpoint.id)
    return Response(status_code=204)


async def _rotate(
    services: Services, partner_id: UUID, connection_id: UUID | None, wish: Rotation | None
) -> ReadEndpointMade:
    async with services.database.writing() as session:
        await lock_partner(session, partner_id)
        endpoint = await _find(session, partner_id, connection_id)
        if endpoint.bearer is not None:
            fault = Fault("auth", "is bearer: set the address again with another bearer_secret")
            raise InputRefused("invalid_request", "Its secret is yours.", [fault])
        secret = await rotate(services, session, endpoint.id, (wish or Rotation()).overlap)
        audit.note(session, "secret_rotated", partner_id=partner_id, subject=endpoint.id)
        shown = await _show(services, session, endpoint)
    return ReadEndpointMade(**dict(shown), secret=secret)


async def _find(session: ReadSession, partner_id: UUID, connection_id: UUID | None) -> ReadEndpoint:
    found = await find_read_endpoint(session, partner_id, connection_id)
    if found is None:
        raise InputRefused("not_found", "No address to be asked at was set here.")
    return found


async def _show(services: Services, session: ReadSession, endpoint: ReadEndpoint) -> ReadEndpointShown:
    secrets = (await list_secrets(session, [endpoint.id], services.clock.now()))[endpoint.id]
    return ReadEndpointShown(
        url=endpoint.url,
        auth=ReadAuth.SIGNED if endpoint.bearer is None else ReadAuth.BEARER,
        reads_contacts=endpoint.reads_contacts,
        secrets=[SecretShown(made_at=secret.made_at, ends_at=secret.ends_at) for secret in secrets],
        created_at=endpoint.created_at,
    )
