"""What money came in for an order of BigCommerce, and what was given back.

Transactions say what happened at the gateway; only what took money is a payment. Store credit and gift certificates are
promises of the shop that a shopper pays with; a refund to store credit is another one, and no money.
"""

from collections.abc import Sequence
from datetime import tzinfo
from decimal import Decimal

from app.domain.record.money import cents
from app.shops.fields import (
    Json,
    find_amount,
    find_text,
    get_amount,
    get_instant,
    get_text,
    list_objects,
)
from app.shops.order import OrderPayment, OrderRefund
from app.shops.platform import OrderUnreadable

_MONEY_IN = ("purchase", "capture", "settled")
_BY_HAND = ("offline", "custom")
"""Methods whose money the gateway does not see."""
_PROMISES = (("store_credit", "store_credit_amount"), ("gift_certificate", "gift_certificate_amount"))
_PAID_BY_PROMISE = tuple(method for method, _ in _PROMISES)
_STORE_CREDIT = "storecredit"
"""The provider of a refund that is store credit."""


def find_promised(order: Json) -> Decimal:
    """What of the order was paid by gift certificates and store credit."""
    return sum((find_amount(order, name) or Decimal(0) for _, name in _PROMISES), Decimal(0))


def read_payments(
    order: Json, transactions: Sequence[Json], currency: str, zone: tzinfo, *, awaits_payment: bool
) -> tuple[OrderPayment, ...]:
    """The money that came in; raises `OrderUnreadable` where it is in another currency than the order."""
    taken = {
        find_text(each, "id")
        for each in transactions
        if find_text(each, "event") in ("purchase", "capture") and find_text(each, "status") == "ok"
    }
    payments = list[OrderPayment]()
    for each in transactions:
        if not _is_money(each, awaits_payment, taken):
            continue
        if find_text(each, "currency") != currency:
            raise OrderUnreadable(
                f"Its transaction {find_text(each, 'id')} is in {find_text(each, 'currency')}, and it is in {currency}."
            )
        day = get_instant(each, "date_created").astimezone(zone).date()
        method = find_text(each, "method")
        gateway = method if method in _PAID_BY_PROMISE else find_text(each, "gateway") or method
        payments.append(OrderPayment(get_text(each, "id"), get_amount(each, "amount"), day, gateway))
    return (*payments, *_read_promises(order, transactions, zone))


def _is_money(transaction: Json, awaits_payment: bool, taken: set[str | None]) -> bool:
    if find_text(transaction, "status") != "ok" or transaction.get("test") is True:
        return False
    event = find_text(transaction, "event")
    if event == "settled" and find_text(transaction, "reference_transaction_id") in taken:
        return False
    return event in _MONEY_IN and not (awaits_payment and find_text(transaction, "method") in _BY_HAND)


def _read_promises(order: Json, transactions: Sequence[Json], zone: tzinfo) -> list[OrderPayment]:
    """What was paid by promises and is no transaction."""
    told = {find_text(each, "method") for each in transactions}
    day = get_instant(order, "date_created").astimezone(zone).date()
    return [
        OrderPayment(method, amount, day, method)
        for method, name in _PROMISES
        if (amount := find_amount(order, name)) and method not in told
    ]


def read_refunds(
    refunds: Sequence[Json], payments: Sequence[OrderPayment], zone: tzinfo
) -> tuple[OrderRefund, ...]:
    """What was given back, each refund by itself, the oldest first.

    Store credit that is given goes back as far as the order was paid by it; what is more is a promise. What a gateway
    declined was not given.
    """
    by_credit = sum((each.amount for each in payments if each.method == "store_credit"), Decimal(0))
    found = list[OrderRefund]()
    for refund in sorted(refunds, key=lambda each: get_amount(each, "id")):
        amount, repaid, credit = get_amount(refund, "total_amount"), Decimal(0), Decimal(0)
        for each in list_objects(refund, "payments"):
            if each.get("is_declined") is True:
                amount -= get_amount(each, "amount")
            elif find_text(each, "provider_id") == _STORE_CREDIT:
                credit += get_amount(each, "amount")
            else:
                repaid += get_amount(each, "amount")
        back = min(credit, by_credit)
        by_credit -= back
        if cents(amount) > 0:
            day = get_instant(refund, "created").astimezone(zone).date()
            reason = find_text(refund, "reason")
            refund_id, promised = get_text(refund, "id"), cents(credit - back)
            found.append(OrderRefund(refund_id, cents(amount), cents(repaid + back), day, reason, promised))
    return tuple(found)
