"""Connections: their state, their generation, their lease, and what is kept of their organisation."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, update

from app.db.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow
from app.domain.connection import Connection, ConnectionState
from app.domain.organisation import Account, Organisation, TaxRate
from app.domain.settings import ConnectionSettings


async def insert_connection(
    session: WriteSession, partner_id: UUID, business_id: str, display_name: str
) -> Connection:
    """Make a pending connection."""
    row = ConnectionRow(
        partner_id=partner_id,
        business_id=business_id,
        display_name=display_name,
        reason="Not authorised in Xero yet.",
        settings=ConnectionSettings().to_json(),
    )
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return connection_from_row(row)


async def find_connection(
    session: ReadSession, connection_id: UUID, *, partner_id: UUID | None = None
) -> Connection | None:
    """The connection, or None; with `partner_id`, None also when it is another partner's."""
    wanted = select(ConnectionRow).where(ConnectionRow.id == connection_id)
    if partner_id is not None:
        wanted = wanted.where(ConnectionRow.partner_id == partner_id)
    row = (await session.execute(wanted)).scalar_one_or_none()
    return connection_from_row(row) if row else None


async def list_connections(session: ReadSession, partner_id: UUID) -> list[Connection]:
    """A partner's connections, oldest first."""
    rows = await session.execute(
        select(ConnectionRow).where(ConnectionRow.partner_id == partner_id).order_by(ConnectionRow.created_at)
    )
    return [connection_from_row(row) for row in rows.scalars()]


async def list_business_connections(
    session: ReadSession, partner_id: UUID, business_id: str
) -> list[Connection]:
    """The connections of one business of a partner that were not removed."""
    rows = await session.execute(
        select(ConnectionRow).where(
            ConnectionRow.partner_id == partner_id,
            ConnectionRow.business_id == business_id,
            ConnectionRow.state != ConnectionState.REMOVED,
        )
    )
    return [connection_from_row(row) for row in rows.scalars()]


async def raise_generation(session: WriteSession, connection_id: UUID) -> None:
    """Give a reason to look at a connection."""
    await session.execute(
        update(ConnectionRow)
        .where(ConnectionRow.id == connection_id)
        .values(generation=ConnectionRow.generation + 1)
    )


async def save_state(
    session: WriteSession, connection_id: UUID, state: ConnectionState, reason: str | None, at: datetime
) -> None:
    """Move a connection to a state, with the reason in words."""
    await session.execute(
        update(ConnectionRow)
        .where(ConnectionRow.id == connection_id)
        .values(state=state.value, reason=reason, since_at=at, retry_at=None, retry_reason=None, retries=0)
    )


async def save_authorisation(
    session: WriteSession, connection_id: UUID, *, tenant_id: str, xero_connection_id: str, token_set_id: UUID
) -> None:
    """Join a connection to an organisation by the consent that was just given."""
    await session.execute(
        update(ConnectionRow)
        .where(ConnectionRow.id == connection_id)
        .values(tenant_id=tenant_id, xero_connection_id=xero_connection_id, token_set_id=token_set_id)
    )


async def save_settings(
    session: WriteSession, connection_id: UUID, settings: ConnectionSettings, version: int
) -> bool:
    """Replace the settings of that version; False when somebody else replaced them first."""
    saved = (
        update(ConnectionRow)
        .where(ConnectionRow.id == connection_id, ConnectionRow.settings_version == version)
        .values(settings=settings.to_json(), settings_version=version + 1)
        .returning(ConnectionRow.id)
    )
    return (await session.execute(saved)).scalar_one_or_none() is not None


async def save_organisation(
    session: WriteSession, connection_id: UUID, organisation: Organisation, at: datetime
) -> None:
    """Keep what was read of the organisation."""
    await session.execute(
        update(ConnectionRow)
        .where(ConnectionRow.id == connection_id)
        .values(organisation=organisation_to_json(organisation), organisation_fetched_at=at)
    )


async def take_lease(
    session: WriteSession, connection_id: UUID, owner: str, now: datetime, until: datetime
) -> Connection | None:
    """Take an active connection's lease; None when somebody holds it, or it is not active, or must wait."""
    taken = (
        update(ConnectionRow)
        .where(
            ConnectionRow.id == connection_id,
            ConnectionRow.state == ConnectionState.ACTIVE,
            or_(ConnectionRow.retry_at.is_(None), ConnectionRow.retry_at <= now),
            or_(ConnectionRow.lease_until.is_(None), ConnectionRow.lease_until < now),
        )
        .values(lease_owner=owner, lease_until=until)
        .returning(ConnectionRow)
    )
    row = (await session.execute(taken)).scalar_one_or_none()
    return connection_from_row(row) if row else None


async def renew_lease(session: WriteSession, connection_id: UUID, owner: str, until: datetime) -> bool:
    """Renew a lease that is still ours, or False. It locks the row: what this transaction records is fenced."""
    renewed = (
        update(ConnectionRow)
        .where(ConnectionRow.id == connection_id, ConnectionRow.lease_owner == owner)
        .values(lease_until=until)
        .returning(ConnectionRow.id)
    )
    return (await session.execute(renewed)).scalar_one_or_none() is not None


async def release_lease(session: WriteSession, connection_id: UUID, owner: str, seen: int) -> bool:
    """Give the lease back if no trigger came since generation `seen`; True when given back.

    One statement on one row: a trigger that commits before it is seen by it, one that commits after finds no lease.
    """
    released = (
        update(ConnectionRow)
        .where(
            ConnectionRow.id == connection_id,
            ConnectionRow.lease_owner == owner,
            ConnectionRow.generation == seen,
        )
        .values(
            lease_owner=None,
            lease_until=None,
            settled_generation=seen,
            retry_at=None,
            retry_reason=None,
            retries=0,
        )
        .returning(ConnectionRow.id)
    )
    return (await session.execute(released)).scalar_one_or_none() is not None


