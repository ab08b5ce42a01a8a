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
from typing import Any

from app.domain.record.money import cents
from app.shops.attempt import try_order
from app.shops.order import Customer, LineKind, OrderLine, OrderPayment, OrderRefund, OrderState, ShopOrder
from app.shops.own_tax import find_own_tax
from app.shops.platform import OrderUnreadable, Unreadable
from app.shops.shares import share

PAID = ("PAID", "PARTIALLY_REFUNDED", "FULLY_REFUNDED")
_NOTHING = Decimal(0)


def read_order(
    order: Mapping[str, Any], zone: tzinfo, credentials: Mapping[str, str]
) -> ShopOrder | Unreadable:
    """The order, or why none can be made of it."""
    order_id, changed_at = order["orderId"], datetime.fromisoformat(order["lastModifiedDate"])
    return try_order(order_id, order_id, changed_at, lambda: _build(order, changed_at, zone, credentials))


def _build(
    order: Mapping[str, Any], changed_at: datetime, zone: tzinfo, credentials: Mapping[str, str]
) -> ShopOrder:
    currency = order["pricingSummary"]["total"]["currency"]
    lines = _read_lines(order, currency, credentials)
    total = sum((line.amount for line in lines), _NOTHING)
    _check_total(order, currency, total)
    placed_at = datetime.fromisoformat(order["creationDate"])
    is_paid = _is_paid(order)
    return ShopOrder(
        id=order["orderId"],
        number=order["orderId"],
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
        note=order.get("buyerCheckoutNotes") or None,
    )


@dataclass(frozen=True, slots=True)
class _Tax:
    kind: str
    amount: Decimal

    @property
    def is_fee(self) -> bool:
        """eBay lists fees among the taxes, as for recycling."""
        return self.kind.endswith("_FEE")


def _ebay_taxes(item: Mapping[str, Any], currency: str) -> list[_Tax]:
    """What eBay collects and pays over for a line."""
    taxes = item.get("ebayCollectAndRemitTaxes") or []
    return [_Tax(tax.get("taxType") or "", _amount(tax["amount"], currency)) for tax in taxes]


def _own_taxes(item: Mapping[str, Any], currency: str) -> Iterator[_Tax]:
    """The seller's own taxes of a line: those that eBay does not collect."""
    ebays = [tax.amount for tax in _ebay_taxes(item, currency)]
    for tax in item.get("taxes") or []:
        amount = _amount(tax["amount"], currency)
        if amount in ebays:
            ebays.remove(amount)
        elif amount:
            yield _Tax(tax.get("taxType") or "TAX", amount)


def _read_lines(order: Mapping[str, Any], currency: str, credentials: Mapping[str, str]) -> list[OrderLine]:
    items, summary = order["lineItems"], order["pricingSummary"]
    unnamed = find_own_tax(credentials, _find_country(order))
    lines = []
    for item, discount in zip(items, _find_discounts(items, summary, currency), strict=True):
        taxes = list(_own_taxes(item, currency))
        own = [tax for tax in taxes if not tax.is_fee]
        cost = _amount(item["lineItemCost"], currency) + sum((tax.amount for tax in own), _NOTHING)
        word = " + ".join(sorted({tax.kind for tax in own})) or unnamed
        lines.append(
            OrderLine(
                id=item["lineItemId"],
                kind=LineKind.PRODUCT,
                title=_title(item),
                quantity=Decimal(item["quantity"]),
                amount=cost - discount,
                discount=discount,
                tax=word,
                sku=item.get("sku") or None,
            )
        )
        lines += [
            OrderLine(
                f"{item['lineItemId']}.{tax.kind}", LineKind.FEE, _say(tax.kind), Decimal(1), tax.amount
            )
            for tax in taxes
            if tax.is_fee
        ]
    return lines + _read_order_lines(summary, currency, unnamed)


def _read_order_lines(summary: Mapping[str, Any], currency: str, tax: str | None) -> list[OrderLine]:
    """Delivery, and a price that was raised after the sale."""
    lines, one = [], Decimal(1)
    cost, off = (abs(_part(summary, name, currency)) for name in ("deliveryCost", "deliveryDiscount"))
    if cost:
        lines.append(OrderLine("delivery", LineKind.SHIPPING, "Delivery", one, cost - off, off, tax))
    raised = _part(summary, "adjustment", currency)
    if raised > 0:
        lines.append(OrderLine("adjustment", LineKind.FEE, "Adjustment", one, raised, tax=tax))
    return lines


def _find_discounts(
    items: list[Mapping[str, Any]], summary: Mapping[str, Any], currency: str
) -> list[Decimal]:
    """What was taken off each line, with its share of what was taken off the order after the sale."""
    costs = [_amount(item["lineItemCost"], currency) for item in items]
    told = [
        cost - _amount(item.get("discountedLineItemCost") or item["lineItemCost"], currency)
        for item, cost in zip(items, costs, strict=True)
    ]
    discount = abs(_part(summary, "priceDiscount", currency))
    if sum(told) != discount:
        told = share(discount, costs)
    lowered = max(_NOTHING, -_part(summary, "adjustment", currency))
    return [each + more for each, more in zip(told, share(lowered, costs), strict=True)]


def _check_total(order: Mapping[str, Any], currency: str, total: Decimal) -> None:
    told = _amount(order["pricingSummary"]["total"], currency)
    ebays = sum((tax.amount for item in order["lineItems"] for tax in _ebay_taxes(item, currency)), _NOTHING)
    if told not in (total, total + ebays):
        raise OrderUnreadable(
            f"Its total is {told}, and its lines come to {total}, or {total + ebays} with the tax that eBay collects."
        )


