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
from datetime import date, datetime, tzinfo
from decimal import Decimal

from app.domain.record.money import cents
from app.shops.attempt import try_order
from app.shops.fields import (
    Json,
    find_amount,
    find_object,
    find_text,
    get_amount,
    get_instant,
    get_text,
    list_objects,
)
from app.shops.fitting import join_taxes, name_tax
from app.shops.order import Customer, LineKind, OrderLine, OrderPayment, OrderRefund, OrderState, ShopOrder
from app.shops.platform import Unreadable

WAITS_FOR_PAYMENT = ("pending_payment", "payment_review")
PAID_INVOICE, REFUNDED_MEMO, CANCELLED_MEMO = "2", "2", "3"

PAID_OTHERWISE = {
    "base_gift_cards_amount": "gift card",
    "base_customer_balance_amount": "store credit",
    "base_reward_currency_amount": "reward points",
}
WRAPPINGS = ("gw", "gw_items", "gw_card")


@dataclass(frozen=True, slots=True)
class Books:
    """What was paid and refunded of an order."""

    invoices: Sequence[Json]
    memos: Sequence[Json]


def read_order(order: Json, books: Books, zone: tzinfo) -> ShopOrder | Unreadable:
    """The order, or why none can be made of it."""
    order_id, changed_at = get_text(order, "entity_id"), get_instant(order, "updated_at")
    number = find_text(order, "increment_id") or order_id
    return try_order(order_id, number, changed_at, lambda: _build(order, books, changed_at, zone))


def _build(order: Json, books: Books, changed_at: datetime, zone: tzinfo) -> ShopOrder:
    placed_at = get_instant(order, "created_at")
    payments = tuple(_read_payments(order, books, zone))
    return ShopOrder(
        id=get_text(order, "entity_id"),
        number=get_text(order, "increment_id"),
        state=_find_state(order, payments),
        placed_at=placed_at,
        placed_on=placed_at.astimezone(zone).date(),
        changed_at=changed_at,
        currency=get_text(order, "base_currency_code"),
        total=_amount(order, "base_grand_total") + sum(_otherwise(order).values(), Decimal(0)),
        customer=_read_customer(order),
        lines=tuple(_read_lines(order)),
        payments=payments,
        refunds=tuple(_read_refunds(order, books, payments, zone)),
        note=find_text(order, "customer_note"),
    )


def _read_lines(order: Json) -> Iterator[OrderLine]:
    taxes = _read_taxes(order)
    items, parts = list_objects(order, "items"), defaultdict[str | None, list[Json]](list)
    for item in items:
        parts[_find_id(item, "parent_item_id")].append(item)
    for item in parts[None]:
        own = parts[get_text(item, "item_id")]
        if any(_list_price(part) for part in own):
            for part in own:
                yield from _read_item(part, taxes, [part, item])
        else:
            yield from _read_item(item, taxes, [item, *own])
    yield from _read_shipping(order, taxes)
    yield from _read_wrappings(order)


def _read_item(item: Json, taxes: Mapping[str | None, str], named: Sequence[Json]) -> Iterator[OrderLine]:
    paid = _paid(
        item,
        "base_row_total",
        "base_discount_amount",
        "base_tax_amount",
        "base_discount_tax_compensation_amount",
    )
    words = (taxes.get(get_text(one, "item_id")) for one in named)
    word = next(filter(None, words), None)
    tax = (word or _name_rate(item)) if _amount(item, "base_tax_amount") else None
    yield _build_line(
        get_text(item, "item_id"),
        LineKind.PRODUCT,
        item,
        paid,
        _list_price(item),
        tax,
        get_amount(item, "qty_ordered"),
    )
    fixed = _amount(item, "base_weee_tax_applied_row_amnt")
    if fixed:
        title = f"Product tax: {get_text(item, 'name')}"
        yield OrderLine(f"{get_text(item, 'item_id')}.weee", LineKind.FEE, title, Decimal(1), fixed)


def _build_line(
    line_id: str,
    kind: LineKind,
    item: Json,
    paid: Decimal,
    listed: Decimal,
    tax: str | None,
    quantity: Decimal,
) -> OrderLine:
    # A cent more paid than listed is Magento's rounding of the tax, and no discount.
    discount = max(Decimal(0), listed - paid)
    return OrderLine(
        line_id, kind, get_text(item, "name"), quantity, paid, discount, tax, find_text(item, "sku")
    )


def _list_price(item: Json) -> Decimal:
    listed = find_amount(item, "base_row_total_incl_tax")
    if listed is not None:
        return cents(listed)
    return cents(_exact(item, "base_row_total") + _exact(item, "base_tax_amount"))


def _read_shipping(order: Json, taxes: Mapping[str | None, str]) -> Iterator[OrderLine]:
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
        named = {"name": find_text(order, "shipping_description") or "Shipping"}
        yield _build_line("shipping", LineKind.SHIPPING, named, paid, listed, tax, Decimal(1))


