"""Partners' webhook endpoints: made, changed, found for a connection, disabled and enabled again.

Whoever makes, changes or enables one holds the partner's row (`lock_partner`), so that of two who at the same moment
want theirs to apply a connection's changes one sees the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, or_, select, update
from sqlalchemy import any_ as any_of

from app.db.links.listing import Position, Sort, in_order
from app.db.postgres.built import asked, fetch_whole, whole
from app.db.postgres.given import bare
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow, PartnerRow, WebhookEndpointRow
from app.db.upkeep import audit
from app.domain.connections.audit import Act
from app.domain.partner.endpoint import EVERY_TYPE, Endpoint, Part

DISABLED_HERE = "Disabled by the partner."


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An endpoint to make."""

    url: str
    description: str | None = None
    part: Part = Part.APPLIES
    types: tuple[str, ...] = (EVERY_TYPE,)
    connection_ids: tuple[UUID, ...] | None = None
    is_enabled: bool = True


async def lock_partner(session: WriteSession, partner_id: UUID) -> None:
    """Hold the partner's row until the transaction ends: its endpoints change one at a time."""
    held = select(PartnerRow.id).where(PartnerRow.id == partner_id).with_for_update(key_share=True)
    await session.execute(held)


async def insert_endpoint(session: WriteSession, partner_id: UUID, new: NewEndpoint) -> Endpoint:
    """Make an endpoint; its secret is another's business (`db.partners.webhook_secrets`)."""
    row = WebhookEndpointRow(
        partner_id=partner_id,
        url=new.url,
        description=new.description,
        part=new.part.value,
        types=list(new.types),
        connection_ids=None if new.connection_ids is None else list(new.connection_ids),
        is_enabled=new.is_enabled,
        disabled_reason=None if new.is_enabled else DISABLED_HERE,
    )
    session.add(row)
    await session.flush()
    await session.refresh(row)
    audit.note(session, "endpoint_made", partner_id=partner_id, subject=row.id, part=new.part.value)
    return endpoint_from_row(row)


async def list_endpoints(
    session: ReadSession, partner_id: UUID, *, after: Position | None = None, limit: int | None = None
) -> list[Endpoint]:
    """A partner's endpoints, oldest first, from a place on; without a limit all of them, which are few."""
    row = WebhookEndpointRow
    page = in_order(_living().where(row.partner_id == partner_id), row, Sort.CREATED, after, limit)
    return [endpoint_from_row(each) for each in (await session.execute(page)).scalars()]


async def find_endpoint(session: ReadSession, partner_id: UUID, endpoint_id: UUID) -> Endpoint | None:
    """One endpoint of a partner, or None."""
    row = WebhookEndpointRow
    wanted = _living().where(row.partner_id == partner_id, row.id == endpoint_id)
    found = (await session.execute(wanted.execution_options(populate_existing=True))).scalar_one_or_none()
    return endpoint_from_row(found) if found else None


async def list_endpoints_of_connection(session: ReadSession, connection_id: UUID) -> list[Endpoint]:
    """The enabled endpoints that a connection's messages go to, oldest first."""
    found = await fetch_whole(session, _OF_CONNECTION, {"of_connection": connection_id})
    return [endpoint_from_row(each) for each in found]


async def has_applying_endpoint(session: ReadSession, connection_id: UUID) -> bool:
    """Whether an app hears of a connection's changes by webhook, and answers for them."""
    heard = await list_endpoints_of_connection(session, connection_id)
    return any(endpoint.part is Part.APPLIES for endpoint in heard)


async def save_endpoint(session: WriteSession, endpoint_id: UUID, **values: Any) -> None:
    """Replace what is named of `url`, `description`, `types`, `connection_ids` and `part`."""
    if values:
        changed = update(WebhookEndpointRow).where(WebhookEndpointRow.id == endpoint_id).values(**values)
        owner = (await session.execute(changed.returning(WebhookEndpointRow.partner_id))).scalar_one()
        action: Act = "endpoint_deleted" if "deleted_at" in values else "endpoint_changed"
        told = ", ".join(sorted(values))
        audit.note(session, action, partner_id=owner, subject=endpoint_id, changed=told)


async def save_enabled(session: WriteSession, endpoint_id: UUID) -> None:
    """Enable an endpoint; what it failed before is forgotten."""
    await save_endpoint(
        session,
        endpoint_id,
        is_enabled=True,
        disabled_reason=None,
        disabled_at=None,
        failures=0,
        failing_since=None,
        failed_at=None,
    )


async def save_disabled(
    session: WriteSession, endpoint_id: UUID, reason: str, at: datetime, *, url: str | None = None
) -> bool:
    """Disable an endpoint; False when it was disabled or deleted already, or has another address than `url`."""
    row = WebhookEndpointRow
    is_there = literal(True) if url is None else row.url == url
    disabled = (
        update(row)
        .where(row.id == endpoint_id, row.is_enabled, row.deleted_at.is_(None), is_there)
        .values(is_enabled=False, disabled_reason=reason, disabled_at=at)
        .returning(row.id)
    )
    return (await session.execute(disabled)).scalar_one_or_none() is not None


async def delete_endpoint(session: WriteSession, endpoint_id: UUID, at: datetime) -> None:
    """Nothing goes there any more, and nobody sees it; the deliveries that name it are pruned with the others."""
    await save_endpoint(session, endpoint_id, is_enabled=False, deleted_at=at)


async def list_own_connections(
    session: ReadSession, partner_id: UUID, connection_ids: Sequence[UUID]
) -> set[UUID]:
    """Which of these are connections of the partner's."""
    wanted = select(ConnectionRow.id).where(
        ConnectionRow.partner_id == partner_id, ConnectionRow.id.in_(connection_ids)
    )
    return set((await session.execute(wanted)).scalars())


def covers(connection_id: Any) -> ColumnElement[bool]:
    """Whether an endpoint is for a connection of its partner's."""
    chosen = bare(WebhookEndpointRow).c.connection_ids
    return or_(chosen.is_(None), connection_id == any_of(chosen))


def takes(message_type: Any) -> ColumnElement[bool]:
    """Whether an endpoint takes messages of a type."""
    types = WebhookEndpointRow.types
    return or_(literal(EVERY_TYPE) == any_of(types), message_type == any_of(types))


def _build_of_connection() -> "Select[tuple[WebhookEndpointRow]]":
    endpoints, connections = bare(WebhookEndpointRow), bare(ConnectionRow)
    endpoint, connection = endpoints.c, connections.c
    return (
        whole(WebhookEndpointRow)
        .join_from(endpoints, connections, connection.partner_id == endpoint.partner_id)
        .where(connection.id == asked("of_connection", connection.id))
        .where(endpoint.deleted_at.is_(None), endpoint.is_enabled, covers(connection.id))
        .order_by(endpoint.created_at, endpoint.id)
    )


_OF_CONNECTION = _build_of_connection()


def _living() -> Select[WebhookEndpointRow]:
    return select(WebhookEndpointRow).where(WebhookEndpointRow.deleted_at.is_(None))


def endpoint_from_row(row: WebhookEndpointRow) -> Endpoint:
    """The domain value of a row."""
    return Endpoint(
        id=row.id,
        partner_id=row.partner_id,
        url=row.url,
        description=row.description,
        part=Part(row.part),
        types=tuple(row.types),
        connection_ids=None if row.connection_ids is None else tuple(row.connection_ids),
        is_enabled=row.is_enabled,
        disabled_reason=row.disabled_reason,
        disabled_at=row.disabled_at,
        failures=row.failures,
        failing_since=row.failing_since,
        created_at=row.created_at,
    )
