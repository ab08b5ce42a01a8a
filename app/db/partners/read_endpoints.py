"""Where partners' apps can be read: one address for a partner, or one for a connection, which then goes before it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow, PartnerReadRow, ReadEndpointRow
from app.db.upkeep import audit


@dataclass(frozen=True, slots=True)
class ReadEndpoint:
    """An address to read. `bearer` is its encrypted secret; None where calls are signed."""

    id: UUID
    partner_id: UUID
    connection_id: UUID | None
    url: str
    bearer: bytes | None = field(repr=False)
    reads_contacts: bool
    created_at: datetime


async def save_read_endpoint(
    session: WriteSession,
    partner_id: UUID,
    connection_id: UUID | None,
    *,
    url: str,
    bearer: bytes | None,
    reads_contacts: bool,
    at: datetime,
) -> ReadEndpoint:
    """Set the address of a partner, or of one of its connections; what is read there is read anew from the start."""
    values = {"url": url, "bearer": bearer, "reads_contacts": reads_contacts, "changed_at": at}
    statement = insert(ReadEndpointRow).values(partner_id=partner_id, connection_id=connection_id, **values)
    saved = statement.on_conflict_do_update(
        index_elements=["partner_id", "connection_id"], set_=values
    ).returning(ReadEndpointRow.id)
    await session.execute(saved)
    await read_anew(session, partner_id, connection_id)
    found = await find_read_endpoint(session, partner_id, connection_id)
    assert found is not None  # it was just saved
    audit.note(
        session, "read_endpoint_set", partner_id=partner_id, connection_id=connection_id, subject=found.id
    )
    return found


async def read_anew(session: WriteSession, partner_id: UUID, connection_id: UUID | None) -> None:
    """What is read elsewhere from now on may be another app: what was read up to is forgotten, and a look that is under
    way has lost its claim, so that nothing of it is kept.
    """
    concerned = select(ConnectionRow.id).where(ConnectionRow.partner_id == partner_id)
    if connection_id is not None:
        concerned = concerned.where(ConnectionRow.id == connection_id)
    await session.execute(
        update(PartnerReadRow)
        .where(PartnerReadRow.connection_id.in_(concerned))
        .values(
            run=None, parked=None, read_to={}, failures=0, last_error=None, due_at=None, claimed_until=None
        )
    )


async def find_read_endpoint(
    session: ReadSession, partner_id: UUID, connection_id: UUID | None
) -> ReadEndpoint | None:
    """The address that was set for a partner (None), or for one of its connections."""
    row = ReadEndpointRow
    wanted = select(row).where(
        row.partner_id == partner_id, row.connection_id.is_not_distinct_from(connection_id)
    )
    found = (await session.execute(wanted.execution_options(populate_existing=True))).scalar_one_or_none()
    return _from_row(found) if found else None


async def find_read_endpoint_of(session: ReadSession, connection_id: UUID) -> ReadEndpoint | None:
    """The address that a connection is read at: its own, else its partner's."""
    row = ReadEndpointRow
    wanted = (
        select(row)
        .join(ConnectionRow, ConnectionRow.partner_id == row.partner_id)
        .where(
            ConnectionRow.id == connection_id,
            or_(row.connection_id.is_(None), row.connection_id == connection_id),
        )
        .order_by(row.connection_id.is_(None))
        .limit(1)
    )
    found = (await session.execute(wanted)).scalar_one_or_none()
    return _from_row(found) if found else None


async def delete_read_endpoint(session: WriteSession, endpoint_id: UUID) -> None:
    """Read there no more."""
    row = ReadEndpointRow
    deleted = delete(row).where(row.id == endpoint_id).returning(row.partner_id, row.connection_id)
    for partner_id, connection_id in (await session.execute(deleted)).all():
        audit.note(
            session,
            "read_endpoint_deleted",
            partner_id=partner_id,
            connection_id=connection_id,
            subject=endpoint_id,
        )


def _from_row(row: ReadEndpointRow) -> ReadEndpoint:
    return ReadEndpoint(
        id=row.id,
        partner_id=row.partner_id,
        connection_id=row.connection_id,
        url=row.url,
        bearer=row.bearer,
        reads_contacts=row.reads_contacts,
        created_at=row.created_at,
    )
