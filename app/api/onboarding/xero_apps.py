"""Xero apps that a partner registered with Xero itself, for connections that go through them and not through ours.

A secret comes in and never goes out again: what is shown is whether there is one. Xero gives the webhook key only once
it knows the webhook's address, which is shown here: register first, send the key afterwards.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from app.api.authentication import ADMINS_WRITE, PartnerId
from app.api.dependencies import Given, Services
from app.api.onboarding.oauth import RETURN_PATH
from app.api.pages import Cursor, Limit, Listing, Page, read_position, write_position
from app.api.problems import MISSING, documented
from app.db.partners.xero_app_use import XeroAppUse, delete_xero_app, lock_use
from app.db.partners.xero_apps import (
    XeroApp,
    find_xero_app,
    insert_xero_app,
    list_xero_apps,
    save_xero_app,
)
from app.intake.refusals import Fault, InputRefused
from app.intake.values import Name, is_text, refused

router = APIRouter(prefix="/v1/xero-apps", tags=["xero-apps"], dependencies=[ADMINS_WRITE])

MOST_NAMED = 100
"""Connections that one refusal names."""

XeroAppId = Annotated[UUID, Path(description="The app's id here.")]


def _check_text(secret: SecretStr) -> SecretStr:
    """Half a surrogate pair could be neither encrypted nor sent to Xero."""
    if not is_text(secret.get_secret_value()):
        raise refused("must be valid Unicode text")
    return secret


Secret = Annotated[SecretStr, Field(min_length=16, max_length=255), AfterValidator(_check_text)]


class NewXeroApp(BaseModel):
    """An app as it stands in Xero's developer portal."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Tradie Tools on Xero",
                    "client_id": "9F3A6C0E1B2D4A5F8C7E6D5B4A392817",
                    "client_secret": "the secret that Xero showed once",
                }
            ]
        },
    )

    name: Name
    client_id: Name
    client_secret: Secret
    webhook_key: Secret | None = Field(
        default=None, description="Xero shows it once `webhook_url` stands in its portal."
    )


