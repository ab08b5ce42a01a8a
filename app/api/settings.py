"""A connection's settings: what its business chose, read and changed with an ETag against lost updates."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Header, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import ConnectionId, OwnConnection, PartnerId, lock_own_connection
from app.api.dependencies import Given
from app.api.problems import documented
from app.api.settings_check import SettingsChange, apply_change
from app.db.connections import raise_generation, save_settings
from app.db.links import trigger_held
from app.domain.gate import ImportFromXero
from app.domain.policy import ConflictPolicy
from app.domain.settings import ConnectionSettings
from app.intake.refusals import InputRefused

router = APIRouter(prefix="/v1/connections/{connection_id}/settings", tags=["settings"])

_REFUSED = ("unauthorised", "not_found", "invalid_request")


class Settings(BaseModel):
    """What a business chose; accounts by Xero's id."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "revenue_accounts": {"general": "a2d9b2c4-8f3e-4d52-9a0f-3c1f6a7b8c90"},
                    "taxes": {"gst": "OUTPUT", "none": "EXEMPTOUTPUT"},
                    "payment_account": None,
                    "conflict_policy": "newest_wins",
                    "sync_from": "2026-07-01",
                    "import_from_xero": "sent",
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
    conflict_policy: ConflictPolicy
    sync_from: date | None = Field(
        description="Invoices issued before it are never linked; null is all of them."
    )
    import_from_xero: ImportFromXero


@router.get("", operation_id="get_settings", summary="The settings", responses=documented(*_REFUSED))
async def get_settings(connection: OwnConnection, response: Response) -> Settings:
    """The ETag names their version; send it as `If-Match` with a change to be sure that nobody changed them since."""
    response.headers["ETag"] = _etag(connection.settings_version)
    return _show(connection.settings)


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
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        version = connection.settings_version
        if if_match not in (None, "*", _etag(version)):
            raise InputRefused("settings_changed", f"They are at {_etag(version)} now; read them again.")
        settings = apply_change(connection.settings, change, connection.organisation)
        await save_settings(session, connection.id, settings, version)
        await trigger_held(session, connection.id)
        await raise_generation(session, connection.id)
    tasks.add_task(services.waker.reconcile_soon, [connection.id])
    response.headers["ETag"] = _etag(version + 1)
    return _show(settings)


def _etag(version: int) -> str:
    return f'"{version}"'


def _show(settings: ConnectionSettings) -> Settings:
    return Settings(
        revenue_accounts=dict(settings.revenue_accounts),
        taxes=dict(settings.taxes),
        payment_account=settings.payment_account_id,
        conflict_policy=settings.conflict_policy,
        sync_from=settings.sync_from,
        import_from_xero=settings.import_from_xero,
    )
