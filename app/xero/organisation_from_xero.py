"""From Xero's JSON to the facts of an organisation: its accounts, tax rates, currencies and lock dates. Pure."""

from collections.abc import Sequence
from decimal import Decimal

from app.domain.organisation import Account, Organisation, TaxRate
from app.xero.json_values import Json, read_date, read_decimal, read_text

_REVENUE_TYPES = {"REVENUE", "SALES", "OTHERINCOME"}


def organisation_from_xero(
    facts: Json, accounts: Sequence[Json], tax_rates: Sequence[Json], currencies: Sequence[Json]
) -> Organisation:
    """The organisation from the elements of four reads; the later of its two lock dates binds (FACTS 5)."""
    locks = [
        lock for lock in (read_date(facts, "PeriodLockDate"), read_date(facts, "EndOfYearLockDate")) if lock
    ]
    return Organisation(
        name=read_text(facts, "Name") or "",
        country=read_text(facts, "CountryCode") or "",
        base_currency=read_text(facts, "BaseCurrency") or "",
        short_code=read_text(facts, "ShortCode"),
        lock_on=max(locks, default=None),
        currencies=tuple(code for code in (read_text(currency, "Code") for currency in currencies) if code),
        accounts=tuple(account_from_xero(account) for account in accounts),
        tax_rates=tuple(tax_rate_from_xero(rate) for rate in tax_rates),
    )


def account_from_xero(element: Json) -> Account:
    """An account; where Xero leaves the class out, the types that are revenue are known (FACTS 5)."""
    kind = read_text(element, "Type") or ""
    return Account(
        account_id=read_text(element, "AccountID") or "",
        code=read_text(element, "Code") or None,
        name=read_text(element, "Name") or "",
        type=kind,
        account_class=read_text(element, "Class") or ("REVENUE" if kind in _REVENUE_TYPES else ""),
        status=read_text(element, "Status") or "ACTIVE",
        is_system=bool(read_text(element, "SystemAccount")),
        takes_payments=element.get("EnablePaymentsToAccount") is True,
    )


def tax_rate_from_xero(element: Json) -> TaxRate:
    """A tax rate at its effective percentage, which is what Xero charges where components compound."""
    return TaxRate(
        tax_type=read_text(element, "TaxType") or "",
        name=read_text(element, "Name") or "",
        rate=read_decimal(element, "EffectiveRate") or Decimal(0),
        status=read_text(element, "Status") or "ACTIVE",
        applies_to_revenue=element.get("CanApplyToRevenue") is True,
    )
