"""What Xero's refusals mean: from its words to a hold with a code, a sentence and a cure.

Xero sends no code with a message (FACTS 4.8), so its text is matched loosely, by the first row that fits; the hold
keeps Xero's own words, and what fits no row keeps them under the code `refused_by_xero`. What is wrong with a token or
a consent comes as an HTTP status and never gets here. Of what else is about who asks and not about what is asked
(`domain.holds.bars`), the words begin with the status.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from app.domain.holds.hold import Hold, Way

NUMBER_TAKEN = "number_taken"
PLAN_LIMIT = "plan_limit"
CONTACT_NAME_TAKEN = "contact_name_taken"
CONTACT_ARCHIVED = "contact_archived"
CONTACT_INVALID = "contact_invalid"
CONTACT_PERSONS = "contact_persons"
DUPLICATE_ITEM_CODE = "duplicate_item_code"
NOT_PERMITTED = "not_permitted"
PRECONDITION_FAILED = "precondition_failed"
MISSING = "missing_in_xero"
REFUSED = "refused_by_xero"

ABOUT_CONTACTS = frozenset(
    {CONTACT_NAME_TAKEN, CONTACT_ARCHIVED, CONTACT_INVALID, CONTACT_PERSONS, "duplicate_account_number"}
)
"""Holds that somebody may lift by editing a contact in Xero."""


class Meaning(NamedTuple):
    """One row: what Xero's text is known by, and what it comes to."""

    text: str
    code: str
    sentence: str
    cure: str
    way: Way = Way.PERSON


ACCOUNT_CURE = (
    "Restore it in Xero, or choose another: in the settings for lines not yet in Xero, else on the line."
)
TAX_CURE = "Choose another rate: in the settings for lines not yet in Xero, else on the line."
"""What the settings map is said when a line is made; what Xero has of one moves by edits of the line alone."""

_OPERATOR = "Tell Plumbline's operator: what it sent should have been right."

