"""Where the links of an export's open portion stand, what was tried of them since, and how they are made due.

Making due is raising a generation and nothing else: nobody touched these links, so they are a bulk's work, and whatever
a person does meanwhile goes first (`domain.connections.precedence`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update

from app.db.connections.connections import raise_generation
from app.db.invoices.credits import credits_from_row
from app.db.invoices.invoice_links import standing_from_row
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import AttemptRow, ContactLinkRow, InvoiceLinkRow, ItemLinkRow
from app.domain.contacts.contact import DETAILS
from app.domain.exports.export_outcome import Tried
from app.domain.invoices.link import Standing, State
from app.domain.item import GONE
from app.domain.record.credit import Overpaid


@dataclass(frozen=True, slots=True)
class LinkState:
    """One link as an export sees it. `unusable` is a contact's; ids of parts, the shadow and the total an invoice's."""

    id: UUID
    partner_id: str
    xero_id: str | None
    is_behind: bool
    standing: Standing
    record: Mapping[str, Any]
    xero_shadow: Mapping[str, Any] = field(default_factory=dict)
    unusable: str | None = None
    xero_total: str | None = None
    payment_ids: Mapping[str, str] = field(default_factory=dict)
    credit_ids: Mapping[str, str] = field(default_factory=dict)
    overpaid: Mapping[str, Overpaid] = field(default_factory=dict)


async def list_states(session: ReadSession, link_ids: Collection[UUID]) -> dict[UUID, LinkState]:
    """The links with these ids, of whatever kind: ids are unique over all kinds."""
    ids = list(link_ids)
    invoices = await session.execute(select(InvoiceLinkRow).where(InvoiceLinkRow.id.in_(ids)))
    contacts = await session.execute(select(ContactLinkRow).where(ContactLinkRow.id.in_(ids)))
    items = await session.execute(select(ItemLinkRow).where(ItemLinkRow.id.in_(ids)))
    states = [_read_invoice(row) for row in invoices.scalars()]
    states += [_read_contact(row) for row in contacts.scalars()]
    states += [_read_item(row) for row in items.scalars()]
    return {state.id: state for state in states}


def _read_invoice(row: InvoiceLinkRow) -> LinkState:
    return LinkState(
        id=row.id,
        partner_id=row.partner_invoice_id,
        xero_id=row.xero_invoice_id,
        is_behind=row.generation > row.settled_generation,
        standing=standing_from_row(row),
        record=row.record,
        xero_shadow=row.xero_shadow,
        xero_total=row.xero_total,
        payment_ids=row.payment_ids,
        **credits_from_row(row),
    )


def _read_contact(row: ContactLinkRow) -> LinkState:
    return LinkState(
        id=row.id,
        partner_id=row.partner_contact_id,
        xero_id=row.xero_contact_id,
        is_behind=row.generation > row.settled_generation,
        standing=Standing(State(row.state), row.reason_code, row.reason_message, row.reason_cure),
        record=row.record or {name: row.details.get(name) for name in DETAILS},
        unusable=row.unusable,
    )


def _read_item(row: ItemLinkRow) -> LinkState:
    return LinkState(
        id=row.id,
        partner_id=row.partner_item_id,
        xero_id=row.xero_item_id,
        is_behind=row.generation > row.settled_generation,
        standing=Standing(State(row.state), row.reason_code, row.reason_message, row.reason_cure),
        record=row.record or dict(row.document),
        xero_shadow=row.xero_shadow,
    )


async def list_tried(session: ReadSession, after: Mapping[UUID, int]) -> dict[UUID, list[Tried]]:
    """What was tried of these links on Xero after the attempt that each of them names."""
    tried: dict[UUID, list[Tried]] = {link_id: [] for link_id in after}
    if not after:
        return tried
    row = AttemptRow
    found = select(row.link_id, row.id, row.action, row.outcome, row.moves).where(
        row.link_id.in_(list(after)), row.id > min(after.values())
    )
    for link_id, number, action, outcome, moves in await session.execute(found.order_by(row.id)):
        if number > after[link_id]:
            # What only went along is the same before and after.
            moved = (path for path, move in moves.items() if move.get("before") != move.get("after"))
            tried[link_id].append(Tried(action, outcome, tuple(moved)))
    return tried


async def make_due(session: WriteSession, connection_id: UUID, link_ids: Collection[UUID]) -> None:
    """Look again at these links, of whatever kind; not at products that somebody took out of Xero.

    The connection is made behind even for none, so that its next round comes.
    """
    await raise_generation(session, connection_id)
    ids = sorted(link_ids)
    if not ids:
        return
    invoice, contact, item = InvoiceLinkRow, ContactLinkRow, ItemLinkRow
    is_there = or_(item.reason_code.is_(None), item.reason_code != GONE)
    for due in (
        update(invoice).where(invoice.id.in_(ids)).values(generation=invoice.generation + 1),
        update(contact).where(contact.id.in_(ids)).values(generation=contact.generation + 1),
        update(item).where(item.id.in_(ids), is_there).values(generation=item.generation + 1),
    ):
        await session.execute(due)
