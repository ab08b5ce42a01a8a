"""Which facts lift which holds: no link is looked at for a change that cannot lift its cause."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.xero.organisation import BrandingTheme, TrackingCategory, TrackingOption
from app.domain.xero.part import (
    EVERYTHING,
    FACT_CODES,
    Part,
    list_lifted,
    list_parts_behind,
    list_parts_of,
)
from tests.unit.domain.samples import ORGANISATION, account, tax_rate, xero_line


@pytest.mark.parametrize(
    ("facts", "lifted", "not_lifted"),
    [
        ({"period_lock_on": date(2026, 1, 1)}, {"locked_period"}, {"account_unusable", "plan_limit"}),
        ({"year_lock_on": date(2026, 1, 1)}, {"locked_period"}, {"currency_unknown"}),
        ({"accounts": (account("200"),)}, {"account_unusable", "tax_unusable"}, {"locked_period"}),
        ({"tax_rates": (tax_rate("OUTPUT", "15"),)}, {"tax_unusable", "total_differs"}, {"account_unusable"}),
        ({"currencies": ("AUD",)}, {"currency_unknown"}, {"plan_limit"}),
        ({"actions": {"CreateApprovedInvoice": True}}, {"plan_limit", "currency_unknown"}, {"tax_unusable"}),
        ({"branding_themes": (BrandingTheme("t", "x"),)}, set(), FACT_CODES),
        (
            {"tracking_categories": (TrackingCategory("c", "x"),)},
            {"tracking_unusable"},
            FACT_CODES - {"tracking_unusable"},
        ),
        ({}, set(), FACT_CODES),
    ],
)
def test_a_change_of_facts_lifts_what_it_can(
    facts: dict[str, Any], lifted: set[str], not_lifted: set[str]
) -> None:
    """And nothing else: each look that cannot help would be a call for nothing."""
    found = list_lifted(ORGANISATION, replace(ORGANISATION, **facts))
    assert lifted <= found
    assert not found & not_lifted


def test_what_was_never_known_may_lift_everything() -> None:
    """The first facts of a connection."""
    assert list_lifted(None, ORGANISATION) == FACT_CODES


@pytest.mark.parametrize(
    ("codes", "parts"),
    [
        ({"locked_period"}, {Part.ORGANISATION, Part.ACTIONS}),
        ({"account_unusable"}, {Part.ACCOUNTS}),
        ({"plan_limit", "number_taken"}, {Part.ACTIONS}),
        ({"number_taken", "conflict_held"}, set()),
        ({"tracking_unusable"}, {Part.TRACKING}),
        (FACT_CODES, EVERYTHING - {Part.THEMES}),
    ],
)
def test_only_the_parts_that_can_lift_a_hold_are_read_for_it(codes: set[str], parts: set[Part]) -> None:
    """One call each, so that an hourly look costs one or two."""
    assert list_parts_of(codes) == parts


@pytest.mark.parametrize(
    ("line", "held", "parts"),
    [
        ({}, {}, set()),
        ({"account": "215"}, {}, {Part.ACCOUNTS}),
        ({"account": "215"}, {"lines/l1/account": "215"}, set()),
        ({"account": "210", "account_id": "id-210"}, {}, set()),
        ({"account": "210", "account_id": "id-200"}, {"lines/l1/account": "210"}, {Part.ACCOUNTS}),
        ({"account": "id-bank", "account_id": "id-bank"}, {}, set()),
        ({"account": None, "tax_type": None}, {}, set()),
        ({"tax_type": "NONE"}, {}, set()),
        ({"tax_type": "TAX001"}, {}, {Part.TAX_RATES}),
        ({"tax_type": "TAX001"}, {"lines/l1/tax_type": "TAX001"}, set()),
        ({"account": "215", "tax_type": "TAX001"}, {}, {Part.ACCOUNTS, Part.TAX_RATES}),
    ],
)
def test_a_line_tells_which_facts_are_behind_it(
    line: dict[str, Any], held: dict[str, Any], parts: set[Part]
) -> None:
    """An account or a rate that nobody knows so; what was there before was asked about then, and is not again."""
    assert list_parts_behind(ORGANISATION, [xero_line("1", **line)], held) == parts


REGION = TrackingCategory("c", "Region", options=(TrackingOption("n", "North"), TrackingOption("s", "South")))


@pytest.mark.parametrize(
    ("shown", "ids", "held", "parts"),
    [
        ({}, {}, None, set()),
        ({"Region": "North"}, {"Region": ("c", "n")}, None, set()),
        ({"Region": "North"}, {}, None, set()),
        ({"Region": "South"}, {"Region": ("c", "n")}, {"Region": "South"}, {Part.TRACKING}),
        ({"Area": "North"}, {"Area": ("c", "n")}, {"Area": "North"}, {Part.TRACKING}),
        ({"Region": "West"}, {"Region": ("c", "w")}, None, {Part.TRACKING}),
        ({"Region": "West"}, {"Region": ("c", "w")}, {"Region": "West"}, set()),
        ({"Crew": "A"}, {"Crew": ("d", "a")}, {"Crew": "B"}, {Part.TRACKING}),
    ],
)
def test_a_line_tells_which_tracking_is_behind_it(
    shown: dict[str, str], ids: dict[str, tuple[str, str]], held: dict[str, str] | None, parts: set[Part]
) -> None:
    """An option under another name, or one that nobody knows; what was there before was asked about then."""
    organisation = replace(ORGANISATION, tracking_categories=(REGION,))
    line = xero_line("1", tracking=shown, tracking_ids=ids)
    known = {"lines/l1/tracking": held} if held else {}
    assert list_parts_behind(organisation, [line], known) == parts
