"""OAuth scopes: which exist for an app created after March 2026, and which of them an address needs (FACTS 1).

The broad scopes (`accounting.transactions` and its like) are gone for new apps and refused on the consent page.
"""

_READABLE = (
    "accounting.invoices",
    "accounting.payments",
    "accounting.banktransactions",
    "accounting.manualjournals",
    "accounting.contacts",
    "accounting.settings",
    "accounting.attachments",
)
_REPORTS = (
    "aged",
    "balancesheet",
    "banksummary",
    "budgetsummary",
    "executivesummary",
    "profitandloss",
    "trialbalance",
    "taxreports",
)
KNOWN = frozenset(
    ["openid", "profile", "email", "offline_access", *_READABLE]
    + [f"{scope}.read" for scope in _READABLE]
    + [f"accounting.reports.{name}.read" for name in _REPORTS]
)
_OF_RESOURCE = {
    "Invoices": "accounting.invoices",
    "Payments": "accounting.payments",
    "CreditNotes": "accounting.invoices",
    "Overpayments": "accounting.payments",
    "Prepayments": "accounting.payments",
    "BankTransactions": "accounting.banktransactions",
    "TrackingCategories": "accounting.settings",
    "BrandingThemes": "accounting.settings",
    "ContactGroups": "accounting.contacts",
    "Contacts": "accounting.contacts",
    "Organisation": "accounting.settings",
    "Accounts": "accounting.settings",
    "TaxRates": "accounting.settings",
    "Currencies": "accounting.settings",
    # Xero's page lists Items under accounting.invoices; live, writing one needed accounting.settings (FACTS 1).
    "Items": "accounting.settings",
}
_ALSO_READABLE = {"Items": "accounting.invoices"}


def unknown_scopes(asked: list[str]) -> list[str]:
    """The asked scopes that do not exist."""
    return [scope for scope in asked if scope not in KNOWN]


def is_covered(resource: str, method: str, granted: frozenset[str]) -> bool:
    """Whether the granted scopes let `method` touch `resource`."""
    needed = _OF_RESOURCE[resource]
    if needed in granted:
        return True
    readable = filter(None, (needed, _ALSO_READABLE.get(resource)))
    return method == "GET" and any(scope in granted or f"{scope}.read" in granted for scope in readable)
