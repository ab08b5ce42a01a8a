"""Every code by which something waits or stays: its gate, a sentence of it in general, the cure and the call.

What a link itself says is more exact (it names the word, the number, the date) and comes first; this is what is true of
all that share the code, as where they are counted. The tables of docs/states.md are held to this list.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.connections.connection import APP_REFUSED, NO_ROOM, ConnectionState
from app.domain.why.gates import Gate

SETTINGS = "PATCH {connection}/settings"
AUTHORISE = "POST {connection}/authorise"
RESUME = "POST {connection}/resume"
RETRY = "POST {thing}/retry"
SEND = "PUT {thing}"
CONFLICTS = "GET {connection}/conflicts"
ATTEMPTS = "GET {thing}/attempts"
CHANGES = "GET {connection}/changes"
CONTACTS = "GET {connection}/xero-contacts"
RUN = "POST {connection}/run"
DECISIONS = "GET {connection}/resolutions"
SWEEP = "POST {connection}/sweep"
REFUSED_ORDERS = "GET {connection}/shop/refused-orders"
TAKE_UP = "POST {thing}/resume"


@dataclass(frozen=True, slots=True)
class Reason:
    """A code in general; `call` has places for the addresses of the connection and of the thing."""

    gate: Gate
    sentence: str
    cure: str
    call: str | None


class Row(NamedTuple):
    """One line of the list; several codes may mean the same."""

    codes: str
    sentence: str
    cure: str
    call: str | None = RETRY


NOTHING = "Nothing to do: it goes on by itself."

CODE_OF_STATE: Mapping[ConnectionState, str] = {
    ConnectionState.PENDING: "not_authorised_yet",
    ConnectionState.PAUSED: "connection_paused",
    ConnectionState.DISCONNECTED: "disconnected",
    ConnectionState.REMOVED: "connection_removed",
}
"""Why everything of a connection waits that is in this state; an active one has no such code."""

_ROWS: Mapping[Gate, tuple[Row, ...]] = {
    Gate.RECEIVED: (
        Row("not_seen_yet", "It is in Xero, may be brought in, and no event or sweep has shown it yet.",
            "Have Xero searched now.", SWEEP),
        Row("made_before", "An earlier connection of this business made it in Xero; it waits for its document.",
            "Send its document: it is then linked by its number.", SEND),
        Row("left_by_relink", "A link stood for it until somebody said that it is another invoice of Xero's.",
            "Void it in Xero where it is one too many, or take that decision back.", DECISIONS),
        Row("order_refused", "It is an order of the shop of which no invoice could be made.",
            "Put the order right in the shop; it is looked at again when it changes there.", REFUSED_ORDERS),
        Row("not_in_xero", "Neither side has such an invoice.", "Send its document, or look for another number.",
            SEND),
    ),
    Gate.CONNECTION: (
        Row("not_authorised_yet", "Nobody has given consent in Xero yet.", "Give consent in Xero.", AUTHORISE),
        Row("connection_paused", "The connection is paused.", "Resume it.", RESUME),
        Row("disconnected", "Xero no longer accepts the consent.", "Give consent again; nothing is lost.", AUTHORISE),
        Row("connection_removed", "The connection was removed for good.", "Open another one.",
            "POST /v1/connections"),
    ),
    Gate.SCOPES: (
        Row("scope_missing invalid_scope", "The consent lacks a scope.", "Give consent again.", AUTHORISE),
    ),
    Gate.WAITING: (
        Row("rate_limited", "Xero asked us to wait.", NOTHING, None),
        Row("xero_unavailable", "Xero gave no answer.", NOTHING, None),
        Row("waiting", "The work waits for a moment.", NOTHING, None),
        Row("scheduled", "The connection works at set times.", "Nothing to do until then; or have it worked at once.",
            RUN),
        Row(NO_ROOM, "Other businesses' bulks are under way; this one comes after them.", NOTHING, None),
        Row("interrupted", "The worker was stopped in the middle.", NOTHING, None),
        Row(APP_REFUSED, "Xero does not take the client id or secret of the Xero app.",
            "Replace the secret of the Xero app; where it is Plumbline's, tell the operator.", None),
        Row("request_refused refused", "Xero refused a request as a whole.",
            "See the log; it is tried again after an hour.", None),
    ),
    Gate.ORGANISATION: (
        Row("organisation_unknown", "Nothing is known of the Xero organisation yet.", "Give consent in Xero.",
            AUTHORISE),
        Row("organisation_stale", "What is known of the organisation is more than a day old.",
            "Have it read anew.", SWEEP),
    ),
    Gate.SET_ASIDE: (
        Row("skipped", "A person set it aside.", "Resume it when it is to be kept in step again.", TAKE_UP),
    ),
    Gate.SENT: (
        Row("draft_stays_home", "A draft stays in the app.", "Send it to the customer.", SEND),
        Row("not_sent_to_customer", "It was not sent to the customer: it has no sent_at.",
            "Send it to the customer, and the document with its sent_at.", SEND),
        Row("cancelled_before_sent", "It was cancelled before Xero ever had it.", "Nothing to do.", None),
        Row("not_a_sales_invoice", "It is a bill, and bills are not kept in step.", "Nothing to do.", None),
        Row("not_approved_in_xero", "It is not approved in Xero.", "Approve it in Xero.", None),
        Row("import_off", "Invoices born in Xero are not brought in.", "Choose another import_from_xero.", SETTINGS),
        Row("not_sent_in_xero", "It is not marked as sent in Xero.",
            "Mark it as sent in Xero, or choose import_from_xero `authorised`.", SETTINGS),
        Row("test_transaction", "It belongs to a test transaction, which is taken away by itself.", "Nothing to do.",
            None),
        Row("no_invoice_yet", "A contact goes to Xero with the first invoice that goes there.",
            "Send an invoice of it to the customer.", None),
    ),
    Gate.SYNC_FROM: (
        Row("before_sync_from", "It was issued before the day from which this connection syncs.",
            "Choose an earlier sync_from.", SETTINGS),
    ),
    Gate.DIRECTIONS: (
        Row("invoices_stay_home", "Invoices do not go that way.", "Open directions.invoices.", SETTINGS),
        Row("contacts_stay_home", "The app's contacts go to Xero with their invoices alone.",
            "Open directions.contacts.", SETTINGS),
        Row("kept_apart", "Each side keeps something of its own that does not travel.",
            "Nothing to do; open its direction to have it merged.", SETTINGS),
    ),
    Gate.CONTACT: (
        Row("contact_name_taken", "Xero has another contact of that name.",
            "Rename one, correct the e-mail address, or link it by hand.", CONTACTS),
        Row("contact_account_number_taken contact_number_taken duplicate_account_number",
            "Another contact in Xero has that number.", "Give one of the two another.", CONTACTS),
        Row("contact_name_invalid contact_email_invalid contact_invalid contact_missing contact_persons",
            "Xero does not take the contact's details as they are.", "Correct what the reason names."),
        Row("contact_archived", "The customer is archived in Xero.", "Restore the contact in Xero."),
        Row("contact_erased", "The customer was erased in Xero on request.", "Choose another customer."),
        Row("contact_group_refused", "Xero did not take the contact into its group.",
            "Choose another group for that code.", SETTINGS),
        Row("contact_link_refused", "The contact could not be linked as it was wished.", "See the reason.", CONTACTS),
        Row("contact_skipped", "The customer was set aside before it was in Xero.", "Resume the contact.", None),
    ),
    Gate.CATEGORIES: (
        Row("category_unmapped", "A category has no account in the settings.", "Map it under revenue_accounts.",
            SETTINGS),
        Row("account_missing", "A line has no account.", "Map its category.", SETTINGS),
    ),
    Gate.TAXES: (
        Row("tax_unmapped", "A tax has no tax type in the settings.", "Map it under taxes.", SETTINGS),
        Row("tax_unusable", "A tax type is gone, or not for that account.", "Map the tax to another.", SETTINGS),
    ),
    Gate.ACCOUNTS: (
        Row("account_unusable", "An account is archived or gone.", "Restore it in Xero, or map to another.",
            SETTINGS),
        Row("cis_account", "The account is of the Construction Industry Scheme, which Xero lets no app use.",
            "Choose another account.", SETTINGS),
    ),
    Gate.ITEMS: (
        Row("item_unknown", "Xero does not have a line's item, and the policy is to hold.",
            "Add the item in Xero, or choose another unknown_item.", SETTINGS),
        Row("item_missing", "Xero says that it has no such item.", "Add it in Xero, or correct the code."),
        Row("duplicate_item_code", "Another item in Xero has this code.", "Give one of the two another."),
    ),
    Gate.PLAN: (
        Row("plan_limit", "The Xero plan's number of invoices is used up.",
            "Raise the plan, or wait for the next month."),
    ),
    Gate.CURRENCY: (
        Row("currency_unknown", "The organisation, or its plan, does not have the currency.",
            "Add it in Xero, or correct the invoice."),
    ),
    Gate.NUMBER: (
        Row("number_taken", "Another invoice in Xero has the number.",
            "Give one of them another number, or choose another numbering.", SETTINGS),
        Row("number_unusable", "Xero cannot hold the number.", "Another number, or the numbering `xero`.", SEND),
    ),
    Gate.VALUES: (
        Row("due_date_missing", "Xero wants a due date for an approved invoice.",
            "Give it one in the app, or due_days in the settings.", SEND),
        Row("lines_missing", "Xero takes no invoice without a line.", "Give it one, in the app or in Xero.", SEND),
        Row("description_missing", "Xero wants a description for each line.", "Describe the line in the app.", SEND),
        Row("description_too_long", "A line's description has more than 4,000 characters.", "Shorten it.", SEND),
        Row("reference_too_long", "The reference has more than 255 characters.", "Shorten it.", SEND),
        Row("tracking_unusable", "A line's tracking option is archived or gone.",
            "Restore it in Xero, or give the line another one there."),
        Row("amount_too_large", "A line comes to more than Xero can hold.", "Correct quantity or price.", SEND),
        Row("total_below_zero", "The whole is negative.", "Take from the discount, or write a credit note.", SEND),
        Row("bad_type", "Xero does not take a document of this type.", "Tell Plumbline's operator.", None),
    ),
    Gate.LOCK_DATES: (
        Row("locked_period", "The books are locked for its date.", "Move the lock date in Xero, or date it later."),
    ),
    Gate.STATUS: (
        Row("cancelled_in_xero", "It is voided in Xero, which is final there, and was edited in the app.",
            "Cancel it in the app too.", SEND),
        Row("cannot_unsend", "It went back to draft in the app, which nothing in Xero can.",
            "Send it again, or cancel it.", SEND),
        Row("not_approved", "It is not approved in Xero, which this needs.", "Approve it in Xero."),
        Row("not_editable", "Its status in Xero forbids the change.", "Open it in Xero.", None),
        Row("missing_in_xero", "Xero no longer has it.", "Cancel it in the app, or ask Xero.", SEND),
        Row("unreadable_in_xero", "What Xero shows of it cannot be read.",
            "It is read again within the hour; if that lasts, tell Plumbline's operator."),
        Row("older_in_xero", "Xero shows it as it was before what it has shown already.",
            "It is read again within the hour; if that lasts, save it once more in Xero."),
    ),
    Gate.PAID: (
        Row("paid_locked", "Xero has payments on it, and then takes only few changes.",
            "Remove the payments, or write a credit note in Xero."),
        Row("void_blocked_by_payment", "It was cancelled in the app, and money is on it.",
            "Take the payments back; it is voided by itself then."),
        Row("payment_on_voided", "It is voided in Xero, and money is on it in the app that Xero never booked.",
            "Take it back in the app, or put it on a new invoice and take it off this one.", SEND),
    ),
    Gate.PAYMENTS: (
        Row("payment_account_missing", "A payment was taken in the app, and no account is chosen for its method.",
            "Choose it under payment_accounts, or payment_account for all.", SETTINGS),
        Row("payment_account_unusable", "The chosen account takes no payments any more.",
            "Choose another, or restore it in Xero.", SETTINGS),
        Row("payment_exceeds_due", "A payment is more than what is due.",
            "Correct it, or let overpayments be booked.", SETTINGS),
        Row("deposit_account_not_bank", "A deposit goes to a bank account only.",
            "Choose a bank account for that method.", SETTINGS),
        Row("deposit_currency", "Xero lets apps book deposits in the organisation's own currency only.",
            "Book it in Xero.", None),
    ),
    Gate.CREDITS: (
        Row("credit_exceeds_due", "A credit is more than what is due.",
            "Correct it, or remove a payment or another credit.", SEND),
        Row("credit_account_missing", "A credit was made in the app, and no account is chosen for it.",
            "Choose credit_note_account or prepayment_account.", SETTINGS),
        Row("credit_used_elsewhere", "Less of the credit remains in Xero than the app sets against the invoice.",
            "Correct the amount, or free the credit in Xero.", SEND),
        Row("credit_number_taken", "Another credit note in Xero has the number.", "Another number, or none.", SEND),
        Row("credit_other_contact", "The credit and the invoice are of two customers in Xero.",
            "Give the invoice its contact again, or take the credit off.", SEND),
        Row("overpayment_not_in_xero", "The app names an overpayment that Xero does not have.",
            "Allocate it in Xero, or take the entry out.", SEND),
    ),
    Gate.CONFLICTS: (
        Row("conflict_held", "Both sides changed a field to different values, and the policy is to hold.",
            "Give it the same value on both sides.", CONFLICTS),
    ),
    Gate.WRITTEN: (
        Row("work_left", "It is about to be written to Xero.", NOTHING, None),
        Row("outcome_unknown", "A write was sent and its answer was lost; Xero is looked at before anything else.",
            NOTHING, None),
        Row("oscillation", "The same was written to Xero twice in an hour and set back each time.",
            "Find what sets it back.", ATTEMPTS),
        Row("idempotency_conflict", "Xero remembers another request under our key.", NOTHING, None),
        Row("not_permitted", "Xero does not permit it to the person who gave consent.",
            "Give the person back the right in Xero, or give consent as somebody who has it.", AUTHORISE),
        Row("precondition_failed", "Xero refused how it was asked, whatever was asked.", NOTHING, None),
        Row("refused_by_xero", "Xero refused it in words that we do not know.", "Read them in the reason."),
        Row("internal_error", "Plumbline failed on it; the log says how.", "Report it to Plumbline's operator."),
    ),
    Gate.TAKEN: (
        Row("awaiting_partner", "A change was sent and the app has not confirmed it.",
            "Look at the app's webhook; it is sent again by itself.", CHANGES),
        Row("partner_refuses", "The app refused the same change three times.",
            "Mend the app's compare-and-set.", CHANGES),
    ),
    Gate.TOTALS: (
        Row("total_differs", "All fields agree and the totals still do not.",
            "Compare the lines; a rounding line settles a cent.", SEND),
    ),
}  # fmt: skip


def _list_reasons() -> Iterator[tuple[str, Reason]]:
    for gate, rows in _ROWS.items():
        for row in rows:
            for code in row.codes.split():
                yield code, Reason(gate, row.sentence, row.cure, row.call)


REASONS: Mapping[str, Reason] = dict(_list_reasons())
"""Every code with what is true of all that share it."""

_UNKNOWN = Reason(
    Gate.WRITTEN, "It waits for a reason that has no sentence here.", "See the reason itself.", RETRY
)


def reason_of(code: str) -> Reason:
    """The reason of a code; one that is not listed stands at the writing to Xero, where whatever is new comes from."""
    return REASONS.get(code, _UNKNOWN)
