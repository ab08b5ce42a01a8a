"""An organisation as it is kept: it survives its keeping, and what older and newer versions kept is read."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

from app.db.connections.organisations import organisation_from_json, organisation_to_json
from app.domain.xero.organisation import (
    BrandingTheme,
    Organisation,
    PaymentTerms,
    TrackingCategory,
    TrackingOption,
)
from tests.unit.domain.samples import ORGANISATION

WHOLE = replace(
    ORGANISATION,
    period_lock_on=date(2026, 6, 30),
    year_lock_on=date(2025, 6, 30),
    tracking_categories=(TrackingCategory("c", "Region", "ACTIVE", (TrackingOption("o", "North"),)),),
    branding_themes=(BrandingTheme("t", "Plain"),),
    sales_terms=PaymentTerms(20, "OFFOLLOWINGMONTH"),
    actions={"CreateApprovedInvoice": False},
    plan_class="ULTRA",
    is_demo=True,
)
FIRST_KEPT: dict[str, Any] = {
    "name": "Wattle Plumbing",
    "country": "AU",
    "base_currency": "AUD",
    "short_code": None,
    "lock_on": "2026-06-30",
    "currencies": ["AUD"],
    "accounts": [
        {
            "account_id": "a", "code": "200", "name": "Sales", "type": "REVENUE", "account_class": "REVENUE",
            "status": "ACTIVE", "is_system": False, "takes_payments": False,
        }
    ],
    "tax_rates": [
        {"tax_type": "OUTPUT", "name": "GST", "rate": "10", "status": "ACTIVE", "applies_to_revenue": True}
    ],
}  # fmt: skip
"""As the first version kept it."""


def kept(organisation: Organisation) -> dict[str, Any]:
    """The JSON that is kept, as it comes back from the database."""
    return dict(json.loads(json.dumps(organisation_to_json(organisation))))


def test_an_organisation_survives_its_keeping() -> None:
    """With everything that it may have, and with as little as it may."""
    for organisation in (WHOLE, ORGANISATION, Organisation("x", "NZ", "NZD", None, ())):
        assert organisation_from_json(kept(organisation)) == organisation


def test_what_the_first_version_kept_is_read() -> None:
    """Facts that it did not know have their defaults; its one lock date binds everybody, which loses nothing."""
    read = organisation_from_json(FIRST_KEPT)
    assert (read.year_lock_on, read.period_lock_on) == (date(2026, 6, 30), None)
    assert read.lock_on == date(2026, 6, 30)
    assert (read.tracking_categories, read.branding_themes, read.sales_terms) == ((), (), None)
    assert (read.accounts[0].system, read.tax_rates[0].classes) == (None, None)
    assert organisation_from_json(FIRST_KEPT | {"lock_on": None}).lock_on is None


def test_what_a_newer_version_kept_is_passed_over() -> None:
    """A version that is rolled back finds facts that it does not know."""
    newer = kept(WHOLE) | {"a_new_fact": 1}
    newer["accounts"] = [account | {"a_new_fact": 1} for account in newer["accounts"]]
    assert organisation_from_json(newer) == WHOLE
