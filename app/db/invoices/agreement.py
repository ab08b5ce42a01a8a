"""What stands against saying that both sides agree, of invoices and of contacts: counted, by what the links and the
inbox say. And when the partner last said what it has, by its manifest.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select, update

from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow, ContactLinkRow, InvoiceLinkRow
from app.domain.crossing.left_out import KEPT_APART
from app.domain.invoices.link import State


@dataclass(frozen=True, slots=True)
class Standings:
    """How many links of one kind stand for something in Xero, and how many of all are behind, held, or settled with
    something that each side keeps for itself.
    """

    linked: int
    behind: int
    held: int
    apart: int = 0


async def count_invoice_standings(session: ReadSession, connection_id: UUID) -> Standings:
    """Of a connection's invoices."""
    return await _count(session, InvoiceLinkRow, InvoiceLinkRow.xero_invoice_id, connection_id)


async def count_contact_standings(session: ReadSession, connection_id: UUID) -> Standings:
    """Of a connection's contacts."""
    return await _count(session, ContactLinkRow, ContactLinkRow.xero_contact_id, connection_id)


async def _count(
    session: ReadSession,
    row: type[InvoiceLinkRow] | type[ContactLinkRow],
    xero_id: object,
    connection_id: UUID,
) -> Standings:
    linked = select(func.count(xero_id)).where(row.connection_id == connection_id)  # type: ignore[arg-type]
    is_triggered = row.generation > row.settled_generation
    is_behind = or_(is_triggered, row.state == State.BEHIND.value)
    is_held = and_(~is_triggered, row.state == State.HELD.value)
    unsettled = select(func.count().filter(is_behind), func.count().filter(is_held)).where(
        row.connection_id == connection_id, or_(row.state != State.SETTLED.value, is_triggered)
    )
    behind, held = (await session.execute(unsettled)).one()
    apart = select(func.count()).where(
        row.connection_id == connection_id,
        row.state == State.SETTLED.value,
        row.reason_code == KEPT_APART,
        ~is_triggered,
    )
    return Standings(
        (await session.execute(linked)).scalar_one(),
        behind,
        held,
        (await session.execute(apart)).scalar_one(),
    )


async def save_manifest_at(session: WriteSession, connection_id: UUID, at: datetime) -> None:
    """The partner said what it has."""
    await session.execute(
        update(ConnectionRow).where(ConnectionRow.id == connection_id).values(manifest_at=at)
    )


async def find_manifest_at(session: ReadSession, connection_id: UUID) -> datetime | None:
    """When the partner last said what it has."""
    wanted = select(ConnectionRow.manifest_at).where(ConnectionRow.id == connection_id)
    return (await session.execute(wanted)).scalar_one_or_none()
