"""One Xero organisation: its facts, its books, and the journal that all of them write through.

Holds state and finds things; the rules of writing are in the `*_writes` modules. Everything about one organisation
hangs here, so a sandbox may keep as many of them as it likes.
"""

from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from app.sandbox.xero.books.accounts import Chart
from app.sandbox.xero.books.behaviour import Behaviour
from app.sandbox.xero.books.contact_groups import GroupBook
from app.sandbox.xero.books.contacts import ContactBook
from app.sandbox.xero.books.credits import FAMILIES, CreditBook
from app.sandbox.xero.books.invoices import InvoiceBook
from app.sandbox.xero.books.items import ItemBook
from app.sandbox.xero.books.journal import Journal
from app.sandbox.xero.books.lines import LineBooks
from app.sandbox.xero.books.payments import PaymentBook
from app.sandbox.xero.books.taxrates import build_tax_rates
from app.sandbox.xero.books.themes import build_themes
from app.sandbox.xero.books.tracking import TrackingBook
from app.sandbox.xero.forms.clock import Clock
from app.sandbox.xero.forms.dates import net_date, net_instant_bare
from app.sandbox.xero.forms.listing import LastList

_ACTIONS = (
    "CreateApprovedInvoice",
    "CreateApprovedBill",
    "CreateDraftInvoice",
    "CreateDraftBill",
    "CreateInvoicePayment",
    "CreateRepeatingInvoice",
    "CreateRepeatingBill",
    "CreateSentQuote",
    "CreateDraftQuote",
    "CreateApprovedPurchaseOrder",
    "CreateDraftPurchaseOrder",
    "AttachFilesIntoInvoice",
    "UseMulticurrency",
)
_DAY_RATES = {"USD": Decimal("0.652"), "EUR": Decimal("0.601"), "GBP": Decimal("0.513")}
PLAN_LIMIT = "You have reached the limit of invoices you can approve"


@dataclass(frozen=True, slots=True)
class Country:
    """What differs between the countries in which an organisation can be."""

    currency: str
    version: str
    xero_zone: str
    zone: str
    year_end: tuple[int, int]
    """Day and month."""


COUNTRIES = {
    "AU": Country("AUD", "AU", "AUSEASTERNSTANDARDTIME", "Australia/Sydney", (30, 6)),
    "NZ": Country("NZD", "NZ", "NEWZEALANDSTANDARDTIME", "Pacific/Auckland", (31, 3)),
    "GB": Country("GBP", "UK", "GMTSTANDARDTIME", "Europe/London", (31, 3)),
}


