"""What each of Xero's elements always says, beside invoices (`invoice_flaws`): one without it is no answer about it.

An id that is missing would be taken for an empty one, of which there is one at the most, and an amount for nothing.
"""

from collections.abc import Sequence

from app.domain.xero.part import Part
from app.errors import XeroUnavailable
from app.xero.invoice_flaws import is_id
from app.xero.json_values import Json, read_date, read_decimal, read_text

_LONGEST_NAME = 1000
"""More than any name of Xero's has, and less than an index of PostgreSQL takes."""

_IDS_OF_PARTS = {
    Part.ACCOUNTS: "AccountID",
    Part.CURRENCIES: "Code",
    Part.TRACKING: "TrackingCategoryID",
    Part.THEMES: "BrandingThemeID",
}
_NEVER_EMPTY = frozenset({Part.ORGANISATION, Part.ACCOUNTS, Part.TAX_RATES})


class Unreadable(XeroUnavailable):
    """An element lacks what it always has."""


def need_id(element: Json, *names: str) -> str:
    """The id by the first of these names that is there; raises `Unreadable`."""
    found = next((text for name in names if (text := read_text(element, name))), None)
    if found is None or not is_id(found):
        raise Unreadable(f"Xero showed something without its {names[0]}")
    return found


def need_name(element: Json, name: str) -> str:
    """A text that is not empty, and no longer than any of its kind; raises `Unreadable`."""
    text = read_text(element, name) or ""
    if not 0 < len(text) <= _LONGEST_NAME:
        raise Unreadable(f"Xero showed something without its {name}")
    return text


def need_amount(element: Json, name: str) -> None:
    """Raises `Unreadable` where that is no amount."""
    if read_decimal(element, name) is None:
        raise Unreadable(f"Xero showed something without its {name}")


def need_payment(element: Json) -> None:
    """Raises `Unreadable` for a payment without id, amount or day."""
    need_id(element, "PaymentID")
    need_amount(element, "Amount")
    if (read_date(element, "Date") or read_date(element, "DateString")) is None:
        raise Unreadable("Xero showed a payment without its Date")


def need_facts(part: Part, elements: Sequence[Json]) -> None:
    """Raises `Unreadable` for facts of an organisation that cannot be all of that part."""
    if not elements and part in _NEVER_EMPTY:
        raise Unreadable(f"Xero showed no {part.value.replace('_', ' ')}")
    for element in elements:
        _need_fact(part, element)


def list_readable(part: Part, elements: Sequence[Json]) -> list[Json]:
    """Those of a part that can be read, for who knows nothing yet: one odd tax rate is no reason to have none.

    Raises `Unreadable` where none is left of what every organisation has.
    """
    readable = [element for element in elements if _is_fact(part, element)]
    need_facts(part, readable)
    return readable


def _is_fact(part: Part, element: Json) -> bool:
    try:
        _need_fact(part, element)
    except Unreadable:
        return False
    return True


def _need_fact(part: Part, element: Json) -> None:
    if part in _IDS_OF_PARTS:
        need_id(element, _IDS_OF_PARTS[part])
    if part is Part.TAX_RATES:
        # A word, not an id: which characters it may have in every country is not known.
        need_name(element, "TaxType")
        need_amount(element, "EffectiveRate")
    if part is Part.ORGANISATION:
        need_name(element, "BaseCurrency")
