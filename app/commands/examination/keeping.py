"""Settings, secrets at rest, Xero's webhooks, and room on the disk."""

import shutil

from app.commands.examination.finding import Finding, failed, passed, warned
from app.commands.examination.ground import Ground
from app.db.inboxes.subscriptions import Subscription, list_subscriptions
from app.db.postgres.server import sample_sealed
from app.errors import ConfigurationMissing
from app.wiring.ground import build_vault

_GIGABYTE = 1024**3
_LEAST_ROOM = 1 * _GIGABYTE


async def check_settings(ground: Ground) -> Finding:
    """Production has what it needs, and nothing unsafe."""
    if ground.faults:
        cure = "Set them in the environment; docs/operations/configuration.md says what each is."
        return failed("settings", "; ".join(ground.faults), cure)
    if not ground.settings.is_production:
        return warned("settings", "This is development.", "Set PLUMBLINE_ENV=production where it is not.")
    return passed("settings", "Production has what it needs.")


async def check_secret_keys(ground: Ground) -> Finding:
    """What is stored can be read: token sets and signing secrets, the oldest of each."""
    async with ground.database.reading() as session:
        sealed = await sample_sealed(session)
    vault = build_vault(ground.settings)
    unread = 0
    for each in sealed:
        try:
            vault.decrypt_bytes(each)
        except ConfigurationMissing:
            unread += 1
    if unread:
        cure = "Put the key that encrypted them back into PLUMBLINE_SECRET_KEYS, after the newest."
        return failed("secret keys", f"No key opens {unread} of {len(sealed)} secrets that were tried.", cure)
    return passed("secret keys", f"All {len(sealed)} secrets that were tried can be read.")


async def check_webhooks(ground: Ground) -> list[Finding]:
    """Xero's webhooks arrive, for each Xero app; a finding for each."""
    async with ground.database.reading() as session:
        found = await list_subscriptions(session)
    if not found:
        return [_tell_waiting("Plumbline's own Xero app")]
    return [_judge(subscription) for subscription in found]


def _judge(subscription: Subscription) -> Finding:
    whose = f"Xero app {subscription.xero_app_id}" if subscription.xero_app_id else "Plumbline's own Xero app"
    if subscription.silent_since is not None:
        told = f"{whose}: silent since {subscription.silent_since:%Y-%m-%d %H:%M} UTC."
        cure = "Mend the way to /webhooks/xero, then switch the webhook on again in Xero's developer portal."
        return failed("xero webhooks", told, cure)
    if subscription.heard_at is None:
        return _tell_waiting(whose)
    return passed("xero webhooks", f"{whose}: last heard {subscription.heard_at:%Y-%m-%d %H:%M} UTC.")


def _tell_waiting(whose: str) -> Finding:
    cure = "Set the delivery URL and the key in Xero's developer portal; without, edits come up to 15 minutes late."
    return warned("xero webhooks", f"{whose}: no event has come so far.", cure)


async def check_room(ground: Ground) -> Finding | None:
    """Room for the databases that development keeps; of a server elsewhere it cannot be known."""
    if not ground.is_embedded:
        return None
    free = shutil.disk_usage(ground.settings.data_dir).free
    told = f"{free / _GIGABYTE:.1f} GB are free where {ground.settings.data_dir} lies."
    if free < _LEAST_ROOM:
        return warned("room", told, "Make room: PostgreSQL stops when its disk is full.")
    return passed("room", told)
