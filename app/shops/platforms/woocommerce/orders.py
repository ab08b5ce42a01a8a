"""An order of WooCommerce as an order; the sources stand at `shop`."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from app.shops.fitting import join_taxes
from app.shops.order import Customer, LineKind, OrderLine, OrderPayment, OrderRefund, OrderState, ShopOrder
from app.shops.platform import OrderUnreadable

UNPLACED = {"pending", "failed", "checkout-draft", "auto-draft", "draft"}
"""Waits for a payment without which the shop will not have it, or is not sent off yet."""

OVER = {"cancelled", "trash"}
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When an order changed that does not say it, which is told and stops no other."""


def read_order(
    address: str, order: Mapping[str, Any], refunds: list[Mapping[str, Any]], changed_at: datetime
) -> ShopOrder:
    """An order out of its JSON and that of its refunds; raises `OrderUnreadable`, and what odd JSON raises."""
    placed_at = read_utc(order["date_created_gmt"])
    if placed_at is None or changed_at is NEVER:
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
    return join_taxes(named)


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


def read_utc(text: str | None) -> datetime | None:
    """An instant that the shop gives in UTC without saying so; None where it gives none."""
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _read_day(text: str | None) -> date | None:
    return datetime.fromisoformat(text).date() if text else None
