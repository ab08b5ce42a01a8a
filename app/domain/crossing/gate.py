"""The gate: what may cross to the other side for the first time (DESIGN section 5, FEATURES T3, T17).

A draft stays home, unless somebody asked for it as a draft in Xero by a call of its own. After a pair is linked the
gate is behind it; edits, voids and payments are then the planner's business.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.crossing.trial_mark import is_of_a_test
from app.domain.record.direction import OPEN, Entity, Lanes
from app.domain.record.fields import Fields
from app.domain.record.sides import Side, Status
from app.domain.xero.xero_invoice import XeroInvoice


class ImportFromXero(StrEnum):
    """Which invoices born in Xero reach the partner: those sent to the customer, all approved ones, or none."""

    SENT = "sent"
    AUTHORISED = "authorised"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class StaysHome:
    """Why a thing does not cross: a code for machines and a sentence for people."""

    code: str
    message: str


CONTACTS_STAY_HOME = StaysHome(
    "contacts_stay_home",
    "The app's contacts go to Xero with their invoices alone (directions.contacts).",
)
"""Why a contact does not go to Xero by itself, though somebody asked for it there."""


def to_xero(
    record: Fields, sync_from: date | None, lanes: Lanes = OPEN, *, is_draft_wanted: bool = False
) -> StaysHome | None:
    """Why this record may not be created in Xero, or None when it may, as a draft may that somebody asked for there."""
    is_draft = record.get("status") == Status.DRAFT
    if is_draft and not is_draft_wanted:
        return StaysHome("draft_stays_home", "A draft stays in the app until it is sent to the customer.")
    if record.get("status") == Status.CANCELLED:
        return StaysHome(
            "cancelled_before_sent", "It was cancelled before it ever reached Xero; nothing to do there."
        )
    if not (is_draft or record.get("is_sent")):
        return StaysHome("not_sent_to_customer", "It has no sent_at yet: it was not sent to the customer.")
    issued_on = record.get("issued_on")
    if sync_from is not None and issued_on is not None and date.fromisoformat(issued_on) < sync_from:
        return StaysHome(
            "before_sync_from", f"It was issued on {issued_on}, before {sync_from}, where syncing starts."
        )
    if not lanes.takes(Side.XERO, Entity.INVOICES):
        return StaysHome("invoices_stay_home", "The app's invoices do not go to Xero (directions.invoices).")
    return None


def to_partner(
    invoice: XeroInvoice, policy: ImportFromXero, sync_from: date | None, lanes: Lanes = OPEN
) -> StaysHome | None:
    """Why an invoice born in Xero may not reach the partner, or None when it may."""
    if not invoice.is_receivable:
        return StaysHome("not_a_sales_invoice", "It is a bill, not a sales invoice.")
    if invoice.canonical_status is not Status.SENT:
        return StaysHome(
            "not_approved_in_xero", f"It is {invoice.status} in Xero; only approved invoices are brought in."
        )
    if is_of_a_test(invoice.reference):
        return StaysHome("test_transaction", "It belongs to a test transaction.")
    if policy is ImportFromXero.OFF:
        return StaysHome("import_off", "Invoices born in Xero are not brought in (import_from_xero is off).")
    if not lanes.takes(Side.PARTNER, Entity.INVOICES):
        return StaysHome(
            "invoices_stay_home", "Xero's invoices do not come to the app (directions.invoices)."
        )
    if policy is ImportFromXero.SENT and not invoice.is_sent:
        return StaysHome("not_sent_in_xero", "It is not marked as sent in Xero yet.")
    if sync_from is not None and invoice.issued_on is not None and invoice.issued_on < sync_from:
        return StaysHome("before_sync_from", f"It was issued on {invoice.issued_on}, before {sync_from}.")
    return None
