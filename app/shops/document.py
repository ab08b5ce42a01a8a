"""The partner's document that an order makes: the only place where an order becomes an invoice.

Store credit that was given for it is an invoice beside it (`store_credit`).

Amounts are tax inclusive, so the lines come to what the customer was told, to the cent, and Xero works the tax out of
them. A line stands there before its discount; what was taken off is one negative line for each tax, which can go to an
account of its own. What was given back is a credit note, and lowers the payments as far as it went back in money, so
that the total is what was paid and kept, what was credited, and what is still due.

What cannot be told without a doubt is not told: `OrderUnreadable` says why.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.domain.record.money import CENT, cents, line_amount, money_text
from app.shops.order import (
    EACH,
    BookedUnder,
    Customer,
    Customers,
    LineKind,
    OrderLine,
    OrderPayment,
    OrderRefund,
    OrderState,
    ShopOrder,
)
from app.shops.platform import OrderUnreadable

DISCOUNT, GENERAL = "discount", "general"
"""Categories of the lines that no order has of its own."""

BESIDE = ".credit."
"""Between an order's id and its refund's, in the id of an invoice beside the order's."""

OTHER_PLACES = frozenset({
    "BHD", "BIF", "CLF", "CLP", "DJF", "GNF", "IQD", "ISK", "JOD", "JPY", "KMF", "KRW", "KWD",
    "LYD", "OMR", "PYG", "RWF", "TND", "UGX", "UYI", "UYW", "VND", "VUV", "XAF", "XOF", "XPF",
})  # fmt: skip
"""Currencies whose amounts have other than two places (ISO 4217)."""

LONGEST_SKU = 30
LONGEST_LINE, _LONGEST_TITLE, _LONGEST_WORD = 255, 4_000, 64
_IDENTITY = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_UNIT = Decimal("0.0001")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STATUS = {OrderState.UNPLACED: "draft", OrderState.PLACED: "sent", OrderState.CANCELLED: "cancelled"}


def name_invoice(platform: str, order_id: str) -> str:
    """The partner's id of an order's invoice."""
    return f"{platform}.{order_id}"


def name_store_credit(platform: str, order_id: str, refund_id: str) -> str:
    """The partner's id of the invoice that tells what a refund gave as store credit."""
    return f"{name_invoice(platform, order_id)}{BESIDE}{refund_id}"


def find_order_id(platform: str, invoice_id: str) -> str | None:
    """The order's id out of its invoice's, or of one beside it; None where it is no invoice of such a shop."""
    prefix = f"{platform}."
    return invoice_id.removeprefix(prefix).partition(BESIDE)[0] if invoice_id.startswith(prefix) else None


def find_version(changed_at: datetime) -> int:
    """The version of a document: the instant of the order's last change, in milliseconds."""
    return (changed_at - _EPOCH) // timedelta(milliseconds=1)


def build_document(platform: str, order: ShopOrder, booked_under: BookedUnder = EACH) -> dict[str, Any]:
    """The document of an order, as a partner would PUT it; raises `OrderUnreadable`."""
    invoice_id = name_invoice(platform, order.id)
    if not _IDENTITY.fullmatch(invoice_id) or BESIDE in invoice_id:
        raise OrderUnreadable("Its id has characters, or a length, that an invoice's id cannot have.")
    _check_money(order)
    is_placed, lines = order.state is OrderState.PLACED, _build_lines(order)
    if is_placed and not lines:
        raise OrderUnreadable("It has no lines.")
    total = _add_up(lines)
    return {
        "id": invoice_id,
        "number": order.number[:LONGEST_LINE],
        "version": find_version(order.changed_at),
        # Nothing is ever written into a shop, so no revision of ours is in what it says.
        "based_on": 0,
        "status": _STATUS[order.state],
        "sent_at": order.placed_at.astimezone(UTC).isoformat() if is_placed else None,
        "currency": order.currency,
        "amounts_are": "tax_inclusive" if any(line["tax"] for line in lines) else "no_tax",
        "issued_on": order.placed_on.isoformat(),
        # A shop gives no time to pay; Xero takes no invoice without a day.
        "due_on": order.placed_on.isoformat(),
        "reference": order.note[:LONGEST_LINE] if order.note else None,
        "url": order.url if order.url and order.url.startswith(("https://", "http://")) else None,
        "contact": build_contact(platform, order, booked_under),
        "lines": lines,
        "payments": [_show_payment(one) for one in _keep_payments(order)] if is_placed else [],
        "credits": [_show_refund(one) for one in order.refunds if cents(one.credited) > 0]
        if is_placed
        else [],
        "total": money_text(total) if total >= 0 else None,
    }


