"""The invoice, the organisation and the maps that the tests of the domain start from, each with a way to vary it.

One Australian invoice of 1,100.00 including GST, with two lines and no payment. A test names only what differs from it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.domain.connections.connection import Connection, ConnectionState
from app.domain.connections.settings import ConnectionSettings
from app.domain.record.coupling import Vocabulary
from app.domain.record.fields import ABSENT
from app.domain.xero.organisation import Account, Organisation, TaxRate
from app.domain.xero.xero_invoice import XeroInvoice, XeroLine

AT = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)

RECORD: dict[str, Any] = {
    "number": "INV-0042",
    "reference": "PO 1177",
    "status": "sent",
    "sent_at": "2026-11-20T03:15:00Z",
    "is_sent": True,
    "currency": "AUD",
    "amounts_are": "tax_inclusive",
    "issued_on": "2026-11-20",
    "due_on": "2026-12-04",
    "url": "https://app.example/i/8801",
    "job": {"id": "job_311", "name": "Hot water system, 4 Wattle St"},
    "contact": "cus_17",
    "line_order": ["l1", "l2"],
    "lines/l1/description": "Supply 250 L unit",
    "lines/l1/quantity": "1",
    "lines/l1/unit_price": "880",
    "lines/l1/discount_rate": None,
    "lines/l1/item_code": None,
    "lines/l1/item": None,
    "lines/l1/category": "materials",
    "lines/l1/tax": "gst",
    "lines/l1/account": "210",
    "lines/l1/tax_type": "OUTPUT",
    "lines/l2/description": "Fit it",
    "lines/l2/quantity": "2",
    "lines/l2/unit_price": "110",
    "lines/l2/discount_rate": None,
    "lines/l2/item_code": None,
    "lines/l2/item": None,
    "lines/l2/category": None,
    "lines/l2/tax": "gst",
    "lines/l2/account": "200",
    "lines/l2/tax_type": "OUTPUT",
}

SPARSE = {"lines/l1/discount_amount": "1.5", "lines/l1/tracking": {"Region": "North"}}
"""Members that a line has only where they say something."""

VOCABULARY = Vocabulary(
    accounts={"general": "200", "materials": "210"}, taxes={"gst": "OUTPUT", "none": "EXEMPTOUTPUT"}
)


def connection(**differing: Any) -> Connection:
    """An active connection to the sample organisation that is in step and has nothing chosen."""
    usual = Connection(
        id=UUID(int=2),
        partner_id=UUID(int=3),
        business_id="biz_1",
        display_name="Wattle Plumbing",
        state=ConnectionState.ACTIVE,
        reason=None,
        since_at=AT,
        tenant_id="t1",
        settings=ConnectionSettings(),
        settings_version=1,
        organisation=ORGANISATION,
        organisation_fetched_at=AT,
        generation=1,
        settled_generation=1,
        retry_at=None,
        retry_reason=None,
        retries=0,
        sweep_due=False,
        swept_to=None,
        swept_at=AT,
        created_at=AT,
    )
    return replace(usual, **differing)


def account(code: str | None, **differing: Any) -> Account:
    """An active revenue account with that code; its id is `id-<code>`."""
    usual = Account(f"id-{code}", code, f"Account {code}", "REVENUE", "REVENUE", "ACTIVE", False, False)
    return replace(usual, **differing)


def tax_rate(tax_type: str, rate: str, **differing: Any) -> TaxRate:
    """An active tax rate for sales."""
    return replace(TaxRate(tax_type, tax_type.title(), Decimal(rate), "ACTIVE", True), **differing)


BANK = account(None, account_id="id-bank", name="Bank", type="BANK", account_class="ASSET")

ORGANISATION = Organisation(
    name="Wattle Plumbing",
    country="AU",
    base_currency="AUD",
    short_code="!wtl",
    currencies=("AUD", "NZD"),
    accounts=(
        account("200"),
        account("210"),
        account("205", status="ARCHIVED"),
        account("321", is_system=True, system="CISLIABILITY"),
        account("400", type="EXPENSE", account_class="EXPENSE"),
        BANK,
    ),
    tax_rates=(
        tax_rate("OUTPUT", "10", classes=("REVENUE",)),
        tax_rate("EXEMPTOUTPUT", "0"),
        tax_rate("INPUT", "10", applies_to_revenue=False, classes=("EXPENSE",)),
    ),
)


def changed(fields: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """These fields with those changes; the value ABSENT takes a path away."""
    return {path: value for path, value in {**fields, **changes}.items() if value is not ABSENT}


def record(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The sample record, varied."""
    return changed(RECORD, changes or {})


def without_line(fields: Mapping[str, Any], key: str) -> dict[str, Any]:
    """These fields without that line."""
    kept = {path: value for path, value in fields.items() if not path.startswith(f"lines/{key}/")}
    return kept | {"line_order": [other for other in fields["line_order"] if other != key]}


def payment(key: str, amount: str, paid_on: str = "2026-11-21", **more: Any) -> dict[str, Any]:
    """A payment's fields; `method` only where it is given, as Xero has none."""
    members = {"amount": amount, "paid_on": paid_on, **more}
    return {f"payments/{key}/{name}": value for name, value in members.items()}


def credit(key: str, amount: str, kind: str = "credit_note", **more: Any) -> dict[str, Any]:
    """A credit's fields; `reason` only where it is given, as Xero has none."""
    members = {"kind": kind, "amount": amount, "applied_on": "2026-11-21", "number": None, **more}
    return {f"credits/{key}/{name}": value for name, value in members.items()}


def xero_line(xero_line_id: str, **differing: Any) -> XeroLine:
    """The record's first line as Xero shows it, under that id."""
    usual = XeroLine(
        xero_line_id=xero_line_id,
        description="Supply 250 L unit",
        quantity=Decimal("1.0000"),
        unit_price=Decimal("880.0000"),
        discount_rate=None,
        item_code=None,
        account="210",
        tax_type="OUTPUT",
        tax_amount=Decimal("80.00"),
    )
    return replace(usual, **differing)


XERO_INVOICE = XeroInvoice(
    xero_invoice_id="x-1",
    is_receivable=True,
    status="AUTHORISED",
    number="INV-0042",
    reference="PO 1177",
    issued_on=date(2026, 11, 20),
    due_on=date(2026, 12, 4),
    currency="AUD",
    amounts_are="tax_inclusive",
    is_sent=True,
    xero_contact_id="xc-17",
    contact_name="Kim Tran",
    url=None,
    lines=(
        xero_line("a"),
        xero_line(
            "b", description="Fit it", quantity=Decimal(2), unit_price=Decimal("110.00"), account="200"
        ),
    ),
    payments=(),
    total=Decimal("1100.00"),
    amount_due=Decimal("1100.00"),
    amount_paid=Decimal(0),
    amount_credited=Decimal(0),
    updated_at=AT,
)


def xero_invoice(**differing: Any) -> XeroInvoice:
    """The sample record as Xero shows it, varied."""
    return replace(XERO_INVOICE, **differing)
