"""Etsy: receipts of Open API v3.

Calls (Etsy Open API v3 reference, OpenAPI 3.0.0, `getShopReceipts` and `getShopReceipt`): `min_last_modified`,
`min_created` (epoch seconds), `sort_on=updated`, `sort_order=asc`, `limit` of at most 100, `offset`. Every call has
`x-api-key: keystring:shared_secret` and a bearer token with the scope `transactions_r`. Receipts come with their
transactions and refunds. A receipt that was cancelled is listed too unless `was_canceled` says otherwise.

Tokens (Etsy Open API, "Authentication"): an access token lives an hour, a refresh token 90 days, and each answer brings
a new refresh token. In issue 353 of etsy/open-api the one of before went on working; Etsy does not promise that. If it
does not, and this process dies between the answer and keeping it, the business must let the app in again.

Not confirmed: that a refund moves `updated_timestamp`. Issues 339, 513 and 604 of etsy/open-api say that it did not. So
a receipt counts as changed at its newest refund too, and one that Etsy does not list is found when all is compared.

Webhooks (Etsy Open API, "Webhooks"): `order.paid`, `order.canceled`, `order.shipped` and `order.delivered`, of
commercial apps alone. Each address that is entered in the app's webhook portal hears of all shops of the app, and has a
signing secret of its own (`whsec_` and base64). `webhook-signature` has the base64 of HMAC-SHA256 over `webhook-id`,
`webhook-timestamp` and body, with full stops between them, behind `v1,`. The body has `shop_id`.
"""

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from app.shops import signing
from app.shops.fields import find_text
from app.shops.first_day import find_beginning
from app.shops.order import ShopOrder
from app.shops.own_tax import HOME_COUNTRY, OWN_TAX
from app.shops.platform import Answer, OrderPage, ShopCalls, ShopFailed, Unreadable
from app.shops.platforms.etsy.receipts import read_receipt
from app.shops.tokens import REFRESH_TOKEN, call_with_token
from app.shops.walk import Place

PAGE_SIZE = 100
REFRESH_LIVES = timedelta(days=90)
TOKEN_PATH = "/v3/public/oauth/token"  # noqa: S105 - where one is asked for


class Etsy:
    """Shops on Etsy. Their address is Etsy's API's: https://openapi.etsy.com."""

    name = "etsy"
    settles_in = timedelta(seconds=2)
    lag = timedelta(minutes=5)
    opened_by = (("shop_id", "keystring", "shared_secret", REFRESH_TOKEN),)
    understands = (OWN_TAX, HOME_COUNTRY)
    named_by = "shop_id"
    signs_webhooks = True

    def is_signed(self, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether a webhook is Etsy's own; no secret that is not base64 signs any."""
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except ValueError:
            return False
        return signing.is_signed(key, headers, body)

    def is_about(self, credentials: Mapping[str, str], body: bytes) -> bool:
        """Whether it is of this shop, or does not say of which: an address hears of all shops of the app."""
        try:
            told = json.loads(body)
        except ValueError:
            return True
        shop_id = find_text(told, "shop_id") if isinstance(told, dict) else None
        return shop_id is None or shop_id == credentials["shop_id"]

    async def list_orders(self, calls: ShopCalls, since: datetime | None, cursor: str | None) -> OrderPage:
        """A page of receipts, the oldest change first; raises `ShopFailed`."""
        place = Place.parse(cursor) if cursor else Place("" if since is None else str(int(since.timestamp())))
        asked = {
            "sort_on": "updated",
            "sort_order": "asc",
            "limit": str(PAGE_SIZE),
            "min_created": str(int(find_beginning(calls).timestamp())),
        }
        if place.since:
            asked["min_last_modified"] = place.since
        if place.page:
            asked["offset"] = str(place.page * PAGE_SIZE)
        answer = await self._get(calls, _path(calls), asked)
        receipts = _list_receipts(calls, answer)
        is_full = len(receipts) >= PAGE_SIZE
        return OrderPage(
            tuple(read_receipt(receipt, calls.zone, calls.credentials) for receipt in receipts),
            place.after(str(receipts[-1]["updated_timestamp"])).cursor if is_full else None,
            answer.at,
        )

    async def find_order(self, calls: ShopCalls, order_id: str) -> ShopOrder | Unreadable | None:
        """A receipt by its id, None where the shop has none; raises `ShopFailed`."""
        answer = await self._get(calls, f"{_path(calls)}/{quote(order_id, safe='')}", {})
        if answer.status == 404:
            return None
        if not _is_receipt(answer.body):
            raise ShopFailed(f"Etsy's receipt {order_id} is not of the form that it documents.")
        return read_receipt(answer.body, calls.zone, calls.credentials)

    async def _get(self, calls: ShopCalls, path: str, asked: Mapping[str, str]) -> Answer:
        async def grant(refresh_token: str) -> Answer:
            form = {
                "grant_type": "refresh_token",
                "client_id": calls.credentials["keystring"],
                "refresh_token": refresh_token,
            }
            return await calls.post(TOKEN_PATH, form=form)

        async def call(token: str) -> Answer:
            key = f"{calls.credentials['keystring']}:{calls.credentials['shared_secret']}"
            return await calls.get(path, asked, {"authorization": f"Bearer {token}", "x-api-key": key})

        return await call_with_token(calls, grant, call, REFRESH_LIVES)


ETSY = Etsy()


def _path(calls: ShopCalls) -> str:
    return f"/v3/application/shops/{calls.credentials['shop_id']}/receipts"


def _list_receipts(calls: ShopCalls, answer: Answer) -> list[Any]:
    if answer.status == 404:
        raise ShopFailed(
            f"Etsy has no shop {calls.credentials['shop_id']}. Give the shop's number, not its name."
        )
    receipts = answer.body.get("results") if isinstance(answer.body, dict) else None
    if not isinstance(receipts, list) or not all(_is_receipt(each) for each in receipts):
        raise ShopFailed("Etsy's list of receipts is not of the form that it documents.")
    return receipts


def _is_receipt(body: Any) -> bool:
    """Whether it can be named and told apart from what it was before."""
    names = ("receipt_id", "updated_timestamp")
    return isinstance(body, dict) and all(type(body.get(name)) is int for name in names)
