"""What Xero's refusals mean: from its words to a hold with a code, a sentence and a cure.

Xero sends no code with a message (FACTS 4.8), so its text is matched loosely; what matches nothing keeps Xero's own
words under the code `refused_by_xero`.
"""

import re
from collections.abc import Sequence

from app.domain.legality import Hold

NUMBER_TAKEN = "number_taken"
CONTACT_NAME_TAKEN = "contact_name_taken"
CONTACT_ARCHIVED = "contact_archived"

ABOUT_CONTACTS = frozenset({CONTACT_NAME_TAKEN, CONTACT_ARCHIVED})
"""Holds that somebody may lift by editing a contact in Xero."""

_MEANINGS: tuple[tuple[str, str, str], ...] = (
    (r"invoice (#|number).*unique", NUMBER_TAKEN, "Give it another number in the app."),
    (r"not of valid status", "not_editable", "Open it in Xero: its status forbids this change."),
    (
        r"payment or credit note allocated|has payments? or credit",
        "paid_locked",
        "Remove the payments in Xero first.",
    ),
    (r"lock date", "locked_period", "Move the lock date in Xero, or date the invoice later."),
    (
        r"contact.*(archived|un-archived)",
        CONTACT_ARCHIVED,
        "Restore the contact in Xero, or choose another.",
    ),
    (
        r"contact name.*(unique|already)|must be unique across all active",
        CONTACT_NAME_TAKEN,
        "Link that contact.",
    ),
    (r"reached the limit of invoices", "plan_limit", "Raise the Xero plan; it goes out by itself then."),
    (
        r"amount outstanding|exceeds the amount|only be made against authorised",
        "payment_exceeds_due",
        "Correct the payment, or book the rest in Xero.",
    ),
    (
        r"account code .*(not a valid|archived|invalid)|account.*archived",
        "account_unusable",
        "Choose another account.",
    ),
    (r"due ?date.*must be specified", "due_date_missing", "Give it a due date in the app."),
    (r"description.*required", "description_missing", "Give every line a description in the app."),
    (r"tax ?type|tax rate", "tax_unusable", "Choose another tax rate for that tax in the settings."),
    (r"currency", "currency_unknown", "Add the currency in Xero, or correct it on the invoice."),
)


def explain(messages: Sequence[str]) -> Hold:
    """The hold for a refusal; the sentence carries Xero's own words."""
    said = " ".join(message.strip() for message in messages if message) or "no reason was given"
    for pattern, code, cure in _MEANINGS:
        if re.search(pattern, said, re.IGNORECASE):
            return Hold(code, f"Xero refused it: {said}", cure)
    return Hold(
        "refused_by_xero", f"Xero refused it: {said}", "Read Xero's words, mend the cause, then retry."
    )
