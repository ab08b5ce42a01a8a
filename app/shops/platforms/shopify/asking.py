"""One question to a shop of Shopify: by which token it is asked, and what Shopify says in place of an answer.

Shopify answers 200 also where it refuses: `errors` tells. A question that is too dear as a whole is `TooDear`, since a
smaller one may do; everything else is the shop's failure, with a sentence for whoever must act. A token that ends after
a day is asked for anew when it is refused, once for a question.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.shops.fields import Json, find_amount, find_object, find_text, list_objects
from app.shops.platform import Answer, CredentialsRefused, ShopCalls, ShopFailed
from app.shops.platforms.shopify.queries import PATH

TOKEN_PATH = "/admin/oauth/access_token"  # noqa: S105 - a path
LONGEST_WAIT = 60
"""Seconds; a bucket of Shopify's is full again within a minute."""

_NO_GRANT = (400, 401, 403)
_NO_TOKEN = "Shopify gives no token for this client_id: its app must be installed in the shop."  # noqa: S105 - words


class TooDear(ShopFailed):
    """The question costs more than Shopify allows for one."""


@dataclass(frozen=True, slots=True)
class Told:
    """What Shopify answered, and its own clock when it did."""

    data: Json
    at: datetime


async def ask(calls: ShopCalls, question: str, **asked: Any) -> Told:
    """The answer to one question; raises `TooDear`, `ShopFailed`."""
    token, can_renew = calls.credentials.get("access_token"), _can_renew(calls)
    if not token and not can_renew:
        raise CredentialsRefused(
            "The shop has no access_token, and no client_id with its client_secret to get one by."
        )
    try:
        answer = await _post(calls, token or await _fetch_token(calls), question, asked)
    except CredentialsRefused:
        if not token or not can_renew:
            raise
        answer = await _post(calls, await _fetch_token(calls), question, asked)
    return _understand(answer)


async def _post(calls: ShopCalls, token: str, question: str, asked: Mapping[str, Any]) -> Answer:
    body = {"query": question, "variables": asked}
    return await calls.post(PATH, json=body, headers={"x-shopify-access-token": token})


def _understand(answer: Answer) -> Told:
    if answer.status == 404 or not isinstance(answer.body, Mapping):
        raise ShopFailed("There is no Shopify shop at this address; it ends in .myshopify.com.")
    errors = list_objects(answer.body, "errors")
    if errors:
        raise _find_failure(errors, answer.body)
    data = find_object(answer.body, "data")
    if not data:
        raise ShopFailed("Shopify answered without data and without an error.")
    return Told(data, answer.at)


def _find_failure(errors: list[Json], body: Json) -> ShopFailed:
    codes = {find_text(find_object(error, "extensions"), "code") for error in errors}
    said = find_text(errors[0], "message") or "no reason"
    if "THROTTLED" in codes:
        wait = _find_wait(find_object(find_object(body, "extensions"), "cost"))
        return ShopFailed("Shopify had too many questions. It is asked again later.", retry_after=wait)
    if "MAX_COST_EXCEEDED" in codes:
        return TooDear(f"Shopify finds the question too dear: {said}")
    if "ACCESS_DENIED" in codes:
        return CredentialsRefused(
            f"Shopify refuses what the app may not see: {said} Give it the scopes read_orders and read_customers,"
            " and access to protected customer data."
        )
    if "SHOP_INACTIVE" in codes:
        return ShopFailed("The shop is not active at Shopify.")
    return ShopFailed(f"Shopify refused the question: {said}")


def _find_wait(cost: Json) -> timedelta | None:
    """How long until the bucket has room for the question, None where Shopify does not say."""
    status = find_object(cost, "throttleStatus")
    wanted, has = find_amount(cost, "requestedQueryCost"), find_amount(status, "currentlyAvailable")
    rate = find_amount(status, "restoreRate")
    if wanted is None or has is None or not rate or rate <= 0:
        return None
    return timedelta(seconds=float(min(max((wanted - has) / rate, Decimal(1)), Decimal(LONGEST_WAIT))))


def _can_renew(calls: ShopCalls) -> bool:
    return bool(calls.credentials.get("client_id") and calls.credentials.get("client_secret"))


async def _fetch_token(calls: ShopCalls) -> str:
    """Another token, which is kept before it is used. It ends after a day, and nobody has to do anything about that."""
    known = calls.credentials
    asked = {
        "grant_type": "client_credentials",
        "client_id": known["client_id"],
        "client_secret": known["client_secret"],
    }
    try:
        answer = await calls.post(TOKEN_PATH, form=asked)
    except ShopFailed as failed:
        if failed.status not in _NO_GRANT:
            raise
        raise CredentialsRefused(f"{_NO_TOKEN} {failed}", status=failed.status) from None
    token = answer.body.get("access_token") if isinstance(answer.body, Mapping) else None
    if answer.status == 404 or not isinstance(token, str) or not token:
        raise CredentialsRefused(_NO_TOKEN, status=answer.status)
    await calls.renew({**known, "access_token": token}, None)
    return token
