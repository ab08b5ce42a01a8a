"""Xero apps of partners: registered, changed, and opened for whoever talks to Xero with them.

Secrets are encrypted by the vault on their way in, and leave it only as values that do not show themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError

from app.db.links.listing import Position, Sort, in_order
from app.db.postgres.session import Database, ReadSession, WriteSession
from app.db.tables import ConnectionRow, XeroAppRow
from app.db.upkeep import audit
from app.domain.connections.connection import APP_REFUSED
from app.errors import RequestRefused
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class XeroApp:
    """What may be shown of a partner's app."""

    id: UUID
    partner_id: UUID
    name: str
    client_id: str
    has_webhook_key: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class XeroAppSecrets:
    """What Xero knows a partner's app by."""

    client_id: str
    client_secret: str = field(repr=False)
    webhook_key: str | None = field(repr=False)


async def insert_xero_app(
    session: WriteSession,
    vault: Vault,
    partner_id: UUID,
    *,
    name: str,
    client_id: str,
    client_secret: str,
    webhook_key: str | None,
) -> XeroApp | None:
    """Register an app; None where the partner has one of that client id."""
    row = XeroAppRow(
        partner_id=partner_id,
        name=name,
        client_id=client_id,
        client_secret=vault.encrypt(client_secret),
        webhook_key=vault.encrypt(webhook_key) if webhook_key else None,
    )
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return None
    await session.refresh(row)
    audit.note(session, "xero_app_registered", partner_id=partner_id, subject=row.id, client_id=client_id)
    return _from_row(row)


async def save_xero_app(
    session: WriteSession,
    vault: Vault,
    partner_id: UUID,
    xero_app_id: UUID,
    *,
    name: str | None,
    client_secret: str | None,
    webhook_key: str | None,
) -> XeroApp | None:
    """Replace what is given; None where the partner has no such app."""
    changed = {
        "name": name,
        "client_secret": vault.encrypt(client_secret) if client_secret else None,
        "webhook_key": vault.encrypt(webhook_key) if webhook_key else None,
    }
    values = {column: value for column, value in changed.items() if value is not None}
    if values:
        is_own = (XeroAppRow.id == xero_app_id, XeroAppRow.partner_id == partner_id)
        saved = update(XeroAppRow).where(*is_own).values(values).returning(XeroAppRow.id)
        if (await session.execute(saved)).scalar_one_or_none() is not None:
            if client_secret:
                await _retry_refused(session, xero_app_id)
            told = ", ".join(sorted(values))
            audit.note(session, "xero_app_changed", partner_id=partner_id, subject=xero_app_id, changed=told)
    return await find_xero_app(session, partner_id, xero_app_id)


async def _retry_refused(session: WriteSession, xero_app_id: UUID) -> None:
    """What waits because Xero did not take the app is tried with the new secret; the timer of what is behind wakes it.
    What is about to wait is told by the count that it is let in by something else.

    In the order of their ids, as whoever locks several connections does.
    """
    row = ConnectionRow
    its = select(row.id).where(row.xero_app_id == xero_app_id).order_by(row.id)
    ids = (await session.execute(its.with_for_update(key_share=True))).scalars().all()
    await session.execute(update(row).where(row.id.in_(ids)).values(consents=row.consents + 1))
    waiting = row.id.in_(ids), row.retry_reason.startswith(f"{APP_REFUSED}:")
    await session.execute(update(row).where(*waiting).values(retry_at=None, retry_reason=None, retries=0))


async def find_xero_app(session: ReadSession, partner_id: UUID, xero_app_id: UUID) -> XeroApp | None:
    """The partner's own app, or None."""
    wanted = select(XeroAppRow).where(XeroAppRow.id == xero_app_id, XeroAppRow.partner_id == partner_id)
    row = (await session.execute(wanted.execution_options(populate_existing=True))).scalar_one_or_none()
    return _from_row(row) if row else None


async def list_xero_apps(
    session: ReadSession, partner_id: UUID, *, after: Position | None, limit: int
) -> Sequence[XeroApp]:
    """A page of a partner's apps, oldest first."""
    rows = await session.execute(build_app_page(partner_id, after, limit))
    return [_from_row(row) for row in rows.scalars()]


def build_app_page(partner_id: UUID, after: Position | None, limit: int) -> Select[XeroAppRow]:
    """The query of one page."""
    page = select(XeroAppRow).where(XeroAppRow.partner_id == partner_id)
    return in_order(page, XeroAppRow, Sort.CREATED, after, limit)


class XeroAppVault:
    """Opens apps, read anew each time, so that a secret that was replaced counts at once. Safe to share."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def find(self, xero_app_id: UUID) -> XeroAppSecrets | None:
        """The app with its secrets open, or None."""
        async with self._database.reading() as session:
            row = await session.get(XeroAppRow, xero_app_id)
        if row is None:
            return None
        key = row.webhook_key
        return XeroAppSecrets(
            row.client_id,
            self._vault.decrypt(row.client_secret),
            self._vault.decrypt(key) if key is not None else None,
        )

    async def get(self, xero_app_id: UUID) -> XeroAppSecrets:
        """The app with its secrets open; raises `RequestRefused` where there is none."""
        found = await self.find(xero_app_id)
        if found is None:
            raise RequestRefused("the connection's Xero app is not known any more")
        return found


def _from_row(row: XeroAppRow) -> XeroApp:
    return XeroApp(
        row.id, row.partner_id, row.name, row.client_id, row.webhook_key is not None, row.created_at
    )
