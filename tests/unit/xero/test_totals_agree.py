"""Our totals beside Xero's, over any invoice: equal to the cent, or mended, or held as a discrepancy; never silent.

Xero is the sandbox's own arithmetic, called without a server: what the adapter would send is read as the sandbox reads
it, and what the sandbox shows is read as the adapter reads it. Only numbers of JSON travel between the two.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain.invoices.plan import Plan, Terms, XeroState
from app.domain.invoices.planning import build_plan
from app.domain.record.hub import Hub
from app.domain.record.money import tax_amounts, totals
from app.domain.record.sides import Side, project
from app.domain.xero.organisation import Organisation as Facts
from app.domain.xero.xero_invoice import InvoiceWrite, LineWrite, XeroInvoice, line_members
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.endpoints.invoice_views import view_invoice
from app.sandbox.xero.forms.clock import Clock
from app.sandbox.xero.forms.elements import Element, read_elements
from app.sandbox.xero.writes.contact_writes import create_contact
from app.sandbox.xero.writes.invoice_writes import save_invoice
from app.xero.from_xero import invoice_from_xero
from app.xero.organisation_from_xero import account_from_xero, tax_rate_from_xero
from app.xero.to_xero import invoices_to_xero

PRICES = st.decimals("-9999.9999", "99999.9999", places=4)
QUANTITIES = st.decimals("0.0001", "999.9999", places=4)
DISCOUNTS: st.SearchStrategy[dict[str, str]] = st.one_of(
    st.just({}),
    st.decimals("0.01", "100", places=2).map(lambda rate: {"discount_rate": str(rate.normalize())}),
    st.decimals("0.01", "500", places=2).map(lambda amount: {"discount_amount": str(amount.normalize())}),
)
BASES = st.sampled_from(["tax_inclusive", "tax_exclusive", "no_tax"])
SALES_TAXES = {
    "AU": ["OUTPUT", "EXEMPTOUTPUT", "BASEXCLUDED"],
    "NZ": ["OUTPUT2", "ZERORATED", "OUTPUT"],
    "GB": ["OUTPUT2", "RROUTPUT", "ZERORATEDOUTPUT", "DRCHARGE20"],
}

Line = tuple[Decimal, Decimal, dict[str, str], int]
LINES = st.lists(st.tuples(QUANTITIES, PRICES, DISCOUNTS, st.integers(0, 11)), min_size=1, max_size=6)


@dataclass(frozen=True)
class Books:
    """One organisation on either side of the wire: the sandbox's, and what the product knows of it."""

    organisation: Organisation
    facts: Facts
    taxes: list[str]

    def write(self, write: InvoiceWrite) -> XeroInvoice:
        """What Xero answers to a write."""
        body = json.dumps(invoices_to_xero([write]), default=float).encode()
        [element] = read_elements(body, "Invoices", "Invoice")
        written = save_invoice(self.organisation, element, 4, by_app=True)
        self.organisation.journal.commit()
        shown = json.dumps(view_invoice(self.organisation, written.invoice, 4))
        return invoice_from_xero(json.loads(shown, parse_float=Decimal))


@cache
def open_books(country: str, rounding: str) -> Books:
    """An organisation of that country, with one customer."""
    organisation = Organisation("Plumb", country, Clock())
    organisation.behaviour.set({"rounding": rounding})
    facts = Facts(
        name="Plumb",
        country=country,
        base_currency=organisation.base_currency,
        short_code=None,
        currencies=(organisation.base_currency,),
        accounts=tuple(account_from_xero(account.view()) for account in organisation.chart),
        tax_rates=tuple(tax_rate_from_xero(rate.view()) for rate in organisation.tax_rates.values()),
    )
    return Books(organisation, facts, SALES_TAXES[country])


def build_record(books: Books, amounts_are: str, lines: list[Line]) -> dict[str, Any]:
    """The canonical invoice of these lines."""
    record: dict[str, Any] = {
        "number": None,
        "status": "sent",
        "currency": books.facts.base_currency,
        "amounts_are": amounts_are,
        "issued_on": "2026-11-20",
        "due_on": "2026-12-04",
        "line_order": [f"l{place}" for place in range(len(lines))],
    }
    for place, (quantity, price, discount, tax) in enumerate(lines):
        tax_type = "NONE" if amounts_are == "no_tax" else books.taxes[tax % len(books.taxes)]
        members = {
            "description": f"Line {place}", "quantity": f"{quantity:f}", "unit_price": f"{price:f}",
            "account": "200", "tax_type": tax_type, **discount,
        }  # fmt: skip
        record |= {f"lines/l{place}/{name}": value for name, value in members.items()}
    return record


def build_write(
    record: Mapping[str, Any], made: XeroInvoice | None = None, taxes: Mapping[str, Decimal] | None = None
) -> InvoiceWrite:
    """The create, or the update that gives each line its tax amount."""
    ids = [line.xero_line_id for line in made.lines] if made else [None] * len(record["line_order"])
    lines = tuple(
        LineWrite(
            xero_id,
            {
                path.rpartition("/")[2]: value
                for path, value in record.items()
                if path.startswith(f"lines/{key}/")
            },
            (taxes or {}).get(key),
        )
        for key, xero_id in zip(record["line_order"], ids, strict=True)
    )
    names = ("amounts_are",) if made else ("amounts_are", "currency", "issued_on", "due_on")
    header = {name: record[name] for name in names}
    return InvoiceWrite(made.xero_invoice_id if made else None, header, lines)


