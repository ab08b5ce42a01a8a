"""The partner's document and the canonical form, both ways (DESIGN section 8).

`from_document` reads a whole document (already checked for types by whoever took it in) as the partner's
projection; `to_document` writes a projection as the document that the partner's app should show. "Paid" is the
document's word alone: here it is payments and credits that cover the total.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.domain.record.fields import (
    LINE_ORDER,
    Fields,
    Value,
    decimal_text,
    instant_text,
    keys_of,
    line_keys,
    member,
    only_groups,
    pick,
    without_groups,
)
from app.domain.record.money import cents, covered, money_text
from app.domain.record.sides import Status

IMPLIED_PAYMENT = "paid-in-full"
"""The key of the payment that a document means when it says "paid" and what it lists does not cover the total."""

_IMPLIED_PATHS = tuple(f"payments/{IMPLIED_PAYMENT}/{name}" for name in ("amount", "paid_on", "method"))

TotalOf = Callable[[Fields], Decimal | None]

_DROPPABLE = ("number", "reason")
"""What of a credit is not said where a document leaves it out."""

_LINE_TEXTS = ("description", "category", "item_code", "tax")


def from_document(
    document: Mapping[str, Any], *, held: Fields, total_of: TotalOf, received_on: str
) -> dict[str, Value]:
    """The document in the partner's projection.

    `held` is what the partner was known to hold: it supplies the payments and credits where the document does not say
    them. `total_of` answers what an invoice comes to, or None; `received_on` dates a payment that is only implied.
    """
    fields = _header(document) | _lines(document["lines"])
    payments = document.get("payments")
    fields |= _unsaid_payments(held, total_of) if payments is None else _payments(payments)
    applied = document.get("credits")
    fields |= only_groups(held, "credits") if applied is None else _credits(applied, held)
    if document["status"] == "paid":
        total = total_of(fields) or _stated_total(document)
        if total is None:
            # Nobody can say what is due, so what "paid" stood for before is let be.
            return pick(held, _IMPLIED_PATHS) | fields
        return _as_paid(fields, held, total, received_on)
    if document["status"] == "cancelled" and payments != []:
        # Cancelling a paid invoice does not say that the money went back; that there are no payments at all says it.
        return pick(held, _IMPLIED_PATHS) | fields
    return fields


def _header(document: Mapping[str, Any]) -> dict[str, Value]:
    status = document["status"]
    return {
        "number": document.get("number") or None,
        "reference": document.get("reference") or None,
        "status": Status.SENT.value if status == "paid" else status,
        "sent_at": _instant(document.get("sent_at")),
        "currency": document["currency"],
        "amounts_are": document["amounts_are"],
        "issued_on": document["issued_on"],
        "due_on": document.get("due_on"),
        "url": document.get("url") or None,
        "job": document.get("job"),
        "contact": document["contact"]["id"],
        LINE_ORDER: [line["id"] for line in document["lines"]],
    }


def _lines(lines: Sequence[Mapping[str, Any]]) -> dict[str, Value]:
    fields: dict[str, Value] = {}
    for line in lines:
        prefix = f"lines/{line['id']}/"
        fields |= {prefix + name: line.get(name) or None for name in _LINE_TEXTS}
        fields[prefix + "quantity"] = _decimal(line.get("quantity"))
        fields[prefix + "unit_price"] = _decimal(line.get("unit_price"))
        discount = _decimal(line.get("discount_rate"))
        fields[prefix + "discount_rate"] = None if discount == "0" else discount
        if line.get("discount_amount") and Decimal(line["discount_amount"]):
            # There only where it is, so that documents of apps that know no such field say nothing of it.
            fields[prefix + "discount_amount"] = _decimal(line["discount_amount"])
    return fields


def _payments(payments: Sequence[Mapping[str, Any]]) -> dict[str, Value]:
    fields: dict[str, Value] = {}
    for payment in payments:
        prefix = f"payments/{payment['id']}/"
        fields[prefix + "amount"] = _decimal(payment["amount"])
        fields[prefix + "paid_on"] = payment["paid_on"]
        fields[prefix + "method"] = payment.get("method") or None
    return fields


def _credits(applied: Sequence[Mapping[str, Any]], held: Fields) -> dict[str, Value]:
    """Number and reason are kept where they are not said: an app that drops them does not mean another credit."""
    fields: dict[str, Value] = {}
    for credit in applied:
        prefix = f"credits/{credit['id']}/"
        fields[prefix + "kind"] = credit["kind"]
        fields[prefix + "amount"] = _decimal(credit["amount"])
        fields[prefix + "applied_on"] = credit["applied_on"]
        for name in _DROPPABLE:
            fields[prefix + name] = credit.get(name) or held.get(prefix + name)
    return fields


def as_listed(view: Fields, shadow: Fields, document: Mapping[str, Any]) -> dict[str, Value]:
    """What the app holds (`view`), with number and reason of its credits as its newest document lists them.

    An app may drop these two; a change that names them as what it holds would then be refused for ever. `shadow` is
    what that document was merged as: a credit that a change has brought since is held as that change said it.
    """
    listed = dict(view)
    for credit in document.get("credits") or ():
        prefix = f"credits/{credit['id']}/"
        names = [path for path in {*view, *shadow} if path.startswith(prefix)]
        if all(path in view and view[path] == shadow.get(path) for path in names):
            listed |= {
                prefix + name: credit.get(name) or None for name in _DROPPABLE if prefix + name in view
            }
    return listed


def without_implied(fields: Fields) -> dict[str, Value]:
    """The fields without the payment that was only implied."""
    return {path: value for path, value in fields.items() if path not in _IMPLIED_PATHS}


def with_implied_at_most(fields: Fields, due: Decimal) -> dict[str, Value]:
    """The fields with an implied payment of no more than what is due, or without it when nothing is."""
    path = f"payments/{IMPLIED_PAYMENT}/amount"
    if path not in fields or Decimal(fields[path]) <= due:
        return dict(fields)
    return {**fields, path: decimal_text(due)} if due > 0 else without_implied(fields)


def _unsaid_payments(held: Fields, total_of: TotalOf) -> dict[str, Value]:
    """The payments of a document that does not say them, which has taken back its word that the invoice is paid.

    Where payments or credits were taken off, the app was told that it is paid no more: that it says so now takes back
    nothing.
    """
    payments = only_groups(held, "payments")
    total = total_of(held) if IMPLIED_PAYMENT in keys_of(payments, "payments") else None
    is_part_paid = total is not None and covered(held) < cents(total)
    return payments if is_part_paid else without_implied(payments)


def _as_paid(fields: Fields, held: Fields, total: Decimal, received_on: str) -> dict[str, Value]:
    """The fields with what "paid" stands for beside the payments that are listed.

    An app that keeps the payment as we showed it lists it by its name: it is then as listed, or more where that does
    not cover the total.
    """
    others = without_implied(fields)
    if covered(fields) >= cents(total):
        return dict(fields) if covered(others) < cents(total) else others
    prefix, known = f"payments/{IMPLIED_PAYMENT}/", {**held, **fields}
    return others | {
        prefix + "amount": decimal_text(cents(total) - covered(others)),
        prefix + "paid_on": known.get(prefix + "paid_on") or received_on,
        prefix + "method": known.get(prefix + "method"),
    }


def _stated_total(document: Mapping[str, Any]) -> Decimal | None:
    total = document.get("total")
    return None if total is None else Decimal(total)


def to_document(
    invoice_id: str,
    fields: Fields,
    contacts: Mapping[str, Mapping[str, Any]],
    total: Decimal | None,
    fees: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The document that shows these fields; `contacts` has the details (name, email, phone) by contact id.

    `fees` are those of the app's payments by id, which are no fields: see `list_fees`.
    """
    header = {path: value for path, value in without_groups(fields, "lines").items() if "/" not in path}
    return {
        "id": invoice_id,
        "number": header.get("number"),
        "status": shown_status(fields, total),
        "sent_at": header.get("sent_at"),
        "currency": header.get("currency"),
        "amounts_are": header.get("amounts_are"),
        "issued_on": header.get("issued_on"),
        "due_on": header.get("due_on"),
        "reference": header.get("reference"),
        "url": header.get("url"),
        "job": header.get("job"),
        "contact": _contact(header.get("contact"), contacts),
        "lines": [to_line(fields, key) for key in line_keys(fields)],
        "payments": [
            to_payment(fields, key) | _fee_of(key, fees or {}) for key in keys_of(fields, "payments")
        ],
        "credits": [to_credit(fields, key) for key in keys_of(fields, "credits")],
        "total": None if total is None else money_text(cents(total)),
    }


