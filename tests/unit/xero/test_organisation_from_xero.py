"""The facts of an organisation, on Xero's own examples and on worse."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.domain.xero.organisation import (
    BrandingTheme,
    Organisation,
    PaymentTerms,
    TrackingCategory,
    TrackingOption,
)
from app.domain.xero.part import Part
from app.xero.failures import parse_json
from app.xero.organisation_from_xero import (
    NOTHING,
    account_from_xero,
    organisation_from_xero,
    tax_rate_from_xero,
)

EXAMPLES = Path(__file__).parents[4] / "shared" / "xero" / "examples"


def example(name: str, member: str) -> list[dict[str, Any]]:
    """The elements of one of Xero's published examples; the test is skipped where they are not at hand."""
    path = EXAMPLES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return list(parse_json(path.read_bytes())[member])


def read_organisation(parts: dict[Part, list[dict[str, Any]]]) -> Organisation:
    """The facts out of these elements, where nothing was known before."""
    return organisation_from_xero(NOTHING, parts)


def test_an_organisation_is_bound_by_the_later_of_its_locks() -> None:
    """Nothing dated on or before either lock date may move (FACTS 5)."""
    facts = example("Organisation_get_response_200", "Organisations")[0]
    later = facts | {"EndOfYearLockDate": "/Date(1577750400000+0000)/"}
    currencies: list[dict[str, Any]] = [{"Code": "NZD"}, {"Code": None}]
    organisation = read_organisation({Part.ORGANISATION: [later], Part.CURRENCIES: currencies})
    assert (organisation.lock_on, organisation.country, organisation.base_currency) == (
        date(2019, 12, 31),
        "NZ",
        "NZD",
    )
    assert (organisation.short_code, organisation.currencies) == ("!mBdtL", ("NZD",))


def test_an_organisation_without_locks_is_bound_by_none() -> None:
    """Xero leaves a lock date out when it is not set."""
    assert read_organisation({Part.ORGANISATION: [{"Name": "x"}]}).lock_on is None


def test_parts_that_were_not_read_stay_as_they_were_known() -> None:
    """Reading one part anew touches no other."""
    known = read_organisation({Part.ORGANISATION: [{"Name": "x"}], Part.CURRENCIES: [{"Code": "NZD"}]})
    again = organisation_from_xero(known, {Part.ORGANISATION: [{"Name": "y"}]})
    assert (again.name, again.currencies) == ("y", ("NZD",))


def test_beside_what_cannot_be_read_stays_what_was_known() -> None:
    """It may be any of those that are not among the rest; of two with one code, the one that was read has it."""
    before = [
        {"AccountID": "a", "Code": "200"},
        {"AccountID": "b", "Code": "210"},
        {"AccountID": "c", "Code": "220"},
    ]
    known = read_organisation({Part.ACCOUNTS: before, Part.CURRENCIES: [{"Code": "NZD"}, {"Code": "AUD"}]})
    moved = {Part.ACCOUNTS: [{"AccountID": "b", "Code": "200"}], Part.CURRENCIES: [{"Code": "AUD"}]}
    after = organisation_from_xero(known, moved, [Part.ACCOUNTS])
    assert [(each.account_id, each.code) for each in after.accounts] == [
        ("b", "200"),
        ("a", "200"),
        ("c", "220"),
    ]
    assert after.find_account("200") == after.find_account("b")
    assert after.currencies == ("AUD",)


def test_what_xero_allows_is_told_by_name() -> None:
    """A status that is new says nothing, and so forbids nothing."""
    said = {"A": "ALLOWED", "B": "NOT-ALLOWED", "C": "not-allowed", "D": "PERHAPS", "E": None}
    found = read_organisation({Part.ACTIONS: [{"Name": name, "Status": word} for name, word in said.items()]})
    assert dict(found.actions) == {"A": True, "B": False, "C": False}
    assert [found.allows(name) for name in "ABCDE"] == [True, False, False, True, True]


