"""The facts of an organisation and its invoices, asked of the sandbox over HTTP as the reconcile asks."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.domain.xero.organisation import APPROVE
from app.domain.xero.part import Part
from app.domain.xero.xero_invoice import InvoiceWrite, LineWrite, Refused, XeroInvoice
from app.xero.organisation import XeroSdkOrganisation
from tests.integration.xero.conftest import Xero
from tests.integration.xero.writes import HEADER, LINE, LONG_AGO, create, make_contact, make_invoice


async def test_the_facts_of_an_organisation_take_seven_calls(
    xero: Xero, organisation: XeroSdkOrganisation
) -> None:
    """Accounts fit for sales and payments, tax rates, currencies, lock dates, tracking, themes, what Xero allows.

    A part of them takes one, and leaves the others as they were known.
    """
    facts = {"period_lock_date": "2026-06-30", "end_of_year_lock_date": "2025-06-30", "currencies": ["NZD"]}
    await xero.control("POST", f"/organisations/{xero.at.tenant_id}/facts", **facts)
    found = await organisation.fetch_organisation()
    assert (found.country, found.base_currency, found.lock_on) == ("AU", "AUD", date(2026, 6, 30))
    assert set(found.currencies) == {"AUD", "NZD"}
    sales, tax = found.find_account("200"), found.find_tax_rate("OUTPUT")
    assert sales is not None
    assert sales.fits_sales
    assert tax is not None
    assert (tax.rate, tax.fits_sales) == (Decimal(10), True)
    assert any(account.fits_payments and account.type == "BANK" for account in found.accounts)
    assert found.allows(APPROVE)
    assert found.branding_themes
    assert len(await xero.calls()) == 7
    await xero.control("POST", f"/organisations/{xero.at.tenant_id}/facts", period_lock_date=None, name="New")
    assert (await organisation.fetch_organisation(found, [Part.ACCOUNTS])).lock_on == found.lock_on
    again = await organisation.fetch_organisation(found, [Part.ORGANISATION])
    assert (again.lock_on, again.accounts) == (date(2025, 6, 30), found.accounts)
    assert len(await xero.calls()) == 9


async def test_an_invoice_arrives_approved_and_marked_as_sent(organisation: XeroSdkOrganisation) -> None:
    """Four places of the price survive, the total is Xero's own, and the marker stays in the address (FACTS 4)."""
    made = await make_invoice(organisation)
    (read,) = await organisation.invoices.fetch([made.xero_invoice_id])
    for invoice in (made, read):
        assert (invoice.status, invoice.is_sent, invoice.is_receivable) == ("AUTHORISED", True, True)
        assert (invoice.number, invoice.reference, invoice.currency) == ("INV-0042", "PO 1177", "AUD")
        assert (invoice.issued_on, invoice.due_on) == (date(2026, 11, 20), date(2026, 12, 4))
        assert (invoice.amounts_are, invoice.total) == ("tax_inclusive", Decimal("1890.12"))
        assert invoice.url == "https://app.example/1"
        (line,) = invoice.lines
        assert (line.unit_price, line.quantity, line.account) == (Decimal("1890.1234"), Decimal(1), "200")
        assert line.xero_line_id
    assert read.payments == ()
    assert read.updated_at == made.updated_at


async def test_many_long_invoices_go_in_requests_that_xero_takes(
    xero: Xero, organisation: XeroSdkOrganisation
) -> None:
    """Nine of them, each of half a megabyte, made and edited: in two requests, and answered in the order asked."""
    contact = await make_contact(organisation)
    long = tuple(LineWrite(None, LINE | {"description": "ü" * 700}) for _ in range(110))
    numbers = [f"A-{number}" for number in range(9)]
    made = await organisation.invoices.create(
        [create(contact, number, lines=long) for number in numbers], "batch-1"
    )
    assert [each.number for each in made if isinstance(each, XeroInvoice)] == numbers
    edits = [
        InvoiceWrite(
            each.xero_invoice_id,
            {"reference": each.number, "amounts_are": "tax_inclusive"},
            tuple(
                LineWrite(line.xero_line_id, wanted.members)
                for line, wanted in zip(each.lines, long, strict=True)
            ),
        )
        for each in made
        if isinstance(each, XeroInvoice)
    ]
    edited = await organisation.invoices.update(edits)
    assert [each.reference for each in edited if isinstance(each, XeroInvoice)] == numbers
    sizes = [call["bytes_in"] for call in await xero.calls() if call["path"].endswith("/Invoices")]
    assert len(sizes) == 4
    assert max(sizes) < 3_500_000


