"""A partner's keys: listed, made, rotated, revoked, by the functions of `api.access.keyring`."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from rich.table import Table

from app.api.access.keyring import (
    list_partner_keys,
    make_partner_key,
    revoke_partner_key,
    rotate_partner_key,
)
from app.api.access.resource import KeyMade, KeyShown, build_key, build_made, build_rotated
from app.api.dependencies import Services
from app.commands.acts.named import get_partner
from app.commands.screen import build_facts, build_table
from app.commands.shown import Shown
from app.db.partners.api_keys import ApiKey
from app.db.partners.partners import Role
from app.intake.refusals import InputRefused

_COLUMNS = (
    "id",
    "name",
    "role",
    "prefix",
    "state",
    "created_at",
    "expires_at",
    "last_used_at",
    "replaced_by",
)


async def list_all(services: Services, partner_id: UUID) -> Shown:
    """Every key of a partner, without secrets."""
    partner, now = await get_partner(services, partner_id), services.clock.now()
    keys = [build_key(key, now) for key in await list_partner_keys(services.database, partner_id)]
    rows = [[getattr(key, column) for column in _COLUMNS] for key in keys]
    return Shown({"data": keys}, [build_table(f"Keys of {partner.name}", _COLUMNS, rows)])


async def create(services: Services, partner_id: UUID, name: str, role: str, ends: datetime | None) -> Shown:
    """A new key with its secret; `ends` is in UTC."""
    await get_partner(services, partner_id)
    now, expires_at = services.clock.now(), ends.replace(tzinfo=UTC) if ends else None
    made = await make_partner_key(
        services.database, partner_id, now, name=name, role=Role(role), expires_at=expires_at
    )
    shown = build_made(made, now)
    return Shown(shown, [_show_made(shown)])


async def rotate(services: Services, partner_id: UUID, named: str, overlap_hours: int) -> Shown:
    """A new key with its secret, and until when the old one goes on."""
    key = await _get_key(services, partner_id, named)
    now, overlap = services.clock.now(), timedelta(hours=overlap_hours)
    rotated = await rotate_partner_key(services.database, partner_id, key.id, now, overlap=overlap)
    shown = build_rotated(rotated, now)
    return Shown(shown, [_show_made(shown), _show("The key before it", shown.replaced)])


async def revoke(services: Services, partner_id: UUID, named: str) -> Shown:
    """A key that has ended."""
    key, now = await _get_key(services, partner_id, named), services.clock.now()
    shown = build_key(await revoke_partner_key(services.database, partner_id, key.id, now), now)
    return Shown(shown, [_show("Key revoked", shown)])


async def _get_key(services: Services, partner_id: UUID, named: str) -> ApiKey:
    """The key of that id, or the one that begins so; raises `not_found`, and `invalid_request` where several do."""
    partner = await get_partner(services, partner_id)
    keys = await list_partner_keys(services.database, partner_id)
    meant = [key for key in keys if named in (str(key.id), key.prefix)]
    if not meant:
        raise InputRefused(
            "not_found", f"{partner.name} has no key with that id or beginning. `key list` shows all of them."
        )
    if len(meant) > 1:
        raise InputRefused("invalid_request", f"{len(meant)} keys begin so. Name one of them by its id.")
    return meant[0]


def _show_made(made: KeyMade) -> Table:
    facts = {"key": made.key, **_list_facts(made)}
    return build_facts("Key made; this is the only time that it is shown", facts)


def _show(title: str, key: KeyShown) -> Table:
    return build_facts(title, _list_facts(key))


def _list_facts(key: KeyShown) -> dict[str, object]:
    return {column: getattr(key, column) for column in (*_COLUMNS, "revoked_at")}
