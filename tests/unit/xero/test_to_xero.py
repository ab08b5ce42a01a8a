"""From canonical writes to Xero's words."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app.domain.xero.xero_invoice import InvoiceWrite, LineWrite, PaymentWrite
from app.xero.to_xero import invoice_to_xero, line_to_xero, payments_to_xero

LINE = {
    "description": "Supply and fit",
    "quantity": "1.5",
    "unit_price": "1890.1234",
    "discount_rate": None,
    "item": None,
    "account": "200",
    "tax_type": "OUTPUT",
}
HEADER = {
    "number": "INV-0042",
    "reference": None,
    "status": "sent",
    "currency": "AUD",
    "amounts_are": "tax_inclusive",
    "issued_on": "2026-12-01",
    "due_on": "2026-12-15",
    "contact": "cus_17",
    "is_sent": True,
}


def test_a_create_is_a_sales_invoice_approved_and_marked_as_sent() -> None:
    """What reaches Xero was sent to the customer already (DESIGN section 5)."""
    write = InvoiceWrite(
        None, HEADER, (LineWrite(None, LINE),), xero_contact_id="c-1", url="https://app.example/i/1"
    )
    assert invoice_to_xero(write) == {
        "Type": "ACCREC",
        "Status": "AUTHORISED",
        "SentToContact": True,
        "InvoiceNumber": "INV-0042",
        "Date": "2026-12-01",
        "DueDate": "2026-12-15",
        "CurrencyCode": "AUD",
        "LineAmountTypes": "Inclusive",
        "Contact": {"ContactID": "c-1"},
        "Url": "https://app.example/i/1",
        "LineItems": [
            {
                "Description": "Supply and fit",
                "Quantity": Decimal("1.5"),
                "UnitAmount": Decimal("1890.1234"),
                "AccountCode": "200",
                "TaxType": "OUTPUT",
            }
        ],
    }


def test_an_update_says_what_it_names_and_no_more() -> None:
    """Every other field would be an edit that nobody made; the number would look for another invoice (FACTS 4.3)."""
    write = InvoiceWrite("i-1", {"reference": "PO 9", "due_on": "2027-01-31"}, None)
    assert invoice_to_xero(write) == {"InvoiceID": "i-1", "Reference": "PO 9", "DueDate": "2027-01-31"}


def test_a_cancelled_invoice_is_voided() -> None:
    """An approved invoice is never deleted (FACTS 4.1)."""
    assert invoice_to_xero(InvoiceWrite("i-1", {"status": "cancelled"}, None)) == {
        "InvoiceID": "i-1",
        "Status": "VOIDED",
    }


def test_a_reference_is_cleared_by_an_empty_text_and_a_date_is_left_alone() -> None:
    """Null cannot be sent (FACTS 6); no empty text means "no date"."""
    assert invoice_to_xero(InvoiceWrite("i-1", {"reference": None, "due_on": None}, None)) == {
        "InvoiceID": "i-1",
        "Reference": "",
    }


def test_lines_never_travel_without_the_meaning_of_their_amounts() -> None:
    """Xero would take inclusive amounts for exclusive ones (FACTS 4.4)."""
    with pytest.raises(ValueError, match="amounts_are"):
        invoice_to_xero(InvoiceWrite("i-1", {"reference": "x"}, (LineWrite("l-1", LINE),)))


def test_a_line_that_exists_loses_what_it_no_longer_has() -> None:
    """Xero keeps what is not sent, so an item and a discount that went are sent as nothing."""
    said = line_to_xero(LineWrite("l-1", LINE | {"description": None}))
    assert (said["LineItemID"], said["Description"], said["ItemCode"], said["DiscountRate"]) == (
        "l-1",
        "",
        "",
        0,
    )


def test_the_line_amount_is_left_to_xero_and_its_tax_goes_only_when_given() -> None:
    """LineAmount beside quantity and price could only contradict them (FACTS 4.4)."""
    assert "LineAmount" not in line_to_xero(LineWrite(None, LINE))
    assert "TaxAmount" not in line_to_xero(LineWrite(None, LINE))
    assert line_to_xero(LineWrite(None, LINE, tax_amount=Decimal("0.00")))["TaxAmount"] == Decimal("0.00")


def test_a_contact_goes_by_id_alone() -> None:
    """Any other contact field beside the id edits the contact (FACTS 0.9)."""
    said = invoice_to_xero(InvoiceWrite("i-1", {"contact": "cus_18"}, None, xero_contact_id="c-2"))
    assert said == {"InvoiceID": "i-1", "Contact": {"ContactID": "c-2"}}


def test_a_payment_names_its_account_by_id() -> None:
    """Many bank accounts have no code (FACTS 5)."""
    write = PaymentWrite("i-1", "a-1", Decimal("500.00"), date(2026, 11, 20), "pl-7")
    assert payments_to_xero([write]) == {
        "Payments": [
            {
                "Invoice": {"InvoiceID": "i-1"},
                "Account": {"AccountID": "a-1"},
                "Date": "2026-11-20",
                "Amount": Decimal("500.00"),
                "Reference": "pl-7",
            }
        ]
    }


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"discount_rate": "10", "discount_amount": None}, {"DiscountRate": Decimal(10)}),
        ({"discount_rate": None, "discount_amount": "12.35"}, {"DiscountAmount": Decimal("12.35")}),
        (
            {"discount_rate": None, "discount_amount": None},
            {"DiscountRate": Decimal(0), "DiscountAmount": Decimal(0)},
        ),
    ],
)
def test_a_line_names_one_discount_or_clears_both(members: dict[str, str], said: dict[str, Decimal]) -> None:
    """Xero takes a rate or an amount: naming the other beside it, even as nothing, would contradict it."""
    element = line_to_xero(LineWrite("l-1", members))
    assert {name: value for name, value in element.items() if name.startswith("Discount")} == said


def test_tracking_travels_by_name_and_is_cleared_by_an_empty_list() -> None:
    """Category and option go as Xero shows them; a line that exists loses what it no longer has."""
    written = line_to_xero(LineWrite(None, {"tracking": {"Region": "North"}}))
    assert written["Tracking"] == [{"Name": "Region", "Option": "North"}]
    assert line_to_xero(LineWrite("l-1", {"tracking": None}))["Tracking"] == []


def test_a_line_names_its_account_by_id_and_by_code() -> None:
    """By its id alone where the account has no code; by the code alone where nobody knows whose it is."""
    line = LineWrite(None, {"account": "200"}, xero_account_id="a-1")
    assert line_to_xero(line) == {"AccountCode": "200", "AccountID": "a-1"}
    assert line_to_xero(replace(line, members={"account": "a-1"})) == {"AccountID": "a-1"}
    assert line_to_xero(replace(line, xero_account_id=None)) == {"AccountCode": "200"}


def test_tracking_that_is_known_travels_by_ids() -> None:
    """Its names may have been edited since they were read."""
    line = LineWrite(None, {"tracking": {"Region": "North"}}, tracking_ids={"c-1": "o-1"})
    assert line_to_xero(line)["Tracking"] == [{"TrackingCategoryID": "c-1", "TrackingOptionID": "o-1"}]


def test_theme_and_rate_of_exchange_are_said_with_a_create_alone() -> None:
    """An update never names them: the theme may have been changed in Xero, the rate is settled."""
    write = InvoiceWrite(None, HEADER, None, branding_theme_id="t-1", currency_rate="0.651200")
    made = invoice_to_xero(write)
    assert (made["BrandingThemeID"], made["CurrencyRate"]) == ("t-1", Decimal("0.651200"))
    moved = InvoiceWrite("i-1", {"reference": "x"}, None, branding_theme_id="t-1", currency_rate="0.65")
    assert invoice_to_xero(moved) == {"InvoiceID": "i-1", "Reference": "x"}


def test_a_wanted_draft_is_created_as_one_and_nothing_is_said_of_its_being_sent() -> None:
    """Xero would warn of it (FACTS 4.8)."""
    write = InvoiceWrite(None, HEADER | {"status": "draft", "is_sent": False}, (LineWrite(None, LINE),))
    said = invoice_to_xero(write)
    assert said["Status"] == "DRAFT"
    assert "SentToContact" not in said


def test_a_draft_that_is_cancelled_is_deleted_and_one_that_is_sent_is_approved() -> None:
    """Drafts are not voided (FACTS 4.1); approving and marking as sent is one write."""
    cancelled = {"status": "cancelled"}
    assert invoice_to_xero(InvoiceWrite("i-1", cancelled, None, is_draft=True)) == {
        "InvoiceID": "i-1",
        "Status": "DELETED",
    }
    assert invoice_to_xero(InvoiceWrite("i-1", {"status": "sent", "is_sent": True}, None, is_draft=True)) == {
        "InvoiceID": "i-1",
        "Status": "AUTHORISED",
        "SentToContact": True,
    }
