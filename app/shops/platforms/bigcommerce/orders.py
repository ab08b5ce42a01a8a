"""An order of BigCommerce in our own words: where it is, its lines with their taxes, and who ordered.

A line's amount is what BigCommerce says was paid for it, with tax, after every discount. Shipping, handling and gift
wrapping are told once for the order; fees have their own list.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import IntEnum

from app.domain.record.money import cents
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
from app.shops.fitting import choose_lines, fits, join_taxes, name_tax
from app.shops.order import Customer, LineKind, OrderLine, OrderState, ShopOrder
from app.shops.platform import OrderUnreadable
from app.shops.platforms.bigcommerce.money import find_promised, read_payments, read_refunds
from app.shops.platforms.bigcommerce.parts import Parts


class Status(IntEnum):
    """An order's `status_id`; what it is called can be chosen by the merchant, the number cannot."""

    INCOMPLETE = 0
    PENDING = 1
    SHIPPED = 2
    PARTIALLY_SHIPPED = 3
    REFUNDED = 4
    CANCELLED = 5
    DECLINED = 6
    AWAITING_PAYMENT = 7
    AWAITING_PICKUP = 8
    AWAITING_SHIPMENT = 9
    COMPLETED = 10
    AWAITING_FULFILLMENT = 11
    VERIFICATION_REQUIRED = 12
    DISPUTED = 13
    PARTIALLY_REFUNDED = 14


_NOT_PLACED = (Status.INCOMPLETE, Status.PENDING)
_CALLED_OFF = (Status.CANCELLED, Status.DECLINED)
_OFF_SHIPPING = ("3", "4")
"""Types of coupons that take something off shipping."""


def is_incomplete(order: Json) -> bool:
    """Whether the shopper never came to the end of the checkout: no more is asked about such an order."""
    return find_text(order, "status_id") == str(int(Status.INCOMPLETE))


def read_order(order: Json, parts: Parts, changed_at: datetime, zone: tzinfo) -> ShopOrder:
    """The order with its parts; raises `OrderUnreadable`."""
    currency = get_text(order, "default_currency_code")
    status, placed_at = _find_status(order), get_instant(order, "date_created")
    awaits = status is Status.AWAITING_PAYMENT
    payments = read_payments(order, parts.transactions, currency, zone, awaits_payment=awaits)
    is_test = any(each.get("test") is True for each in parts.transactions)
    state = _find_state(status, was_paid=bool(payments), is_test=is_test)
    is_placed = state is OrderState.PLACED
    lines, total = _read_lines(order, parts)
    return ShopOrder(
        id=get_text(order, "id"),
        number=get_text(order, "id"),
        state=state,
        placed_at=placed_at,
        placed_on=placed_at.astimezone(zone).date(),
        changed_at=changed_at,
        currency=currency,
        total=total,
        customer=_read_customer(order),
        lines=lines,
        payments=payments if is_placed else (),
        refunds=read_refunds(parts.refunds, payments, zone) if is_placed else (),
        note=find_text(order, "external_order_id") or find_text(order, "customer_message"),
    )


def _find_status(order: Json) -> Status:
    text = get_text(order, "status_id")
    try:
        return Status(int(text))
    except ValueError:
        raise OrderUnreadable(
            f"Its status_id is {text[:40]!r}, which BigCommerce does not document."
        ) from None


def _find_state(status: Status, *, was_paid: bool, is_test: bool) -> OrderState:
    """Money that came in makes an order one that was placed, whatever became of it."""
    if is_test:
        return OrderState.UNPLACED
    if was_paid:
        return OrderState.PLACED
    if status in _NOT_PLACED:
        return OrderState.UNPLACED
    return OrderState.CANCELLED if status in _CALLED_OFF else OrderState.PLACED


def _read_customer(order: Json) -> Customer:
    billing, customer_id = find_object(order, "billing_address"), find_text(order, "customer_id")
    email = find_text(billing, "email")
    names = [find_text(billing, "first_name"), find_text(billing, "last_name")]
    name = " ".join(each for each in names if each)
    return Customer(
        id=None if customer_id in (None, "0") else customer_id,
        name=name or find_text(billing, "company") or email or "",
        email=email,
        phone=find_text(billing, "phone"),
    )


