"""A connection's settings: what its business chose, read and changed with an ETag against lost updates."""

from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Header, Response
from pydantic import ConfigDict, Field

from app.api.authentication import ADMINS_WRITE, ConnectionId, OwnConnection, PartnerId, lock_own_connection
from app.api.dependencies import Given
from app.api.problems import documented
from app.api.settings.check import SettingsChange, apply_change
from app.api.settings.contacts import ContactSettings, fetch_groups, show_contacts
from app.api.settings.credits import CreditSettings, show_credits
from app.api.settings.items import check_fallback
from app.api.settings.mappings import MappingProblem, build_problems
from app.db.connections import raise_generation, save_settings
from app.db.contacts import trigger_held_contacts
from app.db.holds import trigger_held
from app.db.items import trigger_items
from app.db.xero_items import is_item_lost
from app.domain.connection import Connection
from app.domain.gate import ImportFromXero
from app.domain.item_code import UnknownItem
from app.domain.numbering import Numbering
from app.domain.policy import ConflictPolicy
from app.domain.settings import ItemSync
from app.intake.refusals import InputRefused

router = APIRouter(
    prefix="/v1/connections/{connection_id}/settings", tags=["settings"], dependencies=[ADMINS_WRITE]
)

_REFUSED = ("unauthorised", "not_found", "invalid_request")


class Settings(CreditSettings, ContactSettings):
    """What a business chose; accounts by Xero's id."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "revenue_accounts": {"general": "a2d9b2c4-8f3e-4d52-9a0f-3c1f6a7b8c90"},
                    "taxes": {"gst": "OUTPUT", "none": "EXEMPTOUTPUT"},
                    "payment_account": None,
                    "payment_accounts": {"card": "b1a3f7d0-52c8-4e0f-9a55-7d5f0c7e2a11"},
                    "tracking": {},
                    "branding_theme": None,
                    "due_days": 14,
                    "credit_note_account": None,
                    "prepayment_account": None,
                    "overpayments": "hold",
                    "contact_account_number": "APP-{id}",
                    "contact_groups": {"trade": "c3a1d7e5-0f0b-4e0e-9a54-2f6b7c8d9e01"},
                    "items": "on",
                    "unknown_item": "description_only",
                    "fallback_item": None,
                    "conflict_policy": "newest_wins",
                    "sync_from": "2026-07-01",
                    "import_from_xero": "sent",
                    "numbering": "partner",
                    "problems": [],
                }
            ]
        }
    )

    revenue_accounts: dict[str, str] = Field(
        description="Line category to account id; `general` is for lines that name no category."
    )
    taxes: dict[str, str] = Field(
        description="The app's tax word to Xero's tax type; `none` is for lines without one."
    )
    payment_account: str | None = Field(description="Where payments taken in the app are booked.")
    payment_accounts: dict[str, str] = Field(
        description="Payment method to account id; methods that are not named use `payment_account`."
    )
    tracking: dict[str, str] = Field(
        description="Tracking category id to option id, for every line that the app adds."
    )
    branding_theme: str | None = Field(
        description="Of every invoice that is made in Xero; null: Xero's default."
    )
    due_days: int | None = Field(
        description="Days after its date that an invoice without a due date is due; null: by Xero's own terms."
    )
    items: ItemSync = Field(description="Whether your products are kept as items in Xero.")
    unknown_item: UnknownItem = Field(
        description="What becomes of a line whose item code Xero does not have; your app keeps its code."
    )
    fallback_item: str | None = Field(description="The code that such lines are booked as, with `fallback`.")
    conflict_policy: ConflictPolicy
    sync_from: date | None = Field(
        description="Invoices issued before it are never linked; null is all of them."
    )
    import_from_xero: ImportFromXero
    numbering: Numbering = Field(
        description="Whose number an invoice has in Xero: the partner's, Xero's own, or the partner's with a suffix"
        " where it is taken."
    )
    problems: list[MappingProblem] = Field(
        description="Settings that the organisation, as it was last read, has left behind; not to be changed here."
    )


@router.get("", operation_id="get_settings", summary="The settings", responses=documented(*_REFUSED))
async def get_settings(services: Given, connection: OwnConnection, response: Response) -> Settings:
    """The ETag names their version; send it as `If-Match` with a change to be sure that nobody changed them since."""
    response.headers["ETag"] = _etag(connection.settings_version)
    async with services.database.reading() as session:
        is_lost = await is_item_lost(session, connection.id, connection.settings.fallback_item)
    return _show(connection, is_fallback_lost=is_lost)


@router.patch(
    "",
    operation_id="change_settings",
    summary="Change the settings that are named",
    responses=documented(
        "malformed_body",
        *_REFUSED,
        "connection_removed",
        "not_authorised_yet",
        "settings_changed",
        "xero_refused",
        "xero_unavailable",
        "too_large",
    ),
)
async def change_settings(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    change: SettingsChange,
    response: Response,
    tasks: BackgroundTasks,
    if_match: Annotated[str | None, Header(description="The ETag that the change was made from.")] = None,
) -> Settings:
    """Checked against the organisation as it was last read. Every link that is held is looked at again."""
    await check_fallback(services, partner_id, connection_id, change)
    groups = await fetch_groups(services, partner_id, connection_id, change)
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        version = connection.settings_version
        if if_match not in (None, "*", _etag(version)):
            raise InputRefused("settings_changed", f"They are at {_etag(version)} now; read them again.")
        settings = apply_change(connection.settings, change, connection.organisation, groups)
        await save_settings(session, connection.id, settings, version)
        await trigger_held(session, connection.id)
        await trigger_items(session, connection.id)
        await trigger_held_contacts(session, connection.id)
        await raise_generation(session, connection.id)
    tasks.add_task(services.waker.reconcile_soon, [connection.id])
    response.headers["ETag"] = _etag(version + 1)
    return _show(replace(connection, settings=settings))


def _etag(version: int) -> str:
    return f'"{version}"'


def _show(connection: Connection, *, is_fallback_lost: bool = False) -> Settings:
    settings = connection.settings
    return Settings(
        revenue_accounts=dict(settings.revenue_accounts),
        taxes=dict(settings.taxes),
        payment_account=settings.payment_account_id,
        payment_accounts=dict(settings.payment_accounts),
        tracking=dict(settings.tracking),
        branding_theme=settings.branding_theme_id,
        due_days=settings.due_days,
        **show_credits(settings),
        **show_contacts(settings),
        items=settings.items,
        unknown_item=settings.unknown_item,
        fallback_item=settings.fallback_item,
        conflict_policy=settings.conflict_policy,
        sync_from=settings.sync_from,
        import_from_xero=settings.import_from_xero,
        numbering=settings.numbering,
        problems=build_problems(connection, is_fallback_lost=is_fallback_lost),
    )