async def test_one_bad_invoice_stops_no_other(xero: Xero, organisation: XeroSdkOrganisation) -> None:
    """Each element of a batch is answered for itself, in the order asked (FACTS 4.8)."""
    contact = await make_contact(organisation)
    unknown = LineWrite(None, LINE | {"account": "nope"})
    first, bad, last = await organisation.invoices.create(
        [create(contact, "A-1"), create(contact, "A-2", lines=(unknown,)), create(contact, "A-3")], "batch-1"
    )
    assert isinstance(first, XeroInvoice)
    assert isinstance(last, XeroInvoice)
    assert isinstance(bad, Refused)
    assert (first.number, last.number) == ("A-1", "A-3")
    assert "nope" in bad.messages[0]
    assert (
        len([call for call in await xero.calls() if call["method"] == "PUT" and "Invoices" in call["path"]])
        == 1
    )


async def test_a_batch_that_is_refused_as_a_whole_is_cut_until_the_fault_stands_alone(
    organisation: XeroSdkOrganisation,
) -> None:
    """A malformed element refuses the whole request (ErrorNumber 14); the others are written all the same."""
    contact = await make_contact(organisation)
    writes = [create(contact, f"B-{n}") for n in range(5)]
    writes[2] = create(contact, "B-2", header=HEADER | {"number": "B-2", "issued_on": "the day after"})
    answers = await organisation.invoices.create(writes, "batch-2")
    assert [type(answer) for answer in answers] == [
        XeroInvoice,
        XeroInvoice,
        Refused,
        XeroInvoice,
        XeroInvoice,
    ]
    found = await organisation.invoices.fetch_by_number([f"B-{n}" for n in range(5)])
    assert sorted(invoice.number or "" for invoice in found) == ["B-0", "B-1", "B-3", "B-4"]


async def test_a_create_never_touches_an_invoice_that_exists(organisation: XeroSdkOrganisation) -> None:
    """PUT refuses a number that is taken, where POST would overwrite a stranger's invoice (FACTS 4.3)."""
    made = await make_invoice(organisation)
    other = await make_contact(organisation, "Somebody else", "pl-2")
    (answer,) = await organisation.invoices.create(
        [create(other, header=HEADER | {"reference": "mine"})], "again"
    )
    assert isinstance(answer, Refused)
    (kept,) = await organisation.invoices.fetch([made.xero_invoice_id])
    assert (kept.reference, kept.xero_contact_id) == ("PO 1177", made.xero_contact_id)


async def test_an_update_moves_what_it_names_and_nothing_else(organisation: XeroSdkOrganisation) -> None:
    """Lines, dates and the contact stay; an emptied reference is empty."""
    made = await make_invoice(organisation)
    (changed,) = await organisation.invoices.update(
        [InvoiceWrite(made.xero_invoice_id, {"reference": None}, None)]
    )
    assert isinstance(changed, XeroInvoice)
    assert not changed.reference
    assert changed == replace(
        made, reference=changed.reference, updated_at=changed.updated_at, payments=changed.payments
    )
    assert changed.updated_at > made.updated_at


async def test_lines_keep_their_ids_and_lose_what_they_no_longer_have(
    organisation: XeroSdkOrganisation,
) -> None:
    """A discount that went is gone; a line left out is deleted; a line without an id is new (FACTS 4.6)."""
    contact = await make_contact(organisation)
    lines = (
        LineWrite(None, LINE | {"discount_rate": "10"}),
        LineWrite(None, LINE | {"description": "Labour"}),
    )
    (made,) = await organisation.invoices.create([create(contact, lines=lines)], "k")
    assert isinstance(made, XeroInvoice)
    kept = made.lines[0].xero_line_id
    header = {"amounts_are": "tax_inclusive"}
    writes = (LineWrite(kept, LINE), LineWrite(None, LINE | {"description": "Callout"}))
    (changed,) = await organisation.invoices.update([InvoiceWrite(made.xero_invoice_id, header, writes)])
    assert isinstance(changed, XeroInvoice)
    assert made.lines[0].discount_rate == 10
    assert [line.description for line in changed.lines] == ["Supply and fit 250 L unit", "Callout"]
    assert (changed.lines[0].xero_line_id, changed.lines[0].discount_rate or 0) == (kept, 0)


