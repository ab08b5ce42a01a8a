"""Consents that were begun, and the organisation that each joined to its connection."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from app.db.connections import connection_from_row, save_authorisation
from app.db.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow, OAuthStateRow
from app.domain.connection import Connection, ConnectionState


@dataclass(frozen=True, slots=True)
class BegunConsent:
    """The connection that a consent is for, and its PKCE verifier, still encrypted."""

    connection_id: UUID
    code_verifier: bytes


async def insert_begun_consent(
    session: WriteSession, state_hash: bytes, begun: BegunConsent, *, now: datetime, expires_at: datetime
) -> None:
    """Remember a consent until it comes back; those of the same connection that have run out are forgotten."""
    await session.execute(
        delete(OAuthStateRow).where(
            OAuthStateRow.connection_id == begun.connection_id, OAuthStateRow.expires_at <= now
        )
    )
    session.add(
        OAuthStateRow(
            state_hash=state_hash,
            connection_id=begun.connection_id,
            code_verifier=begun.code_verifier,
            expires_at=expires_at,
        )
    )
    await session.flush()


async def take_begun_consent(session: WriteSession, state_hash: bytes, now: datetime) -> BegunConsent | None:
    """The consent of that state, once: None the second time, after its time, and for a state that we never gave."""
    taken = (
        update(OAuthStateRow)
        .where(
            OAuthStateRow.state_hash == state_hash,
            OAuthStateRow.used_at.is_(None),
            OAuthStateRow.expires_at > now,
        )
        .values(used_at=now)
        .returning(OAuthStateRow.connection_id, OAuthStateRow.code_verifier)
    )
    found = (await session.execute(taken)).one_or_none()
    return BegunConsent(*found) if found else None


async def find_other_holder(
    session: ReadSession, partner_id: UUID, tenant_id: str, connection_id: UUID
) -> Connection | None:
    """Another connection of the same partner that holds this organisation."""
    held = select(ConnectionRow).where(
        ConnectionRow.partner_id == partner_id,
        ConnectionRow.tenant_id == tenant_id,
        ConnectionRow.state != ConnectionState.REMOVED,
        ConnectionRow.id != connection_id,
    )
    row = (await session.execute(held)).scalar_one_or_none()
    return connection_from_row(row) if row else None


async def join_organisation(
    session: WriteSession, connection_id: UUID, *, tenant_id: str, xero_connection_id: str, token_set_id: UUID
) -> bool:
    """Join a connection to an organisation; False when another of the partner's took it a moment before."""
    try:
        async with session.begin_nested():
            await save_authorisation(
                session,
                connection_id,
                tenant_id=tenant_id,
                xero_connection_id=xero_connection_id,
                token_set_id=token_set_id,
            )
    except IntegrityError:
        return False
    return True
