"""A connection's settings: what its business chose, read and changed with an ETag against lost updates."""

from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Header, Response
from pydantic import ConfigDict, Field

from app.api.authentication import ADMINS_WRITE, ConnectionId, GivenCaller, OwnConnection
from app.api.dependencies import Given
from app.api.problems import MISSING, documented
from app.api.settings.changing import Changing, change, write_etag
from app.api.settings.check import SettingsChange, blank_for
from app.api.settings.resource import EXAMPLE, Settings, show_settings
from app.db.items.xero_items import is_item_lost

router = APIRouter(
    prefix="/v1/connections/{connection_id}/settings", tags=["settings"], dependencies=[ADMINS_WRITE]
)

CHANGE_REFUSED = (
    "malformed_body",
    *MISSING,
    "connection_removed",
    "not_authorised_yet",
    "settings_changed",
    "xero_refused",
    "xero_unavailable",
    "too_large",
)

IfMatch = Annotated[str | None, Header(description="The ETag that the change was made from.")]


class WholeSettings(SettingsChange):
    """All of the settings, as they are read; one that is left out has its default."""

    model_config = ConfigDict(
        extra="forbid", title="WholeSettings", json_schema_extra={"examples": [EXAMPLE]}
    )

    is_active: Any = Field(default=None, exclude=True, description="As it was read; nothing is done with it.")
    problems: Any = Field(default=None, exclude=True, description="As it was read; nothing is done with it.")


@router.get("", operation_id="get_settings", summary="The settings", responses=documented(*MISSING))
async def get_settings(services: Given, connection: OwnConnection, response: Response) -> Settings:
    """The ETag names their version; send it as `If-Match` with a change to be sure that nobody changed them since."""
    response.headers["ETag"] = write_etag(connection.settings_version)
    async with services.database.reading() as session:
        is_lost = await is_item_lost(session, connection.id, connection.settings.fallback_item)
    return show_settings(connection, is_fallback_lost=is_lost)


@router.patch(
    "",
    operation_id="change_settings",
    summary="Change the settings that are named",
    responses=documented(*CHANGE_REFUSED),
)
async def change_settings(
    services: Given,
    caller: GivenCaller,
    connection_id: ConnectionId,
    wanted: SettingsChange,
    response: Response,
    tasks: BackgroundTasks,
    if_match: IfMatch = None,
) -> Settings:
    """Checked against the organisation as it was last read; an account that is named by its code is looked up in Xero's
    chart of accounts as it is now, where Xero answers. Every link that is held is looked at again, and so is what
    stayed where it is by the settings. What changed is kept as a version.
    """
    changing = Changing(caller, connection_id, if_match)
    connection = await change(services, tasks, changing, wanted, lambda held: held.settings)
    response.headers["ETag"] = write_etag(connection.settings_version)
    return show_settings(connection)


@router.put(
    "",
    operation_id="replace_settings",
    summary="Say all of the settings",
    responses=documented(*CHANGE_REFUSED),
)
async def replace_settings(
    services: Given,
    caller: GivenCaller,
    connection_id: ConnectionId,
    wanted: WholeSettings,
    response: Response,
    tasks: BackgroundTasks,
    if_match: IfMatch = None,
) -> Settings:
    """As a change, but what is left out has its default again. What was read can be sent back: it changes nothing."""
    changing = Changing(caller, connection_id, if_match)
    connection = await change(
        services, tasks, changing, wanted, lambda held: blank_for(wanted, held.organisation)
    )
    response.headers["ETag"] = write_etag(connection.settings_version)
    return show_settings(connection)
