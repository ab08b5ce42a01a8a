"""The history of a connection's settings: every version with what it changed, and the way back (FEATURES N12)."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Path, Query, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from app.api.authentication import ADMINS_WRITE, GivenCaller, OwnConnection
from app.api.dependencies import Given
from app.api.pages import AskedNumbers, Page, write_number
from app.api.problems import MISSING, documented
from app.api.settings.changing import Changing, change, write_etag
from app.api.settings.check import SettingsChange
from app.api.settings.resource import (
    EXAMPLE,
    ChosenSettings,
    Settings,
    list_changes,
    show_chosen,
    show_settings,
)
from app.api.settings.routes import CHANGE_REFUSED, IfMatch
from app.db.connections.settings import SettingsVersion as KeptVersion
from app.db.connections.settings import find_settings_version, list_settings_versions
from app.db.postgres.session import ReadSession
from app.domain.connections.settings import ConnectionSettings
from app.intake.refusals import InputRefused
from app.intake.values import Line, refused

router = APIRouter(
    prefix="/v1/connections/{connection_id}/settings/versions",
    tags=["settings"],
    dependencies=[ADMINS_WRITE],
)

MOST_NUMBER = 2**31 - 1

Number = Annotated[
    int, Path(ge=0, le=MOST_NUMBER, description="The version's number; 0 is before any choice.")
]


_SETTINGS = sorted(ChosenSettings.model_fields)


def _check_setting(word: str) -> str:
    if word.partition(".")[0] not in _SETTINGS:
        raise refused(f"must be one of {', '.join(_SETTINGS)}")
    return word


_SETTING_SHOWN = {
    "type": "string",
    "pattern": rf"^({'|'.join(_SETTINGS)})(\.[^\u0000-\u001f]+)?$",
    "maxLength": 255,
}
AskedSetting = Annotated[
    Annotated[Line, AfterValidator(_check_setting), WithJsonSchema(_SETTING_SHOWN)] | None,
    Query(description="Only versions that changed this one; of a map any entry, or one, as `taxes.gst`."),
]

_VERSION: dict[str, Any] = {
    "number": 4,
    "made_at": "2026-11-20T03:00:00Z",
    "key_id": "0d9c7f4e-1b2a-4c3d-8e5f-6a7b8c9d0e1f",
    "key_prefix": "plk_3fQ",
    "key_name": "Back office",
    "restored_from": None,
    "changes": [{"setting": "conflict_policy", "before": "newest_wins", "after": "xero_wins"}],
}


class SettingChange(BaseModel):
    """One setting that a version changed; of a map one entry, as `taxes.gst`."""

    setting: str
    before: Any = Field(description="Null where it had no value.")
    after: Any = Field(description="Null where it has none now.")


class SettingsVersion(BaseModel):
    """One version of the settings: when, by which key, and what it changed against the version before it."""

    model_config = ConfigDict(title="SettingsVersion", json_schema_extra={"examples": [_VERSION]})

    number: int = Field(description="As in the ETag.")
    made_at: datetime
    key_id: UUID | None = Field(
        description="The API key that made it; null where Plumbline began the settings, with the organisation's own."
    )
    key_prefix: str | None = Field(description="What a person may see of that key.")
    key_name: str | None = Field(description="What that key is called.")
    restored_from: int | None = Field(description="The version that it brought back.")
    changes: list[SettingChange]


class SettingsVersionWhole(SettingsVersion):
    """One version with all that was chosen in it."""

    model_config = ConfigDict(
        title="SettingsVersionWhole", json_schema_extra={"examples": [_VERSION | {"settings": EXAMPLE}]}
    )

    settings: ChosenSettings


@router.get(
    "",
    operation_id="list_settings_versions",
    summary="Every change of the settings, oldest first or newest first",
    responses=documented(*MISSING),
)
async def list_versions(
    services: Given, connection: OwnConnection, page: AskedNumbers, setting: AskedSetting = None
) -> Page[SettingsVersion]:
    """Version 0, what a connection begins with, is not listed; it can be read and restored like any other. Narrowed by
    `setting`, a page may have fewer than `limit` entries and lead on all the same.
    """
    async with services.database.reading() as session:
        found = await list_settings_versions(
            session, connection.id, replace(page, after=min(page.after, MOST_NUMBER))
        )
    shown = [
        SettingsVersion(**_show(version))
        for version in found
        if setting is None or _has_changed(setting, version)
    ]
    return Page(data=shown, next=write_number(found, page.limit, lambda version: version.number))


@router.get(
    "/{number}",
    operation_id="get_settings_version",
    summary="The settings as they were in one version",
    responses=documented(*MISSING),
)
async def get_version(services: Given, connection: OwnConnection, number: Number) -> SettingsVersionWhole:
    """With what it changed."""
    async with services.database.reading() as session:
        version = await _get(session, connection.id, number)
    chosen = ChosenSettings(**show_chosen(version.settings))
    return SettingsVersionWhole(**_show(version), settings=chosen)


@router.post(
    "/{number}/restore",
    operation_id="restore_settings",
    summary="Choose again what was chosen in a version",
    responses=documented(*CHANGE_REFUSED),
)
async def restore_version(
    services: Given,
    caller: GivenCaller,
    connection: OwnConnection,
    number: Number,
    response: Response,
    tasks: BackgroundTasks,
    if_match: IfMatch = None,
) -> Settings:
    """Checked like any change: what the organisation no longer has is refused by name. It makes a version of its own,
    unless the settings are that already; nothing is taken out of the history.
    """
    async with services.database.reading() as session:
        version = await _get(session, connection.id, number)
    wanted = SettingsChange.model_validate_json(
        ChosenSettings(**show_chosen(version.settings)).model_dump_json()
    )
    changing = Changing(caller, connection.id, if_match, restored_from=number)
    restored = await change(services, tasks, changing, wanted, lambda _: ConnectionSettings())
    response.headers["ETag"] = write_etag(restored.settings_version)
    return show_settings(restored)


def _has_changed(setting: str, version: KeptVersion) -> bool:
    changed = (name for name, *_ in list_changes(version.before, version.settings))
    return any(name == setting or name.startswith(f"{setting}.") for name in changed)


async def _get(session: ReadSession, connection_id: UUID, number: int) -> KeptVersion:
    version = await find_settings_version(session, connection_id, number)
    if version is None:
        raise InputRefused("not_found", "The settings have no version of that number.")
    return version


def _show(version: KeptVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "made_at": version.made_at,
        "key_id": version.key_id,
        "key_prefix": version.key_prefix,
        "key_name": version.key_name,
        "restored_from": version.restored_from,
        "changes": [
            SettingChange(setting=setting, before=before, after=after)
            for setting, before, after in list_changes(version.before, version.settings)
        ],
    }
