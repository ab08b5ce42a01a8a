"""One Xero organisation as the reconcile asks for it: its facts, and the kinds of things that it holds."""

import asyncio

from app.domain.organisation import Organisation
from app.xero.calls import XeroCalls
from app.xero.contacts import XeroSdkContacts
from app.xero.invoices import XeroSdkInvoices
from app.xero.organisation_from_xero import organisation_from_xero
from app.xero.payments import XeroSdkPayments


class XeroSdkOrganisation:
    """Bound to one connection; safe for several tasks."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls
        self.invoices = XeroSdkInvoices(calls)
        self.contacts = XeroSdkContacts(calls)
        self.payments = XeroSdkPayments(calls)

    async def fetch_organisation(self) -> Organisation:
        """Four calls, at once."""
        facts, accounts, tax_rates, currencies = await asyncio.gather(
            self._calls.fetch("get_organisations", "Organisations"),
            self._calls.fetch("get_accounts", "Accounts"),
            self._calls.fetch("get_tax_rates", "TaxRates"),
            self._calls.fetch("get_currencies", "Currencies"),
        )
        return organisation_from_xero(facts[0] if facts else {}, accounts, tax_rates, currencies)
