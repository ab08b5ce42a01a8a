"""An order of eBay as an order (eBay "Fulfillment API" v1.20, schemas `Order`, `LineItem`, `PricingSummary`).

Whose a tax is: `ebayCollectAndRemitTaxes` names what eBay collects and pays over by itself. It is not the seller's,
and is left out of lines, total and payment; eBay leaves it out of refunds. `lineItems.taxes` may list the same tax
again (the documentation says that it does, recorded orders of 2024 that it does not): a tax of the same amount is then
eBay's, and any other is the seller's. `pricingSummary.total` has eBay's taxes in it or not, likewise: both are
accepted, any other total is not. A tax of the seller's is put on its product, also where a part of it is for shipping.

Money: eBay pays all of an order at once, less its fees, and often in another currency. In recorded orders
`payments.amount` and `totalMarketplaceFee` come to the order's total. So a paid order has one payment of its total,
whose `fee` is `totalMarketplaceFee`.

An order whose `orderPaymentStatus` is FULLY_REFUNDED was refunded whole, whatever its refunds come to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal

from app.domain.record.money import cents
from app.shops.attempt import try_order
from app.shops.fields import (
    Json,
    find_instant,
    find_object,
    find_text,
    get_amount,
    get_instant,
    get_text,
    list_objects,
)
from app.shops.fitting import join_taxes
from app.shops.order import Customer, LineKind, OrderLine, OrderPayment, OrderRefund, OrderState, ShopOrder
from app.shops.own_tax import find_own_tax
from app.shops.platform import OrderUnreadable, Unreadable
from app.shops.shares import share

PAID = ("PAID", "PARTIALLY_REFUNDED", "FULLY_REFUNDED")
_NOTHING = Decimal(0)


def read_order(order: Json, zone: tzinfo, credentials: Mapping[str, str]) -> ShopOrder | Unreadable:
    """The order, or why none can be made of it."""
    order_id, changed_at = get_text(order, "orderId"), get_instant(order, "lastModifiedDate")
    return try_order(order_id, order_id, changed_at, lambda: _build(order, changed_at, zone, credentials))


def _build(order: Json, changed_at: datetime, zone: tzinfo, credentials: Mapping[str, str]) -> ShopOrder:
    currency = get_text(find_object(find_object(order, "pricingSummary"), "total"), "currency")
    lines = _read_lines(order, currency, credentials)
    total = sum((line.amount for line in lines), _NOTHING)
    _check_total(order, currency, total)
    placed_at = get_instant(order, "creationDate")
    is_paid = _is_paid(order)
    return ShopOrder(
        id=get_text(order, "orderId"),
        number=get_text(order, "orderId"),
        state=_find_state(order, is_paid),
        placed_at=placed_at,
        placed_on=placed_at.astimezone(zone).date(),
        changed_at=changed_at,
        currency=currency,
        total=total,
        customer=_read_customer(order),
        lines=tuple(lines),
        payments=_read_payments(order, currency, total, placed_at, zone) if is_paid else (),
        refunds=_read_refunds(order, currency, total, changed_at, zone),
        note=find_text(order, "buyerCheckoutNotes"),
    )


@dataclass(frozen=True, slots=True)
class _Tax:
    kind: str
    amount: Decimal

    @property
    def is_fee(self) -> bool:
        """eBay lists fees among the taxes, as for recycling."""
        return self.kind.endswith("_FEE")


def _ebay_taxes(item: Json, currency: str) -> list[_Tax]:
    """What eBay collects and pays over for a line."""
    taxes = list_objects(item, "ebayCollectAndRemitTaxes")
    return [_Tax(find_text(tax, "taxType") or "", _amount(tax, "amount", currency)) for tax in taxes]


def _own_taxes(item: Json, currency: str) -> Iterator[_Tax]:
    """The seller's own taxes of a line: those that eBay does not collect."""
    ebays = [tax.amount for tax in _ebay_taxes(item, currency)]
    for tax in list_objects(item, "taxes"):
        amount = _amount(tax, "amount", currency)
        if amount in ebays:
            ebays.remove(amount)
        elif amount:
            yield _Tax(find_text(tax, "taxType") or "TAX", amount)


