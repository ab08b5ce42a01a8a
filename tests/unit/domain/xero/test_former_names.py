"""Which words of before mean the option that a line of Xero's is tracked under now."""

from dataclasses import replace

import pytest

from app.domain.xero.former_names import MOST, is_called_otherwise, with_former_names
from app.domain.xero.organisation import TrackingCategory, TrackingOption
from app.domain.xero.xero_invoice import XeroLine
from tests.unit.domain.samples import ORGANISATION


def region(category: str = "Region", **names: str) -> TrackingCategory:
    """A category with its options, by id."""
    return TrackingCategory("c", category, options=tuple(TrackingOption(*each) for each in names.items()))


def line(category: str, option: str, option_id: str) -> XeroLine:
    """A line that is tracked under one option."""
    plain = XeroLine("x", None, None, None, None, None, None, None)
    return replace(plain, tracking={category: option}, tracking_ids={category: ("c", option_id)})


SWAPPED = with_former_names((region(n="North", s="South"),), (region("Area", n="South", s="North"),))


@pytest.mark.parametrize(
    ("words", "shown", "is_same"),
    [
        ({"Region": "North"}, line("Area", "South", "n"), True),
        ({"Region": "South"}, line("Area", "North", "s"), True),
        ({"Area": "North"}, line("Area", "South", "n"), True),
        ({"Region": "West"}, line("Area", "South", "n"), False),
        ({"Other": "North"}, line("Area", "South", "n"), False),
        ({"Region": "North"}, line("Area", "South", "gone"), False),
        ({"Region": "North", "Other": "x"}, line("Area", "South", "n"), False),
        ({"Area": "South"}, line("Area", "South", "n"), False),
        ({}, line("Area", "South", "n"), False),
        ({"Region": "North"}, replace(line("Area", "South", "n"), tracking_ids={}), False),
    ],
)
def test_words_of_before_are_known_by_the_ids(words: dict[str, str], shown: XeroLine, is_same: bool) -> None:
    """Also where two options exchanged their names; what nothing is known of is another one."""
    organisation = replace(ORGANISATION, tracking_categories=SWAPPED)
    assert is_called_otherwise(words, shown, organisation) is is_same


def test_names_are_kept_in_their_order_and_not_for_ever() -> None:
    """A name that it has again is none of before."""
    known: tuple[TrackingCategory, ...] = (region(n="0"),)
    for number in range(1, MOST + 5):
        known = with_former_names(known, (region(n=str(number)),))
    assert list(known[0].options[0].former_names) == [str(number) for number in range(4, MOST + 4)]
    again = with_former_names(known, (region(n="7"),))
    assert "7" not in again[0].options[0].former_names
    assert with_former_names((), (region(n="0"),)) == (region(n="0"),)
