"""WooCommerce: orders by its REST API, version 3, with a consumer key and secret.

Sources: the pages "Authentication", "Pagination", "Orders" and "Refunds" of WooCommerce REST API docs v3, and of
WooCommerce's own source the controllers of orders (`WC_REST_CRUD_Controller`, `WC_REST_Orders_V2_Controller`), the
class `WC_Webhook` and the function `wc_create_refund`.

- GET /wp-json/wc/v3/orders takes `modified_after`, `after` (both exclusive), `dates_are_gmt`, `orderby=modified`,
  `order`, `per_page` (100 at most) and `page`. `status` is `any` by default, which leaves out what is in the trash;
  by id an order in the trash is answered.
- Dates come in the shop's time zone and, under names that end in `_gmt`, in UTC without saying so, to the second. A
  refund, and a change of status, moves `date_modified`.
- `total` of an order is with tax and stays when something is refunded. A line has `total` and `total_tax` after
  discounts, `subtotal` and `subtotal_tax` before them. `refunds` names no day, so an order that has any costs one more
  call.
- A webhook carries the base64 of HMAC-SHA256 over its body in X-WC-Webhook-Signature. When a webhook is saved, its
  address is tried with the body `webhook_id=<number>`, unsigned.

An order is paid where it has `date_paid`: a gateway that takes the money sets it, and so does whoever completes an
order that is paid on delivery. One payment of the whole is told then; what was paid in parts by a plugin is not seen.

Not confirmed: that the trash moves `date_modified` where orders are in tables of their own; that the address of an
order's page in wp-admin leads on to it there; and which header a server in front of the shop adds as Date.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from app.shops.order import Customer, LineKind, OrderLine, OrderPayment, OrderRefund, OrderState, ShopOrder
from app.shops.platform import Answer, OrderPage, OrderUnreadable, ShopCalls, ShopFailed, Unreadable

ORDERS = "wp-json/wc/v3/orders"
PAGE_SIZE = 25
"""As many calls for refunds a page may cost."""

MOST_REFUNDS = 100
"""All that one page of refunds holds."""

A_SECOND = timedelta(seconds=1)
"""The tick of the shop's clock."""

UNPLACED = {"pending", "failed", "checkout-draft", "auto-draft", "draft"}
"""Waits for a payment without which the shop will not have it, or is not sent off yet."""

OVER = {"cancelled", "trash"}
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When an order changed that does not say it, which is told and stops no other."""

_PING = re.compile(rb"webhook_id=\d+")


class WooCommerce:
    """The platform; see the module."""

    name = "woocommerce"
    settles_in = A_SECOND
    lag = timedelta(0)
    required = ("consumer_key", "consumer_secret")
    signs_webhooks = True

    def is_signed(self, secret: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether a webhook is the shop's own."""
        digest = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
        return hmac.compare_digest(digest.encode(), headers.get("x-wc-webhook-signature", "").encode())

    def is_ping(self, body: bytes) -> bool:
        """Whether it only asks whether somebody listens, as a webhook does when it is saved; nobody signs that."""
        return _PING.fullmatch(body) is not None

    async def list_orders(self, calls: ShopCalls, since: datetime | None, cursor: str | None) -> OrderPage:
        """Orders by the instant of their last change.

        Pages go on from the last change that was seen, not by their number: an order that changes meanwhile leaves its
        place, and the one after it would be passed over. Only of orders that changed in one second, more than a page of
        them, the number counts.
        """
        after, page = _read_cursor(cursor) if cursor else (since and since - A_SECOND, 1)
        answer = await calls.get(ORDERS, _build_query(calls, after, page), _authorise(calls))
        found = _check_list(answer)
        orders = [await self._read(calls, one) for one in found]
        return OrderPage(tuple(orders), _find_next(orders, len(found), after, page), answer.at)

    async def find_order(self, calls: ShopCalls, order_id: str) -> ShopOrder | Unreadable | None:
        """One order, by its id."""
        if not order_id.isdigit():
            return None
        answer = await calls.get(f"{ORDERS}/{order_id}", {"dp": "4"}, _authorise(calls))
        if answer.status == 404:
            return None
        if not isinstance(answer.body, dict):
            raise ShopFailed("The shop's answer is no order.")
        return await self._read(calls, answer.body)

    async def _read(self, calls: ShopCalls, order: Mapping[str, Any]) -> ShopOrder | Unreadable:
        order_id, changed_at = str(order.get("id")), _NEVER
        try:
            changed_at = _read_utc(order["date_modified_gmt"]) or _NEVER
            refunds = await _fetch_refunds(calls, order_id) if order.get("refunds") else []
            return read_order(calls.address, order, refunds, changed_at)
        except OrderUnreadable as why:
            return Unreadable(order_id, str(order.get("number") or order_id), changed_at, str(why))
        except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
            reason = f"It is not as WooCommerce describes orders ({type(error).__name__}: {error})."
            return Unreadable(order_id, str(order.get("number") or order_id), changed_at, reason)


