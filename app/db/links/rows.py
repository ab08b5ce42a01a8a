"""Which table has the links of a kind of thing, and which of its columns the partner's own id."""

from collections.abc import Mapping

from sqlalchemy.orm import InstrumentedAttribute

from app.db.tables import ContactLinkRow, InvoiceLinkRow, ItemLinkRow
from app.domain.holds.thing import Thing

LinkRow = type[InvoiceLinkRow] | type[ContactLinkRow] | type[ItemLinkRow]
HubRow = type[InvoiceLinkRow] | type[ContactLinkRow]

ROWS: Mapping[Thing, LinkRow] = {
    Thing.INVOICE: InvoiceLinkRow,
    Thing.CONTACT: ContactLinkRow,
    Thing.ITEM: ItemLinkRow,
}

HUB_ROWS: Mapping[str, HubRow] = {Thing.INVOICE: InvoiceLinkRow, Thing.CONTACT: ContactLinkRow}
"""Links that have a hub, by the kind as rows of changes and resolutions have it: products only go to Xero."""

PARTNER_IDS: Mapping[Thing, InstrumentedAttribute[str]] = {
    Thing.INVOICE: InvoiceLinkRow.partner_invoice_id,
    Thing.CONTACT: ContactLinkRow.partner_contact_id,
    Thing.ITEM: ItemLinkRow.partner_item_id,
}
