"""The tax rates of each country are those of Xero's own table of defaults, with the accounts that each suits."""

import json
import re
from decimal import Decimal

import pytest

from app.sandbox.xero.books.organisation import COUNTRIES
from app.sandbox.xero.books.taxrates import build_tax_rates
from tests.sandbox.xero.specification import SPECIFICATION

TABLE = SPECIFICATION.parent / "default_tax_rates_by_country.json"
SALES = {
    "AU": {"OUTPUT": "10", "EXEMPTOUTPUT": "0", "EXEMPTEXPORT": "0", "INPUTTAXED": "0", "BASEXCLUDED": "0"},
    "NZ": {"OUTPUT2": "15", "ZERORATED": "0", "NONE": "0", "OUTPUT": "12.5"},
    "GB": {
        "OUTPUT2": "20", "RROUTPUT": "5", "ZERORATEDOUTPUT": "0", "EXEMPTOUTPUT": "0", "NONE": "0", "DRCHARGE20": "0",
        "DRCHARGE5": "0",
    },
}  # fmt: skip
"""The sales rates of FACTS 4.4, in percent; under a reverse charge the customer pays the tax, and the invoice none."""


@pytest.mark.parametrize("country", COUNTRIES)
def test_sales_rates_are_those_of_the_country(country: str) -> None:
    """`OUTPUT` means another rate in each; all of these may be used on revenue accounts."""
    rates = build_tax_rates(country)
    assert {name: rates[name].rate for name in SALES[country]} == {
        name: Decimal(percent) for name, percent in SALES[country].items()
    }
    assert all("REVENUE" in rates[name].suits for name in SALES[country])


@pytest.mark.skipif(
    not TABLE.exists(), reason="Xero's table of default tax rates is not beside the repository"
)
@pytest.mark.parametrize("country", COUNTRIES)
def test_every_default_rate_is_there_and_no_other(country: str) -> None:
    """By type, by name, by the five kinds of account.

    The names of New Zealand's carry their percentage, as in the specification's example and unlike in the table.
    """
    ours = {rate.tax_type: rate.view() for rate in build_tax_rates(country).values()}
    theirs = {row["TaxType"]: row for row in json.loads(TABLE.read_text())[country]}
    assert ours.keys() == theirs.keys()
    for tax_type, row in theirs.items():
        shown = {**ours[tax_type], "Name": _bare(ours[tax_type]["Name"])}
        assert {name: shown[name] for name in row} == {**row, "Name": _bare(row["Name"])}


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_percentage_in_a_name_is_the_rate(country: str) -> None:
    """Names that lead with one say what is charged."""
    for rate in build_tax_rates(country).values():
        found = re.match(r"([0-9.]+)%", rate.name)
        assert found is None or Decimal(found[1]) == rate.rate


def _bare(name: str) -> str:
    return re.sub(r"^[0-9.]+% (?=GST)", "", name)
