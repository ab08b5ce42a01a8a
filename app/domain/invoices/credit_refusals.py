"""What Xero's refusals mean where they are about a credit: an amount, a number or a contact of it, not of the invoice.

Xero's own words for a refused allocation are not known to us, so they are matched loosely by what they must speak of;
what fits no row here is explained as any other refusal is.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from app.domain.holds.hold import Hold
from app.domain.holds.refusals import explain
from app.domain.record.credit import CreditKind

CREDIT_NUMBER_TAKEN = "credit_number_taken"
CREDIT_OTHER_CONTACT = "credit_other_contact"

_MEANINGS: tuple[tuple[str, str, str, str], ...] = (
    (
        r"credit ?note ?(#|number).*(unique|already)",
        CREDIT_NUMBER_TAKEN,
        "Another credit note in Xero has this number.",
        "Give it another number in the app, or make it anew there, under another id without a number: Xero gives one.",
    ),
    (
        r"remaining credit|exceeds.*(credit|prepayment|overpayment)\b",
        "credit_used_elsewhere",
        "Less of the credit is left in Xero than is wanted of it.",
        "Correct the amount in the app and add another entry for the rest, or free the credit in Xero.",
    ),
    (
        r"outstanding|exceeds the amount",
        "credit_exceeds_due",
        "The credit is more than is due.",
        "Correct the credit in the app, or remove a payment or another credit first.",
    ),
    (
        r"same contact",
        CREDIT_OTHER_CONTACT,
        "The credit and the invoice are of two customers or currencies in Xero.",
        "Give the invoice the contact of its credit again, or take the credit off it in the app.",
    ),
    (
        r"bank ?account",
        "deposit_account_not_bank",
        "The account is no bank account, as Xero asks where money is received.",
        "Choose a bank account in the settings, as payment_account or for the method under payment_accounts.",
    ),
)


def explain_credit(messages: Sequence[str]) -> Hold:
    """The hold for a refused credit or allocation; it keeps Xero's own words."""
    said = " ".join(messages)
    for pattern, code, sentence, cure in _MEANINGS:
        if re.search(pattern, said, re.IGNORECASE):
            return Hold(code, f"{sentence} Xero said: {said}", cure)
    return explain(messages)


def used_elsewhere(kind: CreditKind, remaining: Decimal, wanted: Decimal) -> Hold:
    """The hold for a credit of which less is left in Xero than is wanted for this invoice."""
    return Hold(
        "credit_used_elsewhere",
        f"Of the {kind.value.replace('_', ' ')}, {remaining:.2f} remain in Xero; {wanted:.2f} are wanted.",
        "Correct the amount in the app and add another entry for the rest, or free the credit in Xero.",
    )
