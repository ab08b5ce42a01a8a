"""One Xero organisation as the reconcile asks for it: its facts, and the kinds of things that it holds."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from app.clock import Clock
from app.domain.xero.organisation import Organisation, Unread
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

    def __init__(self, calls: XeroCalls, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock
        self.invoices = XeroSdkInvoices(calls)
        self.contacts = XeroSdkContacts(calls)
        self.payments = XeroSdkPayments(calls)
        self.credits = XeroSdkCredits(calls)
        self.items = XeroSdkItems(calls)

    async def fetch_organisation(
        self, known: Organisation | None = None, parts: Collection[Part] = EVERYTHING
    ) -> Organisation:
        """One call for each part, at once, in the order of the parts: sets have none that is the same each time.

        What of a part cannot be read stays as it was `known`, and `unread` says so; raises `XeroUnavailable` where that
        is nothing, and no organisation is without it.
        """
        wanted = [part for part in Part if part in parts]
        reads = await asyncio.gather(*(self._fetch(part, is_known=known is not None) for part in wanted))
        read = {part: each for part, each in zip(wanted, reads, strict=True) if each is not None}
        flaws = {part: each.flaw for part, each in read.items() if each.flaw is not None}
        elements = {part: each.elements for part, each in read.items() if each.elements is not None}
        organisation = organisation_from_xero(known or NOTHING, elements, flaws)
        return replace(organisation, unread=self._date(organisation.unread, read, flaws))

    def _date(
        self, before: Mapping[str, Unread], read: Collection[Part], flaws: Mapping[Part, str]
    ) -> dict[str, Unread]:
        """What is unread now: of parts that were not asked for, what was before."""
        others = {part: unread for part, unread in before.items() if part not in read}
        since = {part: before[part].since if part in before else self._clock.now() for part in flaws}
        return others | {part.value: Unread(since[part], flaw) for part, flaw in flaws.items()}

    async def _fetch(self, part: Part, *, is_known: bool) -> "_Read | None":
        """None where Xero refuses to show it."""
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
            return _read_the_rest(part, elements, str(unreadable), is_known=is_known)
        return _Read(elements)


@dataclass(frozen=True, slots=True)
class _Read:
    """What of a part could be read, if anything, and what is wrong with it."""

    elements: Sequence[Json] | None
    flaw: str | None = None


def _read_the_rest(part: Part, elements: Sequence[Json], flaw: str, *, is_known: bool) -> _Read:
    try:
        readable = list_readable(part, elements)
    except Unreadable:
        if not is_known and part not in _DISPENSABLE:
            raise
        return _Read(None, flaw)
    return _Read(readable, f"{flaw} ({len(elements) - len(readable)} of {len(elements)})")