def _find_state(order: Mapping[str, Any], is_paid: bool) -> OrderState:
    if is_paid:
        return OrderState.PLACED
    if (order.get("cancelStatus") or {}).get("cancelState") == "CANCELED":
        return OrderState.CANCELLED
    return OrderState.UNPLACED if order["orderPaymentStatus"] == "FAILED" else OrderState.PLACED


def _is_paid(order: Mapping[str, Any]) -> bool:
    return order["orderPaymentStatus"] in PAID or any(
        payment.get("paymentStatus") == "PAID" for payment in _payments(order)
    )


def _payments(order: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return (order.get("paymentSummary") or {}).get("payments") or []


def _read_payments(
    order: Mapping[str, Any], currency: str, total: Decimal, placed_at: datetime, zone: tzinfo
) -> tuple[OrderPayment, ...]:
    if not total:
        return ()
    dated = [payment for payment in _payments(order) if payment.get("paymentDate")]
    moments = [datetime.fromisoformat(payment["paymentDate"]) for payment in dated]
    paid_on = max(moments, default=placed_at).astimezone(zone).date()
    fee = order.get("totalMarketplaceFee")
    return (
        OrderPayment(
            "paid",
            total,
            paid_on,
            next((payment.get("paymentMethod") for payment in dated), None),
            (_find_amount(fee, currency) or None) if fee else None,
        ),
    )


def _read_refunds(
    order: Mapping[str, Any], currency: str, total: Decimal, changed_at: datetime, zone: tzinfo
) -> tuple[OrderRefund, ...]:
    """Those that were issued, each once, whether it is told for the order or for a line of it."""
    told: dict[str, OrderRefund] = {}
    for refund in _list_refunds(order):
        day = datetime.fromisoformat(refund["refundDate"]).astimezone(zone).date()
        name = refund.get("refundId") or refund.get("refundReferenceId") or refund["refundDate"]
        amount = _amount(refund["amount"], currency)
        told.setdefault(name, OrderRefund(_plain(name), amount, amount, day))
    given = sum((refund.amount for refund in told.values()), _NOTHING)
    if order["orderPaymentStatus"] == "FULLY_REFUNDED" and given < total:
        day = _find_end(order, list(told.values()), changed_at, zone)
        rest = total - given
        told["rest"] = OrderRefund("rest", rest, rest, day)
    return tuple(refund for refund in told.values() if refund.amount)


def _list_refunds(order: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A refund has its date once it was issued; one for the order has a status besides."""
    for refund in (order.get("paymentSummary") or {}).get("refunds") or []:
        if refund.get("refundDate") and refund.get("refundStatus") not in ("FAILED", "PENDING"):
            yield refund
    for item in order["lineItems"]:
        yield from (
            each for each in item.get("refunds") or [] if each.get("refundDate") and each.get("amount")
        )


def _find_end(
    order: Mapping[str, Any], refunds: list[OrderRefund], changed_at: datetime, zone: tzinfo
) -> date:
    if refunds:
        return max(refund.refunded_on for refund in refunds)
    cancelled = (order.get("cancelStatus") or {}).get("cancelledDate")
    ended_at = datetime.fromisoformat(cancelled) if cancelled else changed_at
    return ended_at.astimezone(zone).date()


def _read_customer(order: Mapping[str, Any]) -> Customer:
    buyer = order.get("buyer") or {}
    registered, receiver = buyer.get("buyerRegistrationAddress") or {}, _find_receiver(order)
    names = (registered.get("fullName"), receiver.get("fullName"), buyer.get("username"), "eBay buyer")
    phones = (registered.get("primaryPhone") or {}, receiver.get("primaryPhone") or {})
    return Customer(
        id=buyer.get("username") or None,
        name=next(name for name in names if name),
        email=registered.get("email") or receiver.get("email") or None,
        phone=next((each["phoneNumber"] for each in phones if each.get("phoneNumber")), None),
    )


def _find_receiver(order: Mapping[str, Any]) -> Mapping[str, Any]:
    instructions = order.get("fulfillmentStartInstructions") or [{}]
    return (instructions[0].get("shippingStep") or {}).get("shipTo") or {}


def _find_country(order: Mapping[str, Any]) -> str | None:
    return (_find_receiver(order).get("contactAddress") or {}).get("countryCode") or None


def _title(item: Mapping[str, Any]) -> str:
    aspects = ", ".join(f"{each['name']}: {each['value']}" for each in item.get("variationAspects") or [])
    title = item.get("title") or f"Item {item.get('legacyItemId')}"
    return f"{title} ({aspects})" if aspects else title


def _part(summary: Mapping[str, Any], name: str, currency: str) -> Decimal:
    amount = summary.get(name)
    return _amount(amount, currency) if amount else _NOTHING


def _amount(amount: Mapping[str, Any], currency: str) -> Decimal:
    """An amount in the order's currency, which eBay gives beside the one that it pays out in."""
    found = _find_amount(amount, currency)
    if found is None:
        raise OrderUnreadable(f"It has amounts in {currency} and in {amount.get('currency')}.")
    return found


def _find_amount(amount: Mapping[str, Any], currency: str) -> Decimal | None:
    if amount["currency"] == currency:
        return cents(Decimal(amount["value"]))
    if amount.get("convertedFromCurrency") == currency:
        return cents(Decimal(amount["convertedFromValue"]))
    return None


def _say(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


def _plain(name: str) -> str:
    """What may stand in an id."""
    return "".join(each if each.isalnum() and each.isascii() else "-" for each in name)[:40]