MEANINGS: tuple[Meaning, ...] = (
    # who asks, and how
    Meaning(r"^403\b", NOT_PERMITTED, "Xero does not permit this to the person who gave consent.",
            "Give the person back the right in Xero, or give consent as somebody who has it; it goes by itself then."),
    Meaning(r"^412\b", PRECONDITION_FAILED, "Xero refused how it was asked, whatever was asked.",
            "Nothing to do: it is tried again by itself. If it stays, tell Plumbline's operator."),
    # numbers
    Meaning(r"invoice ?(#|number).*(unique|already)", NUMBER_TAKEN, "Another invoice in Xero has this number.",
            "Give it another number in the app, or choose another numbering in the settings."),
    Meaning(r"invoice ?number.*(ascii|printable|length|characters)", "number_unusable",
            "Xero cannot hold this number.", "Give it another number in the app."),
    # what payments, statuses and locks forbid
    Meaning(r"status voided.*(payment|credit)", "void_blocked_by_payment",
            "Payments or credits are applied to it, so it cannot be voided.",
            "Remove them in Xero (or in the app), then it is voided by itself.", Way.PAYMENTS_REMOVED),
    Meaning(r"(payment|credit)s?( notes?)?( or credit notes?)? allocated|has payments? or credit", "paid_locked",
            "Payments or credits are applied to it, so this may not change.",
            "Remove them in Xero, let the change through and apply them again, or write a credit note.",
            Way.PAYMENTS_REMOVED),
    Meaning(r"lock date", "locked_period", "The organisation's books are locked for its date.",
            "Move the lock date in Xero, or date later what is dated so."),
    Meaning(r"only authorised.*sentto|only be made against authorised", "not_approved",
            "The invoice is not approved in Xero, which this needs.",
            "Approve the invoice in Xero; it goes on by itself then."),
    Meaning(r"not of valid type", "bad_type", "Xero does not take a document of this type.", _OPERATOR, Way.NONE),
    Meaning(r"not of valid status", "not_editable", "Its status in Xero forbids this change.",
            "Open it in Xero: voided and deleted invoices are final, and their numbers stay taken.", Way.NONE),
    Meaning(r"could not be found|was not found", MISSING, "Xero no longer has what this is about.",
            "If it was removed on purpose, cancel it in the app; otherwise ask Xero's support."),
    Meaning(r"limit of (invoices|bills)", PLAN_LIMIT, "The Xero plan allows no more approved invoices for now.",
            "Raise the Xero plan, or wait for the next month; it goes out by itself then."),
    # contacts
    Meaning(r"contact.*(archived|un-archived)", CONTACT_ARCHIVED, "The contact is archived in Xero.",
            "Restore the contact in Xero, or choose another in the app."),
    Meaning(r"contact name.*(unique|already)|unique across all active", CONTACT_NAME_TAKEN,
            "Another contact in Xero has this name.", "Link that contact, or give one of the two another name."),
    Meaning(r"account number already", "duplicate_account_number",
            "Another contact in Xero has this account number.", "Give one of the two another account number."),
    Meaning(r"additional people", CONTACT_PERSONS,
            "The contact has further persons in Xero, and its first person has no e-mail address.",
            "Give the contact an e-mail address, in the app or in Xero."),
    Meaning(r"contact must contain", "contact_missing", "The contact has nothing that it could be known by.",
            "Give the contact a name in the app."),
    Meaning(r"e-?mail address", CONTACT_INVALID, "Xero does not take the contact's e-mail address.",
            "Correct the e-mail address in the app."),
    # payments
    Meaning(r"amount outstanding|exceeds the amount", "payment_exceeds_due", "The payment is more than is due.",
            "Correct the payment, or book the rest in Xero."),
    Meaning(r"account.*for the payment", "payment_account_missing", "The payment has no account to be booked to.",
            "Choose a payment account in the settings."),
    # lines
    Meaning(r"line items? must be specified", "lines_missing", "It has no lines.",
            "Give it a line, in the app or in Xero."),
    Meaning(r"construction industry scheme", "cis_account",
            "The account belongs to the Construction Industry Scheme, and Xero lets no app use it in lines.",
            "Choose another account in the settings."),
    Meaning(r"tax ?type|tax rate", "tax_unusable", "The tax rate cannot be used with the account of its line.",
            TAX_CURE),
    Meaning(r"account code or id must", "account_missing", "A line has no account.",
            "Map its category to an account in the settings."),
    Meaning(r"account code.*(not a valid|archived|deleted|invalid)|account.*archived", "account_unusable",
            "The account of a line cannot be used.",
            ACCOUNT_CURE),
    Meaning(r"tracking", "tracking_unusable", "A tracking option of a line cannot be used.",
            "Restore it in Xero, or give the line another one there; a line that is not in Xero yet goes without it by "
            "itself, once that was read."),
    Meaning(r"item with code.*exists", DUPLICATE_ITEM_CODE, "Another item in Xero has this code.",
            "Give the item another code, or use the one that is there."),
    Meaning(r"item ?code", "item_missing", "Xero has no item of this code.",
            "Add the item in Xero, or correct its code in the app."),
    Meaning(r"description.*(length|longer|4,?000)", "description_too_long", "A line's description is too long.",
            "Shorten it to 4,000 characters in the app."),
    Meaning(r"description.*required", "description_missing", "A line has no description.",
            "Give every line a description in the app."),
    # the document
    Meaning(r"due ?date.*must be specified", "due_date_missing", "It has no due date.",
            "Give it a due date in the app, or due_days in the settings."),
    Meaning(r"reference.*length", "reference_too_long", "Its reference is too long.",
            "Shorten it to 255 characters in the app."),
    Meaning(r"total.*less than zero|negative.*total", "total_below_zero", "Xero takes no invoice below zero.",
            "Take from the discount or the negative lines, or write a credit note in Xero."),
    Meaning(r"currency", "currency_unknown", "The organisation does not have this currency.",
            "Add the currency in Xero, or correct it on the invoice."),
    # the request
    Meaning(r"idempotency key", "idempotency_conflict",
            "Xero took this for another request of ours, of some minutes ago.",
            "Nothing to do: it is sent again by itself, under a new key."),
    Meaning(r"scope", "invalid_scope", "The consent does not cover this.",
            "Authorise the connection again, and allow everything that is asked for."),
)  # fmt: skip


def explain(messages: Sequence[str]) -> Hold:
    """The hold for a refusal, by the first message that is known; its sentence carries all of Xero's words."""
    texts = [message.strip() for message in messages if message.strip()]
    said = " ".join(texts) or "no reason was given"
    for text in texts:
        for meaning in MEANINGS:
            if re.search(meaning.text, text, re.IGNORECASE):
                message = f"{meaning.sentence} Xero said: {said}"
                return Hold(meaning.code, message, meaning.cure, meaning.way)
    return Hold(
        REFUSED,
        f"Xero refused it and said: {said}",
        "Read Xero's words, mend the cause, then ask for a retry.",
    )
