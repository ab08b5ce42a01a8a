"""What the API shows of invoice links one by one: each as it is kept, and the versions held.

And what answers ask beside that: the feed's newest cursor, which invoices a manifest does not name, and whether the
tables are there. How invoices are listed is `invoice_lists`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Text, cast, exists, or_, select
from sqlalchemy import all_ as all_of

from app.db.delivery.changes import find_sent
from app.db.invoices.invoice_links import link_from_row
from app.db.links.documents import INVOICES, Name, build_finding, give_names
from app.db.postgres.built import fetch_whole, whole_columns
from app.db.postgres.session import ReadSession
from app.db.tables import ChangeRow, InvoiceLinkRow
from app.domain.holds.skip import Skip
from app.domain.invoices.link import InvoiceLink, Standing


@dataclass(frozen=True, slots=True)
class KeptInvoice:
    """A link as it is shown: what the loop knows of it, and what is asked of the row beside that.

    `is_behind` says that something was triggered since it last settled, whatever its standing then was. `acked_version`
    is the app's own version after it took a change; `applied` are the revisions that it is known to have applied since
    the document that was merged last.
    """

    link: InvoiceLink
    partner_number: str | None
    xero_number: str | None
    is_behind: bool
    since_at: datetime
    touched_at: datetime
    created_at: datetime
    updated_at: datetime
    document_version: int
    acked_version: int
    applied: frozenset[int] = frozenset()

    @property
    def id(self) -> UUID:
        return self.link.id

    @property
    def standing(self) -> Standing:
        return self.link.standing

    @property
    def skip(self) -> Skip | None:
        return self.link.skip


async def find_kept_invoice(
    session: ReadSession, connection_id: UUID, partner_invoice_id: str
) -> KeptInvoice | None:
    """One link by the partner's id, or None."""
    found = await list_invoices_by_id(session, connection_id, [partner_invoice_id])
    return next(iter(found.values()), None)


async def list_invoices_by_id(
    session: ReadSession, connection_id: UUID, partner_invoice_ids: Collection[str]
) -> dict[str, KeptInvoice]:
    """The links of those invoices, by the partner's id."""
    named = [(connection_id, invoice_id) for invoice_id in partner_invoice_ids]
    found = await list_invoices_named(session, named)
    return {invoice_id: kept for (_, invoice_id), kept in found.items()}


async def list_invoices_named(session: ReadSession, names: Collection[Name]) -> dict[Name, KeptInvoice]:
    """The links of those invoices of any connections."""
    if not names:
        return {}
    rows = await fetch_whole(session, _NAMED, give_names(sorted(set(names))))
    kept = await keep_invoices(session, rows)
    return {(row.connection_id, row.partner_invoice_id): one for row, one in zip(rows, kept, strict=True)}


_NAMED = build_finding(INVOICES, *whole_columns(InvoiceLinkRow))


async def keep_invoices(session: ReadSession, rows: Sequence[InvoiceLinkRow]) -> list[KeptInvoice]:
    """The links of these rows, with what was sent of them read at once."""
    sent = await find_sent(session, rows)
    return [
        KeptInvoice(
            link=link_from_row(row, sent[row.id]),
            partner_number=row.partner_number,
            xero_number=row.xero_number,
            is_behind=row.generation > row.settled_generation,
            since_at=row.since_at,
            touched_at=row.touched_at,
            created_at=row.created_at,
            updated_at=row.updated_at,
            document_version=row.document_version,
            acked_version=row.acked_version,
            applied=frozenset(sent[row.id].applied),
        )
        for row in rows
    ]


async def list_ids_unknown_to_partner(
    session: ReadSession, connection_id: UUID, partner_invoice_ids: Sequence[str], limit: int
) -> list[str]:
    """Invoices that the partner sent or was sent a change of, and that are not among those it says it has."""
    row = InvoiceLinkRow
    was_shown = or_(row.document.is_not(None), exists().where(ChangeRow.link_id == row.id))
    missing = (
        select(row.partner_invoice_id)
        .where(
            row.connection_id == connection_id,
            row.partner_invoice_id != all_of(cast(list(partner_invoice_ids), ARRAY(Text))),
            was_shown,
        )
        .order_by(row.created_at, row.id)
        .limit(limit)
    )
    return list((await session.execute(missing)).scalars())
