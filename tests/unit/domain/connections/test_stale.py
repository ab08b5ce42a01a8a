"""Stale mappings: named before they fail an invoice, each with what became of it and what to do."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.connections.settings import ConnectionSettings
from app.domain.connections.stale import list_new_problems, list_problems
from app.domain.xero.organisation import BrandingTheme, Organisation, TrackingCategory, TrackingOption
from tests.unit.domain.samples import BANK, ORGANISATION, account, tax_rate

NORTH = TrackingOption("o-n", "North")
REGION = TrackingCategory("c-r", "Region", "ACTIVE", (NORTH,))
FRESH = replace(ORGANISATION, tracking_categories=(REGION,), branding_themes=(BrandingTheme("t-1", "Plain"),))
CHOSEN = ConnectionSettings(
    revenue_accounts={"general": "id-200", "materials": "id-210"},
    taxes={"gst": "OUTPUT", "none": "EXEMPTOUTPUT", "nothing": "NONE"},
    payment_account_id="id-bank",
    payment_accounts={"card": "id-bank"},
    tracking={"c-r": "o-n"},
    branding_theme_id="t-1",
)


def with_account(which: str, **differing: Any) -> Organisation:
    """The organisation after that account changed."""
    others = tuple(each for each in FRESH.accounts if each.account_id != f"id-{which}")
    changed = account(**{"code": which, "account_id": f"id-{which}"} | differing)
    return replace(FRESH, accounts=(*others, changed))


def test_what_was_just_chosen_is_fresh() -> None:
    """Nothing is told of mappings that work, nor of Xero's NONE, which is in no list of rates."""
    assert list_problems(CHOSEN, FRESH) == ()
    assert list_problems(ConnectionSettings(), Organisation("x", "AU", "AUD", None, ())) == ()


@pytest.mark.parametrize(
    ("after", "setting", "code", "fact"),
    [
        (with_account("210", status="ARCHIVED"), "revenue_accounts.materials", "account_stale", "archived"),
        (
            with_account("210", account_class="EXPENSE"),
            "revenue_accounts.materials",
            "account_stale",
            "sales",
        ),
        (with_account("210", system="CISX"), "revenue_accounts.materials", "account_stale", "Construction"),
        (with_account("210", code=None), "revenue_accounts.materials", "account_stale", "no code"),
        (
            replace(FRESH, accounts=(account("200"), BANK)),
            "revenue_accounts.materials",
            "account_stale",
            "no such account",
        ),
        (
            replace(FRESH, tax_rates=(tax_rate("EXEMPTOUTPUT", "0"),)),
            "taxes.gst",
            "tax_stale",
            "no tax rate OUTPUT",
        ),
        (
            replace(FRESH, tax_rates=(tax_rate("OUTPUT", "10", status="DELETED"), FRESH.tax_rates[1])),
            "taxes.gst",
            "tax_stale",
            "deleted",
        ),
        (
            replace(
                FRESH, tax_rates=(tax_rate("OUTPUT", "10", applies_to_revenue=False), FRESH.tax_rates[1])
            ),
            "taxes.gst",
            "tax_stale",
            "no longer be used for sales",
        ),
        (replace(FRESH, tracking_categories=()), "tracking.c-r", "tracking_stale", "archived or gone"),
        (
            replace(FRESH, tracking_categories=(replace(REGION, options=()),)),
            "tracking.c-r",
            "tracking_stale",
            "category Region",
        ),
        (
            replace(
                FRESH, tracking_categories=(replace(REGION, options=(replace(NORTH, status="ARCHIVED"),)),)
            ),
            "tracking.c-r",
            "tracking_stale",
            "option North of Region",
        ),
        (replace(FRESH, branding_themes=()), "branding_theme", "branding_theme_stale", "theme is gone"),
    ],
)
def test_what_went_stale_is_named(after: Organisation, setting: str, code: str, fact: str) -> None:
    """By its setting, with the fact and a cure for people."""
    [problem] = list_problems(CHOSEN, after)
    assert (problem.setting, problem.code) == (setting, code)
    assert fact in problem.fact
    assert problem.cure.endswith(".")


def test_an_account_for_payments_that_takes_none_is_named_wherever_it_was_chosen() -> None:
    """For a method, and for all the others."""
    archived = replace(BANK, status="ARCHIVED")
    after = replace(FRESH, accounts=(account("200"), account("210"), archived))
    found = list_problems(CHOSEN, after)
    assert [problem.setting for problem in found] == ["payment_accounts.card", "payment_account"]


def test_accounts_for_credits_are_watched_too() -> None:
    """They need not be for sales, but active and with a code."""
    chosen = ConnectionSettings(credit_note_account_id="id-205", prepayment_account_id="id-400")
    assert [problem.setting for problem in list_problems(chosen, FRESH)] == ["credit_note_account"]


def test_a_fallback_item_that_is_gone_is_named() -> None:
    """Only where one was chosen."""
    chosen = ConnectionSettings(fallback_item="MISC")
    assert list_problems(chosen, FRESH) == ()
    [problem] = list_problems(chosen, FRESH, is_fallback_lost=True)
    assert (problem.setting, problem.value) == ("fallback_item", "MISC")
    assert list_problems(ConnectionSettings(), FRESH, is_fallback_lost=True) == ()


def test_only_what_is_new_is_told() -> None:
    """A problem that was there before was told before."""
    stale = with_account("210", status="ARCHIVED")
    worse = replace(stale, branding_themes=())
    assert [problem.setting for problem in list_new_problems(CHOSEN, FRESH, stale)] == [
        "revenue_accounts.materials"
    ]
    assert [problem.setting for problem in list_new_problems(CHOSEN, stale, worse)] == ["branding_theme"]
    assert list_new_problems(CHOSEN, worse, worse) == ()
    assert list_new_problems(CHOSEN, worse, FRESH) == ()
    assert list_new_problems(CHOSEN, None, stale) == ()


def test_an_edited_code_is_noted_and_is_no_problem() -> None:
    """Accounts are kept by id, so new lines simply carry the new code (FACTS 5)."""
    after = with_account("210", code="2100")
    assert list_problems(CHOSEN, after) == ()
    [note] = list_new_problems(CHOSEN, FRESH, after)
    assert (note.code, note.setting) == ("account_code_changed", "revenue_accounts.materials")
    assert "2100" in note.fact


def test_accounts_of_expenses_are_fresh_where_they_may_be_and_named_when_they_go() -> None:
    """Of a category that is no plain sales and of an item (E4, I11); their tax types too."""
    chosen = ConnectionSettings(
        revenue_accounts={"discount": "id-400"},
        item_accounts={"FEE": "id-400"},
        expense_taxes={"gst": "INPUT"},
    )
    assert list_problems(chosen, FRESH) == ()
    archived = with_account("400", status="ARCHIVED")
    assert [problem.setting for problem in list_problems(chosen, archived)] == [
        "revenue_accounts.discount",
        "item_accounts.FEE",
    ]
    taxes = replace(FRESH, tax_rates=(tax_rate("INPUT", "10", classes=("ASSET",)),))
    [problem] = list_problems(chosen, taxes)
    assert (problem.setting, problem.code) == ("expense_taxes.gst", "tax_stale")
    assert "accounts of expenses" in problem.fact
