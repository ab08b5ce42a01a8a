"""The tables, each with what it is for. PostgreSQL only; every instant is timestamptz, every id a UUID that we made.

Begin with `links`, where most of what is known stands, then `accounts`. What all tables have is in `table`.

    accounts, xero_apps, settings   partners, keys, consents and connections; partners' own Xero apps; what was chosen
    links, link_columns, skips      the links of invoices and contacts; the columns that links of every kind share
    items                           products with their links, and Xero's own list as it was read
    inboxes, subscriptions          what the sides sent, each event once; which of Xero's webhooks never came
    outcomes                        changes for the partner, conflicts, discrepancies, attempts
    decisions, histories            what people decided, what invoices come to; moments that no other table keeps
    endpoints, notices              where the app is called and what was sent there; what it is told of a connection
    partner_reads, shops            how far the looks at the app have come; the shop that is looked at in its place
    compares, exports, trials       a full compare under way, exports, test transactions
    closings, erasures              what is to be deleted in Xero, and what is to be deleted here
    usage, idempotency, audit       calls to Xero counted; calls that may come again; who did what
    table                           the base of each: names of constraints, and columns by Python type

Who writes which column of a link is fixed, so that an API call and a reconcile never undo each other: intake owns the
document columns and the wishes (`draft_asked`, `push_wanted`) and raises `generation`; delivery raises `acked_revision`
and `acked_version`; everything else is the reconcile's, which writes under the connection's lease. `updated_at` is
nobody's: it moves with every write.
"""

from app.db.tables.accounts import ApiKeyRow, ConnectionRow, OAuthStateRow, PartnerRow, TokenSetRow
from app.db.tables.audit import AuditEntryRow
from app.db.tables.closings import ClosingRow
from app.db.tables.compares import UncomparedRow
from app.db.tables.decisions import InvoiceSumRow, ResolutionRow
from app.db.tables.endpoints import DeliveryAttemptRow, DeliveryRow, WebhookEndpointRow, WebhookSecretRow
from app.db.tables.erasures import ErasureRow
from app.db.tables.exports import ExportRow, ExportThingRow
from app.db.tables.histories import MomentRow
from app.db.tables.idempotency import IdempotencyKeyRow
from app.db.tables.inboxes import PartnerEventRow, XeroEventRow, XeroWebhookRow
from app.db.tables.items import ItemLinkRow, ItemListRow, XeroItemRow
from app.db.tables.links import ContactLinkRow, InvoiceLinkRow
from app.db.tables.notices import NoticeRow
from app.db.tables.outcomes import AttemptRow, ChangeRow, ConflictRow, DiscrepancyRow
from app.db.tables.partner_reads import PartnerReadRow, ReadEndpointRow, UnlistedRow
from app.db.tables.settings import SettingsVersionRow
from app.db.tables.shops import ShopRefusalRow, ShopRow
from app.db.tables.subscriptions import SubscriptionRow
from app.db.tables.table import Table
from app.db.tables.trials import TestTransactionRow
from app.db.tables.usage import LinkUsageRow, XeroUsageRow
from app.db.tables.xero_apps import XeroAppRow

__all__ = [
    "ApiKeyRow",
    "AttemptRow",
    "AuditEntryRow",
    "ChangeRow",
    "ClosingRow",
    "ConflictRow",
    "ConnectionRow",
    "ContactLinkRow",
    "DeliveryAttemptRow",
    "DeliveryRow",
    "DiscrepancyRow",
    "ErasureRow",
    "ExportRow",
    "ExportThingRow",
    "IdempotencyKeyRow",
    "InvoiceLinkRow",
    "InvoiceSumRow",
    "ItemLinkRow",
    "ItemListRow",
    "LinkUsageRow",
    "MomentRow",
    "NoticeRow",
    "OAuthStateRow",
    "PartnerEventRow",
    "PartnerReadRow",
    "PartnerRow",
    "ReadEndpointRow",
    "ResolutionRow",
    "SettingsVersionRow",
    "ShopRefusalRow",
    "ShopRow",
    "SubscriptionRow",
    "Table",
    "TestTransactionRow",
    "TokenSetRow",
    "UncomparedRow",
    "UnlistedRow",
    "WebhookEndpointRow",
    "WebhookSecretRow",
    "XeroAppRow",
    "XeroEventRow",
    "XeroItemRow",
    "XeroUsageRow",
    "XeroWebhookRow",
]
