"""Random invoices of three countries through the adapter and over HTTP: Xero's totals are ours, to the cent.

The same comparison runs over many more invoices without a server (tests/unit/xero); here it is held that the SDK, JSON
and HTTP lose nothing on the way.
"""

import random
from decimal import Decimal
from typing import Any

import pytest

from app.domain.record.money import totals
from app.domain.xero.xero_invoice import InvoiceWrite, LineWrite, XeroInvoice
from app.xero.organisations import XeroSdkOrganisations
from tests.integration.xero.conftest import Connect, Xero

BATCH = 25
RATES = {
    "AU": {"OUTPUT": Decimal(10), "EXEMPTOUTPUT": Decimal(0)},
    "NZ": {"OUTPUT2": Decimal(15), "ZERORATED": Decimal(0), "OUTPUT": Decimal("12.5")},
    "GB": {"OUTPUT2": Decimal(20), "RROUTPUT": Decimal(5), "DRCHARGE20": Decimal(0)},
}
BASES = ["tax_inclusive", "tax_exclusive", "no_tax"]


def any_line(chance: random.Random, amounts_are: str, tax_types: list[str]) -> dict[str, Any]:
    """A line of four places, perhaps discounted by rate or by amount."""
    discount = chance.choice(
        [{}, {"discount_rate": f"{chance.randint(1, 9999) / 100}"}, {"discount_amount": "1.37"}]
    )
    return {
        "description": "Work",
        "quantity": f"{chance.randint(1, 99_999) / 1000}",
        "unit_price": f"{chance.randint(500_000, 9_999_999) / 10_000}",
        "account": "200",
        "tax_type": "NONE" if amounts_are == "no_tax" else chance.choice(tax_types),
        **discount,
    }


def as_record(amounts_are: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """The canonical fields of these lines."""
    members = {f"lines/l{n}/{name}": value for n, line in enumerate(lines) for name, value in line.items()}
    return {"amounts_are": amounts_are, "line_order": [f"l{n}" for n in range(len(lines))], **members}


@pytest.mark.parametrize("country", RATES)
async def test_twenty_five_invoices_are_equal_to_the_cent(
    xero: Xero, organisations: XeroSdkOrganisations, connect: Connect, country: str
) -> None:
    """Inclusive, exclusive and without tax, mixed rates, discounts: one write, and one read that says the same."""
    chance = random.Random(country)
    made = await xero.control("POST", "/organisations", name=country, country=country)
    tenant_id = made["tenant_id"]
    organisation = await organisations.open(await connect(await xero.consent(tenant_id=tenant_id), tenant_id))
    contact = await xero.control("POST", f"/people/{tenant_id}/contacts", Name="Kim Tran")
    records, writes = [], []
    for number in range(BATCH):
        basis = BASES[number % 3]
        lines = [any_line(chance, basis, list(RATES[country])) for _ in range(chance.randint(1, 5))]
        records.append(as_record(basis, lines))
        header = {
            "number": f"N-{number}",
            "amounts_are": basis,
            "issued_on": "2026-11-20",
            "due_on": "2026-12-04",
        }
        sent = tuple(LineWrite(None, line) for line in lines)
        writes.append(InvoiceWrite(None, header, sent, contact["ContactID"]))
    answers = await organisation.invoices.create(writes, country)
    ours = [totals(record, {**RATES[country], "NONE": Decimal(0)}) for record in records]
    assert [answer.total for answer in answers if isinstance(answer, XeroInvoice)] == [
        each.total for each in ours if each is not None
    ]
    read = await organisation.invoices.fetch_by_number([f"N-{number}" for number in range(BATCH)])
    assert {invoice.number: invoice.total for invoice in read} == {
        answer.number: answer.total for answer in answers if isinstance(answer, XeroInvoice)
    }
