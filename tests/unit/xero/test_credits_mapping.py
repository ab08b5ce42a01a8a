"""Credits between Xero's JSON and our words, both directions."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.domain.record.credit import AppliedCredit, CreditKind
from app.domain.xero.xero_credit import Allocation, CreditLine, CreditWrite
from app.xero.credits_from_xero import applied_from_xero, credit_from_xero
from app.xero.credits_to_xero import allocation_to_xero, credit_notes_to_xero, receipts_to_xero

DAY = date(2019, 3, 5)
DATES = {"Date": "/Date(1551744000000+0000)/"}


def test_an_invoice_shows_what_is_allocated_to_it() -> None:
    """Each kind under its own name, with the amount that was applied and not with that of the credit."""
    shown = {
        "AmountCredited": Decimal("60.50"),
        "CreditNotes": [
            {"CreditNoteID": "n", "CreditNoteNumber": "CN-1", "AppliedAmount": Decimal("40.5"), "Total": 99}
            | DATES
        ],
        "Prepayments": [{"PrepaymentID": "p", "AppliedAmount": 15} | DATES],
        "Overpayments": [{"OverpaymentID": "o", "AppliedAmount": 5} | DATES],
    }
    assert applied_from_xero(shown) == (
        AppliedCredit("n", CreditKind.CREDIT_NOTE, Decimal("40.5"), DAY, "CN-1"),
        AppliedCredit("p", CreditKind.PREPAYMENT, Decimal(15), DAY),
        AppliedCredit("o", CreditKind.OVERPAYMENT, Decimal(5), DAY),
    )


@pytest.mark.parametrize(
    ("element", "shows"),
    [
        ({}, True),
        ({"AmountCredited": 0}, True),
        ({"AmountCredited": 5}, False),
        ({"AmountCredited": 5, "CreditNotes": [{"CreditNoteID": "n"} | DATES]}, False),
    ],
)
def test_an_answer_that_hides_credits_is_known_as_such(element: dict[str, Any], shows: bool) -> None:
    """What it shows must come to what it says was credited; old examples of Xero's say nothing of it."""
    assert (applied_from_xero(element) is not None) is shows


def test_a_credit_is_read_with_its_allocations_and_its_words() -> None:
    """As Xero's examples show them; an older allocation has no id."""
    element = {
        "CreditNoteID": "n",
        "CreditNoteNumber": "CN-1",
        "Status": "AUTHORISED",
        "Reference": "mark",
        "Total": Decimal("34.5"),
        "RemainingCredit": Decimal("32.5"),
        "Allocations": [{"Amount": 2, "Invoice": {"InvoiceID": "i"}}],
        "LineItems": [{"Description": "Mic Stand (mark:1)"}, {}],
        "UpdatedDateUTC": "/Date(1551812346157+0000)/",
    }
    credit = credit_from_xero(CreditKind.CREDIT_NOTE, element)
    assert (credit.number, credit.total, credit.remaining) == ("CN-1", Decimal("34.5"), Decimal("32.5"))
    assert credit.allocated_to("i") == (Allocation(None, "i", Decimal(2)),)
    assert credit.allocated_to("other") == ()
    assert credit.updated_at == datetime(2019, 3, 5, 18, 59, 6, 157000, UTC)
    assert (credit.carries("mark"), credit.carries("mark:1"), credit.carries("mark:")) == (True, True, False)


@pytest.mark.parametrize(
    ("status", "is_approved"), [("AUTHORISED", True), ("PAID", True), ("VOIDED", False), ("DRAFT", False)]
)
def test_drafts_and_voided_credits_are_not_approved(status: str, is_approved: bool) -> None:
    """Neither can be allocated."""
    element = {"CreditNoteID": "cn-1", "Total": 5, "Status": status}
    assert credit_from_xero(CreditKind.CREDIT_NOTE, element).is_approved is is_approved


def test_a_receipt_shows_the_prepayment_that_it_made() -> None:
    """By its id where Xero says it, else by the transaction's own, which is said to be the same."""
    element = {"BankTransactionID": "b", "PrepaymentID": "p", "Total": 100}
    assert credit_from_xero(CreditKind.PREPAYMENT, element).xero_credit_id == "p"
    del element["PrepaymentID"]
    made = credit_from_xero(CreditKind.PREPAYMENT, element)
    assert (made.xero_credit_id, made.remaining) == ("b", Decimal(100))


WRITE = CreditWrite(
    kind=CreditKind.CREDIT_NOTE,
    xero_contact_id="c",
    issued_on=date(2026, 12, 1),
    currency="AUD",
    amounts_are="tax_exclusive",
    lines=(CreditLine("Late", Decimal("40.00"), "200", "OUTPUT"),),
    reference="plumbline:1:credit_note:c1",
)


def test_a_credit_note_is_approved_inclusive_and_marked() -> None:
    """Inclusive whatever the invoice is: its lines sum up to the credit at any rate."""
    assert credit_notes_to_xero([WRITE]) == {
        "CreditNotes": [
            {
                "Type": "ACCRECCREDIT",
                "Status": "AUTHORISED",
                "Contact": {"ContactID": "c"},
                "Date": "2026-12-01",
                "CurrencyCode": "AUD",
                "LineAmountTypes": "Inclusive",
                "Reference": "plumbline:1:credit_note:c1",
                "LineItems": [
                    {
                        "Description": "Late (plumbline:1:credit_note:c1)",
                        "Quantity": Decimal(1),
                        "UnitAmount": Decimal("40.00"),
                        "AccountCode": "200",
                        "TaxType": "OUTPUT",
                    }
                ],
            }
        ]
    }


def test_a_credits_line_names_its_account_by_id_and_by_code() -> None:
    """As a line of an invoice does."""
    line = replace(WRITE.lines[0], xero_account_id="a-1")
    [element] = credit_notes_to_xero([replace(WRITE, lines=(line,))])["CreditNotes"]
    [said] = element["LineItems"]
    assert (said["AccountCode"], said["AccountID"]) == ("200", "a-1")


def test_an_overpayment_is_one_line_without_account_and_tax() -> None:
    """Xero books it to its debtors (FACTS 5); of receipts, it alone may say its currency."""
    line = CreditLine("Paid beyond", Decimal(40))
    write = CreditWrite(CreditKind.OVERPAYMENT, "c", DAY, "AUD", "no_tax", (line,), "m", None, "bank")
    [element] = receipts_to_xero([write])["BankTransactions"]
    assert (element["Type"], element["BankAccount"]) == ("RECEIVE-OVERPAYMENT", {"AccountID": "bank"})
    assert element["CurrencyCode"] == "AUD"
    deposit = replace(write, kind=CreditKind.PREPAYMENT)
    assert "CurrencyCode" not in receipts_to_xero([deposit])["BankTransactions"][0]
    assert (element["LineAmountTypes"], set(element["LineItems"][0])) == (
        "NoTax",
        {"Description", "Quantity", "UnitAmount"},
    )


def test_an_allocation_names_its_invoice_by_id_alone() -> None:
    """With the day, which Xero asks for."""
    assert allocation_to_xero("i", Decimal("1.50"), DAY) == {
        "Allocations": [{"Invoice": {"InvoiceID": "i"}, "Amount": Decimal("1.50"), "Date": "2019-03-05"}]
    }
