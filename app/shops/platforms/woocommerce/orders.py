"""An order of WooCommerce as an order; the sources stand at `shop`."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from app.shops.fields import (
    Json,
    find_amount,
    find_date,
    find_object,
    find_text,
    get_amount,
    get_instant,
    get_text,
    list_objects,
)
from app.shops.fitting import join_taxes, name_tax
from app.shops.order import Customer, LineKind, OrderLine, OrderPayment, OrderRefund, OrderState, ShopOrder
from app.shops.platform import OrderUnreadable

UNPLACED = {"pending", "failed", "checkout-draft", "auto-draft", "draft"}
"""Waits for a payment without which the shop will not have it, or is not sent off yet."""

OVER = {"cancelled", "trash"}


def find_number(order: Json) -> str:
    """What the order is called."""
    return find_text(order, "number") or get_text(order, "id")


def read_order(address: str, order: Json, refunds: Sequence[Json], changed_at: datetime) -> ShopOrder:
    """An order out of its JSON and that of its refunds; raises `OrderUnreadable`."""
    placed_at = get_instant(order, "date_created_gmt")
    paid_on = find_date(order, "date_paid")
    return ShopOrder(
        id=get_text(order, "id"),
        number=find_number(order),
        state=_find_state(get_text(order, "status"), is_paid=paid_on is not None),
        placed_at=placed_at,
        placed_on=find_date(order, "date_created") or placed_at.date(),
        changed_at=changed_at,
        currency=get_text(order, "currency"),
        total=get_amount(order, "total"),
        customer=_read_customer(order),
        lines=tuple(_read_lines(order)),
        payments=(_read_payment(order, paid_on),) if paid_on else (),
        refunds=tuple(_read_refund(one, is_paid=paid_on is not None) for one in refunds),
        note=find_text(order, "customer_note"),
        url=f"{address}/wp-admin/post.php?post={get_text(order, 'id')}&action=edit",
    )


def _find_state(status: str, *, is_paid: bool) -> OrderState:
    """What was paid stays an invoice, whatever became of it; a status of a plugin's own is of an order like any."""
    if is_paid:
        return OrderState.PLACED
    if status in OVER:
        return OrderState.CANCELLED
    return OrderState.UNPLACED if status in UNPLACED else OrderState.PLACED


def _read_customer(order: Json) -> Customer:
    billing, customer_id = find_object(order, "billing"), find_text(order, "customer_id")
    names = [find_text(billing, name) for name in ("first_name", "last_name")]
    return Customer(
        id=None if customer_id == "0" else customer_id,
        name=find_text(billing, "company") or " ".join(filter(None, names)),
        email=find_text(billing, "email"),
        phone=find_text(billing, "phone"),
    )


def _read_lines(order: Json) -> Iterator[OrderLine]:
    """Products, shipping and fees; a fee below zero is a discount that somebody gave by hand."""
    taxes = {get_text(tax, "rate_id"): _name_tax(tax) for tax in list_objects(order, "tax_lines")}
    for line in list_objects(order, "line_items"):
        amount, before = _with_tax(line, "total"), _with_tax(line, "subtotal")
        yield OrderLine(
            id=get_text(line, "id"),
            kind=LineKind.PRODUCT,
            title=find_text(line, "name") or "",
            quantity=get_amount(line, "quantity"),
            amount=amount,
            discount=before - amount,
            tax=_join_taxes(line, taxes),
            sku=find_text(line, "sku"),
        )
    for name, kind in (("shipping_lines", LineKind.SHIPPING), ("fee_lines", LineKind.FEE)):
        for line in list_objects(order, name):
            title = find_text(line, "method_title" if kind is LineKind.SHIPPING else "name")
            yield OrderLine(
                id=get_text(line, "id"),
                kind=kind,
                title=title or kind.value.capitalize(),
                quantity=Decimal(1),
                amount=_with_tax(line, "total"),
                tax=_join_taxes(line, taxes),
            )


def _with_tax(line: Json, name: str) -> Decimal:
    return get_amount(line, name) + (find_amount(line, f"{name}_tax") or 0)


def _name_tax(tax: Json) -> str:
    label = find_text(tax, "label") or find_text(tax, "rate_code") or "Tax"
    return name_tax(label, find_amount(tax, "rate_percent"))


def _join_taxes(line: Json, taxes: dict[str, str]) -> str | None:
    """A tax of a line that comes to nothing is none."""
    named = [get_text(tax, "id") for tax in list_objects(line, "taxes") if find_amount(tax, "total")]
    return join_taxes(taxes.get(rate_id, f"Tax {rate_id}") for rate_id in named)


def _read_payment(order: Json, paid_on: date) -> OrderPayment:
    return OrderPayment("paid", get_amount(order, "total"), paid_on, find_text(order, "payment_method"))


def _read_refund(refund: Json, *, is_paid: bool) -> OrderRefund:
    """Where nothing was paid it only lowers what is owed. A refund made by hand went back too, by another way."""
    amount, made_on = abs(get_amount(refund, "amount")), find_date(refund, "date_created")
    if made_on is None:
        raise OrderUnreadable(f"Its refund {get_text(refund, 'id')} does not say when it was made.")
    return OrderRefund(
        id=get_text(refund, "id"),
        amount=amount,
        repaid=amount if is_paid else Decimal(0),
        refunded_on=made_on,
        reason=find_text(refund, "reason"),
    )
