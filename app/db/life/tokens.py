"""Token sets in the database: saved encrypted, given out open, their refresh claimed by one at a time.

`DatabaseTokenStore` is the store that the Xero adapter's token keeper works on. Every method is one short transaction;
none is open while Xero is asked, and none belongs to the work that wanted a token. A claim is a conditional update of
one row, so of any number of processes exactly one gets it. When to refresh, and what a refresh that fails means, is
decided by the keeper.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update

from app.db.life.states import lose_all_of_token_set
from app.db.postgres.built import asked, whole
from app.db.postgres.given import bare
from app.db.postgres.session import Database, ReadSession, WriteSession
from app.db.postgres.straight import ask_alone
from app.db.tables import ConnectionRow, TokenSetRow, XeroAppRow
from app.domain.connections.connection import ConnectionState
from app.errors import AuthorisationLost
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class StoredTokenSet:
    """A token set, open, with the tenant of the connection through which it was asked for ("" where by itself).

    `xero_app_id` and `client_id` are of the partner's own Xero app, None for Plumbline's.
    """

    token_set_id: UUID
    xero_tenant_id: str
    xero_app_id: UUID | None
    client_id: str | None
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    previous_refresh_token: str | None = field(repr=False)
    expires_at: datetime
    refreshed_at: datetime
    scopes: tuple[str, ...]
    dead_reason: str | None


_TOKENS, _CONNECTIONS, _APPS = bare(TokenSetRow), bare(ConnectionRow), bare(XeroAppRow)
_OF_CONNECTION = (
    whole(TokenSetRow)
    .add_columns(_CONNECTIONS.c.tenant_id, _APPS.c.client_id)
    .join_from(_TOKENS, _CONNECTIONS, _CONNECTIONS.c.token_set_id == _TOKENS.c.id)
    .outerjoin(_APPS, _APPS.c.id == _TOKENS.c.xero_app_id)
    .where(_CONNECTIONS.c.id == asked("of_connection", _CONNECTIONS.c.id))
)


class DatabaseTokenStore:
    """Safe to share between tasks; keeps no token."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def get(self, connection_id: UUID) -> StoredTokenSet:
        """The connection's token set; raises `AuthorisationLost` for a connection that was never authorised."""
        async with self._database.reading_bare() as driver:
            found = await ask_alone(driver, _OF_CONNECTION, {"of_connection": connection_id})
        if not found or found[0].tenant_id is None:
            raise AuthorisationLost("the connection has not been authorised in Xero")
        [row] = found
        return self._open(row, row.tenant_id, row.client_id)

    async def get_set(self, token_set_id: UUID) -> StoredTokenSet:
        """A token set by itself; raises `AuthorisationLost` for one that was forgotten."""
        wanted = (
            select(TokenSetRow, XeroAppRow.client_id)
            .outerjoin(XeroAppRow, XeroAppRow.id == TokenSetRow.xero_app_id)
            .where(TokenSetRow.id == token_set_id)
        )
        async with self._database.reading() as session:
            found = (await session.execute(wanted)).one_or_none()
        if found is None:
            raise AuthorisationLost("the consent is not kept any more")
        return self._open(found[0], "", found[1])

    async def list_idle(self, before: datetime, limit: int) -> Sequence[UUID]:
        """Some of the token sets that were not refreshed since then, are not dead, and that something needs.

        At random: those of a Xero app whose secret is wrong stay idle, and must not be all that is ever tried.
        """
        is_used = exists().where(
            ConnectionRow.token_set_id == TokenSetRow.id, ConnectionRow.state != ConnectionState.REMOVED
        )
        idle = (
            select(TokenSetRow.id)
            .where(TokenSetRow.refreshed_at < before, TokenSetRow.dead_reason.is_(None), is_used)
            .order_by(func.random())
            .limit(limit)
        )
        async with self._database.reading() as session:
            return (await session.execute(idle)).scalars().all()

    async def claim(self, token_set_id: UUID, owner: str, now: datetime, until: datetime) -> bool:
        """Claim the refresh until that instant; False while another's claim has not run out."""
        is_free = or_(TokenSetRow.refresh_until.is_(None), TokenSetRow.refresh_until <= now)
        is_this = TokenSetRow.id == token_set_id
        return await self._change(and_(is_this, is_free), refresh_owner=owner, refresh_until=until)

    async def release(self, token_set_id: UUID, owner: str) -> None:
        """Give the claim back; does nothing when it is no longer this owner's."""
        await self._change(_claimed_by(token_set_id, owner), refresh_owner=None, refresh_until=None)

    async def save_refreshed(
        self,
        token_set_id: UUID,
        owner: str,
        *,
        access_token: str,
        refresh_token: str,
        expires_at: datetime,
        scopes: Sequence[str],
        refreshed_at: datetime,
    ) -> bool:
        """Save the rotated tokens, keep the one before, release the claim; False when it is no longer `owner`'s."""
        return await self._change(
            _claimed_by(token_set_id, owner),
            access_token=self._vault.encrypt(access_token),
            previous_refresh_token=TokenSetRow.refresh_token,
            refresh_token=self._vault.encrypt(refresh_token),
            expires_at=expires_at,
            scopes=" ".join(scopes),
            refreshed_at=refreshed_at,
            refresh_owner=None,
            refresh_until=None,
        )

    async def save_dead(self, token_set_id: UUID, owner: str, reason: str, at: datetime) -> bool:
        """Close the token set until a new consent replaces it; False when the claim is no longer `owner`'s.

        Every connection that it served is lost with it, in the same transaction, and its partner told.
        """
        closed = (
            update(TokenSetRow)
            .where(_claimed_by(token_set_id, owner))
            .values(dead_reason=reason, refresh_owner=None, refresh_until=None)
            .returning(TokenSetRow.id)
        )
        try:
            async with self._database.writing_alone() as session:
                # Connections before their token set, in which order a consent locks them too.
                await lose_all_of_token_set(session, token_set_id, reason, at)
                if (await session.execute(closed)).scalar_one_or_none() is None:
                    raise _ClaimGone
        except _ClaimGone:
            return False
        return True

    async def _change(self, where: ColumnElement[bool], **values: Any) -> bool:
        changed = update(TokenSetRow).where(where).values(values).returning(TokenSetRow.id)
        async with self._database.writing_alone() as session:
            return (await session.execute(changed)).scalar_one_or_none() is not None

    def _open(self, row: TokenSetRow, tenant_id: str, client_id: str | None) -> StoredTokenSet:
        previous = row.previous_refresh_token
        return StoredTokenSet(
            token_set_id=row.id,
            xero_tenant_id=tenant_id,
            xero_app_id=row.xero_app_id,
            client_id=client_id,
            access_token=self._vault.decrypt(row.access_token),
            refresh_token=self._vault.decrypt(row.refresh_token),
            previous_refresh_token=self._vault.decrypt(previous) if previous is not None else None,
            expires_at=row.expires_at,
            refreshed_at=row.refreshed_at,
            scopes=tuple(row.scopes.split()),
            dead_reason=row.dead_reason,
        )