class Organisation:
    """The state of one organisation (one tenant)."""

    def __init__(self, name: str, country: str, clock: Clock, base_currency: str | None = None) -> None:
        if country not in COUNTRIES:
            raise ValueError(f"country must be one of {', '.join(COUNTRIES)}, not {country}")
        self.tenant_id = str(uuid4())
        self.name = name
        self.country = country
        self.clock = clock
        self.place = COUNTRIES[country]
        self.base_currency = base_currency or self.place.currency
        self.currencies = {self.base_currency}
        self.short_code = f"!{uuid4().hex[:5]}"
        self.created_at: datetime = clock.now()
        self.period_lock_on: date | None = None
        self.year_lock_on: date | None = None
        self.behaviour = Behaviour()
        self.actions = {**dict.fromkeys(_ACTIONS, True), "ApproveTransactionsBeforePeriodLockDate": False}
        self.extra_facts: dict[str, Any] = {}
        self.journal = Journal()
        self.chart = Chart(country, self.created_at)
        self.tax_rates = build_tax_rates(country)
        self.items = ItemBook(self.journal)
        self.tracking = TrackingBook()
        self.line_books = LineBooks(self.chart, self.tax_rates, self.items, self.tracking, self.behaviour)
        self.themes = build_themes(self.created_at)
        self.groups = GroupBook(self.journal)
        self.notes: dict[str, list[tuple[datetime, str]]] = {}
        """History notes by the id of what they are about."""
        self.contacts = ContactBook(self.journal)
        self.invoices = InvoiceBook(self.journal)
        self.last_list = LastList()
        self.payments = PaymentBook(self.journal)
        self.credits = CreditBook(self.journal)

    def freeze(self) -> "Organisation":
        """The organisation as it is now, for good: what becomes of it later does not show."""
        shared = (self.clock, self.place, *FAMILIES)
        return deepcopy(self, {id(each): each for each in shared})

    def today(self) -> date:
        """The date where the organisation is: the default of a document's Date (FACTS 4.3)."""
        return self.clock.now().astimezone(ZoneInfo(self.place.zone)).date()

    def has_tax_rate(self, tax_type: str) -> bool:
        """Whether the tax rate exists and may be used."""
        rate = self.tax_rates.get(tax_type)
        return rate is not None and rate.status == "ACTIVE"

    def has_currency(self, code: str) -> bool:
        """Whether documents may be in this currency."""
        return code == self.base_currency or (self.actions["UseMulticurrency"] and code in self.currencies)

    def day_rate(self, currency: str) -> Decimal:
        """The day's exchange rate of another currency; made up, and the same every day."""
        return _DAY_RATES.get(currency, Decimal("0.5"))

    def theme_message(self, theme_id: str) -> str | None:
        """The refusal of a branding theme that does not exist, or None. The words are ours."""
        if not theme_id or theme_id.lower() in self.themes:
            return None
        return "The BrandingThemeID could not be found."

    def plan_message(self, is_sale: bool) -> str | None:
        """Xero's refusal of approving one more invoice or bill, or None (FACTS 4.8)."""
        is_allowed = self.actions["CreateApprovedInvoice" if is_sale else "CreateApprovedBill"]
        return None if is_allowed else PLAN_LIMIT

    def lock_message(self, on: date) -> str | None:
        """Xero's refusal of a document dated in a locked period, or None (FACTS 5, Organisation)."""
        # The period's lock does not bind advisers; the year's binds everybody.
        is_adviser = self.actions["ApproveTransactionsBeforePeriodLockDate"]
        period_lock_on = None if is_adviser else self.period_lock_on
        locks = (("period lock date", period_lock_on), ("end of year lock date", self.year_lock_on))
        for name, lock_on in locks:
            if lock_on and on <= lock_on:
                shown = f"{lock_on.day} {lock_on:%B %Y}"
                return f"The document date cannot be before the {name}, currently set at {shown}"
        return None

    def view(self) -> dict[str, Any]:
        """The organisation as the API shows it; lock dates only when set."""
        shown: dict[str, Any] = {
            "Name": self.name,
            "LegalName": self.name,
            "PaysTax": True,
            "Version": self.place.version,
            "OrganisationType": "COMPANY",
            "BaseCurrency": self.base_currency,
            "CountryCode": self.country,
            "IsDemoCompany": False,
            "OrganisationStatus": "ACTIVE",
            "FinancialYearEndDay": self.place.year_end[0],
            "FinancialYearEndMonth": self.place.year_end[1],
            "SalesTaxBasis": "ACCRUALS" if self.country == "AU" else "INVOICE",
            "SalesTaxPeriod": "QUARTERLY1" if self.country == "AU" else "TWOMONTHS",
            "DefaultSalesTax": "Tax Exclusive",
            "DefaultPurchasesTax": "Tax Inclusive",
        }
        for name, lock_on in (
            ("PeriodLockDate", self.period_lock_on),
            ("EndOfYearLockDate", self.year_lock_on),
        ):
            if lock_on:
                shown[name] = net_date(lock_on)
        shown |= {
            "CreatedDateUTC": net_instant_bare(self.created_at),
            "OrganisationEntityType": "COMPANY",
            "Timezone": self.place.xero_zone,
            "ShortCode": self.short_code,
            "OrganisationID": self.tenant_id,
            "Edition": "BUSINESS",
            "Class": "PREMIUM",
            "Addresses": [],
            "Phones": [],
            "ExternalLinks": [],
            "PaymentTerms": {},
        }
        return shown | self.extra_facts
