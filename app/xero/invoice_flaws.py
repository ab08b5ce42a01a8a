"""Whether an invoice's element can be believed: what an invoice always says is there, and it adds up.

The readers take what is missing for the least that it can mean. Of a linked invoice that would be an edit: a line or a
payment gone, a sum of nothing, a draft that was approved before. So an element that lacks what every sales invoice of
its status has, or says it in a word or a form that we do not know, or whose sums contradict each other, is told as
flawed, and nothing of it is taken in. Pure; it gives the first flaw in words, for a person.

The sums are Xero's own rules (FACTS 4.4). They are held with some cents to spare, for how Xero rounds is not known, and
left out where the element does not show all that belongs to them. What may be missing by right, as an item code, is
not asked for.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from app.domain.xero.xero_invoice import DRAFTS
from app.xero.json_values import (
    Json,
    read_date,
    read_decimal,
    read_instant,
    read_object,
    read_objects,
    read_text,
)
from app.xero.words import AMOUNTS_ARE_OF

_APPROVED = frozenset({"AUTHORISED", "PAID"})
_OVER = frozenset({"VOIDED", "DELETED"})
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST_NUMBER = 1000
_CENT = Decimal("0.01")
_ROUNDING = Decimal("0.10")
"""Xero's own RoundingAmount at the most, which lists do not show (FACTS 4.4)."""

_NUMBERS_OF_A_LINE = ("Quantity", "UnitAmount", "LineAmount", "TaxAmount", "DiscountRate", "DiscountAmount")


def find_flaw(element: Json) -> str | None:
    """What is wrong with an invoice's element, or None. Bills are nobody's concern here."""
    return next(_list_flaws(element), None)


def is_id(text: str | None) -> bool:
    """Whether it may be one of Xero's ids, or of its codes, as of a currency: letters and digits."""
    return text is not None and _ID.fullmatch(text) is not None


def _list_flaws(element: Json) -> Iterator[str]:
    kind, status = read_text(element, "Type"), read_text(element, "Status")
    if not is_id(read_text(element, "InvoiceID")):
        yield "it has no InvoiceID"
    if kind == "ACCPAY":
        return
    if kind != "ACCREC":
        yield f"its Type is {_quote(kind)}"
    if status not in _APPROVED | _OVER | DRAFTS:
        yield f"its Status is {_quote(status)}"
    if status in _APPROVED | DRAFTS:
        yield from _list_flaws_of_the_header(element)
    if status in _APPROVED:
        yield from _list_flaws_of_the_approved(element)


def _list_flaws_of_the_header(element: Json) -> Iterator[str]:
    if read_text(element, "LineAmountTypes") not in AMOUNTS_ARE_OF:
        yield f"its LineAmountTypes is {_quote(read_text(element, 'LineAmountTypes'))}"
    if not is_id(read_text(read_object(element, "Contact"), "ContactID")):
        yield "its Contact has no ContactID"
    if not isinstance(element.get("SentToContact", False), bool):
        yield "its SentToContact is neither true nor false"
    if (read_instant(element, "UpdatedDateUTC") or read_instant(element, "UpdatedDateUTCString")) is None:
        yield "its UpdatedDateUTC is no instant"


def _list_flaws_of_the_approved(element: Json) -> Iterator[str]:
    if not 0 < len(read_text(element, "InvoiceNumber") or "") <= _LONGEST_NUMBER:
        yield "it has no InvoiceNumber"
    if not is_id(read_text(element, "CurrencyCode")):
        yield "it has no CurrencyCode"
    if (read_date(element, "Date") or read_date(element, "DateString")) is None:
        yield "its Date is no day"
    for name in ("Total", "AmountDue", "AmountPaid"):
        if read_decimal(element, name) is None:
            yield f"its {name} is no amount"
    lines, payments = element.get("LineItems"), element.get("Payments")
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        yield "its LineItems is no list of lines"
    for line in read_objects(element, "LineItems"):
        yield from _list_flaws_of_a_line(line)
    if isinstance(payments, list) and not all(isinstance(payment, dict) for payment in payments):
        yield "its Payments is no list of payments"
    for payment in read_objects(element, "Payments"):
        yield from _list_flaws_of_a_payment(payment)
    yield from _list_wrong_sums(element)


def _list_flaws_of_a_line(line: Json) -> Iterator[str]:
    if not is_id(read_text(line, "LineItemID")):
        yield "one of its lines has no LineItemID"
    for name in _NUMBERS_OF_A_LINE:
        if line.get(name) is not None and read_decimal(line, name) is None:
            yield f"the {name} of one of its lines is no number"
    amount, quantity, price = (read_decimal(line, name) for name in ("LineAmount", "Quantity", "UnitAmount"))
    if not amount:
        return
    if quantity is None or price is None:
        yield "one of its lines has an amount, and not both quantity and price"
    elif not any(
        abs(whole - amount) <= _CENT * 2 + abs(quantity) * _CENT / 100
        for whole in _reckon(line, quantity, price)
    ):
        yield "the LineAmount of one of its lines is not what its quantity and price come to"


def _reckon(line: Json, quantity: Decimal, price: Decimal) -> list[Decimal]:
    """What the line comes to, by each form of its discount: there may be both, and one of them rounded."""
    rate, off = (read_decimal(line, name) for name in ("DiscountRate", "DiscountAmount"))
    whole = quantity * price
    return [whole - part for part in (rate and whole * rate / 100, off) if part] or [whole]


def _list_flaws_of_a_payment(payment: Json) -> Iterator[str]:
    if not is_id(read_text(payment, "PaymentID")):
        yield "one of its payments has no PaymentID"
    if read_decimal(payment, "Amount") is None:
        yield "the Amount of one of its payments is no amount"
    if (read_date(payment, "Date") or read_date(payment, "DateString")) is None:
        yield "the Date of one of its payments is no day"


def _list_wrong_sums(element: Json) -> Iterator[str]:
    total, due, paid = (read_decimal(element, name) for name in ("Total", "AmountDue", "AmountPaid"))
    credited, tax = read_decimal(element, "AmountCredited"), read_decimal(element, "TotalTax")
    if total is None or due is None or paid is None:
        return
    # Under the Construction Industry Scheme something else is taken off besides.
    if not read_decimal(element, "CISDeduction"):
        rest = total - due - paid - (credited or 0)
        if rest < -_CENT or (credited is not None and rest > _CENT):
            yield "its Total is not what is due, paid and credited together"
    amounts = [read_decimal(line, "LineAmount") for line in read_objects(element, "LineItems")]
    shown = [amount for amount in amounts if amount is not None]
    on_top = tax if element.get("LineAmountTypes") == "Exclusive" else Decimal(0)
    if on_top is None or len(shown) < len(amounts):
        return
    if abs(sum(shown, on_top) - total) > _ROUNDING + _CENT * len(amounts):
        yield "its lines do not add up to its Total"


def are_all_shown(parts: Sequence[Json], said: Decimal | None) -> bool:
    """Whether payments come to what the invoice says is paid; where it does not say, they are believed."""
    amounts = [read_decimal(part, "Amount") or Decimal(0) for part in parts]
    return said is None or abs(sum(amounts, Decimal(0)) - said) <= _CENT


def _quote(word: str | None) -> str:
    return "missing" if word is None else repr(word[:40])