class XeroAppChange(BaseModel):
    """What to replace; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"webhook_key": "the key that Xero showed"}]}
    )

    name: Name | None = None
    client_secret: Secret | None = None
    webhook_key: Secret | None = None


class XeroAppShown(BaseModel):
    """An app, without its secrets."""

    model_config = ConfigDict(
        title="XeroApp",
        json_schema_extra={
            "examples": [
                {
                    "id": "3c9a1b7e-6d2f-4a58-8e3b-5f4d7c6a9b10",
                    "name": "Tradie Tools on Xero",
                    "client_id": "9F3A6C0E1B2D4A5F8C7E6D5B4A392817",
                    "has_webhook_key": False,
                    "redirect_url": "https://plumbline.example/oauth/xero/callback",
                    "webhook_url": "https://plumbline.example/webhooks/xero/3c9a1b7e-6d2f-4a58-8e3b-5f4d7c6a9b10",
                    "created_at": "2026-11-20T03:00:00Z",
                }
            ]
        },
    )

    id: UUID
    name: str
    client_id: str
    has_webhook_key: bool = Field(description="Without it, this app's webhooks are all answered 401.")
    redirect_url: str = Field(description="To enter in Xero's portal as redirect URI, byte for byte.")
    webhook_url: str = Field(description="To enter in Xero's portal as the webhooks' delivery URL.")
    created_at: datetime


@router.post(
    "",
    status_code=201,
    operation_id="register_xero_app",
    summary="Register a Xero app of your own",
    responses=documented("malformed_body", "unauthorised", "xero_app_known", "too_large", "invalid_request"),
)
async def register_xero_app(
    services: Given, partner_id: PartnerId, new: NewXeroApp, response: Response
) -> XeroAppShown:
    """Then open connections with its id as `xero_app_id`. Its limits, its consents and its webhooks are its own."""
    async with services.database.writing() as session:
        app = await insert_xero_app(
            session,
            services.vault,
            partner_id,
            name=new.name,
            client_id=new.client_id,
            client_secret=new.client_secret.get_secret_value(),
            webhook_key=_open(new.webhook_key),
        )
        if app is None:
            fault = Fault("client_id", "is registered already; change that app instead")
            raise InputRefused("xero_app_known", "You have registered this Xero app.", [fault])
    response.headers["Location"] = f"/v1/xero-apps/{app.id}"
    return _show(services, app)


@router.get(
    "",
    operation_id="list_xero_apps",
    summary="Your Xero apps",
    responses=documented("unauthorised", "invalid_request"),
)
async def list_own_xero_apps(
    services: Given, partner_id: PartnerId, cursor: Cursor = None, limit: Limit = 100
) -> Page[XeroAppShown]:
    """Oldest first, without their secrets."""
    listing = Listing("xero-apps")
    async with services.database.reading() as session:
        after = read_position(cursor, listing)
        found = await list_xero_apps(session, partner_id, after=after, limit=limit)
    following = write_position(listing, found, limit, lambda app: (app.created_at, app.id))
    return Page(data=[_show(services, app) for app in found], next=following)


@router.get(
    "/{xero_app_id}",
    operation_id="get_xero_app",
    summary="One of your Xero apps",
    responses=documented(*MISSING),
)
async def get_xero_app(services: Given, partner_id: PartnerId, xero_app_id: XeroAppId) -> XeroAppShown:
    """Without its secrets."""
    async with services.database.reading() as session:
        app = await find_xero_app(session, partner_id, xero_app_id)
    if app is None:
        raise InputRefused("not_found", "You have no Xero app with that id.")
    return _show(services, app)


@router.patch(
    "/{xero_app_id}",
    operation_id="change_xero_app",
    summary="Replace a secret, the webhook key or the name",
    responses=documented("malformed_body", "unauthorised", "not_found", "too_large", "invalid_request"),
)
async def change_xero_app(
    services: Given,
    partner_id: PartnerId,
    xero_app_id: XeroAppId,
    change: XeroAppChange,
) -> XeroAppShown:
    """Counts from the next call and the next webhook on; consents stay good, since they belong to the client id."""
    async with services.database.writing() as session:
        app = await save_xero_app(
            session,
            services.vault,
            partner_id,
            xero_app_id,
            name=change.name,
            client_secret=_open(change.client_secret),
            webhook_key=_open(change.webhook_key),
        )
    if app is None:
        raise InputRefused("not_found", "You have no Xero app with that id.")
    return _show(services, app)


@router.delete(
    "/{xero_app_id}",
    status_code=204,
    operation_id="delete_xero_app",
    summary="Delete a Xero app with its secrets, once no connection goes through it",
    responses=documented("unauthorised", "not_found", "xero_app_in_use", "invalid_request"),
)
async def delete_own_xero_app(services: Given, partner_id: PartnerId, xero_app_id: XeroAppId) -> Response:
    """Remove its connections first: each is disconnected in Xero by the app's own secret, which takes some seconds, and
    then no longer names the app. What Xero sends for it afterwards is answered 401, as for an app that never was.
    """
    async with services.database.writing() as session:
        use = await lock_use(session, partner_id, xero_app_id)
        if use is None:
            raise InputRefused("not_found", "You have no Xero app with that id.")
        if use.open or use.closing:
            raise _build_in_use(use)
        await delete_xero_app(session, partner_id, xero_app_id)
    return Response(status_code=204)


def _build_in_use(use: XeroAppUse) -> InputRefused:
    said = []
    if use.open:
        count = f"{len(use.open)} connections go" if len(use.open) > 1 else "1 connection goes"
        said.append(f"{count} through it: remove them first with DELETE /v1/connections/{{connection_id}}.")
    if use.closing:
        count = f"{len(use.closing)} are" if len(use.closing) > 1 else "1 is"
        said.append(
            f"Of those that you removed, {count} still being disconnected in Xero, which takes the app's secret: try "
            "again in a minute. Their reason tells when it is done."
        )
    named = [*use.open, *use.closing]
    more = {"connections": len(named), "connection_ids": [str(each) for each in named[:MOST_NAMED]]}
    return InputRefused("xero_app_in_use", " ".join(said), more=more)


def _open(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _show(services: Services, app: XeroApp) -> XeroAppShown:
    return XeroAppShown(
        id=app.id,
        name=app.name,
        client_id=app.client_id,
        has_webhook_key=app.has_webhook_key,
        redirect_url=services.public_url + RETURN_PATH,
        webhook_url=f"{services.public_url}/webhooks/xero/{app.id}",
        created_at=app.created_at,
    )
