"""What a person changes in the settings of an organisation, as control addresses: accounts, items,
tax rates, tracking, themes, contact groups.

Nothing here tells an event: Xero has no webhook for settings, so an app finds a stale mapping by looking.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

from starlette.requests import Request

from app.sandbox.xero.books.accounts import Account
from app.sandbox.xero.books.items import Item, Terms
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.books.taxrates import add_tax_rate
from app.sandbox.xero.books.themes import BrandingTheme
from app.sandbox.xero.books.tracking import TrackingCategory
from app.sandbox.xero.controls.acting import PLACES, Act, read_wish
from app.sandbox.xero.controls.control_answers import ControlError
from app.sandbox.xero.writes.item_writes import create_item, save_item


def _account(request: Request, organisation: Organisation) -> Account:
    key = request.path_params["key"]
    found = organisation.chart.find(key, None) or organisation.chart.find(None, key)
    if found is None:
        raise ControlError("no such account", 404)
    return found


def _item(request: Request, organisation: Organisation) -> Item:
    found = organisation.items.find(request.path_params["key"])
    if found is None:
        raise ControlError("no such item", 404)
    return found


def _list_accounts(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    return {"Accounts": [account.view() for account in organisation.chart]}


def _edit_account(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    """A new Code or Name; the id stays."""
    account = _account(request, organisation)
    code, name = str(wish.get("Code", account.code)), str(wish.get("Name", account.name))
    holder = organisation.chart.find(None, code) if code else None
    if wish.keys() - {"Code", "Name"} or (holder is not None and holder is not account):
        raise ControlError("only Code and Name can be changed, and a Code only to one that is free")
    at = organisation.clock.stamp(account.updated_at)
    for item in organisation.items if code != account.code else ():
        organisation.items.save(replace(item, sales=_with_code(item.sales, account.code, code)))
    return organisation.chart.change(account, at, code=code, name=name).view()


def _with_code(terms: Terms, before: str, code: str) -> Terms:
    """An item is sold on an account, whatever its code."""
    return replace(terms, account_code=code) if before and terms.account_code == before else terms


def _archive_account(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    return _set_account_status(request, organisation, "ARCHIVED")


def _restore_account(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    return _set_account_status(request, organisation, "ACTIVE")


def _set_account_status(request: Request, organisation: Organisation, status: str) -> dict[str, Any]:
    account = _account(request, organisation)
    at = organisation.clock.stamp(account.updated_at)
    return organisation.chart.change(account, at, status=status).view()


def _list_items(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    return {"Items": [item.view(PLACES) for item in organisation.items]}


def _write_item(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    return create_item(organisation, read_wish(wish, "Item")).view(PLACES)


def _edit_item(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    item = _item(request, organisation)
    return save_item(organisation, read_wish(wish, "Item"), item).view(PLACES)


def _delete_item(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    item = _item(request, organisation)
    organisation.items.delete(item)
    return item.view(PLACES)


def _list_tax_rates(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    return {"TaxRates": [rate.view() for rate in organisation.tax_rates.values()]}


def _add_tax_rate(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    """A custom rate of `Rate` percent, named TAX001, TAX002 and so on, for any account."""
    name, rate = wish.get("Name"), wish.get("Rate")
    if not name or isinstance(rate, bool) or not isinstance(rate, int | Decimal):
        raise ControlError("a Name and a Rate in percent are needed")
    return add_tax_rate(organisation.tax_rates, str(name), Decimal(rate)).view()


def _edit_tax_rate(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    """Another `Name` or `Rate`; its tax type stays, and so does what was taxed by it."""
    rate, percent = organisation.tax_rates.get(request.path_params["key"]), wish.get("Rate")
    if rate is None:
        raise ControlError("no such tax rate", 404)
    if isinstance(percent, bool) or not isinstance(percent, int | Decimal | None):
        raise ControlError("a Rate is in percent")
    name, percent = str(wish.get("Name", rate.name)), rate.rate if percent is None else Decimal(percent)
    organisation.tax_rates[rate.tax_type] = replace(rate, name=name, rate=percent)
    return organisation.tax_rates[rate.tax_type].view()


def _delete_tax_rate(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    """It stays in the list with Status DELETED and may not be used."""
    rate = organisation.tax_rates.get(request.path_params["key"])
    if rate is None:
        raise ControlError("no such tax rate", 404)
    organisation.tax_rates[rate.tax_type] = replace(rate, status="DELETED")
    return organisation.tax_rates[rate.tax_type].view()


def _category(request: Request, organisation: Organisation) -> TrackingCategory:
    key = request.path_params["key"]
    found = organisation.tracking.find(key, None) or organisation.tracking.find(None, key)
    if found is None:
        raise ControlError("no such tracking category", 404)
    return found


def _tracked(change: Callable[[], TrackingCategory]) -> dict[str, Any]:
    try:
        return change().view()
    except ValueError as mistake:
        raise ControlError(str(mistake)) from mistake


def _add_category(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    """`Name` and `Options`, a list of names."""
    options = [str(name) for name in wish.get("Options", ())]
    return _tracked(lambda: organisation.tracking.add(str(wish.get("Name", "")), options))


def _add_options(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    category = _category(request, organisation)
    options = [str(name) for name in wish.get("Options", ())]
    return _tracked(lambda: organisation.tracking.add_options(category, options))


def _rename_tracking(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    """A new `Name` of the category, or of the `Option` of it that is named; the ids stay."""
    category, name = _category(request, organisation), str(wish.get("Name", ""))
    if wish.get("Option") is None:
        return _tracked(lambda: organisation.tracking.rename(category, name))
    option = category.find_option(None, str(wish["Option"]))
    if option is None:
        raise ControlError("no such tracking option", 404)
    return _tracked(lambda: organisation.tracking.rename_option(category, option, name))


def _set_tracking(status: str) -> Act:
    def act(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
        """The category, or the `Option` of it that is named."""
        category, name = _category(request, organisation), wish.get("Option")
        if name is None:
            return _tracked(lambda: organisation.tracking.set_status(category, status))
        option = category.find_option(None, str(name))
        if option is None:
            raise ControlError("no such tracking option", 404)
        return _tracked(lambda: organisation.tracking.set_option_status(category, option, status))

    return act


def _add_theme(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    name, count = str(wish.get("Name", "")), len(organisation.themes)
    made = BrandingTheme(str(uuid4()), name, count, organisation.clock.now())
    organisation.themes[made.theme_id] = made
    return made.view()


def _delete_theme(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    theme = organisation.themes.pop(request.path_params["key"].lower(), None)
    if theme is None:
        raise ControlError("no such branding theme", 404)
    return theme.view()


def _list_groups(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    """Every group with the ids of its contacts."""
    members = {
        group.group_id: [{"ContactID": each} for each in group.contact_ids] for group in organisation.groups
    }
    return {"ContactGroups": [group.view(members[group.group_id]) for group in organisation.groups]}


def _add_group(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    name = str(wish.get("Name", ""))
    if not name or organisation.groups.find(name):
        raise ControlError("a Name that is not taken is needed")
    return organisation.groups.add(name).view([])


ACTS: tuple[tuple[str, str, Act], ...] = (
    ("GET", "/accounts", _list_accounts),
    ("PATCH", "/accounts/{key}", _edit_account),
    ("POST", "/accounts/{key}/archive", _archive_account),
    ("POST", "/accounts/{key}/restore", _restore_account),
    ("GET", "/taxrates", _list_tax_rates),
    ("POST", "/taxrates", _add_tax_rate),
    ("PATCH", "/taxrates/{key}", _edit_tax_rate),
    ("DELETE", "/taxrates/{key}", _delete_tax_rate),
    ("POST", "/trackingcategories", _add_category),
    ("PATCH", "/trackingcategories/{key}", _rename_tracking),
    ("POST", "/trackingcategories/{key}/options", _add_options),
    ("POST", "/trackingcategories/{key}/archive", _set_tracking("ARCHIVED")),
    ("POST", "/trackingcategories/{key}/restore", _set_tracking("ACTIVE")),
    ("POST", "/brandingthemes", _add_theme),
    ("DELETE", "/brandingthemes/{key}", _delete_theme),
    ("GET", "/contactgroups", _list_groups),
    ("POST", "/contactgroups", _add_group),
    ("GET", "/items", _list_items),
    ("POST", "/items", _write_item),
    ("PATCH", "/items/{key}", _edit_item),
    ("DELETE", "/items/{key}", _delete_item),
)