def shown_status(fields: Fields, total: Decimal | None) -> str | None:
    """The document's status: a sent invoice whose payments and credits cover its total is paid."""
    status: str | None = fields.get("status")
    if status == Status.SENT and total and covered(fields) >= cents(total):
        return "paid"
    return status


def to_line(fields: Fields, key: str) -> dict[str, Any]:
    """One line as the document shows it."""
    price, discount = (member(fields, "lines", key, name) for name in ("unit_price", "discount_amount"))
    return {
        "id": key,
        "description": member(fields, "lines", key, "description"),
        "quantity": member(fields, "lines", key, "quantity"),
        "unit_price": None if price is None else money_text(price),
        "category": member(fields, "lines", key, "category"),
        "item_code": member(fields, "lines", key, "item_code"),
        "discount_rate": member(fields, "lines", key, "discount_rate"),
        "discount_amount": None if discount is None else money_text(discount),
        "tax": member(fields, "lines", key, "tax"),
    }


def to_payment(fields: Fields, key: str) -> dict[str, Any]:
    """One payment as the document shows it."""
    prefix = f"payments/{key}/"
    return {
        "id": key,
        "amount": money_text(fields[prefix + "amount"]),
        "paid_on": fields.get(prefix + "paid_on"),
        "method": fields.get(prefix + "method"),
    }


def list_fees(document: Mapping[str, Any]) -> dict[str, str] | None:
    """The fees of a document's payments by id; None where it says nothing of payments.

    What a card payment cost the business is the app's alone: it is shown again and never merged, so no fee can make a
    conflict, keep a payment alive or reach Xero.
    """
    payments = document.get("payments")
    if payments is None:
        return None
    return {payment["id"]: payment["fee"] for payment in payments if payment.get("fee") is not None}


def _fee_of(key: str, fees: Mapping[str, str]) -> dict[str, str]:
    return {"fee": money_text(fees[key])} if key in fees else {}


def to_credit(fields: Fields, key: str) -> dict[str, Any]:
    """One credit as the document shows it."""
    prefix = f"credits/{key}/"
    return {
        "id": key,
        "kind": fields.get(prefix + "kind"),
        "amount": money_text(fields[prefix + "amount"]),
        "applied_on": fields.get(prefix + "applied_on"),
        "number": fields.get(prefix + "number"),
        "reason": fields.get(prefix + "reason"),
    }


def _contact(contact_id: str | None, contacts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    if contact_id is None:
        return None
    details = contacts.get(contact_id, {})
    return {"id": contact_id} | {name: details.get(name) for name in ("name", "email", "phone")}


def _instant(value: str | None) -> str | None:
    return None if value is None else instant_text(datetime.fromisoformat(value))


def _decimal(value: str | None) -> str | None:
    return None if value is None else decimal_text(value)
