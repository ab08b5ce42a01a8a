"""An order of Shopify in our own words: its lines as they were ordered, and who ordered.

Shopify says a line's price before discounts, what each discount took off it, and each tax on it, for all that was ever
ordered: what was removed or given back since is a refund of its own. Where prices have no tax in them, taxes are added.
"""

import re
from datetime import datetime, tzinfo
from decimal import Decimal

from app.domain.record.money import cents
from app.shops.fields import (
    Json,
    find_amount,
    find_instant,
    find_object,
    find_text,
    get_amount,
    get_instant,
    get_text,
    list_objects,
)
from app.shops.fitting import choose_lines, join_taxes, name_tax
from app.shops.order import Customer, LineKind, OrderLine, OrderState, ShopOrder
from app.shops.platform import OrderUnreadable
from app.shops.platforms.shopify.money import find_money, get_money
from app.shops.platforms.shopify.refunds import check_worth, read_payments, read_refunds
from app.shops.platforms.shopify.rest import check_short

_NUMBER = re.compile(r"gid://shopify/[A-Za-z]+/([0-9]+)(?:\?.*)?")


def find_number(element: Json, name: str) -> str:
    """The number at the end of one of Shopify's global ids; raises `OrderUnreadable`."""
    text = get_text(element, name)
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise OrderUnreadable(f"Its {name} is {text[:80]!r}, which is no id of Shopify's.")
    return found[1]


def find_placing(node: Json) -> datetime:
    """When it was placed; raises `OrderUnreadable`."""
    return find_instant(node, "processedAt") or get_instant(node, "createdAt")


def read_order(node: Json, zone: tzinfo, address: str) -> ShopOrder:
    """The order of an answer that has all its lines; raises `OrderUnreadable`."""
    check_short(node)
    order_id, currency = find_number(node, "id"), get_text(node, "presentmentCurrencyCode")
    placed_at = find_placing(node)
    total = get_money(node, "totalPriceSet", currency)
    has_tax = bool(node.get("taxesIncluded"))
    payments = read_payments(node, currency, zone)
    state = _find_state(node, bool(payments))
    refunds = read_refunds(node, currency, has_tax, zone) if state is OrderState.PLACED else ()
    if state is OrderState.PLACED:
        check_worth(node, currency, has_tax, total, refunds)
    return ShopOrder(
        id=order_id,
        number=get_text(node, "name"),
        state=state,
        placed_at=placed_at,
        placed_on=placed_at.astimezone(zone).date(),
        changed_at=get_instant(node, "updatedAt"),
        currency=currency,
        total=total,
        customer=_read_customer(node),
        lines=_read_lines(node, currency, has_tax, total),
        payments=payments if state is OrderState.PLACED else (),
        refunds=refunds,
        note=find_text(node, "poNumber") or find_text(node, "note"),
        url=f"{address}/admin/orders/{order_id}",
    )


def _find_state(node: Json, was_paid: bool) -> OrderState:
    """A test order was placed by nobody; one that was paid and cancelled stays placed, with what went back."""
    if node.get("test"):
        return OrderState.UNPLACED
    if find_text(node, "cancelledAt") and not was_paid:
        return OrderState.CANCELLED
    return OrderState.PLACED


def _read_customer(node: Json) -> Customer:
    customer = find_object(node, "customer")
    email = find_text(node, "email")
    name = find_text(customer, "displayName") or find_text(find_object(node, "billingAddress"), "name")
    return Customer(
        id=find_number(customer, "id") if customer else None,
        name=name or email or "",
        email=email,
        phone=find_text(node, "phone"),
    )


# lines


def _read_lines(node: Json, currency: str, has_tax: bool, total: Decimal) -> tuple[OrderLine, ...]:
    certain = [
        _read_line(one, currency, has_tax) for one in list_objects(find_object(node, "lineItems"), "nodes")
    ]
    doubtful = list[OrderLine]()
    shipping = list_objects(find_object(node, "shippingLines"), "nodes")
    for place, one in enumerate(shipping, start=1):
        line = _read_shipping(one, place, currency, has_tax)
        if line.amount or line.discount:
            (doubtful if one.get("isRemoved") else certain).append(line)
    # Which of these are in the total, or in a line already, no page of Shopify's says.
    charges = [
        ("tip", "Tip", "totalTipReceivedSet"),
        ("duties", "Duties", "originalTotalDutiesSet"),
        ("fees", "Additional fees", "originalTotalAdditionalFeesSet"),
    ]
    for line_id, title, name in charges:
        amount = find_money(node, name, currency)
        if amount:
            doubtful.append(OrderLine(line_id, LineKind.FEE, title, Decimal(1), amount))
    return choose_lines(certain, doubtful, total)


def _read_line(one: Json, currency: str, has_tax: bool) -> OrderLine:
    quantity = get_amount(one, "quantity")
    before = get_money(one, "originalUnitPriceSet", currency) * quantity
    off = sum(
        (
            get_money(each, "allocatedAmountSet", currency)
            for each in list_objects(one, "discountAllocations")
        ),
        Decimal(0),
    )
    taxes = _read_taxes(one, currency)
    amount, discount = _add_taxes(before - off, off, taxes, has_tax)
    return OrderLine(
        id=find_number(one, "id"),
        kind=LineKind.PRODUCT,
        title=get_text(one, "name"),
        quantity=quantity,
        amount=amount,
        discount=discount,
        tax=join_taxes(taxes),
        sku=find_text(one, "sku"),
    )


def _read_shipping(one: Json, place: int, currency: str, has_tax: bool) -> OrderLine:
    net = get_money(one, "discountedPriceSet", currency)
    off = get_money(one, "originalPriceSet", currency) - net
    taxes = _read_taxes(one, currency)
    amount, discount = _add_taxes(net, off, taxes, has_tax)
    return OrderLine(
        id=f"shipping.{find_number(one, 'id') if find_text(one, 'id') else place}",
        kind=LineKind.SHIPPING,
        title=find_text(one, "title") or "Shipping",
        quantity=Decimal(1),
        amount=amount,
        discount=discount,
        tax=join_taxes(taxes),
    )


def _read_taxes(one: Json, currency: str) -> dict[str, Decimal]:
    """What each tax comes to, by its word; a tax of nothing is none."""
    taxes = dict[str, Decimal]()
    for each in list_objects(one, "taxLines"):
        amount = get_money(each, "priceSet", currency)
        if amount:
            word = name_tax(get_text(each, "title"), find_amount(each, "ratePercentage"))
            taxes[word] = taxes.get(word, Decimal(0)) + amount
    return taxes


def _add_taxes(
    net: Decimal, off: Decimal, taxes: dict[str, Decimal], has_tax: bool
) -> tuple[Decimal, Decimal]:
    """A line's amount and its discount, both with tax; the discount bears the tax that its line does."""
    if has_tax or net <= 0:
        return cents(net), cents(off)
    tax = sum(taxes.values(), Decimal(0))
    return cents(net + tax), cents(off * (net + tax) / net)
