"""The facts of a Xero organisation that decisions need: accounts, tax rates, tracking, lock dates, what it allows.

Read from Xero, kept and refreshed; these values carry no behaviour but look-up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the chart; some bank accounts have no code (FACTS 5)."""

    account_id: str
    code: str | None
    name: str
    type: str
    account_class: str
    status: str
    is_system: bool
    takes_payments: bool
    system: str | None = None
    """Which system account it is, in Xero's word: DEBTORS, ROUNDING, CIS... (FACTS 5)."""
    former_codes: Sequence[str] = field(default=(), compare=False)
    """Codes that it had before, or that lines showed beside its id while it had another; the newest last."""

    @property
    def is_active(self) -> bool:
        return self.status == "ACTIVE"

    @property
    def is_for_cis(self) -> bool:
        """An account of the Construction Industry Scheme, which no line of ours may name (FACTS 4.4)."""
        return (self.system or "").startswith("CIS")

    @property
    def fits_sales(self) -> bool:
        """Fit for a sales invoice's lines: active, of class REVENUE, no system account, with a code."""
        return self.account_class == "REVENUE" and self.fits_lines

    @property
    def fits_lines(self) -> bool:
        """Fit for a line of a sales invoice at all, of whatever class: no bank, none of Xero's own, with a code."""
        return (
            self.is_active
            and self.type != "BANK"
            and not self.is_system
            and not self.is_for_cis
            and self.code is not None
        )

    @property
    def fits_payments(self) -> bool:
        """Fit to receive payments: a bank account, or one that is enabled for payments (FACTS 5)."""
        return self.status == "ACTIVE" and (self.type == "BANK" or self.takes_payments)


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A tax rate; `rate` is a percentage. `OUTPUT` means another rate in every country (FACTS 4.4)."""

    tax_type: str
    name: str
    rate: Decimal
    status: str
    applies_to_revenue: bool
    classes: Sequence[str] | None = None
    """The classes of accounts that it may be used with; None where Xero did not tell."""

    @property
    def fits_sales(self) -> bool:
        return self.status == "ACTIVE" and self.applies_to_revenue

    def fits(self, account: Account) -> bool:
        """Whether a line of that account may carry it; what Xero did not tell is believed to fit."""
        if account.account_class == "REVENUE":
            return self.fits_sales
        return self.fits_class(account.account_class)

    def fits_class(self, account_class: str) -> bool:
        """Whether lines on accounts of a class may carry it; what Xero did not tell is believed to fit."""
        return self.status == "ACTIVE" and (self.classes is None or account_class in self.classes)


@dataclass(frozen=True, slots=True)
class TrackingOption:
    """One option of a tracking category; `former_names` are those that it had before, the newest last."""

    option_id: str
    name: str
    status: str = "ACTIVE"
    former_names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class TrackingCategory:
    """A way to sort lines, with its options; two are active at most (FACTS 5). `former_names` as of an option."""

    category_id: str
    name: str
    status: str = "ACTIVE"
    options: Sequence[TrackingOption] = field(default_factory=tuple)
    former_names: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class BrandingTheme:
    """How an invoice looks."""

    theme_id: str
    name: str


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """When a sales invoice is due where nobody says: `type` is Xero's word for what `day` counts from."""

    day: int
    type: str


@dataclass(frozen=True, slots=True)
class Unread:
    """Of a part of the facts (`part`): since when Xero does not show it whole, and what is wrong, in words."""

    since: datetime
    reason: str


DEEP_LINK = "https://go.xero.com/app/{}/invoicing/view/{}"
"""Xero's page of an invoice, by the organisation's short code and the invoice's id (FACTS 5)."""

ITEMS_DEEP_LINK = (
    "https://go.xero.com/organisationlogin/default.aspx?shortcode={}&redirecturl=/Accounts/Inventory/"
)
"""Xero's page of all items, by the organisation's short code; it tells no address of a single one (FACTS 5)."""

