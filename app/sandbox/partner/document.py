"""The partner's document: how the app fills, edits and totals it.

Everything here is pure: a document goes in, a new one comes out, and the one given is never touched.
Documents are plain JSON objects, as they travel. What people leave out is filled with what a plumber's
invoice would say. Whether Plumbline accepts the result is for Plumbline to say: but for numbers that are
numbers, nothing is checked here, so that bad input can be tried too.
"""

import copy
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Document = dict[str, Any]

PAYMENT_TERM = timedelta(days=14)
CENT = Decimal("0.01")
LINE_DEFAULTS: Document = {
    "description": "Supply and fit 250 L unit",
    "quantity": "1",
    "unit_price": "1890.00",
    "category": "general",
    "item_code": None,
    "discount_rate": None,
    "discount_amount": None,
    "tax": "gst",
}
CONTACT_DEFAULTS: Document = {
    "id": "cus_17",
    "name": "Kim Tran",
    "email": "kim@example.com",
    "phone": "0400 000 000",
}


def build_document(said: Document, *, serial: int, now: datetime) -> Document:
    """The first version: `said` by a person, the rest filled in; `serial` numbers what has no id."""
    issued_on = now.date()
    document: Document = {
        "id": f"inv_{serial}",
        "number": f"JOB-{serial}",
        "version": 1,
        "based_on": None,
        "status": "draft",
        "sent_at": None,
        "currency": "AUD",
        "amounts_are": "tax_inclusive",
        "issued_on": issued_on.isoformat(),
        "due_on": (issued_on + PAYMENT_TERM).isoformat(),
        "reference": None,
        "url": None,
        "job": None,
        "contact": CONTACT_DEFAULTS,
        "lines": [{}],
        "payments": [],
        "credits": [],
    }
    return finish_document({**document, **copy.deepcopy(said)}, said, now)


def edit_document(document: Document, changes: Document, now: datetime) -> Document:
    """The next version after a person's edit.

    `changes` holds header fields, and `lines` either as the whole list or as {line id: fields | None to
    delete}; an id that is not there yet adds a line. A contact is merged unless its id differs: then it is
    another customer.
    """
    edited = copy.deepcopy(document)
    for field, value in copy.deepcopy(changes).items():
        if field == "lines" and isinstance(value, dict):
            edited["lines"] = edit_lines(edited["lines"], value)
        elif field == "contact" and value.get("id", edited["contact"]["id"]) == edited["contact"]["id"]:
            edited["contact"] = {**edited["contact"], **value}
        else:
            edited[field] = value
    edited["version"] = document["version"] + 1
    return finish_document(edited, changes, now)


def edit_lines(lines: list[Document], changes: dict[str, Document | None]) -> list[Document]:
    """`lines` with the named ones changed, deleted (None) or added at the end."""
    by_id: dict[str, Document | None] = {line["id"]: line for line in lines}
    for line_id, change in changes.items():
        by_id[line_id] = None if change is None else {"id": line_id, **(by_id.get(line_id) or {}), **change}
    return [line for line in by_id.values() if line is not None]


def finish_document(document: Document, said: Document, now: datetime) -> Document:
    """Fill what follows from the rest: line and contact defaults, when it was sent, and the total.

    A `total` that a person said stands as said for this version, right or wrong.
    """
    numbered = enumerate(document["lines"], start=1)
    document["lines"] = [{"id": f"l{n}", **LINE_DEFAULTS, **line} for n, line in numbered]
    missing = CONTACT_DEFAULTS if "id" not in document["contact"] else dict.fromkeys(CONTACT_DEFAULTS)
    document["contact"] = {**missing, **document["contact"]}
    if document["status"] != "draft" and document["sent_at"] is None and "sent_at" not in said:
        document["sent_at"] = format_instant(now)
    if "total" not in said:
        set_total(document)
    return document


def set_total(document: Document) -> None:
    """Put the total that the lines add up to, or none where it takes tax rates that the app does not keep."""
    document.pop("total", None)
    if document["amounts_are"] != "tax_exclusive":
        document["total"] = str(sum((line_amount(line) for line in document["lines"]), Decimal("0.00")))


def line_amount(line: Document) -> Decimal:
    """What one line comes to after its discount, by rate or by amount, to the cent; a mere description to nothing."""
    amount = Decimal(line["quantity"] or 1) * Decimal(line["unit_price"] or 0)
    discounted = amount * (100 - Decimal(line["discount_rate"] or 0)) / 100
    discounted -= Decimal(line.get("discount_amount") or 0)
    return discounted.quantize(CENT, ROUND_HALF_UP)


def pay_document(document: Document, payment: Document, now: datetime) -> Document:
    """The next version with one payment more; paid once the payments cover a total that is known."""
    payments = list(document["payments"] or [])
    defaults = {"id": f"p{len(payments) + 1}", "paid_on": now.date().isoformat(), "method": None}
    payments.append({**defaults, **payment})
    status = covered_status({**document, "payments": payments})
    return edit_document(document, {"payments": payments, "status": status}, now)


def credit_document(document: Document, credit: Document, now: datetime) -> Document:
    """The next version with one credit more (`kind`, `amount`); paid once it covers what payments do not."""
    credits_held = list(document.get("credits") or [])
    defaults = {"id": f"c{len(credits_held) + 1}", "applied_on": now.date().isoformat()}
    credits_held.append({**defaults, "number": None, "reason": None, **credit})
    status = covered_status({**document, "credits": credits_held})
    return edit_document(document, {"credits": credits_held, "status": status}, now)


def covered_status(document: Document) -> str:
    """Paid once payments and credits cover a total that is known, else the status that it has."""
    settling = [*(document.get("payments") or []), *(document.get("credits") or [])]
    total = Decimal(document.get("total", "Infinity"))
    is_covered = sum(Decimal(each["amount"]) for each in settling) >= total
    return "paid" if is_covered else str(document["status"])


def format_instant(at: datetime) -> str:
    """An aware UTC instant as the protocol writes it, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
