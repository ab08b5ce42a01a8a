"""Consents that were begun, what each offered, and the organisation that it joined to its connection."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from app.db.connections.connections import connection_from_row
from app.db.life.closings import forget_if_unused, insert_closing
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow, OAuthStateRow
from app.domain.connections.connection import Connection, ConnectionState, Offer


@dataclass(frozen=True, slots=True)
class BegunConsent:
    """The connection that a consent is for, its PKCE verifier, still encrypted, and the browser that it belongs to.

    None for the verifier: the code was exchanged, and the person is to choose an organisation. None for the browser:
    its address has not been opened.
    """

    connection_id: UUID
    code_verifier: bytes | None
    expires_at: datetime
    browser_hash: bytes | None = None


_FOUND = (
    OAuthStateRow.connection_id,
    OAuthStateRow.code_verifier,
    OAuthStateRow.expires_at,
    OAuthStateRow.browser_hash,
)


async def insert_begun_consent(
    session: WriteSession, state_hash: bytes, begun: BegunConsent, now: datetime
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
            expires_at=begun.expires_at,
            browser_hash=begun.browser_hash,
        )
    )
    await session.flush()


async def bind_begun_consent(
    session: WriteSession, state_hash: bytes, browser_hash: bytes, now: datetime
) -> BegunConsent | None:
    """Let a consent belong to the browser that opened its address last; None where it cannot be ended any more."""
    bound = (
        update(OAuthStateRow)
        .where(*_open(state_hash, now, is_exchanged=False))
        .values(browser_hash=browser_hash)
        .returning(*_FOUND)
    )
    found = (await session.execute(bound)).one_or_none()
    return BegunConsent(*found) if found else None


async def lock_begun_consent(
    session: WriteSession, state_hash: bytes, now: datetime, *, is_exchanged: bool
) -> BegunConsent | None:
    """The consent of that state, until the transaction ends: None once it was used, after its time, and for a state
    that we never gave. One that waits for a choice (`is_exchanged`) is found as such only.
    """
    wanted = select(*_FOUND).where(*_open(state_hash, now, is_exchanged=is_exchanged)).with_for_update()
    found = (await session.execute(wanted)).one_or_none()
    return BegunConsent(*found) if found else None


async def save_used(session: WriteSession, state_hash: bytes, now: datetime) -> None:
    """A state is good once."""
    used = update(OAuthStateRow).where(OAuthStateRow.state_hash == state_hash).values(used_at=now)
    await session.execute(used)


def _open(state_hash: bytes, now: datetime, *, is_exchanged: bool) -> tuple[ColumnElement[bool], ...]:
    verifier = OAuthStateRow.code_verifier
    return (
        OAuthStateRow.state_hash == state_hash,
        OAuthStateRow.used_at.is_(None),
        OAuthStateRow.expires_at > now,
        verifier.is_(None) if is_exchanged else verifier.is_not(None),
    )


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


async def list_held_by_others(
    session: ReadSession, partner_id: UUID, tenant_ids: Collection[str]
) -> set[str]:
    """Those of the organisations that connections of other partners hold, lower-cased."""
    tenant = func.lower(ConnectionRow.tenant_id)
    held = select(tenant).where(
        tenant.in_([tenant_id.lower() for tenant_id in tenant_ids]),
        ConnectionRow.partner_id != partner_id,
        ConnectionRow.state != ConnectionState.REMOVED,
    )
    return set((await session.execute(held)).scalars())


async def save_offers(
    session: WriteSession, connection_id: UUID, token_set_id: UUID, offers: Sequence[Offer], reason: str
) -> None:
    """Keep a consent that covers several organisations until one is chosen, and say so."""
    row = await _get_row(session, connection_id)
    before, row.token_set_id = row.token_set_id, token_set_id
    row.offered = [asdict(offer) for offer in offers]
    row.reason = reason
    row.tenant_id = row.xero_connection_id = None
    await session.flush()
    if before is not None and before != token_set_id:
        await forget_if_unused(session, before)


async def share_consent(session: WriteSession, source_id: UUID, connection_id: UUID) -> None:
    """Let a new connection have the consent of another, with what that offered."""
    source, row = await _get_row(session, source_id), await _get_row(session, connection_id)
    row.token_set_id, row.xero_app_id = source.token_set_id, source.xero_app_id
    row.offered = [offer for offer in source.offered if offer["tenant_id"] != source.tenant_id]
    row.reason = "One of the organisations of the consent is to be chosen."
    await session.flush()


async def fork_connection(session: WriteSession, source_id: UUID, connection_id: UUID) -> None:
    """Have a new connection take over the settings of another once its own organisation is known."""
    source, row = await _get_row(session, source_id), await _get_row(session, connection_id)
    row.forked_from, row.xero_app_id = source.id, source.xero_app_id
    await session.flush()


async def join_organisation(
    session: WriteSession, connection_id: UUID, offer: Offer, token_set_id: UUID | None, at: datetime
) -> bool:
    """Join a connection to an organisation; False when another of the partner's took it a moment before.

    Without a token set the one that it has stays. An entry of Xero's list that it used before (another person's of the
    same organisation) is closed, because every open one is counted and paid for.
    """
    row = await _get_row(session, connection_id)
    before, entry = row.token_set_id, row.xero_connection_id
    try:
        async with session.begin_nested():
            row.tenant_id, row.xero_connection_id = offer.tenant_id, offer.xero_connection_id
            row.token_set_id = token_set_id or before
            await session.flush()
    except IntegrityError:
        return False
    if before is not None and entry is not None and entry != offer.xero_connection_id:
        await insert_closing(session, connection_id, before, entry, at)
    if before is not None and before != row.token_set_id:
        await forget_if_unused(session, before)
    return True


async def save_offered(session: WriteSession, connection_id: UUID, offers: Sequence[Offer]) -> None:
    """Keep what a consent covered beside the organisation that was joined, for further connections."""
    row = await _get_row(session, connection_id)
    row.offered = [asdict(offer) for offer in offers]
    await session.flush()


async def _get_row(session: WriteSession, connection_id: UUID) -> ConnectionRow:
    wanted = select(ConnectionRow).where(ConnectionRow.id == connection_id)
    return (await session.execute(wanted.execution_options(populate_existing=True))).scalar_one()
