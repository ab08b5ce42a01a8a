"""Two sides compared as a person would: the app's document beside Xero's invoice, and what Plumbline says of them.

Nothing of the product's mapping is used: a comparison that shared it would share its mistakes.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tests.scenarios.house import House, Json

BASES = {"tax_inclusive": "Inclusive", "tax_exclusive": "Exclusive", "no_tax": "NoTax"}
CREDITS = {"credit_note": "CreditNotes", "prepayment": "Prepayments", "overpayment": "Overpayments"}
STATUSES = {"draft": "DRAFT", "sent": "AUTHORISED", "paid": "PAID", "cancelled": "VOIDED"}


async def assert_alike(house: House, invoice_id: str = "inv_1", number: str | None = None) -> None:
    """Both sides show one invoice, equal to the cent, and Plumbline says that they are settled."""
    document = await house.in_app(invoice_id)
    invoice = await house.in_xero(number or document["number"])
    compare(document, await house.resource(invoice_id), invoice)


async def assert_all_alike(house: House) -> None:
    """Every invoice of the app stands in Xero, and looks the same there."""
    resources = await list_resources(house)
    invoices = {invoice["InvoiceNumber"]: invoice for invoice in await house.list_in_xero()}
    documents = await house.list_in_app()
    assert len(documents) == len(invoices)
    for document in documents:
        compare(document, resources[document["id"]], invoices[document["number"]])


async def list_resources(house: House) -> dict[str, Json]:
    """Plumbline's own account of every invoice, by id."""
    answer = await house.api.get(f"{house.path}/invoices", params={"limit": 100})
    return {resource["id"]: resource for resource in answer.json()["data"]}


def compare(document: Json, resource: Json, invoice: Json) -> None:
    """One invoice as the app, Plumbline and Xero show it."""
    assert (resource["state"], resource["reason"]) == ("settled", None)
    assert app_view(document) == xero_view(invoice)
    assert app_view(resource["record"]) == xero_view(invoice)
    if invoice["Status"] != "VOIDED":
        assert Decimal(resource["record"]["total"]) == _decimal(invoice["Total"])
        assert Decimal(document.get("total") or resource["record"]["total"]) == _decimal(invoice["Total"])


def app_view(document: Json) -> Json:
    """What the app's document says, in Xero's words; of a cancelled one only that it is."""
    if document["status"] == "cancelled":
        return {"status": "VOIDED"}
    return {
        "status": STATUSES[document["status"]],
        "is_sent": document["sent_at"] is not None,
        "basis": BASES[document["amounts_are"]],
        "number": document["number"],
        "reference": document["reference"] or "",
        "issued_on": document["issued_on"],
        "due_on": document["due_on"],
        "contact": document["contact"]["name"],
        "lines": [_app_line(line) for line in document["lines"]],
        "payments": sorted(
            (payment["paid_on"], Decimal(payment["amount"])) for payment in document["payments"] or []
        ),
        "credits": sorted(
            (credit["kind"], Decimal(credit["amount"])) for credit in document.get("credits") or []
        ),
    }


def xero_view(invoice: Json) -> Json:
    """What Xero's invoice says; of a voided one only that it is."""
    if invoice["Status"] == "VOIDED":
        return {"status": "VOIDED"}
    return {
        "status": invoice["Status"],
        "is_sent": invoice["SentToContact"],
        "basis": invoice["LineAmountTypes"],
        "number": invoice["InvoiceNumber"],
        "reference": invoice["Reference"],
        "issued_on": invoice["DateString"][:10],
        "due_on": invoice["DueDateString"][:10],
        "contact": invoice["Contact"]["Name"],
        "lines": [_xero_line(line) for line in invoice["LineItems"]],
        "payments": sorted(
            (_day(payment["Date"]), _decimal(payment["Amount"])) for payment in invoice["Payments"]
        ),
        "credits": sorted(
            (kind, _decimal(credit["AppliedAmount"]))
            for kind, name in CREDITS.items()
            for credit in invoice[name]
        ),
    }


def _app_line(line: Json) -> tuple[Any, ...]:
    quantity, price, discount = (_or_none(line[name]) for name in ("quantity", "unit_price", "discount_rate"))
    return line["description"] or "", quantity, price, discount or None, _or_none(line.get("discount_amount"))


def _xero_line(line: Json) -> tuple[Any, ...]:
    quantity, price, discount = (
        _or_none(line.get(name)) for name in ("Quantity", "UnitAmount", "DiscountRate")
    )
    return line["Description"], quantity, price, discount or None, _or_none(line.get("DiscountAmount"))


def _or_none(value: Any) -> Decimal | None:
    return None if value is None else _decimal(value)


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))


def _day(net_date: str) -> str:
    """The day of Xero's /Date(milliseconds)/."""
    milliseconds = int(net_date.removeprefix("/Date(").partition("+")[0].removesuffix(")/"))
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
