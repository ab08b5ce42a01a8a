"""What money came in for an order of Shopify, what of its worth was given back, and what of that went back in money.

A refund says what it took back (lines, shipping, duties) and by how much what was given differs from that. Money went
back only where its transaction succeeded. An order edit that removes something is a refund without a transaction.
"""

from collections.abc import Sequence
from datetime import date, tzinfo
from decimal import Decimal

from app.domain.record.money import CENT, cents
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
from app.shops.order import OrderPayment, OrderRefund
from app.shops.platform import OrderUnreadable
from app.shops.platforms.shopify.money import find_money, get_money

_MONEY_IN = ("SALE", "CAPTURE")
_NO_MONEY = ("gift_card", "shopify_store_credit")
"""Gateways through which a promise is kept or given, and no money goes."""


def read_payments(node: Json, currency: str, zone: tzinfo) -> tuple[OrderPayment, ...]:
    """The money that came in: what was reserved, failed, or was made to test is none."""
    done = [each for each in list_objects(node, "transactions") if _is_done(each) and not each.get("test")]
    change = dict[str | None, Decimal]()
    for each in done:
        if find_text(each, "kind") == "CHANGE":
            parent = find_text(find_object(each, "parentTransaction"), "id")
            change[parent] = change.get(parent, Decimal(0)) + get_money(each, "amountSet", currency)
    return tuple(
        OrderPayment(
            id=get_text(each, "id").rsplit("/", 1)[-1],
            amount=get_money(each, "amountSet", currency) - change.get(find_text(each, "id"), Decimal(0)),
            paid_on=_find_day(each, zone),
            method=find_text(each, "gateway"),
            fee=_find_fee(each, currency),
        )
        for each in done
        if find_text(each, "kind") in _MONEY_IN
    )


def read_refunds(node: Json, currency: str, has_tax: bool, zone: tzinfo) -> tuple[OrderRefund, ...]:
    """What was given back, each refund by itself; one that came to nothing is none."""
    paid_by = {
        find_text(each, "gateway")
        for each in list_objects(node, "transactions")
        if _is_done(each) and find_text(each, "kind") in _MONEY_IN
    }
    found = list[OrderRefund]()
    for each in list_objects(node, "refunds"):
        given, promised = _find_given(each, currency, paid_by)
        worth = _find_worth(each, currency, has_tax) - _find_discrepancy(each, currency, has_tax)
        amount = cents(max(worth, given))
        if amount > 0:
            refund_id = get_text(each, "id").rsplit("/", 1)[-1]
            day = _find_day(each, zone)
            reason = find_text(each, "note")
            found.append(
                OrderRefund(refund_id, amount, cents(given - promised), day, reason, cents(promised))
            )
    return tuple(found)


def check_worth(
    node: Json, currency: str, has_tax: bool, total: Decimal, refunds: Sequence[OrderRefund]
) -> None:
    """Raise `OrderUnreadable` where the order lost more of its worth than its refunds say."""
    worth = find_money(node, "currentTotalPriceSet", currency)
    if worth is None:
        return
    reckoned = sum(
        (_find_worth(each, currency, has_tax) for each in list_objects(node, "refunds")), Decimal(0)
    )
    told = max(reckoned, sum((each.amount for each in refunds), Decimal(0)))
    lines = len(list_objects(find_object(node, "lineItems"), "nodes"))
    if total - worth > told + CENT * max(lines, 1):
        raise OrderUnreadable(
            f"It is worth {worth:.2f} now, and its total less its refunds is {total - told:.2f}."
        )


def _is_done(transaction: Json) -> bool:
    return find_text(transaction, "status") == "SUCCESS"


def _find_day(one: Json, zone: tzinfo) -> date:
    moment = find_instant(one, "processedAt") or get_instant(one, "createdAt")
    return moment.astimezone(zone).date()


def _find_fee(transaction: Json, currency: str) -> Decimal | None:
    """What the payment cost the business, where it is in the order's currency."""
    amounts = [find_object(each, "amount") for each in list_objects(transaction, "fees")]
    if not amounts or any(find_text(each, "currencyCode") != currency for each in amounts):
        return None
    return sum((get_amount(each, "amount") for each in amounts), Decimal(0))


def _find_given(refund: Json, currency: str, paid_by: set[str | None]) -> tuple[Decimal, Decimal]:
    """What was given by this refund, and what of that as store credit where the order was paid otherwise."""
    given = promised = Decimal(0)
    for each in list_objects(find_object(refund, "transactions"), "nodes"):
        if _is_done(each) and find_text(each, "kind") == "REFUND":
            amount, gateway = get_money(each, "amountSet", currency), find_text(each, "gateway")
            given += amount
            promised += amount if gateway in _NO_MONEY and gateway not in paid_by else Decimal(0)
    return given, promised


def _find_worth(refund: Json, currency: str, has_tax: bool) -> Decimal:
    """What the refund took back, reckoned by what was ordered."""
    lists = [
        ("refundLineItems", "subtotalSet", "totalTaxSet"),
        ("refundShippingLines", "subtotalAmountSet", "taxAmountSet"),
    ]
    worth = sum(
        (get_money(each, "amountSet", currency) for each in list_objects(refund, "duties")), Decimal(0)
    )
    for name, amount, tax in lists:
        for each in list_objects(find_object(refund, name), "nodes"):
            worth += _with_tax(each, amount, tax, currency, has_tax)
    return worth


def _find_discrepancy(refund: Json, currency: str, has_tax: bool) -> Decimal:
    """By how much less was given than was reckoned; below zero where more was."""
    nodes = list_objects(find_object(refund, "orderAdjustments"), "nodes")
    return sum(
        (_with_tax(each, "amountSet", "taxAmountSet", currency, has_tax) for each in nodes), Decimal(0)
    )


def _with_tax(one: Json, amount: str, tax: str, currency: str, has_tax: bool) -> Decimal:
    return get_money(one, amount, currency) + (
        Decimal(0) if has_tax else find_money(one, tax, currency) or Decimal(0)
    )
