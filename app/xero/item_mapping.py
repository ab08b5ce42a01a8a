"""Items from Xero's JSON and to it: a pure pair (FACTS 5, Items).

What is bought and what is in stock is the business's own: IsPurchased, QuantityOnHand and every purchase or asset
account are neither read nor sent, because saying them, even as they are, could wipe them.
"""

from collections.abc import Sequence
from decimal import Decimal

from app.domain.xero.xero_item import ItemWrite, XeroItem
from app.xero.always import need_id, need_name
from app.xero.json_values import EPOCH, Json, read_decimal, read_instant, read_object, read_text

_TEXTS = {"code": "Code", "name": "Name", "description": "Description"}
_SALE = {"unit_price": "UnitPrice", "account": "AccountCode", "tax_type": "TaxType"}


def item_from_xero(element: Json) -> XeroItem:
    """An item out of the list or of the answer to a write; raises `Unreadable` for one without id or code."""
    sale = read_object(element, "SalesDetails")
    return XeroItem(
        xero_item_id=need_id(element, "ItemID"),
        code=need_name(element, "Code"),
        name=read_text(element, "Name") or None,
        description=read_text(element, "Description") or None,
        unit_price=read_decimal(sale, "UnitPrice"),
        account=read_text(sale, "AccountCode") or None,
        tax_type=read_text(sale, "TaxType") or None,
        updated_at=read_instant(element, "UpdatedDateUTC") or EPOCH,
    )


def items_to_xero(writes: Sequence[ItemWrite]) -> Json:
    """The body of a PUT (all creates) or a POST (all updates)."""
    return {"Items": [item_to_xero(write) for write in writes]}


def item_to_xero(write: ItemWrite) -> Json:
    """One element with what is named, nothing more; a description of None clears it."""
    element: Json = {} if write.xero_item_id is None else {"ItemID": write.xero_item_id}
    element |= {xero: write.fields[ours] or "" for ours, xero in _TEXTS.items() if ours in write.fields}
    sale: Json = {
        xero: write.fields[ours] for ours, xero in _SALE.items() if write.fields.get(ours) is not None
    }
    if "UnitPrice" in sale:
        sale["UnitPrice"] = Decimal(sale["UnitPrice"])
    return element | {"SalesDetails": sale} if sale else element
