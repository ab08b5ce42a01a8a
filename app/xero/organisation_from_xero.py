"""From Xero's JSON to the facts of an organisation: what it is, what it has to choose from, what it allows. Pure.

Tolerant like `from_xero`: words that are new stay Xero's own, and what is missing is taken for the least it can mean.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from operator import attrgetter
from typing import Any

from app.domain.xero.former_codes import with_former_codes
from app.domain.xero.former_names import with_former_names
from app.domain.xero.organisation import (
    Account,
    BrandingTheme,
    Organisation,
    PaymentTerms,
    TaxRate,
    TrackingCategory,
    TrackingOption,
)
from app.domain.xero.part import Part
from app.xero.json_values import Json, read_date, read_decimal, read_object, read_objects, read_text

_REVENUE_TYPES = {"REVENUE", "SALES", "OTHERINCOME"}
_CLASSES = {
    "CanApplyToAssets": "ASSET",
    "CanApplyToEquity": "EQUITY",
    "CanApplyToExpenses": "EXPENSE",
    "CanApplyToLiabilities": "LIABILITY",
    "CanApplyToRevenue": "REVENUE",
}

Elements = Sequence[Json]

NOTHING = Organisation(name="", country="", base_currency="", short_code=None, currencies=())


_IDS: Mapping[str, Callable[[Any], str]] = {
    "accounts": attrgetter("account_id"),
    "tax_rates": attrgetter("tax_type"),
    "currencies": str,
    "tracking_categories": attrgetter("category_id"),
    "branding_themes": attrgetter("theme_id"),
}
"""What tells one of a list of facts from the others."""


def organisation_from_xero(
    known: Organisation, read: Mapping[Part, Elements], not_whole: Collection[Part] = ()
) -> Organisation:
    """What was known, with the parts that were read in place of the old ones. Of what is `not_whole`, because some of
    it could not be read, everything stays that was known and is not among the rest: it may be that.
    """
    found: dict[str, Any] = {}
    for part, elements in read.items():
        fresh = _read_part(part, elements)
        found |= _with_kept(known, fresh) if part in not_whole else fresh
    if Part.ACCOUNTS in read:
        found["accounts"] = with_former_codes(known.accounts, found["accounts"])
    if Part.TRACKING in read:
        tracked = with_former_names(known.tracking_categories, found["tracking_categories"])
        found["tracking_categories"] = tracked
    return replace(known, **found)


def _with_kept(known: Organisation, fresh: Mapping[str, Any]) -> dict[str, Any]:
    """The lists as they were read, and behind that what was known beside it."""
    whole: dict[str, Any] = {}
    for name, values in fresh.items():
        if name not in _IDS:
            whole[name] = values
            continue
        there = set(map(_IDS[name], values))
        kept = (each for each in getattr(known, name) if _IDS[name](each) not in there)
        whole[name] = (*values, *kept)
    return whole


def _read_part(part: Part, elements: Elements) -> dict[str, Any]:
    match part:
        case Part.ORGANISATION:
            return _read_facts(elements[0]) if elements else {}
        case Part.ACCOUNTS:
            return {"accounts": tuple(map(account_from_xero, elements))}
        case Part.TAX_RATES:
            return {"tax_rates": tuple(map(tax_rate_from_xero, elements))}
        case Part.CURRENCIES:
            codes = (read_text(currency, "Code") for currency in elements)
            return {"currencies": tuple(code for code in codes if code)}
        case Part.TRACKING:
            return {"tracking_categories": tuple(map(_tracking_from_xero, elements))}
        case Part.THEMES:
            return {"branding_themes": tuple(map(_theme_from_xero, elements))}
        case Part.ACTIONS:
            return {"actions": _read_actions(elements)}


def _read_facts(element: Json) -> dict[str, Any]:
    return {
        "name": read_text(element, "Name") or "",
        "country": read_text(element, "CountryCode") or "",
        "base_currency": read_text(element, "BaseCurrency") or "",
        "short_code": read_text(element, "ShortCode"),
        "period_lock_on": read_date(element, "PeriodLockDate"),
        "year_lock_on": read_date(element, "EndOfYearLockDate"),
        "sales_terms": _terms_from_xero(read_object(read_object(element, "PaymentTerms"), "Sales")),
        "default_sales_tax": read_text(element, "DefaultSalesTax"),
        "plan_class": read_text(element, "Class"),
        "version": read_text(element, "Version"),
        "is_demo": element.get("IsDemoCompany") is True,
    }


def _terms_from_xero(element: Json) -> PaymentTerms | None:
    """Xero shows an empty object where no terms were chosen."""
    day, kind = read_decimal(element, "Day"), read_text(element, "Type")
    return PaymentTerms(int(day), kind) if day is not None and kind else None


def account_from_xero(element: Json) -> Account:
    """An account; where Xero leaves the class out, the types that are revenue are known (FACTS 5)."""
    kind = read_text(element, "Type") or ""
    system = read_text(element, "SystemAccount") or None
    return Account(
        account_id=read_text(element, "AccountID") or "",
        code=read_text(element, "Code") or None,
        name=read_text(element, "Name") or "",
        type=kind,
        account_class=read_text(element, "Class") or ("REVENUE" if kind in _REVENUE_TYPES else ""),
        status=read_text(element, "Status") or "ACTIVE",
        is_system=system is not None,
        takes_payments=element.get("EnablePaymentsToAccount") is True,
        system=system,
    )


def tax_rate_from_xero(element: Json) -> TaxRate:
    """A tax rate at its effective percentage, which is what Xero charges where components compound."""
    return TaxRate(
        tax_type=read_text(element, "TaxType") or "",
        name=read_text(element, "Name") or "",
        rate=read_decimal(element, "EffectiveRate") or Decimal(0),
        status=read_text(element, "Status") or "ACTIVE",
        applies_to_revenue=element.get("CanApplyToRevenue") is True,
        classes=_read_classes(element),
    )


def _read_classes(element: Json) -> tuple[str, ...] | None:
    if not any(flag in element for flag in _CLASSES):
        return None
    return tuple(name for flag, name in _CLASSES.items() if element.get(flag) is True)


def _tracking_from_xero(element: Json) -> TrackingCategory:
    options = (
        TrackingOption(
            read_text(option, "TrackingOptionID") or "",
            read_text(option, "Name") or "",
            read_text(option, "Status") or "ACTIVE",
        )
        for option in read_objects(element, "Options")
    )
    return TrackingCategory(
        category_id=read_text(element, "TrackingCategoryID") or "",
        name=read_text(element, "Name") or "",
        status=read_text(element, "Status") or "ACTIVE",
        options=tuple(options),
    )


def _theme_from_xero(element: Json) -> BrandingTheme:
    return BrandingTheme(read_text(element, "BrandingThemeID") or "", read_text(element, "Name") or "")


def _read_actions(elements: Elements) -> dict[str, bool]:
    """What Xero allows, by name; a status that is neither of the two known ones says nothing."""
    words = {"ALLOWED": True, "NOT-ALLOWED": False}
    said = {
        read_text(each, "Name"): words.get((read_text(each, "Status") or "").upper()) for each in elements
    }
    return {name: is_allowed for name, is_allowed in said.items() if name and is_allowed is not None}
