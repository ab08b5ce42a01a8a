"""The document that says what the sample record says, and the ways to read it with the sample's maps and rates."""

from decimal import Decimal
from typing import Any

from app.domain.partner.document import IMPLIED_PAYMENT, from_document
from app.domain.record.coupling import refresh_unmapped
from app.domain.record.fields import Fields
from app.domain.record.money import totals
from tests.unit.domain.samples import ORGANISATION, VOCABULARY

CONTACT = {"id": "cus_17", "name": "Kim Tran", "email": "kim@example.com", "phone": None}
CONTACTS = {"cus_17": {"name": "Kim Tran", "email": "kim@example.com", "phone": None}}
DOCUMENT: dict[str, Any] = {
    "id": "inv_8801",
    "number": "INV-0042",
    "status": "sent",
    "sent_at": "2026-11-20T03:15:00Z",
    "currency": "AUD",
    "amounts_are": "tax_inclusive",
    "issued_on": "2026-11-20",
    "due_on": "2026-12-04",
    "reference": "PO 1177",
    "url": "https://app.example/i/8801",
    "job": {"id": "job_311", "name": "Hot water system, 4 Wattle St"},
    "contact": CONTACT,
    "lines": [
        {
            "id": "l1",
            "description": "Supply 250 L unit",
            "quantity": "1",
            "unit_price": "880.00",
            "category": "materials",
            "item_code": None,
            "discount_rate": None,
            "discount_amount": None,
            "tax": "gst",
        },
        {
            "id": "l2",
            "description": "Fit it",
            "quantity": "2",
            "unit_price": "110.00",
            "category": None,
            "item_code": None,
            "discount_rate": None,
            "discount_amount": None,
            "tax": "gst",
        },
    ],
    "payments": [],
    "credits": [],
    "total": "1100.00",
}
P1 = {"id": "p1", "amount": "500.00", "paid_on": "2026-11-21", "method": "card"}
IMPLIED = f"payments/{IMPLIED_PAYMENT}/"


def total_of(fields: Fields) -> Decimal | None:
    """What an invoice comes to by the sample's maps and rates."""
    known = totals(refresh_unmapped(fields, VOCABULARY), ORGANISATION.rates())
    return known.total if known else None


def read(
    document: dict[str, Any], held: dict[str, Any] | None = None, total: Any = total_of
) -> dict[str, Any]:
    """The document in canonical form."""
    return from_document(document, held=held or {}, total_of=total, received_on="2026-11-22")


def payments_of(fields: dict[str, Any]) -> dict[str, Any]:
    """The payments alone."""
    return {path: value for path, value in fields.items() if path.startswith("payments/")}


def without(*names: str, **differing: Any) -> dict[str, Any]:
    """The sample document without those fields, and with others."""
    return {name: value for name, value in DOCUMENT.items() if name not in names} | differing
