"""What a person changes in the settings of an organisation, as control addresses: accounts, items.

Nothing here tells an event: Xero has no webhook for settings, so an app finds a stale mapping by looking.
"""

from typing import Any

from starlette.requests import Request

from app.sandbox.xero.accounts import Account
from app.sandbox.xero.acting import PLACES, Act, read_wish
from app.sandbox.xero.control_answers import ControlError
from app.sandbox.xero.item_writes import create_item, save_item
from app.sandbox.xero.items import Item
from app.sandbox.xero.organisation import Organisation


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
    return organisation.chart.change(account, at, code=code, name=name).view()


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


ACTS: tuple[tuple[str, str, Act], ...] = (
    ("GET", "/accounts", _list_accounts),
    ("PATCH", "/accounts/{key}", _edit_account),
    ("POST", "/accounts/{key}/archive", _archive_account),
    ("POST", "/accounts/{key}/restore", _restore_account),
    ("GET", "/items", _list_items),
    ("POST", "/items", _write_item),
    ("PATCH", "/items/{key}", _edit_item),
    ("DELETE", "/items/{key}", _delete_item),
)
