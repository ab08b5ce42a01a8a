"""One Xero organisation as the reconcile asks for it: its facts, and the kinds of things that it holds."""

import asyncio
from collections.abc import Collection

import structlog

from app.domain.xero.organisation import Organisation
from app.domain.xero.part import EVERYTHING, Part
from app.errors import RequestRefused
from app.xero.always import Unreadable, list_readable, need_facts
from app.xero.calls import XeroCalls
from app.xero.contacts import XeroSdkContacts
from app.xero.credits import XeroSdkCredits
from app.xero.invoices import XeroSdkInvoices
from app.xero.items import XeroSdkItems
from app.xero.json_values import Json
from app.xero.organisation_from_xero import NOTHING, organisation_from_xero
from app.xero.payments import XeroSdkPayments

log = structlog.get_logger(__name__)

_READS: dict[Part, tuple[str, str]] = {
    Part.ORGANISATION: ("get_organisations", "Organisations"),
    Part.ACCOUNTS: ("get_accounts", "Accounts"),
    Part.TAX_RATES: ("get_tax_rates", "TaxRates"),
    Part.CURRENCIES: ("get_currencies", "Currencies"),
    Part.TRACKING: ("get_tracking_categories", "TrackingCategories"),
    Part.THEMES: ("get_branding_themes", "BrandingThemes"),
    Part.ACTIONS: ("get_organisation_actions", "Actions"),
}
"""The SDK's operation for each part, and the member of the answer that holds its elements."""

_DISPENSABLE = frozenset({Part.TRACKING, Part.THEMES, Part.ACTIONS})
"""Where Xero refuses one of these the old facts stay: no invoice should wait for a look or a list of permissions."""


class XeroSdkOrganisation:
    """Bound to one connection; safe for several tasks."""

    def __init__(self, calls: XeroCalls) -> None:
        self._calls = calls
        self.invoices = XeroSdkInvoices(calls)
        self.contacts = XeroSdkContacts(calls)
        self.payments = XeroSdkPayments(calls)
        self.credits = XeroSdkCredits(calls)
        self.items = XeroSdkItems(calls)

    async def fetch_organisation(
        self, known: Organisation | None = None, parts: Collection[Part] = EVERYTHING
    ) -> Organisation:
        """One call for each part, at once, in the order of the parts: sets have none that is the same each time."""
        wanted = [part for part in Part if part in parts]
        reads = await asyncio.gather(*(self._fetch(part, is_known=known is not None) for part in wanted))
        read = {part: elements for part, elements in zip(wanted, reads, strict=True) if elements is not None}
        return organisation_from_xero(known or NOTHING, read)

    async def _fetch(self, part: Part, *, is_known: bool) -> list[Json] | None:
        """None where the old facts stay."""
        try:
            elements = await self._calls.fetch(*_READS[part])
        except RequestRefused as refusal:
            if part not in _DISPENSABLE:
                raise
            log.warning("facts_refused", part=part.value, reason=str(refusal))
            return None
        try:
            need_facts(part, elements)
        except Unreadable as unreadable:
            log.warning("facts_unreadable", part=part.value, reason=str(unreadable))
            return None if is_known or part in _DISPENSABLE else list_readable(part, elements)
        return elements
