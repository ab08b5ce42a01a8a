"""Settings carried from one organisation to another, for a connection that was forked."""

import re
from dataclasses import replace
from decimal import Decimal

from app.domain.connections.carry_over import carry_over
from app.domain.connections.settings import ConnectionSettings
from app.domain.record.policy import ConflictPolicy
from app.domain.xero.organisation import (
    Account,
    BrandingTheme,
    Organisation,
    TaxRate,
    TrackingCategory,
    TrackingOption,
)


def account(account_id: str, code: str | None, name: str, kind: str = "REVENUE") -> Account:
    """An active account; a bank account takes payments."""
    account_class = "REVENUE" if kind == "REVENUE" else "ASSET"
    return Account(account_id, code, name, kind, account_class, "ACTIVE", False, False)


SOURCE = Organisation(
    name="Old Books",
    country="AU",
    base_currency="AUD",
    short_code=None,
    currencies=("AUD",),
    accounts=(
        account("old-sales", "200", "Sales"),
        account("old-labour", "210", "Labour"),
        account("old-costs", "400", "Costs", "EXPENSE"),
        account("old-bank", None, "Business account", "BANK"),
    ),
    tax_rates=(
        TaxRate("OUTPUT", "GST on Income", Decimal(10), "ACTIVE", True),
        TaxRate("INPUT", "GST on Expenses", Decimal(10), "ACTIVE", False),
    ),
    tracking_categories=(
        TrackingCategory("old-cat", "Region", options=(TrackingOption("old-opt", "North"),)),
    ),
    branding_themes=(BrandingTheme("old-theme", "Blue"),),
)
TARGET = replace(
    SOURCE,
    name="New Books",
    accounts=(
        account("new-sales", "200", "Income"),
        account("new-costs", "400", "Costs", "EXPENSE"),
        account("new-bank", None, "Business account", "BANK"),
    ),
    tracking_categories=(
        TrackingCategory("new-cat", "Region", options=(TrackingOption("new-opt", "North"),)),
    ),
    branding_themes=(BrandingTheme("new-theme", "Blue"),),
)
SETTINGS = ConnectionSettings(
    revenue_accounts={"general": "old-sales", "labour": "old-labour", "discount": "old-costs"},
    item_accounts={"TAP": "old-sales", "FEE": "old-costs"},
    expense_taxes={"gst": "INPUT", "none": "EXEMPTEXPENSES"},
    taxes={"gst": "OUTPUT"},
    payment_account_id="old-bank",
    payment_accounts={"card": "old-bank"},
    tracking={"old-cat": "old-opt"},
    branding_theme_id="old-theme",
    credit_note_account_id="old-sales",
    prepayment_account_id="old-labour",
    contact_groups={"trade": "old-group"},
    conflict_policy=ConflictPolicy.HOLD,
    due_days=14,
)


def test_accounts_are_found_by_code_and_bank_accounts_by_name() -> None:
    """Ids are another organisation's; what the new one lacks is left for the business to choose."""
    carried = carry_over(SETTINGS, SOURCE, TARGET)
    assert carried.revenue_accounts == {"general": "new-sales", "discount": "new-costs"}
    assert carried.item_accounts == {"TAP": "new-sales", "FEE": "new-costs"}
    assert carried.expense_taxes == {"gst": "INPUT"}
    assert carried.payment_account_id == "new-bank"
    assert carried.payment_accounts == {"card": "new-bank"}
    assert carried.tracking == {"new-cat": "new-opt"}
    assert carried.branding_theme_id == "new-theme"
    assert (carried.credit_note_account_id, carried.prepayment_account_id) == ("new-sales", None)


def test_no_id_of_the_old_organisation_is_left() -> None:
    """It would name something else, or nothing, in the new one."""
    chosen = {name for name, value in SETTINGS.to_json().items() if "old-" in str(value)}
    assert {
        name for name in SETTINGS.to_json() if re.search(r"accounts?(_id)?$|_id$|groups|tracking", name)
    } == chosen
    assert "old-" not in str(carry_over(SETTINGS, SOURCE, TARGET).to_json())


def test_what_names_nothing_of_the_organisation_stays_as_it_was() -> None:
    """Who wins a conflict and when an invoice is due were the business's choice."""
    carried = carry_over(SETTINGS, SOURCE, TARGET)
    assert (carried.conflict_policy, carried.due_days) == (ConflictPolicy.HOLD, 14)


def test_a_tax_that_another_country_lacks_becomes_its_own() -> None:
    """The app's words stay; what they mean is what is usual there."""
    abroad = replace(
        TARGET,
        country="NZ",
        tax_rates=(TaxRate("OUTPUT2", "15% GST on Income", Decimal(15), "ACTIVE", True),),
    )
    carried = carry_over(SETTINGS, SOURCE, abroad)
    assert carried.taxes["gst"] == "OUTPUT2"


def test_an_account_of_the_same_code_that_does_not_fit_is_not_chosen() -> None:
    """Code 200 of other books may be a bank charge."""
    unfit = replace(TARGET, accounts=(account("new-200", "200", "Cash", "BANK"),))
    assert carry_over(SETTINGS, SOURCE, unfit).revenue_accounts == {}
