"""`/Items` and `/Items/{ItemID or Code}`: one unpaged list, PUT (create only), POST (create or update) (FACTS 5)."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from app.sandbox.xero.books.items import Item
from app.sandbox.xero.endpoints.ask import Ask, write_elements
from app.sandbox.xero.forms.answers import NO_ID
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.forms.listing import select_rows
from app.sandbox.xero.forms.refusals import Missing, PostDataInvalid
from app.sandbox.xero.forms.where import Getter
from app.sandbox.xero.writes.item_writes import create_item, save_item

_GETTERS: Mapping[str, Getter] = {
    "itemid": lambda row: row.item_id,
    "code": lambda row: row.code,
    "name": lambda row: row.name,
    "description": lambda row: row.description,
    "issold": lambda row: row.is_sold,
    "ispurchased": lambda row: row.is_purchased,
    "istrackedasinventory": lambda row: row.is_tracked,
    "salesdetails.unitprice": lambda row: row.sales.unit_price,
    "updateddateutc": lambda row: row.updated_at,
}


def list_items(ask: Ask) -> Response:
    """GET /Items."""
    rows = select_rows(
        ask.organisation.items,
        ask.question,
        _GETTERS,
        lambda item: item.updated_at,
        lambda item: item.item_id,
    )
    return ask.answer("Items", [item.view(ask.question.unit_places) for item in rows])


def get_item(ask: Ask) -> Response:
    """GET /Items/{id or code}."""
    return ask.answer("Items", [_get(ask).view(ask.question.unit_places)])


def put_items(ask: Ask) -> Response:
    """PUT /Items."""

    def write(element: Element) -> dict[str, Any]:
        return create_item(ask.organisation, element).view(ask.question.unit_places)

    return write_elements(ask, "Items", ask.read("Items", "Item"), write, _echo, None)


def post_items(ask: Ask) -> Response:
    """POST /Items."""
    return _post(ask, ask.read("Items", "Item"), None)


def post_item(ask: Ask) -> Response:
    """POST /Items/{id}."""
    item = _get(ask)
    elements = ask.read("Items", "Item")
    if len(elements) != 1:
        raise PostDataInvalid("Exactly one Item is expected.")
    return _post(ask, elements, item)


def _post(ask: Ask, elements: list[Element], item: Item | None) -> Response:
    def write(element: Element) -> dict[str, Any]:
        return save_item(ask.organisation, element, item).view(ask.question.unit_places)

    return write_elements(ask, "Items", elements, write, _echo, None)


def _get(ask: Ask) -> Item:
    found = ask.organisation.items.find(ask.key)
    if found is None:
        raise Missing
    return found


def _echo(element: Element) -> dict[str, Any]:
    """A refused item: its id, code and words."""
    names = ("Code", "Name", "Description")
    shown = {name: element.text(name) or "" for name in names if element.has(name)}
    return {"ItemID": element.text("ItemID") or NO_ID, **shown}
