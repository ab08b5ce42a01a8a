"""An order of Magento as an order (Adobe Commerce REST schemas `sales-data-order-interface` and those it names).

Every amount is the one of `base_…`: a shop shows prices in other currencies, and takes payments in its base currency
(Adobe Commerce guide, "Currency": the primary currency of online payment transactions).

What is paid for an item is what Magento's own pages show (`Tax/Block/Item/Price/Renderer`, `getBaseTotalAmount`): row
total, less discount, plus tax, plus the compensation for a discount that was taken off a price with tax in it. The same
holds for shipping. What it would have cost is `…_incl_tax`, and the difference is the discount with its tax. A fixed
product tax is a line of its own.

Of a configurable product the parent has the amounts; of a bundle with a price of its parts, the parts have them and the
parent shows their sum. So the parts are lines where any of them costs something, and the parent is otherwise.

Taxes have the titles of `item_applied_taxes`, shipping's too; without them, "Tax" and the percentage.

States (`Sales/Model/Order`): `pending_payment` and `payment_review` wait for a payment; `new` is placed, to be paid in
another way. An order on hold is as it was before. An invoice in state 2 is paid, a credit memo in state 2 refunded.

Adobe Commerce takes gift cards, store credit and reward points off `grand_total`; they are payments here. Not confirmed
on a shop of that edition: where its answers have these amounts; both the order and its `extension_attributes` are read.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

from app.domain.record.money import cents
from app.shops.attempt import try_order
from app.shops.order import Customer, LineKind, OrderLine, OrderPayment, OrderRefund, OrderState, ShopOrder
from app.shops.platform import Unreadable

WAITS_FOR_PAYMENT = ("pending_payment", "payment_review")
PAID_INVOICE = 2
CANCELLED_MEMO = 3
REFUNDED_MEMO = 2

PAID_OTHERWISE = {
    "base_gift_cards_amount": "gift card",
    "base_customer_balance_amount": "store credit",
    "base_reward_currency_amount": "reward points",
}
WRAPPINGS = ("gw", "gw_items", "gw_card")


@dataclass(frozen=True, slots=True)
class Books:
    """What was paid and refunded of an order."""

    invoices: Sequence[Mapping[str, Any]]
    memos: Sequence[Mapping[str, Any]]


def read_order(order: Mapping[str, Any], books: Books, zone: tzinfo) -> ShopOrder | Unreadable:
    """The order, or why none can be made of it."""
    changed_at = _instant(order["updated_at"])
    return try_order(
        str(order["entity_id"]),
        order["increment_id"],
        changed_at,
        lambda: _build(order, books, changed_at, zone),
    )


def _build(order: Mapping[str, Any], books: Books, changed_at: datetime, zone: tzinfo) -> ShopOrder:
    placed_at = _instant(order["created_at"])
    payments = tuple(_read_payments(order, books, zone))
    return ShopOrder(
        id=str(order["entity_id"]),
        number=order["increment_id"],
        state=_find_state(order, payments),
        placed_at=placed_at,
        placed_on=placed_at.astimezone(zone).date(),
        changed_at=changed_at,
        currency=order["base_currency_code"],
        total=_amount(order, "base_grand_total") + sum(_otherwise(order).values(), Decimal(0)),
        customer=_read_customer(order),
        lines=tuple(_read_lines(order)),
        payments=payments,
        refunds=tuple(_read_refunds(order, books, payments, zone)),
        note=order.get("customer_note") or None,
    )


def _read_lines(order: Mapping[str, Any]) -> Iterator[OrderLine]:
    taxes = _read_taxes(order)
    parts = defaultdict[int, list[Mapping[str, Any]]](list)
    for item in order["items"]:
        if item.get("parent_item_id"):
            parts[item["parent_item_id"]].append(item)
    for item in order["items"]:
        if item.get("parent_item_id"):
            continue
        own = parts[item["item_id"]]
        if any(_list_price(part) for part in own):
            for part in own:
                yield from _read_item(part, taxes, [part["item_id"], item["item_id"]])
        else:
            yield from _read_item(item, taxes, [item["item_id"], *(part["item_id"] for part in own)])
    yield from _read_shipping(order, taxes)
    yield from _read_wrappings(order)


def _read_item(
    item: Mapping[str, Any], taxes: Mapping[int | None, str], named: Sequence[int]
) -> Iterator[OrderLine]:
    paid = _paid(
        item,
        "base_row_total",
        "base_discount_amount",
        "base_tax_amount",
        "base_discount_tax_compensation_amount",
    )
    word = next((taxes[item_id] for item_id in named if item_id in taxes), None)
    tax = (word or _percentage(item)) if _amount(item, "base_tax_amount") else None
    yield _build_line(
        str(item["item_id"]),
        LineKind.PRODUCT,
        item,
        paid,
        _list_price(item),
        tax,
        Decimal(str(item["qty_ordered"])),
    )
    fixed = _amount(item, "base_weee_tax_applied_row_amnt")
    if fixed:
        title = f"Product tax: {item['name']}"
        yield OrderLine(f"{item['item_id']}.weee", LineKind.FEE, title, Decimal(1), fixed)


def _build_line(
    line_id: str,
    kind: LineKind,
    item: Mapping[str, Any],
    paid: Decimal,
    listed: Decimal,
    tax: str | None,
    quantity: Decimal,
) -> OrderLine:
    # A cent more paid than listed is Magento's rounding of the tax, and no discount.
    discount = max(Decimal(0), listed - paid)
    return OrderLine(line_id, kind, item["name"], quantity, paid, discount, tax, item.get("sku") or None)


def _list_price(item: Mapping[str, Any]) -> Decimal:
    if item.get("base_row_total_incl_tax") is not None:
        return _amount(item, "base_row_total_incl_tax")
    return cents(_exact(item, "base_row_total") + _exact(item, "base_tax_amount"))


def _read_shipping(order: Mapping[str, Any], taxes: Mapping[int | None, str]) -> Iterator[OrderLine]:
    paid = _paid(
        order,
        "base_shipping_amount",
        "base_shipping_discount_amount",
        "base_shipping_tax_amount",
        "base_shipping_discount_tax_compensation_amnt",
    )
    listed = max(_amount(order, "base_shipping_incl_tax"), paid)
    if listed:
        tax = taxes.get(None, "Tax") if _amount(order, "base_shipping_tax_amount") else None
        named = {"name": order.get("shipping_description") or "Shipping"}
        yield _build_line("shipping", LineKind.SHIPPING, named, paid, listed, tax, Decimal(1))


def _read_wrappings(order: Mapping[str, Any]) -> Iterator[OrderLine]:
    """Adobe Commerce: of the order, of its items, and a card."""
    for prefix in WRAPPINGS:
        amount = _extra(order, f"{prefix}_base_price") + _extra(order, f"{prefix}_base_tax_amount")
        if amount:
            yield OrderLine(prefix, LineKind.FEE, "Gift wrapping", Decimal(1), amount)


def _paid(holder: Mapping[str, Any], price: str, discount: str, tax: str, compensation: str) -> Decimal:
    """Rounded at the end, so that four places do not make a cent of discount."""
    return cents(
        _exact(holder, price)
        - abs(_exact(holder, discount))
        + _exact(holder, tax)
        + _exact(holder, compensation)
    )


def _read_taxes(order: Mapping[str, Any]) -> dict[int | None, str]:
    """The names of the taxes by item; of None, those of shipping."""
    told: dict[int | None, str] = {}
    for each in (order.get("extension_attributes") or {}).get("item_applied_taxes") or []:
        names = [tax.get("title") or tax["code"] for tax in each.get("applied_taxes") or []]
        if names and (each.get("item_id") or each.get("type") == "shipping"):
            told[each.get("item_id") or None] = " + ".join(sorted(names))[:64]
    return told


def _percentage(item: Mapping[str, Any]) -> str:
    percent = Decimal(str(item.get("tax_percent") or 0)).normalize()
    return f"Tax {percent:f}%" if percent else "Tax"


def _find_state(order: Mapping[str, Any], payments: Sequence[OrderPayment]) -> OrderState:
    state = order["state"]
    if state == "holded":
        state = order.get("hold_before_state") or "new"
    if state == "canceled" and not payments:
        return OrderState.CANCELLED
    return OrderState.UNPLACED if state in WAITS_FOR_PAYMENT else OrderState.PLACED


def _read_payments(order: Mapping[str, Any], books: Books, zone: tzinfo) -> Iterator[OrderPayment]:
    if order["state"] == "canceled" and not books.invoices:
        return  # What was taken off a gift card or a balance was put back.
    placed_on = _instant(order["created_at"]).astimezone(zone).date()
    for name, amount in _otherwise(order).items():
        word = PAID_OTHERWISE[name]
        yield OrderPayment(word.replace(" ", "-"), amount, placed_on, word)
    method = (order.get("payment") or {}).get("method") or None
    for invoice in books.invoices:
        amount = _amount(invoice, "base_grand_total")
        if invoice["state"] == PAID_INVOICE and amount:
            paid_on = _instant(invoice["created_at"]).astimezone(zone).date()
            yield OrderPayment(str(invoice["entity_id"]), amount, paid_on, method)


def _read_refunds(
    order: Mapping[str, Any], books: Books, payments: Sequence[OrderPayment], zone: tzinfo
) -> Iterator[OrderRefund]:
    for memo in books.memos:
        amount = _amount(memo, "base_grand_total")
        if memo.get("state") != CANCELLED_MEMO and amount:
            day = _instant(memo["created_at"]).astimezone(zone).date()
            repaid = amount if memo.get("state") == REFUNDED_MEMO else Decimal(0)
            yield OrderRefund(str(memo["entity_id"]), amount, repaid, day, memo.get("customer_note") or None)
    cancelled = _amount(order, "base_total_canceled")
    if cancelled and payments:
        # What was cancelled of an order of which the rest was paid. Magento does not say when.
        placed_on = _instant(order["created_at"]).astimezone(zone).date()
        yield OrderRefund("canceled", cancelled, Decimal(0), placed_on, "Cancelled")


def _otherwise(order: Mapping[str, Any]) -> dict[str, Decimal]:
    """What was paid in other ways than money, by field."""
    amounts = {name: _extra(order, name) for name in PAID_OTHERWISE}
    return {name: amount for name, amount in amounts.items() if amount}


def _read_customer(order: Mapping[str, Any]) -> Customer:
    address = order.get("billing_address") or {}
    person = [order.get("customer_firstname"), order.get("customer_lastname")]
    billed = [address.get("firstname"), address.get("lastname")]
    names = (address.get("company"), _join(person), _join(billed), order.get("customer_email"), "Guest")
    customer_id = order.get("customer_id")
    return Customer(
        id=str(customer_id) if customer_id else None,
        name=next(name for name in names if name),
        email=order.get("customer_email") or None,
        phone=address.get("telephone") or None,
    )


def _join(names: Sequence[str | None]) -> str:
    return " ".join(name for name in names if name)


def _extra(order: Mapping[str, Any], name: str) -> Decimal:
    """An amount of Adobe Commerce's own, which writes "" for none."""
    return _amount(order.get("extension_attributes") or {}, name) or _amount(order, name)


def _amount(holder: Mapping[str, Any], name: str) -> Decimal:
    """To the cent; nothing where it is not told."""
    return cents(_exact(holder, name))


def _exact(holder: Mapping[str, Any], name: str) -> Decimal:
    """With the four places that Magento keeps."""
    return Decimal(str(holder.get(name) or 0))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
