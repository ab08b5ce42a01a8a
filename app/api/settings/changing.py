"""A change of settings carried out: checked, kept as a new version, and what it sets in motion.

What only Xero can confirm is asked before the transaction. In it the settings are compared with those that the caller
made the change from, replaced, and everything is triggered that may stand otherwise by the new ones. A change that
changes nothing makes no version, so that sending it twice is harmless.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from fastapi import BackgroundTasks

from app.api.authentication import Caller, lock_own_connection
from app.api.dependencies import Services
from app.api.settings.check import SettingsChange, apply_change
from app.api.settings.contacts import fetch_groups
from app.api.settings.fresh_accounts import fetch_accounts, keep_accounts
from app.api.settings.items import check_fallback
from app.db.connections.connections import raise_generation
from app.db.connections.settings import save_settings
from app.db.connections.sweeps import ask_for_sweep_from_start
from app.db.contacts.contact_links import trigger_contacts
from app.db.items.item_links import trigger_items
from app.db.links.holds import trigger_all_held
from app.db.links.settled import (
    trigger_settled,
    trigger_waiting_changes,
)
from app.db.postgres.session import WriteSession
from app.domain.connections.connection import Connection
from app.domain.connections.settings import ConnectionSettings
from app.domain.connections.widening import brings_more_in
from app.intake.refusals import InputRefused


@dataclass(frozen=True, slots=True)
class Changing:
    """Who changes whose settings; `if_match` is the ETag that the change was made from, None if nobody said."""

    caller: Caller
    connection_id: UUID
    if_match: str | None
    restored_from: int | None = None


def write_etag(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


async def change(
    services: Services,
    tasks: BackgroundTasks,
    changing: Changing,
    wanted: SettingsChange,
    start_from: Callable[[Connection], ConnectionSettings],
) -> Connection:
    """Change the settings that `start_from` answers, and answer the connection as it is afterwards.

    Raises `InputRefused` of the kinds `not_found`, `connection_removed`, `settings_changed`, `not_authorised_yet`
    and `invalid_request`, and what a question to Xero raises.
    """
    partner_id, connection_id = changing.caller.partner_id, changing.connection_id
    await check_fallback(services, partner_id, connection_id, wanted)
    groups = await fetch_groups(services, partner_id, connection_id, wanted)
    accounts = await fetch_accounts(services, partner_id, connection_id, wanted)
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        version = connection.settings_version
        if changing.if_match not in (None, "*", write_etag(version)):
            raise InputRefused("settings_changed", f"They are at {write_etag(version)} now; read them again.")
        connection = await keep_accounts(session, services.clock, connection, accounts)
        settings = apply_change(start_from(connection), wanted, connection.organisation, groups)
        if settings != connection.settings:
            await save_settings(
                session,
                connection_id,
                settings,
                version,
                at=services.clock.now(),
                key_id=changing.caller.key_id,
                restored_from=changing.restored_from,
            )
            version += 1
        await _trigger(session, connection, settings)
    tasks.add_task(services.waker.reconcile_soon, [connection_id])
    return replace(connection, settings=settings, settings_version=version)


async def _trigger(session: WriteSession, connection: Connection, settings: ConnectionSettings) -> None:
    """Look again at what is held, at what stayed where it is by the settings or waits to go out by them, and in Xero
    where more may come in.
    """
    before = connection.settings
    await trigger_all_held(session, connection.id)
    await trigger_items(session, connection.id)
    await trigger_settled(session, connection.id)
    if settings.lanes != before.lanes:
        await trigger_waiting_changes(session, connection.id)
    if settings.contact_groups != before.contact_groups:
        await trigger_contacts(session, connection.id)
    if brings_more_in(before, settings):
        await ask_for_sweep_from_start(session, connection.id)
    await raise_generation(session, connection.id)