def plan_next(books: Books, record: Mapping[str, Any], shown: XeroInvoice, taxes_sent: bool) -> Plan:
    """What the product would do next about an invoice on whose fields both sides agree."""
    hub = Hub(record=dict(record), xero_shadow=project(Side.XERO, dict(record)))
    state = XeroState(shown.xero_invoice_id, f"{shown.total:.2f}", taxes_sent)
    return build_plan(hub, state, Terms(books.facts, None, None))


def create(books: Books, record: Mapping[str, Any]) -> XeroInvoice:
    """The invoice as Xero made it."""
    organisation = books.organisation
    contact = organisation.contacts.find_named("Kim")
    if contact is None:
        contact = create_contact(organisation, Element({"Name": "Kim"}), by_app=False)
    write = build_write(record)
    return books.write(InvoiceWrite(None, write.header, write.lines, xero_contact_id=contact.contact_id))


def expect(books: Books, record: Mapping[str, Any]) -> Decimal:
    """What the customer was told."""
    found = totals(record, books.facts.rates())
    assert found is not None
    return found.total


@pytest.mark.parametrize("country", ["AU", "NZ", "GB"])
@settings(max_examples=50, deadline=None)
@given(amounts_are=BASES, lines=LINES)
def test_totals_are_equal_to_the_cent(country: str, amounts_are: str, lines: list[Line]) -> None:
    """With halves rounded as ours are: what the customer was told is what Xero shows, line by line and in sum."""
    books = open_books(country, "half_up")
    record = build_record(books, amounts_are, lines)
    assume(expect(books, record) >= 1)  # Xero refuses totals below zero.
    shown = create(books, record)
    kept = [line_members(line) for line in shown.lines]
    assert [Decimal(line["unit_price"]) for line in kept] == [price for _, price, _, _ in lines]
    assert [Decimal(line["quantity"]) for line in kept] == [quantity for quantity, _, _, _ in lines]
    plan = plan_next(books, record, shown, taxes_sent=False)
    if not any("discount_amount" in discount for _, _, discount, _ in lines):
        assert (shown.total, plan.hold, plan.with_tax_amounts) == (expect(books, record), None, False)
    _assert_never_silent(books, record, shown)


@pytest.mark.parametrize("country", ["AU", "NZ", "GB"])
@settings(max_examples=40, deadline=None)
@given(amounts_are=BASES, lines=LINES)
def test_a_difference_is_mended_or_held(country: str, amounts_are: str, lines: list[Line]) -> None:
    """With halves rounded to even, which Xero may do (FACTS 8): no difference is left in silence."""
    books = open_books(country, "half_even")
    record = build_record(books, amounts_are, lines)
    assume(expect(books, record) >= 1)
    _assert_never_silent(books, record, create(books, record))


def test_half_a_cent_of_tax_is_mended_by_tax_amounts() -> None:
    """0.05 at 10% is half a cent: Xero may say nothing where we say one cent, and takes ours when it is sent."""
    books = open_books("AU", "half_even")
    record = build_record(
        books, "tax_exclusive", [(Decimal(1), Decimal("0.05"), {}, 0), (Decimal(1), Decimal(1), {}, 1)]
    )
    shown = create(books, record)
    assert (shown.total, expect(books, record)) == (Decimal("1.05"), Decimal("1.06"))
    assert plan_next(books, record, shown, taxes_sent=False).with_tax_amounts
    assert mend(books, record, shown).total == Decimal("1.06")


def test_half_a_cent_of_a_line_is_held() -> None:
    """No tax amount can mend a line that comes to another cent: a person is told, with both totals."""
    books = open_books("AU", "half_even")
    record = build_record(books, "no_tax", [(Decimal("1.125"), Decimal(1), {}, 0)])
    shown = mend(books, record, create(books, record))
    hold = plan_next(books, record, shown, taxes_sent=True).hold
    assert hold is not None
    assert hold.code == "total_differs"
    assert "1.13" in hold.message
    assert "1.12" in hold.message


def mend(books: Books, record: Mapping[str, Any], shown: XeroInvoice) -> XeroInvoice:
    """The invoice after its lines were sent with our tax amounts."""
    taxes = tax_amounts(record, books.facts.rates())
    return books.write(build_write(record, shown, taxes))


def _assert_never_silent(books: Books, record: Mapping[str, Any], shown: XeroInvoice) -> None:
    plan = plan_next(books, record, shown, taxes_sent=False)
    if plan.with_tax_amounts:
        shown = mend(books, record, shown)
        plan = plan_next(books, record, shown, taxes_sent=True)
    assert not plan.with_tax_amounts
    is_told = plan.hold is not None and plan.hold.code == "total_differs"
    assert is_told is (shown.total != expect(books, record))
