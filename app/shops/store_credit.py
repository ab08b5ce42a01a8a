"""Store credit that a shop gives for an order: an invoice beside the order's, which comes to nothing.

No money went back, so the order's invoice stays as it was paid. What the customer got is a promise of the business:
what was returned is taken off its sales, tax and all, and the same amount is owed by it (the category `store_credit`,
whose account is a liability). When the customer pays by it some day, that payment goes to the same account, by its
method.
"""

from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal
from typing import Any

from app.domain.record.money import cents
from app.shops.document import (
    LONGEST_LINE,
    build_contact,
    build_document,
    find_version,
    hash_text,
    identify,
    name_store_credit,
    show_line,
)
from app.shops.order import EACH, BookedUnder, OrderRefund, OrderState, ShopOrder
from app.shops.shares import share

STORE_CREDIT, REFUNDS = "store_credit", "refunds"
"""Categories: what the business owes, and what it takes off its sales."""


def build_documents(
    platform: str, order: ShopOrder, booked_under: BookedUnder = EACH
) -> list[dict[str, Any]]:
    """The document of an order, and behind it one for each refund that was given as store credit; raises
    `OrderUnreadable`.
    """
    documents = [build_document(platform, order, booked_under)]
    if order.state is OrderState.PLACED:
        promised = [refund for refund in order.refunds if cents(refund.promised) > 0]
        documents += [_build_credit(platform, order, refund, booked_under) for refund in promised]
    return documents


def _build_credit(
    platform: str, order: ShopOrder, refund: OrderRefund, booked_under: BookedUnder
) -> dict[str, Any]:
    day = refund.refunded_on.isoformat()
    lines = [*_take_back(order, refund)]
    lines.append(show_line("store-credit", "Store credit given", cents(refund.promised), STORE_CREDIT, None))
    return {
        "id": identify(name_store_credit(platform, order.id, refund.id)),
        "number": f"{order.number}-credit-{refund.id}"[:LONGEST_LINE],
        "version": find_version(order.changed_at),
        "based_on": 0,
        "status": "sent",
        "sent_at": order.placed_at.astimezone(UTC).isoformat(),
        "currency": order.currency,
        "amounts_are": "tax_inclusive" if any(line["tax"] for line in lines) else "no_tax",
        "issued_on": day,
        "due_on": day,
        "reference": refund.reason[:LONGEST_LINE] if refund.reason else None,
        "url": order.url if order.url and order.url.startswith(("https://", "http://")) else None,
        "contact": build_contact(platform, order, booked_under),
        "lines": lines,
        "payments": [],
        "credits": [],
        "total": "0.00",
    }


def _take_back(order: ShopOrder, refund: OrderRefund) -> Iterator[dict[str, Any]]:
    """Sales that are taken back: a line for each tax, in proportion to what the order has of it."""
    sold: dict[str | None, Decimal] = {}
    for line in order.lines:
        sold[line.tax] = sold.get(line.tax, Decimal(0)) + cents(line.amount)
    taxes = sorted(sold, key=lambda word: word or "")
    for tax, part in zip(taxes, share(cents(refund.promised), [sold[tax] for tax in taxes]), strict=True):
        if part:
            line_id = f"returned.{hash_text(tax)[:12]}" if tax else "returned"
            yield show_line(line_id, f"Returned of order {order.number}", -part, REFUNDS, tax)