WOOCOMMERCE = WooCommerce()


# asking


def _authorise(calls: ShopCalls) -> dict[str, str]:
    said = f"{calls.credentials['consumer_key']}:{calls.credentials['consumer_secret']}"
    return {
        "authorization": f"Basic {base64.b64encode(said.encode()).decode()}",
        "accept": "application/json",
    }


def _build_query(calls: ShopCalls, after: datetime | None, page: int) -> dict[str, str]:
    # `after` leaves out the instant itself.
    first = datetime.combine(calls.orders_from, time(), calls.zone) - A_SECOND
    asked = {
        "after": _write_utc(first),
        "dates_are_gmt": "true",
        "orderby": "modified",
        "order": "asc",
        "per_page": str(PAGE_SIZE),
        "page": str(page),
        "dp": "4",
    }
    return asked | ({"modified_after": _write_utc(after)} if after else {})


def _check_list(answer: Answer) -> list[Mapping[str, Any]]:
    if answer.status == 404:
        raise ShopFailed(
            "There is no WooCommerce REST API at the address: is it the shop's own, with permalinks switched on?",
            status=404,
        )
    if not isinstance(answer.body, list) or not all(isinstance(one, dict) for one in answer.body):
        raise ShopFailed("The shop's answer is no list of orders.")
    return answer.body


def _find_next(
    orders: list[ShopOrder | Unreadable], count: int, after: datetime | None, page: int
) -> str | None:
    """Where the page after begins; None when this one was not full."""
    if count < PAGE_SIZE:
        return None
    last = max(one.changed_at for one in orders) - A_SECOND
    further = last.replace(microsecond=0)
    if after is None or further > after:
        return f"{further.isoformat()}|1"
    return f"{after.isoformat()}|{page + 1}"


def _read_cursor(cursor: str) -> tuple[datetime, int]:
    after, _, page = cursor.partition("|")
    return datetime.fromisoformat(after), int(page)


async def _fetch_refunds(calls: ShopCalls, order_id: str) -> list[Mapping[str, Any]]:
    asked = {"per_page": str(MOST_REFUNDS), "dp": "4"}
    answer = await calls.get(f"{ORDERS}/{order_id}/refunds", asked, _authorise(calls))
    if not isinstance(answer.body, list):
        raise ShopFailed(f"The refunds of order {order_id} are no list.")
    if len(answer.body) >= MOST_REFUNDS:
        raise OrderUnreadable(f"It has {MOST_REFUNDS} refunds or more.")
    return answer.body


# reading


def read_order(
    address: str, order: Mapping[str, Any], refunds: list[Mapping[str, Any]], changed_at: datetime
) -> ShopOrder:
    """An order out of its JSON and that of its refunds; raises `OrderUnreadable`, and what odd JSON raises."""
    placed_at = _read_utc(order["date_created_gmt"])
    if placed_at is None or changed_at is _NEVER:
        raise OrderUnreadable("It does not say when it was placed, or when it last changed.")
    paid_on = _read_day(order.get("date_paid"))
    return ShopOrder(
        id=str(order["id"]),
        number=str(order.get("number") or order["id"]),
        state=_find_state(order["status"], is_paid=paid_on is not None),
        placed_at=placed_at,
        placed_on=_read_day(order["date_created"]) or placed_at.date(),
        changed_at=changed_at,
        currency=order["currency"],
        total=Decimal(order["total"]),
        customer=_read_customer(order),
        lines=tuple(_read_lines(order)),
        payments=(_read_payment(order, paid_on),) if paid_on else (),
        refunds=tuple(_read_refund(one, is_paid=paid_on is not None) for one in refunds),
        note=order.get("customer_note") or None,
        url=f"{address}/wp-admin/post.php?post={order['id']}&action=edit",
    )


