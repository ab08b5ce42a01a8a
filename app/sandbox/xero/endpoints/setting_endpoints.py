"""What `accounting.settings` covers: the organisation, accounts, rates, tracking, themes. Read only."""

from collections.abc import Mapping

from starlette.responses import Response

from app.sandbox.xero.endpoints.ask import Ask
from app.sandbox.xero.forms.listing import select_rows
from app.sandbox.xero.forms.refusals import Missing
from app.sandbox.xero.forms.where import Getter, build_where, sort_rows

_ACCOUNTS: Mapping[str, Getter] = {
    "accountid": lambda row: row.account_id,
    "code": lambda row: row.code,
    "name": lambda row: row.name,
    "type": lambda row: row.kind,
    "class": lambda row: row.account_class,
    "status": lambda row: row.status,
    "systemaccount": lambda row: row.system,
    "taxtype": lambda row: row.tax_type,
    "enablepaymentstoaccount": lambda row: row.takes_payments,
    "updateddateutc": lambda row: row.updated_at,
}
_TAX_RATES: Mapping[str, Getter] = {
    "taxtype": lambda row: row.tax_type,
    "name": lambda row: row.name,
    "status": lambda row: row.status,
    "canapplytorevenue": lambda row: "REVENUE" in row.suits,
    "effectiverate": lambda row: row.rate,
}


def get_organisation(ask: Ask) -> Response:
    """GET /Organisation."""
    return ask.answer("Organisations", [ask.organisation.view()])


def list_actions(ask: Ask) -> Response:
    """GET /Organisation/Actions."""
    actions = ask.organisation.actions.items()
    return ask.answer(
        "Actions",
        [{"Name": name, "Status": "ALLOWED" if is_on else "NOT-ALLOWED"} for name, is_on in actions],
    )


def list_accounts(ask: Ask) -> Response:
    """GET /Accounts: one unpaged list."""
    rows = select_rows(
        ask.organisation.chart,
        ask.question,
        _ACCOUNTS,
        lambda row: row.updated_at,
        lambda row: (row.code, row.name),
    )
    return ask.answer("Accounts", [account.view() for account in rows])


def get_account(ask: Ask) -> Response:
    """GET /Accounts/{id}."""
    account = ask.organisation.chart.find(ask.key, None)
    if account is None:
        raise Missing
    return ask.answer("Accounts", [account.view()])


def list_tracking(ask: Ask) -> Response:
    """GET /TrackingCategories: archived ones only with `includeArchived`."""
    everything = ask.question.flag("includeArchived")
    rows = [row for row in ask.organisation.tracking if everything or row.status == "ACTIVE"]
    return ask.answer("TrackingCategories", [row.view() for row in rows])


def get_tracking(ask: Ask) -> Response:
    """GET /TrackingCategories/{id}."""
    category = ask.organisation.tracking.find(ask.key, None)
    if category is None:
        raise Missing
    return ask.answer("TrackingCategories", [category.view()])


def list_themes(ask: Ask) -> Response:
    """GET /BrandingThemes."""
    return ask.answer("BrandingThemes", [theme.view() for theme in ask.organisation.themes.values()])


def get_theme(ask: Ask) -> Response:
    """GET /BrandingThemes/{id}."""
    theme = ask.organisation.themes.get(ask.key.lower())
    if theme is None:
        raise Missing
    return ask.answer("BrandingThemes", [theme.view()])


def list_currencies(ask: Ask) -> Response:
    """GET /Currencies: those that the organisation has, its own among them."""
    codes = sorted(ask.organisation.currencies)
    return ask.answer("Currencies", [{"Code": code, "Description": code} for code in codes])


def list_tax_rates(ask: Ask) -> Response:
    """GET /TaxRates: one unpaged list."""
    predicate = build_where(ask.question.text("where"), _TAX_RATES)
    rows = [rate for rate in ask.organisation.tax_rates.values() if predicate(rate)]
    ordered = sort_rows(rows, ask.question.text("order"), _TAX_RATES, lambda row: row.name)
    return ask.answer("TaxRates", [rate.view() for rate in ordered])


def get_tax_rate(ask: Ask) -> Response:
    """GET /TaxRates/{TaxType}."""
    rate = ask.organisation.tax_rates.get(ask.key)
    if rate is None:
        raise Missing
    return ask.answer("TaxRates", [rate.view()])