def _read_lines(order: Json, currency: str, credentials: Mapping[str, str]) -> list[OrderLine]:
    items, summary = list_objects(order, "lineItems"), find_object(order, "pricingSummary")
    unnamed = find_own_tax(credentials, _find_country(order))
    lines = []
    for item, discount in zip(items, _find_discounts(items, summary, currency), strict=True):
        taxes = list(_own_taxes(item, currency))
        own = [tax for tax in taxes if not tax.is_fee]
        cost = _amount(item, "lineItemCost", currency) + sum((tax.amount for tax in own), _NOTHING)
        word = join_taxes(tax.kind for tax in own) or unnamed
        lines.append(
            OrderLine(
                id=get_text(item, "lineItemId"),
                kind=LineKind.PRODUCT,
                title=_title(item),
                quantity=get_amount(item, "quantity"),
                amount=cost - discount,
                discount=discount,
                tax=word,
                sku=find_text(item, "sku"),
            )
        )
        lines += [
            OrderLine(
                f"{get_text(item, 'lineItemId')}.{tax.kind}",
                LineKind.FEE,
                _say(tax.kind),
                Decimal(1),
                tax.amount,
            )
            for tax in taxes
            if tax.is_fee
        ]
    return lines + _read_order_lines(summary, currency, unnamed)


def _read_order_lines(summary: Json, currency: str, tax: str | None) -> list[OrderLine]:
    """Delivery, and a price that was raised after the sale."""
    lines, one = [], Decimal(1)
    cost, off = (abs(_part(summary, name, currency)) for name in ("deliveryCost", "deliveryDiscount"))
    if cost:
        lines.append(OrderLine("delivery", LineKind.SHIPPING, "Delivery", one, cost - off, off, tax))
    raised = _part(summary, "adjustment", currency)
    if raised > 0:
        lines.append(OrderLine("adjustment", LineKind.FEE, "Adjustment", one, raised, tax=tax))
    return lines


def _find_discounts(items: list[Json], summary: Json, currency: str) -> list[Decimal]:
    """What was taken off each line, with its share of what was taken off the order after the sale."""
    costs = [_amount(item, "lineItemCost", currency) for item in items]
    told = [
        cost
        - (_part(item, "discountedLineItemCost", currency) if item.get("discountedLineItemCost") else cost)
        for item, cost in zip(items, costs, strict=True)
    ]
    discount = abs(_part(summary, "priceDiscount", currency))
    if sum(told) != discount:
        told = share(discount, costs)
    lowered = max(_NOTHING, -_part(summary, "adjustment", currency))
    return [each + more for each, more in zip(told, share(lowered, costs), strict=True)]


def _check_total(order: Json, currency: str, total: Decimal) -> None:
    told = _amount(find_object(order, "pricingSummary"), "total", currency)
    ebays = sum(
        (tax.amount for item in list_objects(order, "lineItems") for tax in _ebay_taxes(item, currency)),
        _NOTHING,
    )
    if told not in (total, total + ebays):
        raise OrderUnreadable(
            f"Its total is {told}, and its lines come to {total}, or {total + ebays} with the tax that eBay collects."
        )


def _find_state(order: Json, is_paid: bool) -> OrderState:
    if is_paid:
        return OrderState.PLACED
    if find_text(find_object(order, "cancelStatus"), "cancelState") == "CANCELED":
        return OrderState.CANCELLED
    return OrderState.UNPLACED if get_text(order, "orderPaymentStatus") == "FAILED" else OrderState.PLACED


def _is_paid(order: Json) -> bool:
    return get_text(order, "orderPaymentStatus") in PAID or any(
        find_text(payment, "paymentStatus") == "PAID" for payment in _payments(order)
    )


def _payments(order: Json) -> list[Json]:
    return list_objects(find_object(order, "paymentSummary"), "payments")


def _read_payments(
    order: Json, currency: str, total: Decimal, placed_at: datetime, zone: tzinfo
) -> tuple[OrderPayment, ...]:
    if not total:
        return ()
    dated = [payment for payment in _payments(order) if find_text(payment, "paymentDate")]
    moments = [get_instant(payment, "paymentDate") for payment in dated]
    paid_on = max(moments, default=placed_at).astimezone(zone).date()
    fee = find_object(order, "totalMarketplaceFee")
    return (
        OrderPayment(
            "paid",
            total,
            paid_on,
            next((find_text(payment, "paymentMethod") for payment in dated), None),
            (_find_amount(fee, currency) or None) if fee else None,
        ),
    )


