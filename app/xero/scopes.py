"""What a Xero app asks a person for, each scope with a sentence that says why.

These are the granular scopes, the only ones that a new app may ask for (FACTS 1), and of them those that are used: who
is asked for more than is done has reason to say no. All are asked for at once, whatever the settings say today, because
a scope that is added later sends every business through consent again. Two are wider than they look:

- `accounting.settings` and not its `.read`: creating an item needs it (a live test with `.read` failed, FACTS 1);
- `accounting.banktransactions`: overpayments and prepayments are created as bank transactions (FACTS 1).
"""

from collections.abc import Iterable

PURPOSE_OF_SCOPE = {
    "openid": "To know which Xero login gave this consent.",
    "offline_access": "To keep invoices in step while nobody is logged in.",
    "accounting.invoices": "To create the invoices that you sent to customers, and to see and make changes to them.",
    "accounting.payments": "To see that an invoice was paid, and to record payments that you took in the app.",
    "accounting.banktransactions": "To record what a customer paid ahead or too much.",
    "accounting.contacts": "To find your customers in Xero, and to add a new customer with a first invoice.",
    "accounting.settings": "To list accounts, tax rates and currencies, and to add the items that invoices name.",
}
"""Every scope that is asked for, in the order in which it is asked, with its purpose for a person."""

INDISPENSABLE = tuple(scope for scope in PURPOSE_OF_SCOPE if scope != "openid")
"""Without any one of these something cannot be kept in step. Xero's page grants all that it asks for, or nothing."""


def list_missing_scopes(granted: Iterable[str]) -> list[str]:
    """The indispensable scopes that a consent does not hold."""
    held = set(granted)
    return [scope for scope in INDISPENSABLE if scope not in held]
