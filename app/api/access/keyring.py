"""A partner's keys: made, rotated and revoked. The API's routes and a command line do the same by these.

A partner is never shut out by its own call: while it has an admin's key, it keeps one that lasts at least as long. A
key that leaked is rotated without an overlap, which ends it at once and is always possible.

Every refusal is an `InputRefused`; its text can be shown to a person. A key's secret is in what is answered to its
making, this once.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from app.db.partners.api_keys import (
    ApiKey,
    KeyState,
    find_own_key,
    insert_key,
    list_keys,
    list_keys_in_force,
    lock_partner,
    save_replaced,
    save_revoked,
)
from app.db.partners.partners import Role
from app.db.postgres.session import Database, WriteSession
from app.intake.refusals import Fault, InputRefused
from app.keys import hash_key, make_key, show_prefix

MOST_KEYS = 100
"""In force at a time; calls are limited by the key, so keys are not for making without end."""

LONGEST_LIFE = timedelta(days=3653)
LONGEST_OVERLAP = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Made:
    """A new key; `secret` is what is called with."""

    key: ApiKey
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rotated:
    """A new key, and the one that it takes the place of."""

    made: Made
    replaced: ApiKey


async def list_partner_keys(database: Database, partner_id: UUID) -> list[ApiKey]:
    """All of a partner's keys, in every state, oldest first."""
    async with database.reading() as session:
        return await list_keys(session, partner_id)


async def make_partner_key(
    database: Database,
    partner_id: UUID,
    now: datetime,
    *,
    name: str,
    role: Role,
    expires_at: datetime | None,
) -> Made:
    """Make a key; raises `invalid_request`, `too_many_keys` and, of a partner that does not exist, `not_found`."""
    _check_end(expires_at, now)
    async with database.writing() as session:
        await _lock(session, partner_id)
        return await _make(session, partner_id, now, name, role, expires_at)


async def rotate_partner_key(
    database: Database, partner_id: UUID, key_id: UUID, now: datetime, *, overlap: timedelta
) -> Rotated:
    """A new key of the same name and role; the old one goes on for `overlap`, and not at all without one.

    A key that expires is followed by one that lasts as long as it was made for. Raises `not_found`, `key_ended` for
    one that is not in force or was rotated before, and `too_many_keys`.
    """
    async with database.writing() as session:
        await _lock(session, partner_id)
        old = await _get(session, partner_id, key_id)
        _check_rotatable(old, now)
        made = await _make(session, partner_id, now, old.name, old.role, find_successors_end(old, now))
        replaced = await save_replaced(session, old.id, made.key.id, find_end(old, now, overlap))
        return Rotated(made, replaced)


async def revoke_partner_key(database: Database, partner_id: UUID, key_id: UUID, now: datetime) -> ApiKey:
    """End a key at once, in every process; of one that has ended already nothing changes but that it is revoked.

    Raises `not_found` and `last_admin_key`.
    """
    async with database.writing() as session:
        await _lock(session, partner_id)
        key = await _get(session, partner_id, key_id)
        if key.state_at(now) is KeyState.REVOKED:
            return key
        if key.state_at(now) is KeyState.IN_FORCE:
            _check_others_last(key, await list_keys_in_force(session, partner_id, now))
        return await save_revoked(session, key.id, now)


def find_successors_end(old: ApiKey, now: datetime) -> datetime | None:
    """When the key that follows is over: after the span that the old one was made for."""
    return None if old.expires_at is None else now + (old.expires_at - old.created_at)


def find_end(old: ApiKey, now: datetime, overlap: timedelta) -> datetime:
    """When a key that was rotated is over: no later than it would have been."""
    until = now + overlap
    return until if old.expires_at is None else min(until, old.expires_at)


def is_outlasted(key: ApiKey, others: list[ApiKey]) -> bool:
    """Whether another admin's key lasts at least as long."""
    return any(
        other.role is Role.ADMIN
        and other.id != key.id
        and (other.expires_at is None or (key.expires_at is not None and other.expires_at >= key.expires_at))
        for other in others
    )


def _check_end(expires_at: datetime | None, now: datetime) -> None:
    if expires_at is None or now < expires_at <= now + LONGEST_LIFE:
        return
    message = "is not in the future" if expires_at <= now else "is more than ten years away; null is for ever"
    raise InputRefused("invalid_request", "No key can end then.", [Fault("expires_at", message)])


def _check_others_last(key: ApiKey, in_force: list[ApiKey]) -> None:
    if key.role is Role.ADMIN and not is_outlasted(key, in_force):
        raise InputRefused(
            "last_admin_key",
            "No other admin's key lasts as long, so you would be shut out. Make another one first, or rotate this one "
            "with `overlap_seconds` 0.",
        )


def _check_rotatable(old: ApiKey, now: datetime) -> None:
    if old.state_at(now) is not KeyState.IN_FORCE:
        raise InputRefused("key_ended", f"The key is {old.state_at(now)}; make a new one.")
    if old.replaced_by is not None:
        raise InputRefused(
            "key_ended",
            f"The key was rotated already, to {old.replaced_by}; rotate that one if its secret was lost.",
            more={"replaced_by": str(old.replaced_by)},
        )


async def _make(
    session: WriteSession,
    partner_id: UUID,
    now: datetime,
    name: str,
    role: Role,
    expires_at: datetime | None,
) -> Made:
    if len(await list_keys_in_force(session, partner_id, now)) >= MOST_KEYS:
        raise InputRefused("too_many_keys", f"{MOST_KEYS} keys are in force; revoke some of them first.")
    secret = make_key()
    key = await insert_key(
        session,
        partner_id,
        name=name,
        role=role,
        prefix=show_prefix(secret),
        key_hash=hash_key(secret),
        made_at=now,
        expires_at=expires_at,
    )
    return Made(key, secret)


async def _lock(session: WriteSession, partner_id: UUID) -> None:
    if not await lock_partner(session, partner_id):
        raise InputRefused("not_found", "There is no such partner.")


async def _get(session: WriteSession, partner_id: UUID, key_id: UUID) -> ApiKey:
    key = await find_own_key(session, partner_id, key_id)
    if key is None:
        raise InputRefused("not_found", "You have no key with that id.")
    return key