class _ClaimGone(Exception):
    """Rolls back what was recorded under a claim that another has now."""


async def save_consent(
    session: WriteSession,
    vault: Vault,
    *,
    xero_app_id: UUID | None,
    access_token: str,
    refresh_token: str,
    expires_at: datetime,
    scopes: Sequence[str],
    xero_user_id: str,
    granted_at: datetime,
) -> UUID:
    """Save what a new consent gave, and answer the id of its token set.

    Tokens belong to a person and a Xero app, not to an organisation (FACTS 1): another consent of the same person to
    the same app replaces their token set, every connection that shares it goes on with the new tokens, and a refresh
    under way loses its claim. An empty `xero_user_id` is nobody's: such a consent gets a token set of its own.
    """
    row = await _find_of_user(session, xero_app_id, xero_user_id) if xero_user_id else None
    if row is None:
        row = TokenSetRow(xero_user_id=xero_user_id, xero_app_id=xero_app_id)
        session.add(row)
    row.access_token = vault.encrypt(access_token)
    row.refresh_token = vault.encrypt(refresh_token)
    row.previous_refresh_token = None
    row.expires_at = expires_at
    row.scopes = " ".join(scopes)
    row.refreshed_at = granted_at
    row.refresh_owner = row.refresh_until = row.dead_reason = None
    await session.flush()
    return row.id


async def find_dead_reason(
    session: ReadSession, xero_app_id: UUID | None, xero_user_id: str
) -> tuple[UUID, str] | None:
    """The person's token set and why it died; None where it lives or there is none."""
    row = await _find_of_user(session, xero_app_id, xero_user_id) if xero_user_id else None
    return (row.id, row.dead_reason) if row is not None and row.dead_reason is not None else None


async def _find_of_user(
    session: ReadSession, xero_app_id: UUID | None, xero_user_id: str
) -> TokenSetRow | None:
    known = (
        select(TokenSetRow)
        .where(
            TokenSetRow.xero_user_id == xero_user_id,
            TokenSetRow.xero_app_id.is_not_distinct_from(xero_app_id),
        )
        .limit(1)
        .with_for_update()
    )
    return (await session.execute(known)).scalar_one_or_none()


def _claimed_by(token_set_id: UUID, owner: str) -> ColumnElement[bool]:
    return and_(TokenSetRow.id == token_set_id, TokenSetRow.refresh_owner == owner)