def _check_money(order: ShopOrder) -> None:
    if order.currency in OTHER_PLACES:
        raise OrderUnreadable(f"It is in {order.currency}, whose amounts do not have two decimal places.")
    if order.total < 0:
        raise OrderUnreadable(f"Its total is {money_text(order.total)}; an invoice cannot be below zero.")
    if order.state is OrderState.PLACED:
        given_back = sum((cents(refund.amount) for refund in order.refunds), Decimal(0))
        if given_back > cents(order.total):
            # Xero has no room for more on an invoice; with the payments taken off, all of it would seem to be due.
            raise OrderUnreadable(
                f"{money_text(given_back)} of it was given back, and its total is {money_text(cents(order.total))}."
            )
        for payment in order.payments:
            if payment.amount < 0:
                raise OrderUnreadable(
                    f"Its payment {payment.id} is {money_text(payment.amount)}, below zero."
                )
        _check_owed(order)


def _check_owed(order: ShopOrder) -> None:
    """Xero takes no credit for more than is due; what is paid after the last one is for `overpayments` to settle."""
    crediting = [refund for refund in order.refunds if cents(refund.credited) > 0]
    if not crediting:
        return
    credited = sum((cents(refund.credited) for refund in crediting), Decimal(0))
    last_on = max(refund.refunded_on for refund in crediting)
    paid = sum((one.amount for one in _keep_payments(order) if one.paid_on <= last_on), Decimal(0))
    owed = credited + paid - cents(order.total)
    if owed > 0:
        raise OrderUnreadable(
            f"{money_text(credited)} of it was credited, {money_text(paid)} was paid and kept, and its total is "
            f"{money_text(cents(order.total))}: {money_text(owed)} is owed to the customer. It is taken once the shop "
            "says that this was given back."
        )


# lines


def _build_lines(order: ShopOrder) -> list[dict[str, Any]]:
    """The order's lines, what was taken off, and the cents by which a shop's own rounding is off."""
    lines = [_build_line(line) for line in order.lines]
    lines += _build_discounts(order.lines)
    apart = cents(order.total) - _add_up(lines)
    if not apart or order.state is not OrderState.PLACED:
        # One that is not placed yet may be half written; a cancelled one must be told, whatever it came to.
        return lines
    if abs(apart) > len(order.lines) * CENT:
        raise OrderUnreadable(
            f"Its lines come to {money_text(_add_up(lines))}, and its total is {money_text(cents(order.total))}."
        )
    # No supply of anything, so no tax is on it.
    return [*lines, show_line("rounding", "Rounding", apart, GENERAL, None)]


def _add_up(lines: Sequence[Mapping[str, Any]]) -> Decimal:
    amounts = (line_amount(Decimal(line["quantity"]), Decimal(line["unit_price"])) for line in lines)
    return sum(amounts, Decimal("0.00"))


def _build_line(line: OrderLine) -> dict[str, Any]:
    """A line before its discount. Where quantity and price do not come to its amount to the cent, it is one of all."""
    amount = cents(line.amount) + cents(line.discount)
    title = line.title.strip() or line.sku or "Item"
    category = None if line.kind is LineKind.PRODUCT else line.kind.value
    price = _find_price(amount, line.quantity)
    if price is None and line.quantity != 1:
        title = f"{line.quantity.normalize():f} x {title}"
    shown = show_line(identify(line.id), title, amount, category, line.tax)
    if price is not None:
        shown |= {"quantity": f"{line.quantity.normalize():f}", "unit_price": money_text(price)}
    if line.kind is LineKind.PRODUCT and line.sku and len(line.sku) <= LONGEST_SKU:
        shown["item_code"] = line.sku
    return shown


def _find_price(amount: Decimal, quantity: Decimal) -> Decimal | None:
    """The price of one, with as few of at most four places as will do; None where none comes to the amount."""
    if quantity <= 0 or quantity != quantity.quantize(_UNIT) or quantity >= 10**9:
        return None
    for places in (CENT, _UNIT):
        price = (amount / quantity).quantize(places, rounding=ROUND_HALF_UP)
        if line_amount(quantity, price) == amount:
            return price
    return None


def _build_discounts(lines: Sequence[OrderLine]) -> Iterator[dict[str, Any]]:
    """One line for each tax, in the order of the taxes' names."""
    taken_off: dict[str | None, Decimal] = {}
    for line in lines:
        taken_off[line.tax] = taken_off.get(line.tax, Decimal(0)) + cents(line.discount)
    for tax in sorted(taken_off, key=lambda word: word or ""):
        if taken_off[tax]:
            # By the tax's name, so that it stays the same line when another tax is added.
            line_id = f"discount.{hash_text(tax)[:12]}" if tax else "discount"
            yield show_line(line_id, "Discount", -taken_off[tax], DISCOUNT, tax)


