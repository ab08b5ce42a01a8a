"""Partners and their API keys. Only a key's hash is kept; secrets are in `db.partners.webhook_secrets`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from app.db.postgres.lent import LentConnection
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ApiKeyRow, PartnerRow
from app.db.upkeep import audit


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


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner."""

    id: UUID
    name: str


async def insert_partner(session: WriteSession, name: str) -> UUID:
    """Make a partner."""
    row = PartnerRow(name=name)
    session.add(row)
    await session.flush()
    audit.note(session, "partner_made", partner_id=row.id)
    return row.id


async def insert_api_key(session: WriteSession, partner_id: UUID, prefix: str, key_hash: bytes) -> UUID:
    """Make a partner's first key: an admin's, for good."""
    row = ApiKeyRow(partner_id=partner_id, name="first key", prefix=prefix, key_hash=key_hash)
    session.add(row)
    await session.flush()
    audit.note(
        session, "key_made", partner_id=partner_id, subject=row.id, role=Role.ADMIN.value, prefix=prefix
    )
    return row.id


FIND_KEYS = """
SELECT key_hash, id, partner_id, role, last_used_at
FROM api_keys
WHERE key_hash = ANY ($1::bytea[]) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
"""


async def find_keys(
    connection: LentConnection, key_hashes: Sequence[bytes], now: datetime
) -> dict[bytes, Key]:
    """The keys that have those hashes, were not revoked and have not expired; by hash.

    One look in one index, whether a key is in force, was once, or never was: how long it takes tells nothing.
    """
    found = await connection.fetch(FIND_KEYS, key_hashes, now)
    return {
        key_hash: Key(key_id, partner_id, Role(role), last_used_at)
        for key_hash, key_id, partner_id, role, last_used_at in found
    }


async def find_partner(session: ReadSession, partner_id: UUID) -> Partner | None:
    """The partner, or None."""
    row = (await session.execute(select(PartnerRow).where(PartnerRow.id == partner_id))).scalar_one_or_none()
    return Partner(row.id, row.name) if row else None


async def list_partners(session: ReadSession) -> list[Partner]:
    """Every partner, by name."""
    rows = (await session.execute(select(PartnerRow).order_by(PartnerRow.name, PartnerRow.id))).scalars()
    return [Partner(row.id, row.name) for row in rows]
