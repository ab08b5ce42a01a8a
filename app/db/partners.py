"""Partners and their API keys. Only a key's hash is kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import or_, select

from app.db.session import ReadSession, WriteSession
from app.db.tables import ApiKeyRow, ConnectionRow, PartnerRow


class Role(StrEnum):
    """What a key may do: `read` looks, `member` sends documents and works on them too, `admin` connects and configures
    as well (FEATURES O10).
    """

    READ = "read"
    MEMBER = "member"
    ADMIN = "admin"

    def covers(self, needed: "Role") -> bool:
        """Whether a key of this role may do what needs the other."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


@dataclass(frozen=True, slots=True)
class Key:
    """A key that is in force; `last_used_at` may lag behind by a minute."""

    id: UUID
    partner_id: UUID
    role: Role
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class Partner:
    """A partner with its webhook secrets, still encrypted; it has no repr that could show them."""

    id: UUID
    name: str
    webhook_url: str | None
    secret_in: bytes
    secret_out: bytes


async def insert_partner(
    session: WriteSession, name: str, webhook_url: str | None, secret_in: bytes, secret_out: bytes
) -> UUID:
    """Make a partner; the secrets come encrypted."""
    row = PartnerRow(name=name, webhook_url=webhook_url, secret_in=secret_in, secret_out=secret_out)
    session.add(row)
    await session.flush()
    return row.id


async def insert_api_key(session: WriteSession, partner_id: UUID, prefix: str, key_hash: bytes) -> UUID:
    """Make a partner's first key: an admin's, for good."""
    row = ApiKeyRow(partner_id=partner_id, name="first key", prefix=prefix, key_hash=key_hash)
    session.add(row)
    await session.flush()
    return row.id


async def find_key(session: ReadSession, key_hash: bytes, now: datetime) -> Key | None:
    """The key that has that hash, was not revoked and has not expired.

    One look in one index, whether the key is in force, was once, or never was: how long it takes tells nothing.
    """
    row = ApiKeyRow
    wanted = select(row.id, row.partner_id, row.role, row.last_used_at).where(
        row.key_hash == key_hash,
        row.revoked_at.is_(None),
        or_(row.expires_at.is_(None), row.expires_at > now),
    )
    found = (await session.execute(wanted)).one_or_none()
    return Key(found.id, found.partner_id, Role(found.role), found.last_used_at) if found else None


async def find_partner(session: ReadSession, partner_id: UUID) -> Partner | None:
    """The partner, or None."""
    row = (await session.execute(select(PartnerRow).where(PartnerRow.id == partner_id))).scalar_one_or_none()
    return _from_row(row) if row else None


async def find_partner_of_connection(session: ReadSession, connection_id: UUID) -> Partner | None:
    """The partner that a connection belongs to."""
    wanted = select(PartnerRow).join(ConnectionRow).where(ConnectionRow.id == connection_id)
    row = (await session.execute(wanted)).scalar_one_or_none()
    return _from_row(row) if row else None


def _from_row(row: PartnerRow) -> Partner:
    return Partner(row.id, row.name, row.webhook_url, row.secret_in, row.secret_out)
