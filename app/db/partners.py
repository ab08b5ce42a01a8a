"""Partners and their API keys. Only a key's hash is kept."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.db.session import ReadSession, WriteSession
from app.db.tables import ApiKeyRow, ConnectionRow, PartnerRow


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
    """Make a key for a partner."""
    row = ApiKeyRow(partner_id=partner_id, prefix=prefix, key_hash=key_hash)
    session.add(row)
    await session.flush()
    return row.id


async def find_partner_id_by_key(session: ReadSession, key_hash: bytes) -> UUID | None:
    """The partner whose key has that hash and was not revoked."""
    wanted = select(ApiKeyRow.partner_id).where(
        ApiKeyRow.key_hash == key_hash, ApiKeyRow.revoked_at.is_(None)
    )
    return (await session.execute(wanted)).scalar_one_or_none()


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
