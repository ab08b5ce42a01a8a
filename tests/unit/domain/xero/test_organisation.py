"""The facts of an organisation: look-ups, and what fits what."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.domain.xero.organisation import DEFAULT_TAXES, Account
from tests.unit.domain.samples import BANK, ORGANISATION, account, tax_rate


def test_an_account_is_found_by_id_or_code() -> None:
    """Or not at all; an account without a code is found by its id alone."""
    assert ORGANISATION.find_account("id-200") == ORGANISATION.find_account("200") == account("200")
    assert ORGANISATION.find_account("id-bank") is BANK
    assert ORGANISATION.find_account("999") is None
    assert ORGANISATION.find_account("") is None


def test_an_id_comes_before_a_code() -> None:
    """A code may be any text, also another account's id."""
    impostor = account("id-200", account_id="id-odd")
    confusing = replace(ORGANISATION, accounts=(impostor, *ORGANISATION.accounts))
    assert confusing.find_account("id-200") == account("200")
    assert confusing.find_account("id-odd") == impostor


class Counted(Sequence[Account]):
    """Accounts that count how often one of them was looked at."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self.accounts = accounts
        self.looks = 0

    def __len__(self) -> int:
        return len(self.accounts)

    def __getitem__(self, at: Any) -> Any:
        self.looks += 1
        return self.accounts[at]


def test_a_chart_is_gone_through_once_however_many_lines_ask() -> None:
    """Each line of each invoice looks its account up, by its id or by its code."""
    chart = Counted([account(str(number)) for number in range(300)])
    organisation = replace(ORGANISATION, accounts=chart)
    for _ in range(10):
        for number in range(300):
            assert organisation.find_account(str(number)) == organisation.find_account(f"id-{number}")
    assert organisation.find_account("999") is None
    assert chart.looks <= 4 * len(chart)


def test_a_chart_that_was_read_anew_is_looked_up_anew() -> None:
    """The index is of one look at the organisation."""
    assert ORGANISATION.find_account("200") is not None
    assert replace(ORGANISATION, accounts=()).find_account("200") is None


def test_a_tax_rate_is_found_by_its_type() -> None:
    """Archived ones and those not for sales too: that they are unfit is said by name."""
    found = ORGANISATION.find_tax_rate("INPUT")
    assert found is not None
    assert not found.fits_sales
    assert ORGANISATION.find_tax_rate("TAX999") is None


def test_rates_are_percentages_and_none_is_zero() -> None:
    """Xero's NONE is in no list of rates."""
    assert ORGANISATION.rates() == {
        "OUTPUT": Decimal(10),
        "EXEMPTOUTPUT": Decimal(0),
        "INPUT": Decimal(10),
        "NONE": Decimal(0),
    }


@pytest.mark.parametrize(
    ("differing", "fits"),
    [
        ({}, True),
        ({"status": "ARCHIVED"}, False),
        ({"account_class": "EXPENSE"}, False),
        ({"is_system": True}, False),
        ({"code": None}, False),
        ({"type": "SALES"}, True),
    ],
)
def test_accounts_that_a_sales_line_may_have(differing: dict[str, Any], fits: bool) -> None:
    """Active revenue accounts with a code, none of the system's own."""
    assert replace(account("200"), **differing).fits_sales is fits


@pytest.mark.parametrize(
    ("differing", "fits"),
    [
        ({}, True),
        ({"status": "ARCHIVED"}, False),
        ({"type": "CURRENT"}, False),
        ({"type": "CURRENT", "takes_payments": True}, True),
    ],
)
def test_accounts_that_take_payments(differing: dict[str, Any], fits: bool) -> None:
    """Bank accounts, and those that are enabled for payments (FACTS 5)."""
    assert replace(BANK, **differing).fits_payments is fits


@pytest.mark.parametrize(
    ("differing", "fits"),
    [({}, True), ({"status": "DELETED"}, False), ({"applies_to_revenue": False}, False)],
)
def test_rates_that_a_sales_line_may_have(differing: dict[str, Any], fits: bool) -> None:
    """Active ones that may be used for revenue."""
    assert tax_rate("OUTPUT", "10", **differing).fits_sales is fits


@pytest.mark.parametrize(
    ("country", "word", "tax_type"),
    [
        ("AU", "gst", "OUTPUT"),
        ("NZ", "gst", "OUTPUT2"),
        ("GB", "vat", "OUTPUT2"),
        ("AU", "none", "EXEMPTOUTPUT"),
    ],
)
def test_a_country_has_its_own_words_and_rates(country: str, word: str, tax_type: str) -> None:
    """OUTPUT is another rate in every country (FACTS 4.4), so it is never assumed."""
    assert DEFAULT_TAXES[country][word] == tax_type
    assert all("none" in taxes for taxes in DEFAULT_TAXES.values())
