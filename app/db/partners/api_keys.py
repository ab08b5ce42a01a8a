"""API keys as their partner sees them: made, listed, replaced, revoked, and when each was last used.

A key that calls is found by `partners.find_keys`. Whoever ends keys locks the partner first (`lock_partner`), so that
two of them cannot each leave the other's as the last one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import structlog
from sqlalchemy import and_, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from app.db.links.listing import Position, Sort, in_order
from app.db.partners.partners import Key, Role
from app.db.postgres.session import Database, ReadSession, WriteSession
from app.db.tables import ApiKeyRow, PartnerRow
from app.db.upkeep import audit

NOTED_EVERY = timedelta(minutes=1)

log = structlog.get_logger(__name__)


class KeyState(StrEnum):
    """Whether a key can be called with."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret. `replaced_by` is the key that it was rotated to."""

    id: UUID
    partner_id: UUID
    name: str
    role: Role
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    replaced_by: UUID | None

    @property
    def position(self) -> Position:
        """Its place in the list."""
        return self.created_at, self.id

    def state_at(self, now: datetime) -> KeyState:
        """What it is then; a key that was revoked stays so after it would have expired."""
        if self.revoked_at is not None:
            return KeyState.REVOKED
        is_over = self.expires_at is not None and self.expires_at <= now
        return KeyState.EXPIRED if is_over else KeyState.IN_FORCE


async def lock_partner(session: WriteSession, partner_id: UUID) -> bool:
    """Hold a partner's keys still until the transaction ends; False where there is no such partner."""
    # Not for its key's columns: what refers to the partner, as a new connection does, is not held up.
    row = select(PartnerRow.id).where(PartnerRow.id == partner_id).with_for_update(key_share=True)
    return (await session.execute(row)).scalar_one_or_none() is not None


async def insert_key(
    session: WriteSession,
    partner_id: UUID,
    *,
    name: str,
    role: Role,
    prefix: str,
    key_hash: bytes,
    made_at: datetime,
    expires_at: datetime | None,
) -> ApiKey:
    """Make a key for a partner."""
    row = ApiKeyRow(
        partner_id=partner_id,
        name=name,
        role=role,
        prefix=prefix,
        key_hash=key_hash,
        created_at=made_at,
        expires_at=expires_at,
    )
    session.add(row)
    await session.flush()
    await session.refresh(row)
    audit.note(
        session, "key_made", partner_id=partner_id, subject=row.id, at=made_at, role=role.value, prefix=prefix
    )
    return _from_row(row)


async def find_own_key(session: ReadSession, partner_id: UUID, key_id: UUID) -> ApiKey | None:
    """The partner's key, whatever its state is; None also when it is another partner's."""
    wanted = select(ApiKeyRow).where(ApiKeyRow.id == key_id, ApiKeyRow.partner_id == partner_id)
    row = (await session.execute(wanted)).scalar_one_or_none()
    return _from_row(row) if row else None


async def list_keys(
    session: ReadSession, partner_id: UUID, after: Position | None = None, limit: int | None = None
) -> list[ApiKey]:
    """A partner's keys in every state, oldest first; all of them without a limit."""
    row = ApiKeyRow
    made = select(row).where(row.partner_id == partner_id)
    page = in_order(made, row, Sort.CREATED, after, limit)
    return [_from_row(each) for each in (await session.execute(page)).scalars()]


async def list_keys_in_force(session: ReadSession, partner_id: UUID, now: datetime) -> list[ApiKey]:
    """A partner's keys that can be called with."""
    row = ApiKeyRow
    wanted = select(row).where(
        row.partner_id == partner_id,
        row.revoked_at.is_(None),
        or_(row.expires_at.is_(None), row.expires_at > now),
    )
    return [_from_row(each) for each in (await session.execute(wanted)).scalars()]


async def save_replaced(
    session: WriteSession, key_id: UUID, replaced_by: UUID, expires_at: datetime
) -> ApiKey:
    """Let a key go on until then, and remember which key takes its place."""
    values = {"replaced_by": replaced_by, "expires_at": expires_at}
    saved = await _save(session, key_id, values)
    audit.note(
        session,
        "key_rotated",
        partner_id=saved.partner_id,
        subject=key_id,
        replaced_by=replaced_by,
        ends_at=expires_at.isoformat(),
    )
    return saved


async def save_revoked(session: WriteSession, key_id: UUID, at: datetime) -> ApiKey:
    """End a key now."""
    saved = await _save(session, key_id, {"revoked_at": at})
    audit.note(session, "key_revoked", partner_id=saved.partner_id, subject=key_id, at=at)
    return saved


async def _save(session: WriteSession, key_id: UUID, values: dict[str, object]) -> ApiKey:
    saved = update(ApiKeyRow).where(ApiKeyRow.id == key_id).values(values).returning(ApiKeyRow)
    # The row as it was may stand in the session.
    again = {"populate_existing": True}
    return _from_row((await session.execute(saved, execution_options=again)).scalar_one())


class KeyUses:
    """Notes when keys are used: at most once a minute a key, over all processes; every other call writes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noting: set[UUID] = set()

    async def note(self, key: Key, now: datetime) -> None:
        """Note a use where the last one noted is a minute old. Never raises: no call fails for it."""
        if not _is_due(key, now) or key.id in self._noting:
            return
        self._noting.add(key.id)
        try:
            async with self._database.writing_alone() as session:
                await _save_use(session, key.id, now)
        except (SQLAlchemyError, OSError) as error:
            log.warning("key_use_not_noted", key_id=str(key.id), error=type(error).__name__)
        finally:
            self._noting.discard(key.id)


def _is_due(key: Key, now: datetime) -> bool:
    return key.last_used_at is None or now - key.last_used_at >= NOTED_EVERY


async def _save_use(session: WriteSession, key_id: UUID, now: datetime) -> None:
    """Unless another process did since, or is about to: whoever holds the row now is not waited for."""
    row = ApiKeyRow
    is_due = or_(row.last_used_at.is_(None), row.last_used_at <= now - NOTED_EVERY)
    free = select(row.id).where(and_(row.id == key_id, is_due)).with_for_update(skip_locked=True)
    await session.execute(update(row).where(row.id.in_(free)).values(last_used_at=now))


def _from_row(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=row.id,
        partner_id=row.partner_id,
        name=row.name,
        role=Role(row.role),
        prefix=row.prefix,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        replaced_by=row.replaced_by,
    )