def test_tracking_and_themes_are_read() -> None:
    """With every option, archived ones among them: that they are unfit is said by name."""
    option = {"TrackingOptionID": "o-1", "Name": "North", "Status": "ARCHIVED"}
    category = {"TrackingCategoryID": "c-1", "Name": "Region", "Status": "ACTIVE", "Options": [option]}
    themes = [{"BrandingThemeID": "t-1", "Name": "Plain", "SortOrder": 0}]
    found = read_organisation({Part.TRACKING: [category, {}], Part.THEMES: themes})
    assert found.tracking_categories[0] == TrackingCategory(
        "c-1", "Region", "ACTIVE", (TrackingOption("o-1", "North", "ARCHIVED"),)
    )
    assert found.branding_themes == (BrandingTheme("t-1", "Plain"),)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"Sales": {"Day": 20, "Type": "OFFOLLOWINGMONTH"}}, PaymentTerms(20, "OFFOLLOWINGMONTH")),
        ({"Sales": {"Day": 7, "Type": "SOMETHINGNEW"}}, PaymentTerms(7, "SOMETHINGNEW")),
        ({"Bills": {"Day": 1, "Type": "DAYSAFTERBILLDATE"}}, None),
        ({}, None),
        (None, None),
    ],
)
def test_payment_terms_are_those_for_sales(terms: Any, expected: PaymentTerms | None) -> None:
    """Xero shows an empty object where none were chosen."""
    assert read_organisation({Part.ORGANISATION: [{"PaymentTerms": terms}]}).sales_terms == expected


def test_new_words_of_xero_break_nothing() -> None:
    """A plan, a version or a class of accounts that is new stays Xero's own word (FACTS 0.5)."""
    facts = {"Class": "ULTRA", "Version": "XX", "IsDemoCompany": True, "DefaultSalesTax": "Tax Whatever"}
    found = read_organisation(
        {Part.ORGANISATION: [facts], Part.ACCOUNTS: [{"Class": "NEW", "Type": "NEWER", "Status": "NEWEST"}]}
    )
    assert (found.plan_class, found.version, found.is_demo) == ("ULTRA", "XX", True)
    assert found.default_sales_tax == "Tax Whatever"
    assert not found.accounts[0].fits_sales


def test_a_system_account_is_known_by_its_system_name() -> None:
    """Its code may be any (FACTS 4.4)."""
    accounts = [{"Code": "860"}, {"Code": "861", "SystemAccount": "ROUNDING", "AccountID": "a-1"}]
    read = read_organisation({Part.ACCOUNTS: accounts}).accounts
    assert [(account.code, account.system) for account in read] == [("860", None), ("861", "ROUNDING")]


def test_a_tax_rate_knows_the_accounts_that_it_fits() -> None:
    """Where Xero tells; where it does not, nothing is forbidden but sales."""
    told = tax_rate_from_xero({"CanApplyToRevenue": False, "CanApplyToExpenses": True})
    silent = tax_rate_from_xero({"TaxType": "X"})
    cost = account_from_xero({"Class": "EXPENSE", "Type": "OVERHEADS"})
    asset = account_from_xero({"Class": "ASSET", "Type": "FIXED"})
    assert [told.fits(cost), told.fits(asset), silent.fits(asset)] == [True, False, True]


def test_accounts_fit_for_sales_and_for_payments_are_told_apart() -> None:
    """Where the class is left out, the type tells it."""
    bank, sales = map(account_from_xero, example("Accounts_get_response_200", "Accounts"))
    assert (bank.fits_sales, bank.fits_payments) == (False, True)
    assert (sales.fits_sales, sales.fits_payments) == (True, False)
    assert account_from_xero({"Type": "REVENUE", "SystemAccount": "A_NEW_ONE", "Code": "1"}).is_system


def test_tax_rates_say_whether_they_fit_sales() -> None:
    """Only a rate that may be applied to revenue fits a sales invoice."""
    rates = {
        rate.tax_type: rate
        for rate in map(tax_rate_from_xero, example("TaxRates_get_response_200", "TaxRates"))
    }
    assert (rates["OUTPUT2"].rate, rates["OUTPUT2"].fits_sales) == (Decimal("15.0"), True)
    assert not rates["INPUT2"].fits_sales
