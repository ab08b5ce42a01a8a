"""A connection's settings from version to version: the newest on the connection, all of them kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import aliased

from app.db.connections.runs import save_schedule
from app.db.postgres.numbered import Numbered, in_numbers
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ApiKeyRow, ConnectionRow, SettingsVersionRow
from app.db.upkeep import audit
from app.domain.connections.settings import ConnectionSettings


@dataclass(frozen=True, slots=True)
class SettingsVersion:
    """One version; `before` is what the one before it was, None of the first that is known.

    `key_id`, `key_prefix` and `key_name` say which API key made it, None where Plumbline began the settings.
    """

    number: int
    settings: ConnectionSettings
    before: ConnectionSettings | None
    key_id: UUID | None
    key_prefix: str | None
    key_name: str | None
    restored_from: int | None
    made_at: datetime


async def save_settings(
    session: WriteSession,
    connection_id: UUID,
    settings: ConnectionSettings,
    version: int,
    *,
    at: datetime,
    key_id: UUID | None = None,
    restored_from: int | None = None,
) -> bool:
    """Replace the settings of that version, keep the new one, and set the time of the next run.

    False, and nothing done, when somebody else replaced them first.
    """
    saved = (
        update(ConnectionRow)
        .where(ConnectionRow.id == connection_id, ConnectionRow.settings_version == version)
        .values(settings=settings.to_json(), settings_version=version + 1)
        .returning(ConnectionRow.organisation["country"].astext)
    )
    row = (await session.execute(saved)).one_or_none()
    if row is None:
        return False
    await keep_version(
        session,
        connection_id,
        version + 1,
        settings,
        at=at,
        key_id=key_id,
        restored_from=restored_from,
    )
    await save_schedule(session, connection_id, settings.schedule(row[0]), at)
    told = {"version": version + 1, "restored_from": restored_from}
    await audit.note_of_connection(session, "settings_changed", connection_id, **told)
    return True


async def keep_version(
    session: WriteSession,
    connection_id: UUID,
    number: int,
    settings: ConnectionSettings,
    *,
    at: datetime,
    key_id: UUID | None = None,
    restored_from: int | None = None,
) -> None:
    """Keep a version for good."""
    session.add(
        SettingsVersionRow(
            connection_id=connection_id,
            number=number,
            settings=settings.to_json(),
            key_id=key_id,
            restored_from=restored_from,
            made_at=at,
        )
    )
    await session.flush()


async def list_settings_versions(
    session: ReadSession, connection_id: UUID, wanted: Numbered
) -> list[SettingsVersion]:
    """One page of a connection's versions."""
    rows = await session.execute(build_versions_page(connection_id, wanted))
    return [_from_row(*row) for row in rows]


def build_versions_page(
    connection_id: UUID, wanted: Numbered
) -> Select[SettingsVersionRow, SettingsVersionRow, str, str]:
    """The query of one page, without what the connection began with."""
    number = SettingsVersionRow.number
    return in_numbers(_with_before(connection_id).where(number > 0), number, wanted)


async def find_settings_version(
    session: ReadSession, connection_id: UUID, number: int
) -> SettingsVersion | None:
    """One version, or None."""
    row = (
        await session.execute(_with_before(connection_id).where(SettingsVersionRow.number == number))
    ).one_or_none()
    return _from_row(*row) if row else None


def _with_before(connection_id: UUID) -> Select[SettingsVersionRow, SettingsVersionRow, str, str]:
    """Versions, each with the one before it and its key's prefix and name: numbers leave no gaps."""
    row, before = SettingsVersionRow, aliased(SettingsVersionRow)
    is_before = (before.connection_id == row.connection_id) & (before.number == row.number - 1)
    return (
        select(row, before, ApiKeyRow.prefix, ApiKeyRow.name)
        .outerjoin(before, is_before)
        .outerjoin(ApiKeyRow, ApiKeyRow.id == row.key_id)
        .where(row.connection_id == connection_id)
    )


def _from_row(
    row: SettingsVersionRow, before: SettingsVersionRow | None, prefix: str | None, name: str | None
) -> SettingsVersion:
    return SettingsVersion(
        number=row.number,
        settings=ConnectionSettings.from_json(row.settings),
        before=ConnectionSettings.from_json(before.settings) if before else None,
        key_id=row.key_id,
        key_prefix=prefix,
        key_name=name,
        restored_from=row.restored_from,
        made_at=row.made_at,
    )