APPROVE = "CreateApprovedInvoice"
USE_CURRENCIES = "UseMulticurrency"
PASS_PERIOD_LOCK = "ApproveTransactionsBeforePeriodLockDate"  # noqa: S105 - a name of Xero's, no password
"""Xero's names of what the plan, or the person who consented, allows (FACTS 5, Organisation)."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """One Xero organisation, as it was last read.

    Nothing dated on or before a lock date may move: `year_lock_on` binds everybody, `period_lock_on` all but advisers.
    `actions` is what Xero allows, by its names. `plan_class` (STARTER, PREMIUM ...) and `default_sales_tax` are Xero's
    words and may be new ones. `unread` says by part what Xero did not show so that it can be read: there stays what was
    known before.
    """

    name: str
    country: str
    base_currency: str
    short_code: str | None
    currencies: Sequence[str]
    accounts: Sequence[Account] = field(default_factory=tuple)
    tax_rates: Sequence[TaxRate] = field(default_factory=tuple)
    tracking_categories: Sequence[TrackingCategory] = field(default_factory=tuple)
    branding_themes: Sequence[BrandingTheme] = field(default_factory=tuple)
    sales_terms: PaymentTerms | None = None
    period_lock_on: date | None = None
    year_lock_on: date | None = None
    actions: Mapping[str, bool] = field(default_factory=dict)
    default_sales_tax: str | None = None
    plan_class: str | None = None
    version: str | None = None
    is_demo: bool = False
    unread: Mapping[str, Unread] = field(default_factory=dict, compare=False)
    _accounts_by: dict[str, Account] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The accounts by id and by code, built with the first that is looked for: lines ask by the thousand."""

    @property
    def lock_on(self) -> date | None:
        """The lock date that binds us: the later of the two, without the period's where an adviser gave consent."""
        period = None if self.actions.get(PASS_PERIOD_LOCK, False) else self.period_lock_on
        return max((lock for lock in (period, self.year_lock_on) if lock), default=None)

    def allows(self, action: str) -> bool:
        """Whether Xero allows an action; what it did not tell is believed to be allowed."""
        return self.actions.get(action, True)

    def takes_currency(self, currency: str | None) -> bool:
        """Whether documents may be in it: the organisation has it, and for any but its own the plan allows it."""
        return currency in self.currencies and (currency == self.base_currency or self.allows(USE_CURRENCIES))

    def address_of_invoice(self, xero_invoice_id: str) -> str | None:
        """Xero's page of an invoice; None while the organisation's short code is not known (FACTS 5)."""
        return DEEP_LINK.format(self.short_code, xero_invoice_id) if self.short_code else None

    @property
    def address_of_items(self) -> str | None:
        """Xero's page of all items; None while the organisation's short code is not known."""
        return ITEMS_DEEP_LINK.format(self.short_code) if self.short_code else None

    def find_tracking_category(self, category_id: str) -> TrackingCategory | None:
        """The tracking category of that id, or None."""
        return next((each for each in self.tracking_categories if each.category_id == category_id), None)

    def find_branding_theme(self, theme_id: str) -> BrandingTheme | None:
        """The branding theme of that id, or None."""
        return next((each for each in self.branding_themes if each.theme_id == theme_id), None)

    def find_account(self, id_or_code: str) -> Account | None:
        """The account with that id or code, ids first, or None."""
        known = self._accounts_by
        if not known:
            # Ids last, so that they win; of several with one code, the first.
            known |= {
                account.code: account for account in reversed(self.accounts) if account.code is not None
            }
            known |= {account.account_id: account for account in reversed(self.accounts)}
        return known.get(id_or_code)

    def codes_of_class(self, account_class: str) -> frozenset[str]:
        """The codes of the accounts of a class, in Xero's word (EXPENSE)."""
        return frozenset(a.code for a in self.accounts if a.code and a.account_class == account_class)

    def find_tax_rate(self, tax_type: str) -> TaxRate | None:
        """The tax rate of that type, or None."""
        return next((rate for rate in self.tax_rates if rate.tax_type == tax_type), None)

    def tracking_words(self, chosen: Mapping[str, str]) -> dict[str, str]:
        """The names, by which a line says it, of the chosen options: category id -> option id; gone ones left out."""
        return {
            category.name: option.name
            for category in self.tracking_categories
            for option in category.options
            if chosen.get(category.category_id) == option.option_id
            and category.status == option.status == "ACTIVE"
        }

    def rates(self) -> dict[str, Decimal]:
        """Percentage per tax type."""
        return {rate.tax_type: rate.rate for rate in self.tax_rates} | {"NONE": Decimal(0)}


DEFAULT_TAXES = {
    "AU": {"gst": "OUTPUT", "none": "EXEMPTOUTPUT"},
    "NZ": {"gst": "OUTPUT2", "none": "ZERORATED"},
    "GB": {"vat": "OUTPUT2", "vat_reduced": "RROUTPUT", "none": "ZERORATEDOUTPUT"},
}
"""The tax words that a new connection starts with, by country (FACTS 4.4); a partner may change them."""