def show_line(
    line_id: str, title: str, amount: Decimal, category: str | None, tax: str | None
) -> dict[str, Any]:
    """One line, as a document has it."""
    return {
        "id": line_id,
        "description": title[:_LONGEST_TITLE],
        "quantity": "1",
        "unit_price": money_text(amount),
        "category": category,
        "item_code": None,
        "tax": tax[:_LONGEST_WORD] if tax else None,
    }


# payments and credits


def _keep_payments(order: ShopOrder) -> list[OrderPayment]:
    """The payments less what of them went back: of those that were made by then, the newest first.

    A payment is never edited: one of which a part went back is another payment, of what is left. It is named by how
    much went back, since a shop may list refunds of one day otherwise next time.
    """
    paid = sorted(order.payments, key=lambda one: (one.paid_on, len(one.id), one.id))
    left = [cents(one.amount) for one in paid]
    for refund in sorted(order.refunds, key=lambda one: one.refunded_on):
        went_back = cents(refund.repaid)
        for place in _rank(paid, refund):
            share = max(Decimal(0), min(went_back, left[place]))
            left[place], went_back = left[place] - share, went_back - share
    return [_lower(one, amount) for one, amount in zip(paid, left, strict=True) if amount > 0]


def _rank(paid: Sequence[OrderPayment], refund: OrderRefund) -> list[int]:
    """Places of the payments that a refund is of, the likeliest first: a later one only where no other is left."""
    newest_first = reversed(range(len(paid)))
    return sorted(newest_first, key=lambda place: paid[place].paid_on > refund.refunded_on)


def _lower(payment: OrderPayment, left: Decimal) -> OrderPayment:
    went_back = cents(payment.amount) - left
    name = f"{payment.id}.less.{money_text(went_back)}" if went_back else payment.id
    return replace(payment, id=name, amount=left)


def _show_payment(payment: OrderPayment) -> dict[str, Any]:
    shown = {
        "id": identify(payment.id),
        "amount": money_text(payment.amount),
        "paid_on": payment.paid_on.isoformat(),
        "method": payment.method[:_LONGEST_WORD] if payment.method else None,
    }
    return shown | ({"fee": money_text(cents(payment.fee))} if payment.fee and payment.fee > 0 else {})


def _show_refund(refund: OrderRefund) -> dict[str, Any]:
    return {
        "id": identify(refund.id),
        "kind": "credit_note",
        "amount": money_text(cents(refund.credited)),
        "applied_on": refund.refunded_on.isoformat(),
        "reason": refund.reason[:LONGEST_LINE] if refund.reason else None,
    }


# the customer


def build_contact(platform: str, order: ShopOrder, booked_under: BookedUnder) -> dict[str, Any]:
    """Whom the order is booked under."""
    if booked_under.customers is Customers.ONE:
        # No customer of a shop has an id with a colon.
        return {"id": f"{platform}:customers", "name": booked_under.name, "email": None, "phone": None}
    customer, is_by_email = order.customer, booked_under.customers is Customers.BY_EMAIL
    email = (customer.email or "").strip()
    phone = (customer.phone or "").strip()
    name = customer.name.strip()
    if is_by_email and name and email:
        name = f"{name[: max(1, LONGEST_LINE - len(email) - 3)]} ({email})"
    known = replace(customer, id=None) if is_by_email and email else customer
    return {
        "id": identify(_name_customer(platform, order.id, known)),
        "name": (name or email or f"Guest of order {order.number}")[:LONGEST_LINE],
        "email": email[:LONGEST_LINE] or None,
        "phone": phone[:LONGEST_LINE] or None,
    }


def _name_customer(platform: str, order_id: str, customer: Customer) -> str:
    if customer.id:
        return f"{platform}.{customer.id}"
    email = (customer.email or "").strip().lower()
    return f"guest-{hash_text(email)[:32]}" if email else f"guest-{platform}.{order_id}"


def identify(text: str) -> str:
    """The id as it is where a document can hold it, else a digest of it, which stays the same too."""
    return text if _IDENTITY.fullmatch(text) else f"id-{hash_text(text)[:32]}"


def hash_text(text: str) -> str:
    """A digest, of as many characters as will do."""
    return hashlib.sha256(text.encode()).hexdigest()
