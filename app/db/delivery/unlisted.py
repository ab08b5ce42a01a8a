"""What a partner should have and has not listed yet, while a compare reads its lists.

Of a shop that is also each order that was refused before: one that is gone from the shop is refused no more.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, delete, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ContactLinkRow, InvoiceLinkRow, ShopRefusalRow, UnlistedRow
from app.domain.holds.thing import Thing
from app.domain.record.sides import Status

_NO_LINK = UUID(int=0)
"""Stands for the link of an order that was refused and never taken."""


@dataclass(frozen=True, slots=True)
class Unlisted:
    """One thing that was not listed. `link_id` is None of an order of which there is no invoice."""

    kind: str
    partner_id: str
    link_id: UUID | None


async def begin_unlisted(
    session: WriteSession,
    connection_id: UUID,
    kinds: Collection[str],
    prefix: str = "",
    beside: str | None = None,
) -> None:
    """Note everything of these kinds that the partner sent, or took from us; a cancelled invoice may be gone.

    Where something else is read than the partner's app, what is its own has ids that begin with the prefix; those
    that have `beside` in them come with others, and are not asked for.
    """
    await forget_unlisted(session, connection_id)
    into = ["connection_id", "kind", "partner_id", "link_id"]
    if Thing.INVOICE in kinds:
        await session.execute(insert(UnlistedRow).from_select(into, _invoices(connection_id, prefix, beside)))
        refused = insert(UnlistedRow).from_select(into, _refused_orders(connection_id, prefix))
        await session.execute(refused.on_conflict_do_nothing())
    if Thing.CONTACT in kinds:
        await session.execute(insert(UnlistedRow).from_select(into, _contacts(connection_id, prefix)))


def _invoices(connection_id: UUID, prefix: str, beside: str | None) -> Select[UUID, str, str, UUID]:
    row = InvoiceLinkRow
    found = select(row.connection_id, literal(Thing.INVOICE.value), row.partner_invoice_id, row.id).where(
        row.connection_id == connection_id,
        row.partner_invoice_id.startswith(prefix, autoescape=True),
        or_(row.document.is_not(None), row.acked_revision > 0),
        func.coalesce(row.record["status"].as_string(), "") != Status.CANCELLED.value,
    )
    return found.where(~row.partner_invoice_id.contains(beside, autoescape=True)) if beside else found


def _refused_orders(connection_id: UUID, prefix: str) -> Select[UUID, str, str, UUID]:
    row = ShopRefusalRow
    name = literal(prefix).concat(row.order_id)
    return select(row.connection_id, literal(Thing.INVOICE.value), name, literal(_NO_LINK)).where(
        row.connection_id == connection_id
    )


def _contacts(connection_id: UUID, prefix: str) -> Select[UUID, str, str, UUID]:
    row = ContactLinkRow
    return select(row.connection_id, literal(Thing.CONTACT.value), row.partner_contact_id, row.id).where(
        row.connection_id == connection_id,
        row.partner_contact_id.startswith(prefix, autoescape=True),
        or_(row.document.is_not(None), row.acked_revision > 0),
    )


async def note_listed(
    session: WriteSession, connection_id: UUID, kind: str, partner_ids: Collection[str]
) -> None:
    """These were listed, or asked for."""
    row = UnlistedRow
    await session.execute(
        delete(row).where(
            row.connection_id == connection_id, row.kind == kind, row.partner_id.in_(list(partner_ids))
        )
    )


async def list_unlisted(session: ReadSession, connection_id: UUID, limit: int) -> Sequence[Unlisted]:
    """Some that were not listed."""
    row = UnlistedRow
    left = (
        select(row.kind, row.partner_id, row.link_id)
        .where(row.connection_id == connection_id)
        .order_by(row.kind, row.partner_id)
        .limit(limit)
    )
    return [
        Unlisted(kind, partner_id, None if link_id == _NO_LINK else link_id)
        for kind, partner_id, link_id in await session.execute(left)
    ]


async def count_unlisted(session: ReadSession, connection_id: UUID) -> int:
    """How many were not."""
    counted = select(func.count()).where(UnlistedRow.connection_id == connection_id)
    return (await session.execute(counted)).scalar_one()


async def forget_unlisted(session: WriteSession, connection_id: UUID) -> None:
    """The compare is over."""
    await session.execute(delete(UnlistedRow).where(UnlistedRow.connection_id == connection_id))
