"""What of an order did not fit into one answer: the lines of a long order, and of a long refund, page after page.

Lists of which an order has a few, as shipping lines, are asked for five at a time. An order that
has more of them is unreadable, since what is left out would be missing from its sum.
"""

from collections.abc import Mapping
from typing import Any

from app.shops.fields import Json, find_object, find_text, list_objects
from app.shops.platform import OrderUnreadable, ShopCalls, ShopFailed
from app.shops.platforms.shopify.asking import ask
from app.shops.platforms.shopify.queries import MORE_LINES, MORE_REFUND_LINES

_MOST_PAGES = 100
_SHORT = ("refundShippingLines", "orderAdjustments", "transactions")


async def complete(calls: ShopCalls, order: Json) -> dict[str, Any]:
    """The order with all its lines, and its refunds with all theirs; raises `ShopFailed`."""
    whole = dict(order)
    whole["lineItems"] = await _complete(calls, order, "order", "lineItems", MORE_LINES)
    whole["refunds"] = [
        {
            **refund,
            "refundLineItems": await _complete(calls, refund, "refund", "refundLineItems", MORE_REFUND_LINES),
        }
        for refund in list_objects(order, "refunds")
    ]
    return whole


async def _complete(calls: ShopCalls, owner: Json, kind: str, name: str, question: str) -> Mapping[str, Any]:
    page = find_object(owner, name)
    nodes = list_objects(page, "nodes")
    for _ in range(_MOST_PAGES):
        info = find_object(page, "pageInfo")
        if not info.get("hasNextPage"):
            return {"nodes": nodes}
        told = await ask(calls, question, id=find_text(owner, "id"), after=find_text(info, "endCursor"))
        page = find_object(find_object(told.data, kind), name)
        nodes = nodes + list_objects(page, "nodes")
    raise ShopFailed(f"Shopify does not come to the end of the {name} of {find_text(owner, 'id')}.")


def check_short(order: Json) -> None:
    """Raise `OrderUnreadable` where one of the short lists is longer than it was asked for."""
    lists = [(order, "shippingLines")]
    lists += [(refund, name) for refund in list_objects(order, "refunds") for name in _SHORT]
    for owner, name in lists:
        if find_object(find_object(owner, name), "pageInfo").get("hasNextPage"):
            raise OrderUnreadable(f"It has more than five {name}, which is more than is read.")
