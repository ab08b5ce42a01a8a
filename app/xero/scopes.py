"""What the app asks a person for, each scope with a sentence that says why.

These are the granular scopes, the only ones a new app may ask for (FACTS 1). `accounting.settings` is asked for in full
and not as `.read`: creating an item in Xero needs it (a live test with `.read` failed, FACTS 1), and a scope that is
added later sends every business through consent again.
"""

from collections.abc import Iterable

PURPOSE_OF_SCOPE = {
    "openid": "To know which Xero login gave this consent.",
    "profile": "To show the name of the person who gave this consent.",
    "email": "To show the e-mail address of the person who gave this consent.",
    "offline_access": "To keep invoices in step while nobody is logged in.",
    "accounting.invoices": "To create the invoices that you sent to customers, and to see and make changes to them.",
    "accounting.payments": "To see that an invoice was paid, and to record payments that you took in the app.",
    "accounting.contacts": "To find your customers in Xero, and to add a new customer with a first invoice.",
    "accounting.settings": "To list accounts, tax rates and currencies, and to add the items that invoices name.",
    "accounting.attachments": "To attach files to the invoices that they belong to.",
}
"""Every scope that is asked for, in the order in which it is asked, with its purpose for a person."""

INDISPENSABLE = (
    "offline_access",
    "accounting.invoices",
    "accounting.payments",
    "accounting.contacts",
    "accounting.settings",
)
"""Without any one of these nothing can be kept in step."""


def list_missing_scopes(granted: Iterable[str]) -> list[str]:
    """The indispensable scopes that a consent does not hold."""
    held = set(granted)
    return [scope for scope in INDISPENSABLE if scope not in held]
