"""What a partner's manifest is set against: what is known of the invoices that it names, and what it leaves out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, and_, case, cast, func, or_, select
from sqlalchemy import all_ as all_of
from sqlalchemy import any_ as any_of

from app.db.postgres.session import ReadSession
from app.db.tables import ContactLinkRow, InvoiceLinkRow, InvoiceSumRow
from app.domain.record.sides import Status

_OVER = ("VOIDED", "DELETED")


@dataclass(frozen=True, slots=True)
class Known:
    """An invoice that the partner knows: the version held, and what it comes to on each side.

    `partner_total` is None while that version is not worked off, and of a cancelled invoice.
    """

    link_id: UUID
    partner_invoice_id: str
    version: int
    partner_total: Decimal | None
    xero_total: Decimal | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the newest document of an invoice says of its customer, and whether it is voided in Xero."""

    contact: Any
    is_over: bool


async def list_known(
    session: ReadSession, connection_id: UUID, partner_invoice_ids: Sequence[str]
) -> list[Known]:
    """What is known of those invoices."""
    row, sums = InvoiceLinkRow, InvoiceSumRow
    is_worked_off = and_(
        row.generation <= row.settled_generation, row.record["status"].astext != Status.CANCELLED.value
    )
    total = case((is_worked_off, sums.partner_total), else_=None)
    known = (
        select(row.id, row.partner_invoice_id, _version(), total, sums.xero_total)
        .outerjoin(sums, sums.link_id == row.id)
        .where(
            row.connection_id == connection_id,
            row.partner_invoice_id == any_of(cast(list(partner_invoice_ids), ARRAY(Text))),
        )
    )
    return [Known(*found) for found in await session.execute(known)]


async def list_held_versions(
    session: ReadSession, connection_id: UUID, partner_invoice_ids: Sequence[str]
) -> dict[str, int]:
    """The newest version known of each of those invoices."""
    known = await list_known(session, connection_id, partner_invoice_ids)
    return {one.partner_invoice_id: one.version for one in known}


async def list_standing(
    session: ReadSession, connection_id: UUID, partner_invoice_ids: Collection[str]
) -> dict[str, Standing]:
    """How each of those invoices stands; drafts are left out."""
    row = InvoiceLinkRow
    is_over = func.coalesce(row.xero_status, "").in_(_OVER)
    known = select(row.partner_invoice_id, row.document["contact"], is_over).where(
        row.connection_id == connection_id,
        row.partner_invoice_id.in_(sorted(partner_invoice_ids)),
        row.document["status"].astext != "draft",
    )
    return {
        invoice_id: Standing(contact, is_over)
        for invoice_id, contact, is_over in await session.execute(known)
    }


async def list_not_named(
    session: ReadSession, connection_id: UUID, partner_invoice_ids: Sequence[str]
) -> list[tuple[UUID, int]]:
    """Links, with the version held, of invoices in Xero that the partner had and that are not among these."""
    row = InvoiceLinkRow
    missing = select(row.id, _version()).where(
        row.connection_id == connection_id,
        row.xero_invoice_id.is_not(None),
        func.coalesce(row.xero_status, "").not_in(_OVER),
        or_(row.document.is_not(None), row.acked_revision > 0),
        row.partner_invoice_id != all_of(cast(list(partner_invoice_ids), ARRAY(Text))),
    )
    return [(link_id, version) for link_id, version in await session.execute(missing)]


async def list_contacts_unknown_to_partner(
    session: ReadSession, connection_id: UUID, partner_contact_ids: Sequence[str], limit: int
) -> list[str]:
    """Contacts that the partner sent documents of, and that are not among those it says it has."""
    row = ContactLinkRow
    missing = (
        select(row.partner_contact_id)
        .where(
            row.connection_id == connection_id,
            row.partner_contact_id != all_of(cast(list(partner_contact_ids), ARRAY(Text))),
            row.document.is_not(None),
        )
        .order_by(row.created_at, row.id)
        .limit(limit)
    )
    return list((await session.execute(missing)).scalars())


def _version() -> ColumnElement[int]:
    return func.greatest(InvoiceLinkRow.document_version, InvoiceLinkRow.acked_version)