def _read_wrappings(order: Json) -> Iterator[OrderLine]:
    """Adobe Commerce: of the order, of its items, and a card."""
    for prefix in WRAPPINGS:
        amount = _extra(order, f"{prefix}_base_price") + _extra(order, f"{prefix}_base_tax_amount")
        if amount:
            yield OrderLine(prefix, LineKind.FEE, "Gift wrapping", Decimal(1), amount)


def _paid(holder: Json, price: str, discount: str, tax: str, compensation: str) -> Decimal:
    """Rounded at the end, so that four places do not make a cent of discount."""
    return cents(
        _exact(holder, price)
        - abs(_exact(holder, discount))
        + _exact(holder, tax)
        + _exact(holder, compensation)
    )


def _read_taxes(order: Json) -> dict[str | None, str]:
    """The names of the taxes by item; of None, those of shipping."""
    told = dict[str | None, str]()
    for each in list_objects(find_object(order, "extension_attributes"), "item_applied_taxes"):
        taxes = list_objects(each, "applied_taxes")
        word = join_taxes(find_text(tax, "title") or get_text(tax, "code") for tax in taxes)
        item_id = _find_id(each, "item_id")
        if word and (item_id or find_text(each, "type") == "shipping"):
            told[item_id] = word
    return told


def _name_rate(item: Json) -> str:
    return name_tax("Tax", find_amount(item, "tax_percent") or None)


def _find_id(holder: Json, name: str) -> str | None:
    """Magento writes 0 where there is none."""
    found = find_text(holder, name)
    return None if found == "0" else found


def _find_state(order: Json, payments: Sequence[OrderPayment]) -> OrderState:
    state = get_text(order, "state")
    if state == "holded":
        state = find_text(order, "hold_before_state") or "new"
    if state == "canceled" and not payments:
        return OrderState.CANCELLED
    return OrderState.UNPLACED if state in WAITS_FOR_PAYMENT else OrderState.PLACED


def _read_payments(order: Json, books: Books, zone: tzinfo) -> Iterator[OrderPayment]:
    if get_text(order, "state") == "canceled" and not books.invoices:
        return  # What was taken off a gift card or a balance was put back.
    placed_on = _find_day(order, zone)
    for name, amount in _otherwise(order).items():
        word = PAID_OTHERWISE[name]
        yield OrderPayment(word.replace(" ", "-"), amount, placed_on, word)
    method = find_text(find_object(order, "payment"), "method")
    for invoice in books.invoices:
        amount = _amount(invoice, "base_grand_total")
        if find_text(invoice, "state") == PAID_INVOICE and amount:
            yield OrderPayment(get_text(invoice, "entity_id"), amount, _find_day(invoice, zone), method)


def _read_refunds(
    order: Json, books: Books, payments: Sequence[OrderPayment], zone: tzinfo
) -> Iterator[OrderRefund]:
    for memo in books.memos:
        amount = _amount(memo, "base_grand_total")
        state = find_text(memo, "state")
        if state != CANCELLED_MEMO and amount:
            repaid, reason = (
                amount if state == REFUNDED_MEMO else Decimal(0),
                find_text(memo, "customer_note"),
            )
            yield OrderRefund(get_text(memo, "entity_id"), amount, repaid, _find_day(memo, zone), reason)
    cancelled = _amount(order, "base_total_canceled")
    if cancelled and payments:
        # What was cancelled of an order of which the rest was paid. Magento does not say when.
        yield OrderRefund("canceled", cancelled, Decimal(0), _find_day(order, zone), "Cancelled")


def _otherwise(order: Json) -> dict[str, Decimal]:
    """What was paid in other ways than money, by field."""
    amounts = {name: _extra(order, name) for name in PAID_OTHERWISE}
    return {name: amount for name, amount in amounts.items() if amount}


def _read_customer(order: Json) -> Customer:
    address, email = find_object(order, "billing_address"), find_text(order, "customer_email")
    person = _join(find_text(order, "customer_firstname"), find_text(order, "customer_lastname"))
    billed = _join(find_text(address, "firstname"), find_text(address, "lastname"))
    return Customer(
        id=_find_id(order, "customer_id"),
        name=find_text(address, "company") or person or billed or email or "Guest",
        email=email,
        phone=find_text(address, "telephone"),
    )


def _join(*names: str | None) -> str:
    return " ".join(filter(None, names))


def _find_day(one: Json, zone: tzinfo) -> date:
    return get_instant(one, "created_at").astimezone(zone).date()


def _extra(order: Json, name: str) -> Decimal:
    """An amount of Adobe Commerce's own, which writes "" for none."""
    return _amount(find_object(order, "extension_attributes"), name) or _amount(order, name)


def _amount(holder: Json, name: str) -> Decimal:
    """To the cent; nothing where it is not told."""
    return cents(_exact(holder, name))


def _exact(holder: Json, name: str) -> Decimal:
    """With the four places that Magento keeps."""
    return find_amount(holder, name) or Decimal(0)
