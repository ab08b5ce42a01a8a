"""What of an order BigCommerce tells by itself: products, taxes, coupons, transactions and refunds.

Each list is read to its end. Refunds are asked for many orders at once; everything else by order, and only where the
order says that there is something.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.shops.fields import Json, find_amount, find_object, find_text, has_amount, list_objects
from app.shops.platform import Answer, ShopCalls, ShopFailed

LONGEST_PAGE = 250
_MOST_PAGES = 40


@dataclass(frozen=True, slots=True)
class Parts:
    """An order's parts as BigCommerce has them."""

    products: Sequence[Json] = ()
    taxes: Sequence[Json] = ()
    coupons: Sequence[Json] = ()
    transactions: Sequence[Json] = ()
    refunds: Sequence[Json] = ()


async def get(calls: ShopCalls, path: str, params: Mapping[str, str] | None = None) -> Answer:
    """One call with the shop's token; raises `ShopFailed`."""
    headers = {"accept": "application/json", "x-auth-token": calls.credentials.get("access_token", "")}
    return await calls.get(path, params, headers)


async def fetch_parts(calls: ShopCalls, order: Json, refunds: Sequence[Json]) -> Parts:
    """The parts of an order that a shopper came to the end of; raises `ShopFailed`."""
    order_id = find_text(order, "id")
    below = f"/v2/orders/{order_id}"
    return Parts(
        products=await _fetch_list(calls, f"{below}/products"),
        taxes=await _fetch_list(calls, f"{below}/taxes", {"details": "true"})
        if has_amount(order, "total_tax")
        else (),
        coupons=await _fetch_list(calls, f"{below}/coupons") if has_amount(order, "coupon_discount") else (),
        transactions=_read_data(await get(calls, f"/v3/orders/{order_id}/transactions")),
        refunds=[each for each in refunds if find_text(each, "order_id") == order_id],
    )


async def fetch_refunds(calls: ShopCalls, order_ids: Sequence[str]) -> list[Json]:
    """The refunds of all these orders; raises `ShopFailed`."""
    found = list[Json]()
    if not order_ids:
        return found
    for page in range(1, _MOST_PAGES + 1):
        asked = {"order_id:in": ",".join(order_ids), "page": str(page), "limit": str(LONGEST_PAGE)}
        answer = await get(calls, "/v3/orders/payment_actions/refunds", asked)
        found += _read_data(answer)
        body = answer.body if isinstance(answer.body, Mapping) else {}
        pages = find_amount(find_object(find_object(body, "meta"), "pagination"), "total_pages")
        if page >= (pages or 1):
            return found
    raise ShopFailed("BigCommerce does not come to the end of the refunds.")


async def _fetch_list(calls: ShopCalls, path: str, asked: Mapping[str, str] | None = None) -> list[Json]:
    """A list of V2's: a page that is not full is the last."""
    found = list[Json]()
    for page in range(1, _MOST_PAGES + 1):
        params = {**(asked or {}), "page": str(page), "limit": str(LONGEST_PAGE)}
        shown = read_list((await get(calls, path, params)).body)
        found += shown
        if len(shown) < LONGEST_PAGE:
            return found
    raise ShopFailed(f"BigCommerce does not come to the end of {path}.")


def read_list(body: Any) -> list[Json]:
    """The objects of a list of V2's, which is nothing at all where there are none."""
    return [each for each in body if isinstance(each, Mapping)] if isinstance(body, list) else []


def _read_data(answer: Answer) -> list[Json]:
    body = answer.body if isinstance(answer.body, Mapping) and answer.status != 404 else {}
    return list_objects(body, "data")