async def postpone(
    session: WriteSession, connection_id: UUID, owner: str, retry_at: datetime, reason: str
) -> None:
    """Give the lease back with work left: look again at `retry_at`, for that reason."""
    await session.execute(
        update(ConnectionRow)
        .where(ConnectionRow.id == connection_id, ConnectionRow.lease_owner == owner)
        .values(
            lease_owner=None,
            lease_until=None,
            retry_at=retry_at,
            retry_reason=reason,
            retries=ConnectionRow.retries + 1,
        )
    )


async def drop_lease(session: WriteSession, connection_id: UUID, owner: str) -> None:
    """Give the lease back and leave everything else as it is."""
    await session.execute(
        update(ConnectionRow)
        .where(ConnectionRow.id == connection_id, ConnectionRow.lease_owner == owner)
        .values(lease_owner=None, lease_until=None)
    )


async def list_due(session: ReadSession, now: datetime, limit: int) -> Sequence[UUID]:
    """Active connections that are behind, not waiting for a time, and that no worker holds."""
    row = ConnectionRow
    due = (
        select(row.id)
        .where(
            row.generation > row.settled_generation,
            row.state == ConnectionState.ACTIVE,
            or_(row.retry_at.is_(None), row.retry_at <= now),
            or_(row.lease_until.is_(None), row.lease_until < now),
        )
        .limit(limit)
    )
    return (await session.execute(due)).scalars().all()


async def ask_for_sweeps(
    session: WriteSession, before: datetime, now: datetime, limit: int
) -> Sequence[UUID]:
    """Ask for a sweep of Xero on active connections that had none since `before`; answers which."""
    row = ConnectionRow
    stale = (
        select(row.id)
        .where(row.state == ConnectionState.ACTIVE, or_(row.swept_at.is_(None), row.swept_at < before))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    asked = (
        update(row)
        .where(row.id.in_(stale))
        .values(sweep_due=True, swept_at=now, generation=row.generation + 1)
        .returning(row.id)
    )
    return (await session.execute(asked)).scalars().all()


async def ask_for_sweep(session: WriteSession, connection_id: UUID) -> None:
    """Ask for a sweep of Xero on one connection, its organisation's facts included."""
    await session.execute(
        update(ConnectionRow)
        .where(ConnectionRow.id == connection_id)
        .values(sweep_due=True, organisation_fetched_at=None, generation=ConnectionRow.generation + 1)
    )


async def save_swept(session: WriteSession, connection_id: UUID, swept_to: datetime, at: datetime) -> None:
    """Everything that moved in Xero up to `swept_to` (its clock) has been looked at."""
    await session.execute(
        update(ConnectionRow)
        .where(ConnectionRow.id == connection_id)
        .values(
            sweep_due=False,
            swept_at=at,
            swept_to=func.greatest(func.coalesce(ConnectionRow.swept_to, swept_to), swept_to),
        )
    )


async def find_connection_ids_by_tenant(
    session: ReadSession, tenant_ids: Sequence[str]
) -> dict[str, list[UUID]]:
    """Connections by lower-cased tenant id; removed ones excluded. One organisation may serve several."""
    wanted = [tenant.lower() for tenant in tenant_ids]
    tenant = func.lower(ConnectionRow.tenant_id)
    rows = await session.execute(
        select(tenant, ConnectionRow.id).where(
            and_(tenant.in_(wanted), ConnectionRow.state != ConnectionState.REMOVED)
        )
    )
    found: dict[str, list[UUID]] = {}
    for tenant_id, connection_id in rows:
        found.setdefault(tenant_id, []).append(connection_id)
    return found


def connection_from_row(row: ConnectionRow) -> Connection:
    """The domain value of a row."""
    return Connection(
        id=row.id,
        partner_id=row.partner_id,
        business_id=row.business_id,
        display_name=row.display_name,
        state=ConnectionState(row.state),
        reason=row.reason,
        since_at=row.since_at,
        tenant_id=row.tenant_id,
        settings=ConnectionSettings.from_json(row.settings),
        settings_version=row.settings_version,
        organisation=organisation_from_json(row.organisation) if row.organisation else None,
        organisation_fetched_at=row.organisation_fetched_at,
        generation=row.generation,
        settled_generation=row.settled_generation,
        retry_at=row.retry_at,
        retry_reason=row.retry_reason,
        retries=row.retries,
        sweep_due=row.sweep_due,
        swept_to=row.swept_to,
        swept_at=row.swept_at,
        created_at=row.created_at,
    )


def organisation_to_json(organisation: Organisation) -> dict[str, Any]:
    """The organisation as it is kept: decimals as text, dates as ISO text."""
    kept = asdict(organisation)
    kept["lock_on"] = organisation.lock_on.isoformat() if organisation.lock_on else None
    kept["tax_rates"] = [rate | {"rate": str(rate["rate"])} for rate in kept["tax_rates"]]
    return kept


def organisation_from_json(kept: dict[str, Any]) -> Organisation:
    """The organisation that `organisation_to_json` kept."""
    accounts = tuple(Account(**account) for account in kept["accounts"])
    rates = tuple(TaxRate(**rate | {"rate": Decimal(rate["rate"])}) for rate in kept["tax_rates"])
    lock_on = date.fromisoformat(kept["lock_on"]) if kept["lock_on"] else None
    rest = {"currencies": tuple(kept["currencies"]), "lock_on": lock_on}
    return Organisation(**kept | rest | {"accounts": accounts, "tax_rates": rates})