def _find_state(status: str, *, is_paid: bool) -> OrderState:
    """What was paid stays an invoice, whatever became of it; a status of a plugin's own is of an order like any."""
    if is_paid:
        return OrderState.PLACED
    if status in OVER:
        return OrderState.CANCELLED
    return OrderState.UNPLACED if status in UNPLACED else OrderState.PLACED


def _read_customer(order: Mapping[str, Any]) -> Customer:
    billing = order.get("billing") or {}
    person = " ".join(filter(None, (billing.get("first_name"), billing.get("last_name"))))
    customer_id = order.get("customer_id")
    return Customer(
        id=str(customer_id) if customer_id else None,
        name=billing.get("company") or person,
        email=billing.get("email") or None,
        phone=billing.get("phone") or None,
    )


def _read_lines(order: Mapping[str, Any]) -> Iterator[OrderLine]:
    """Products, shipping and fees; a fee below zero is a discount that somebody gave by hand."""
    taxes = {str(tax["rate_id"]): _name_tax(tax) for tax in order.get("tax_lines") or ()}
    for line in order.get("line_items") or ():
        amount, before = _with_tax(line, "total"), _with_tax(line, "subtotal")
        yield OrderLine(
            id=str(line["id"]),
            kind=LineKind.PRODUCT,
            title=line.get("name") or "",
            quantity=Decimal(str(line["quantity"])),
            amount=amount,
            discount=before - amount,
            tax=_join_taxes(line, taxes),
            sku=line.get("sku") or None,
        )
    for name, kind in (("shipping_lines", LineKind.SHIPPING), ("fee_lines", LineKind.FEE)):
        for line in order.get(name) or ():
            title = line.get("method_title") if kind is LineKind.SHIPPING else line.get("name")
            amount = _with_tax(line, "total")
            yield OrderLine(
                id=str(line["id"]),
                kind=kind,
                title=title or kind.value.capitalize(),
                quantity=Decimal(1),
                amount=amount,
                tax=_join_taxes(line, taxes),
            )


def _with_tax(line: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(str(line[name])) + Decimal(str(line.get(f"{name}_tax") or 0))


def _name_tax(tax: Mapping[str, Any]) -> str:
    """The label, with its rate where the label does not say one: rates of one label are two taxes."""
    label, rate = str(tax.get("label") or tax.get("rate_code") or "Tax"), tax.get("rate_percent")
    if rate is None or any(sign.isdigit() for sign in label):
        return label
    return f"{label} {Decimal(str(rate)).normalize():f}%"


def _join_taxes(line: Mapping[str, Any], taxes: Mapping[str, str]) -> str | None:
    named = {
        taxes.get(str(tax["id"]), f"Tax {tax['id']}")
        for tax in line.get("taxes") or ()
        if tax.get("total") not in (None, "") and Decimal(str(tax["total"]))
    }
    return " + ".join(sorted(named)) or None


def _read_payment(order: Mapping[str, Any], paid_on: date) -> OrderPayment:
    return OrderPayment("paid", Decimal(order["total"]), paid_on, order.get("payment_method") or None)


def _read_refund(refund: Mapping[str, Any], *, is_paid: bool) -> OrderRefund:
    """Where nothing was paid it only lowers what is owed. A refund made by hand went back too, by another way."""
    amount, made_on = abs(Decimal(str(refund["amount"]))), _read_day(refund["date_created"])
    if made_on is None:
        raise OrderUnreadable(f"Its refund {refund['id']} does not say when it was made.")
    return OrderRefund(
        id=str(refund["id"]),
        amount=amount,
        repaid=amount if is_paid else Decimal(0),
        refunded_on=made_on,
        reason=refund.get("reason") or None,
    )


def _read_utc(text: str | None) -> datetime | None:
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _read_day(text: str | None) -> date | None:
    return datetime.fromisoformat(text).date() if text else None


def _write_utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