async def test_a_cancelled_invoice_is_voided_in_xero(organisation: XeroSdkOrganisation) -> None:
    """And it is still found by its id and its number."""
    made = await make_invoice(organisation)
    await organisation.invoices.update([InvoiceWrite(made.xero_invoice_id, {"status": "cancelled"}, None)])
    (by_id,) = await organisation.invoices.fetch([made.xero_invoice_id])
    (by_number,) = await organisation.invoices.fetch_by_number(["INV-0042"])
    assert by_id.is_over
    assert by_number == by_id


async def test_an_update_without_an_id_is_a_mistake(organisation: XeroSdkOrganisation) -> None:
    """POST would take it for a create, or for whatever invoice has that number."""
    with pytest.raises(ValueError, match="by id"):
        await organisation.invoices.update([InvoiceWrite(None, {"reference": "x"}, None)])


async def test_unknown_ids_are_left_out(xero: Xero, organisation: XeroSdkOrganisation) -> None:
    """And nothing is asked for nothing."""
    made = await make_invoice(organisation)
    found = await organisation.invoices.fetch(["00000000-0000-0000-0000-000000000009", made.xero_invoice_id])
    assert [invoice.xero_invoice_id for invoice in found] == [made.xero_invoice_id]
    before = len(await xero.calls())
    nothing: list[list[Any]] = [
        await organisation.invoices.fetch([]),
        await organisation.invoices.fetch_by_number([]),
        await organisation.contacts.fetch([]),
        await organisation.invoices.create([], "k"),
        await organisation.invoices.update([]),
    ]
    assert nothing == [[]] * 5
    assert len(await xero.calls()) == before


async def test_what_moved_is_found_oldest_first_and_at_the_very_second(
    xero: Xero, organisation: XeroSdkOrganisation
) -> None:
    """Xero may leave out the second that is asked for (FACTS 4.7); a bill is nobody's business here."""
    one = await make_invoice(organisation, "C-1")
    contact = await make_contact(organisation, "A supplier", "pl-9")
    bill = {"Type": "ACCPAY", "Contact": {"ContactID": contact.xero_contact_id}, "Status": "AUTHORISED"}
    lines = [{"Description": "x", "Quantity": 1, "UnitAmount": 5, "AccountCode": "400"}]
    await xero.act("POST", "/invoices", **bill, Date="2026-11-01", DueDate="2026-12-01", LineItems=lines)
    await xero.control("POST", "/clock", advance_seconds=5)
    two = await make_invoice(organisation, "C-2")
    assert [i.number for i in await organisation.invoices.fetch_modified_since(one.updated_at)] == [
        "C-1",
        "C-2",
    ]
    assert [i.number for i in await organisation.invoices.fetch_modified_since(two.updated_at)] == ["C-2"]
    assert await organisation.invoices.fetch_modified_since(two.updated_at + timedelta(seconds=5)) == []


async def test_numbers_of_any_kind_are_found(organisation: XeroSdkOrganisation) -> None:
    """A comma would end the number in Xero's comma list; a quote cannot be said in a filter."""
    numbers = ["D-1", "D,2", 'D,"3"', "D&4 #5"]
    for number in numbers:
        await make_invoice(organisation, number)
    found = await organisation.invoices.fetch_by_number([*numbers, "D-9"])
    assert {invoice.number for invoice in found} == set(numbers)


async def test_what_this_app_created_is_told_from_what_a_person_did(
    xero: Xero, organisation: XeroSdkOrganisation
) -> None:
    """A create whose answer was lost is looked for among our own (DESIGN section 4)."""
    made = await make_invoice(organisation)
    line = {"Description": "x", "Quantity": 1, "UnitAmount": 5, "AccountCode": "200"}
    contact = {"ContactID": made.xero_contact_id}
    await xero.act(
        "POST", "/invoices", Contact=contact, Date="2026-11-01", DueDate="2026-12-01", LineItems=[line]
    )
    ours = await organisation.invoices.fetch_created_by_us(LONG_AGO)
    assert [invoice.xero_invoice_id for invoice in ours] == [made.xero_invoice_id]
    assert await organisation.invoices.fetch_created_by_us(made.updated_at + timedelta(seconds=9)) == []
