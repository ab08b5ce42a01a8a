"""What is known of the partner's side: which versions it should have, what they come to, how old that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, cast, func, select, update
from sqlalchemy import all_ as all_of
from sqlalchemy import any_ as any_of

from app.db.findings import Discrepancy, insert_discrepancies
from app.db.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow, ContactLinkRow, DiscrepancyRow, InvoiceLinkRow
from app.domain.partner_total import PartnerHolding

ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class LinkedHolding:
    """An invoice's link with what is known of it on the partner's side."""

    link_id: UUID
    holding: PartnerHolding


async def list_holdings(
    session: ReadSession, connection_id: UUID, partner_invoice_ids: Sequence[str]
) -> dict[str, LinkedHolding]:
    """Of those invoices, the ones that are linked, with all that is known of each; a few hundred at a time."""
    row = InvoiceLinkRow
    found: dict[str, LinkedHolding] = {}
    for start in range(0, len(partner_invoice_ids), ROWS_AT_ONCE):
        wanted = select(
            row.partner_invoice_id,
            row.id,
            row.document,
            row.document_version,
            row.acked_version,
            row.partner_shadow,
            row.record,
            row.generation <= row.settled_generation,
        ).where(
            row.connection_id == connection_id,
            row.partner_invoice_id == any_of(_texts(partner_invoice_ids[start : start + ROWS_AT_ONCE])),
        )
        for partner_id, link_id, *known in await session.execute(wanted):
            found[partner_id] = LinkedHolding(link_id, PartnerHolding(*known))
    return found


async def list_contacts_unknown_to_partner(
    session: ReadSession, connection_id: UUID, partner_contact_ids: Sequence[str], limit: int
) -> list[str]:
    """Contacts that the partner sent documents of, and that are not among those it says it has."""
    row = ContactLinkRow
    missing = (
        select(row.partner_contact_id)
        .where(
            row.connection_id == connection_id,
            row.partner_contact_id != all_of(_texts(partner_contact_ids)),
            row.document.is_not(None),
        )
        .order_by(row.created_at, row.id)
        .limit(limit)
    )
    return list((await session.execute(missing)).scalars())


async def insert_new_discrepancies(
    session: WriteSession, connection_id: UUID, found: Sequence[Discrepancy]
) -> int:
    """Keep those that were not found before with the same values; answers how many. The connection's row is held."""
    row = DiscrepancyRow
    known = await session.execute(
        select(row.link_id, row.kind, row.values).where(row.link_id.in_([each.link_id for each in found]))
    )
    kept = [(link_id, kind, dict(values)) for link_id, kind, values in known]
    news = [each for each in found if (each.link_id, each.kind, dict(each.values)) not in kept]
    await insert_discrepancies(session, connection_id, news)
    return len(news)


async def save_manifest_at(session: WriteSession, connection_id: UUID, at: datetime) -> None:
    """The partner told what it has."""
    await session.execute(
        update(ConnectionRow).where(ConnectionRow.id == connection_id).values(manifest_at=at)
    )


async def save_read_at(session: WriteSession, connection_id: UUID, at: datetime) -> None:
    """The partner's side was read through, as it was at that moment."""
    newest = func.greatest(func.coalesce(ConnectionRow.partner_read_at, at), at)
    await session.execute(
        update(ConnectionRow).where(ConnectionRow.id == connection_id).values(partner_read_at=newest)
    )


async def note_document(session: WriteSession, connection_id: UUID, at: datetime) -> None:
    """A document came that was news: a reason to look, and the newest word from the partner's side."""
    await session.execute(
        update(ConnectionRow)
        .where(ConnectionRow.id == connection_id)
        .values(generation=ConnectionRow.generation + 1, documented_at=at)
    )


def _texts(values: Sequence[str]) -> Any:
    return cast(list(values), ARRAY(Text))