# lines


def _read_lines(order: Json, parts: Parts) -> tuple[tuple[OrderLine, ...], Decimal]:
    """The lines and what they come to, where a part of that was paid by promises too."""
    certain = [_read_product(each, parts.taxes) for each in parts.products]
    certain += _read_charges(order, parts.taxes)
    off = sum(
        (
            find_amount(each, "discount") or Decimal(0)
            for each in parts.coupons
            if find_text(each, "type") in _OFF_SHIPPING
        ),
        Decimal(0),
    )
    tax = next((line.tax for line in certain if line.kind is LineKind.SHIPPING), None)
    doubtful = (
        [_build_line("shipping.off", LineKind.SHIPPING, "Shipping discount", -off, tax, off)] if off else []
    )
    total = cents(get_amount(order, "total_inc_tax"))
    for all_of_it in (total, total + cents(find_promised(order))):
        lines = choose_lines(certain, doubtful, all_of_it)
        if fits(lines, all_of_it):
            return lines, all_of_it
    return tuple(certain), total


def _read_product(product: Json, taxes: Sequence[Json]) -> OrderLine:
    product_id, before = get_text(product, "id"), get_amount(product, "total_inc_tax")
    paid = find_amount(product, "discounted_total_inc_tax")
    if paid is None:
        paid = before - sum(
            (get_amount(each, "amount") for each in list_objects(product, "applied_discounts")), Decimal(0)
        )
    amount = cents(paid)
    return OrderLine(
        id=product_id,
        kind=LineKind.PRODUCT,
        title=get_text(product, "name"),
        quantity=get_amount(product, "quantity"),
        amount=amount,
        discount=max(cents(before) - amount, Decimal(0)),
        tax=_find_taxes(taxes, "item", product_id, has_tax=bool(find_amount(product, "total_tax"))),
        sku=find_text(product, "sku"),
    )


def _read_charges(order: Json, taxes: Sequence[Json]) -> list[OrderLine]:
    charges = [
        ("shipping", LineKind.SHIPPING, "Shipping", "shipping"),
        ("handling", LineKind.FEE, "Handling", "handling"),
        ("wrapping", LineKind.FEE, "Gift wrapping", "gift-wrapping"),
    ]
    lines = list[OrderLine]()
    for line_id, kind, title, of in charges:
        amount = find_amount(order, f"{line_id}_cost_inc_tax")
        if amount:
            tax = _find_taxes(taxes, of, None, has_tax=bool(find_amount(order, f"{line_id}_cost_tax")))
            lines.append(_build_line(line_id, kind, title, amount, tax))
    for fee in list_objects(order, "fees"):
        amount = get_amount(fee, "cost_inc_tax")
        title = find_text(fee, "display_name_customer") or find_text(fee, "display_name_merchant") or "Fee"
        tax = _find_taxes(taxes, "fee", None, has_tax=bool(find_amount(fee, "cost_tax")))
        lines.append(_build_line(f"fee.{get_text(fee, 'id')}", LineKind.FEE, title, amount, tax))
    return lines


def _build_line(
    line_id: str, kind: LineKind, title: str, amount: Decimal, tax: str | None, off: Decimal = Decimal(0)
) -> OrderLine:
    return OrderLine(line_id, kind, title, Decimal(1), cents(amount), cents(off), tax)


def _find_taxes(taxes: Sequence[Json], of: str, product_id: str | None, *, has_tax: bool) -> str | None:
    """The taxes of a line; of one whose taxes are not told by line, all taxes of the order."""
    if not has_tax:
        return None
    charged = [each for each in taxes if find_amount(each, "line_amount")]
    told = [each for each in charged if _is_of(each, of, product_id)]
    return join_taxes(
        name_tax(find_text(each, "name") or "Tax", find_amount(each, "rate")) for each in told or charged
    )


def _is_of(tax: Mapping[str, object], of: str, product_id: str | None) -> bool:
    if find_text(tax, "line_item_type") != of:
        return False
    return product_id is None or find_text(tax, "order_product_id") == product_id
