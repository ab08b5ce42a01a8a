"""Xero's filter language, as far as it is used."""

import pytest

from app.xero.where import find_equality, longest_plain_part


@pytest.mark.parametrize("name", ["Kim Tran", "O'Neill & Sons (VIC) + Co, 100%", "Zoë"])
def test_an_ordinary_name_is_asked_for_by_equality(name: str) -> None:
    """Only quotes and backslashes are special between double quotes."""
    assert find_equality("Name", name) == f'Name=="{name}"'


@pytest.mark.parametrize("name", ['Kim "Ace" Tran', "back\\slash"])
def test_a_name_that_the_language_cannot_say_is_not_asked_for_by_equality(name: str) -> None:
    """Xero takes no escape for a double quote: such a filter is a syntax error."""
    assert find_equality("Name", name) is None


@pytest.mark.parametrize(
    ("name", "part"),
    [('Kim "Ace" Tran', "Tran"), ('"Ace Plumbing"', "Ace Plumbing"), ("a\\bc", "bc"), ('"', "")],
)
def test_the_longest_part_without_quotes_is_searched_for(name: str, part: str) -> None:
    """A search for a part finds at least everything that has the whole."""
    assert longest_plain_part(name) == part