def _read_refunds(
    order: Json, currency: str, total: Decimal, changed_at: datetime, zone: tzinfo
) -> tuple[OrderRefund, ...]:
    """Those that were issued, each once, whether it is told for the order or for a line of it."""
    told: dict[str, OrderRefund] = {}
    for refund in _list_refunds(order):
        day = get_instant(refund, "refundDate").astimezone(zone).date()
        names = (find_text(refund, each) for each in ("refundId", "refundReferenceId", "refundDate"))
        name, amount = next(filter(None, names)), _amount(refund, "amount", currency)
        told.setdefault(name, OrderRefund(_plain(name), amount, amount, day))
    given = sum((refund.amount for refund in told.values()), _NOTHING)
    if get_text(order, "orderPaymentStatus") == "FULLY_REFUNDED" and given < total:
        day = _find_end(order, list(told.values()), changed_at, zone)
        rest = total - given
        told["rest"] = OrderRefund("rest", rest, rest, day)
    return tuple(refund for refund in told.values() if refund.amount)


def _list_refunds(order: Json) -> Iterator[Json]:
    """A refund has its date once it was issued; one for the order has a status besides."""
    for refund in list_objects(find_object(order, "paymentSummary"), "refunds"):
        if find_text(refund, "refundDate") and find_text(refund, "refundStatus") not in ("FAILED", "PENDING"):
            yield refund
    for item in list_objects(order, "lineItems"):
        for refund in list_objects(item, "refunds"):
            if find_text(refund, "refundDate") and find_object(refund, "amount"):
                yield refund


def _find_end(order: Json, refunds: list[OrderRefund], changed_at: datetime, zone: tzinfo) -> date:
    if refunds:
        return max(refund.refunded_on for refund in refunds)
    ended_at = find_instant(find_object(order, "cancelStatus"), "cancelledDate") or changed_at
    return ended_at.astimezone(zone).date()


def _read_customer(order: Json) -> Customer:
    buyer, receiver = find_object(order, "buyer"), _find_receiver(order)
    registered, username = find_object(buyer, "buyerRegistrationAddress"), find_text(buyer, "username")
    phones = [find_text(find_object(one, "primaryPhone"), "phoneNumber") for one in (registered, receiver)]
    return Customer(
        id=username,
        name=find_text(registered, "fullName") or find_text(receiver, "fullName") or username or "eBay buyer",
        email=find_text(registered, "email") or find_text(receiver, "email"),
        phone=next(filter(None, phones), None),
    )


def _find_receiver(order: Json) -> Json:
    instructions = list_objects(order, "fulfillmentStartInstructions") or [{}]
    return find_object(find_object(instructions[0], "shippingStep"), "shipTo")


def _find_country(order: Json) -> str | None:
    return find_text(find_object(_find_receiver(order), "contactAddress"), "countryCode")


def _title(item: Json) -> str:
    aspects = ", ".join(
        f"{get_text(each, 'name')}: {get_text(each, 'value')}"
        for each in list_objects(item, "variationAspects")
    )
    title = find_text(item, "title") or f"Item {find_text(item, 'legacyItemId')}"
    return f"{title} ({aspects})" if aspects else title


def _part(holder: Json, name: str, currency: str) -> Decimal:
    """The same, nothing where it is not told."""
    return _amount(holder, name, currency) if find_object(holder, name) else _NOTHING


def _amount(holder: Json, name: str, currency: str) -> Decimal:
    """An amount in the order's currency, which eBay gives beside the one that it pays out in."""
    amount = find_object(holder, name)
    found = _find_amount(amount, currency)
    if found is None:
        raise OrderUnreadable(
            f"Its {name} is missing."
            if not amount
            else f"It has amounts in {currency} and in {find_text(amount, 'currency')}."
        )
    return found


def _find_amount(amount: Json, currency: str) -> Decimal | None:
    if find_text(amount, "currency") == currency:
        return cents(get_amount(amount, "value"))
    if find_text(amount, "convertedFromCurrency") == currency:
        return cents(get_amount(amount, "convertedFromValue"))
    return None


def _say(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


def _plain(name: str) -> str:
    """What may stand in an id."""
    return "".join(each if each.isalnum() and each.isascii() else "-" for each in name)[:40]
