"""Secrets that sign webhooks: of one owner one is in use, and those before it count until they end.

The owner is an endpoint or a read endpoint, which we sign calls to, or a partner, which signs what it sends to us.
They come encrypted and go encrypted. A new secret ends the one in use after an overlap; a call that is sent twice makes
two, and neither takes away one that the other end still knows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, update

from app.db.postgres.built import among_asked, asked, fetch_whole, whole
from app.db.postgres.given import bare
from app.db.postgres.lent import LentConnection
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import WebhookSecretRow


@dataclass(frozen=True, slots=True)
class KeptSecret:
    """A secret, encrypted; `ends_at` is None while it is the one in use."""

    sealed: bytes = field(repr=False)
    made_at: datetime
    ends_at: datetime | None


async def insert_secret(
    session: WriteSession, owner_id: UUID, sealed: bytes, at: datetime, *, others_end_at: datetime
) -> None:
    """Put a secret in use. Those that count now do so until `others_end_at`, or until their own end if it is sooner."""
    row = WebhookSecretRow
    sooner = func.least(row.ends_at, others_end_at)  # which passes over null, the one in use
    await session.execute(update(row).where(row.owner_id == owner_id).values(ends_at=sooner))
    await session.execute(delete(row).where(row.owner_id == owner_id, row.ends_at <= at))
    session.add(WebhookSecretRow(owner_id=owner_id, secret=sealed, made_at=at))
    await session.flush()


async def delete_secrets(session: WriteSession, owner_id: UUID) -> None:
    """Forget every secret of an owner."""
    await session.execute(delete(WebhookSecretRow).where(WebhookSecretRow.owner_id == owner_id))


OF_PARTNERS = """
SELECT owner_id, secret, made_at, ends_at
FROM webhook_secrets JOIN partners ON partners.id = owner_id
WHERE owner_id = ANY ($1::uuid[]) AND (ends_at IS NULL OR ends_at > $2)
ORDER BY ends_at IS NULL DESC, made_at DESC
"""


async def list_secrets_of_partners(
    connection: LentConnection, partner_ids: Sequence[UUID], now: datetime
) -> Mapping[UUID, Sequence[KeptSecret]]:
    """The secrets in force of partners, newest first, by partner; an id of no partner has an empty list."""
    found: dict[UUID, list[KeptSecret]] = {partner_id: [] for partner_id in partner_ids}
    for owner_id, secret, made_at, ends_at in await connection.fetch(OF_PARTNERS, partner_ids, now):
        found[owner_id].append(KeptSecret(secret, made_at, ends_at))
    return found


async def list_secrets(
    session: ReadSession, owner_ids: Iterable[UUID], now: datetime
) -> Mapping[UUID, Sequence[KeptSecret]]:
    """The secrets that count now, newest first, by owner; an owner without any has an empty list."""
    found: dict[UUID, list[KeptSecret]] = {owner_id: [] for owner_id in owner_ids}
    for kept in await fetch_whole(session, _COUNTING, {"owner_ids": list(found), "counting_at": now}):
        found[kept.owner_id].append(KeptSecret(kept.secret, kept.made_at, kept.ends_at))
    return found


_SECRET = bare(WebhookSecretRow).c
_COUNTS = or_(_SECRET.ends_at.is_(None), _SECRET.ends_at > asked("counting_at", _SECRET.ends_at))
_NEWEST_FIRST = (_SECRET.ends_at.is_(None).desc(), _SECRET.made_at.desc())
_COUNTING = (
    whole(WebhookSecretRow)
    .where(among_asked(_SECRET.owner_id, "owner_ids"), _COUNTS)
    .order_by(*_NEWEST_FIRST)
)
