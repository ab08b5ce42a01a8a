"""Whose number an invoice has in Xero (FEATURES T16, N14).

    partner              the app's number is Xero's too, and either side may renumber both; a number that is taken holds
    xero                 the number is left out and Xero gives one of its own series
    partner_with_suffix  as `partner`, but a number that is taken becomes number-2, number-3 and so on in Xero

Where the two sides have numbers of their own, these are two words for one thing, like category and account, so that
neither side takes the other's for an edit: the record then holds Xero's under `xero_number`, which the projection to
Xero shows as its `number` (`sides.project`). An invoice whose app has no number shows Xero's, under every policy. Once
parted, numbers stay so; another policy is for invoices that Xero does not have yet.
"""

from collections.abc import Iterator
from enum import StrEnum

from app.domain.record.fields import Fields, Value
from app.domain.record.sides import XERO_NUMBER

LAST_SUFFIX = 9


class Numbering(StrEnum):
    """Whose number an invoice has in Xero."""

    PARTNER = "partner"
    XERO = "xero"
    PARTNER_WITH_SUFFIX = "partner_with_suffix"


def part_numbers(
    record: Fields, numbering: Numbering, held: str | None, *, is_in_xero: bool
) -> dict[str, Value]:
    """The record with Xero's number apart where the policy wants that; `held` is the number that Xero holds.

    Of an invoice that is in Xero already, only an app's renumbering under `xero` parts the two.
    """
    number, parted = record.get("number"), dict(record)
    if is_in_xero:
        if numbering is Numbering.XERO and number and held and number != held:
            parted.setdefault(XERO_NUMBER, held)
        return parted
    own = parted.pop(XERO_NUMBER, None)
    if numbering is Numbering.XERO and number:
        parted[XERO_NUMBER] = None
    elif numbering is Numbering.PARTNER_WITH_SUFFIX and own in list_suffixed(number):
        parted[XERO_NUMBER] = own
    return parted


def fold_number(number: str | None) -> str:
    """The form in which numbers are compared that Xero may take for one: it trims them, and letters in another case
    may be the same to it (its uniqueness is not documented to the letter, FACTS 4.3).
    """
    return (number or "").strip().casefold()


def list_suffixed(number: str | None) -> list[str]:
    """The numbers to try, in order, where this one is taken."""
    return list(_suffixed(number)) if number else []


def _suffixed(number: str) -> Iterator[str]:
    return (f"{number}-{suffix}" for suffix in range(2, LAST_SUFFIX + 1))


def next_free(number: str | None, taken: frozenset[str] | set[str], after: str | None = None) -> str | None:
    """The first number with a suffix that is not taken, past `after`; None when all have been tried."""
    names = list_suffixed(number)
    start = names.index(after) + 1 if after in names else 0
    return next((name for name in names[start:] if name not in taken), None)
