"""The facts of a Xero organisation that decisions need: its accounts, tax rates, currency and lock dates.

Read from Xero, kept and refreshed; these values carry no behaviour but look-up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
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

    @property
    def fits_sales(self) -> bool:
        """Fit for a sales invoice's lines: active, of class REVENUE, no system account, with a code."""
        return (
            self.status == "ACTIVE"
            and self.account_class == "REVENUE"
            and not self.is_system
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

    @property
    def fits_sales(self) -> bool:
        return self.status == "ACTIVE" and self.applies_to_revenue


@dataclass(frozen=True, slots=True)
class Organisation:
    """One Xero organisation. `lock_on` is the later of its two lock dates: nothing dated on or before it may move."""

    name: str
    country: str
    base_currency: str
    short_code: str | None
    lock_on: date | None
    currencies: Sequence[str]
    accounts: Sequence[Account] = field(default_factory=tuple)
    tax_rates: Sequence[TaxRate] = field(default_factory=tuple)

    def find_account(self, id_or_code: str) -> Account | None:
        """The account with that id or code, ids first, or None."""
        by_id = (account for account in self.accounts if account.account_id == id_or_code)
        by_code = (account for account in self.accounts if account.code == id_or_code)
        return next(by_id, None) or next(by_code, None)

    def find_tax_rate(self, tax_type: str) -> TaxRate | None:
        """The tax rate of that type, or None."""
        return next((rate for rate in self.tax_rates if rate.tax_type == tax_type), None)

    def rates(self) -> dict[str, Decimal]:
        """Percentage per tax type."""
        return {rate.tax_type: rate.rate for rate in self.tax_rates} | {"NONE": Decimal(0)}


DEFAULT_TAXES = {
    "AU": {"gst": "OUTPUT", "none": "EXEMPTOUTPUT"},
    "NZ": {"gst": "OUTPUT2", "none": "ZERORATED"},
    "GB": {"vat": "OUTPUT2", "vat_reduced": "RROUTPUT", "none": "ZERORATEDOUTPUT"},
}
"""The tax words that a new connection starts with, by country (FACTS 4.4); a partner may change them."""
