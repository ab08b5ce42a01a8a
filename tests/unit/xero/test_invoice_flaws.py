"""Which of Xero's invoices are believed: what people really make there, and nothing that contradicts itself."""

from decimal import Decimal
from typing import Any

import pytest

from app.xero.invoice_flaws import find_flaw

LINE: dict[str, Any] = {
    "LineItemID": "l-1",
    "Description": "Labour",
    "Quantity": Decimal("3.5"),
    "UnitAmount": Decimal("95.1234"),
    "LineAmount": Decimal("332.93"),
    "TaxAmount": Decimal("33.29"),
}
INVOICE: dict[str, Any] = {
    "InvoiceID": "i-1",
    "Type": "ACCREC",
    "Status": "AUTHORISED",
    "InvoiceNumber": "INV-1",
    "Contact": {"ContactID": "c-1"},
    "CurrencyCode": "AUD",
    "LineAmountTypes": "Exclusive",
    "DateString": "2026-11-20T00:00:00",
    "UpdatedDateUTC": "/Date(1795000000000+0000)/",
    "LineItems": [LINE],
    "TotalTax": Decimal("33.29"),
    "Total": Decimal("366.22"),
    "AmountDue": Decimal("366.22"),
    "AmountPaid": Decimal(0),
    "AmountCredited": Decimal(0),
}
PAID = {"PaymentID": "p-1", "Amount": Decimal("66.22"), "Date": "/Date(1795000000000+0000)/"}
BIG: dict[str, Any] = {
    **LINE,
    "Quantity": Decimal(1),
    "UnitAmount": Decimal("99999.99"),
    "TaxAmount": Decimal(0),
}


def of_one(line: dict[str, Any], **others: Any) -> dict[str, Any]:
    """An invoice of one line without tax, which comes to that line."""
    total = line["LineAmount"]
    sums = {"LineAmountTypes": "NoTax", "TotalTax": Decimal(0), "Total": total, "AmountDue": total}
    return INVOICE | {"LineItems": [line]} | sums | others


@pytest.mark.parametrize(
    "invoice",
    [
        INVOICE,
        INVOICE | {"LineAmountTypes": "Inclusive", "Total": Decimal("332.93"), "AmountDue": Decimal("332.93")},
        INVOICE | {"Status": "PAID", "AmountDue": Decimal(0), "AmountPaid": Decimal("366.22")},
        INVOICE | {"AmountDue": Decimal(300), "AmountPaid": Decimal("66.22"), "Payments": [PAID]},
        INVOICE | {"AmountDue": Decimal("361.22"), "CISDeduction": Decimal(5)},
        of_one({**BIG, "DiscountRate": Decimal(10), "LineAmount": Decimal("89999.99")}),
        of_one({**BIG, "DiscountAmount": Decimal("1234.56"), "LineAmount": Decimal("98765.43")}),
        of_one({**BIG, "DiscountAmount": Decimal("1234.56"), "DiscountRate": Decimal("1.23"),
                "LineAmount": Decimal("98765.43")}),
        of_one({"LineItemID": "l-1", "Description": "Thank you", "LineAmount": Decimal(0)}),
        INVOICE | {"Status": "VOIDED", "LineItems": [], "Total": Decimal(0), "DateString": None},
        {name: INVOICE[name] for name in ("InvoiceID", "Type", "Contact", "LineAmountTypes", "UpdatedDateUTC")}
        | {"Status": "DRAFT"},
        {"InvoiceID": "i-1", "Type": "ACCPAY", "Status": "ANY"},
    ],
    ids=[
        "as it is", "tax within", "paid", "partly paid", "construction scheme", "rate", "amount off",
        "both forms of one discount", "words alone", "voided", "draft", "bill",
    ],
)  # fmt: skip
def test_what_people_make_is_believed(invoice: dict[str, Any]) -> None:
    """Whatever stands in Xero by right has no flaw."""
    assert find_flaw(invoice) is None


@pytest.mark.parametrize(
    ("invoice", "flaw"),
    [
        (INVOICE | {"InvoiceID": None}, "it has no InvoiceID"),
        (INVOICE | {"Status": "PENDING"}, "its Status is 'PENDING'"),
        (INVOICE | {"LineItems": []}, "its lines do not add up to its Total"),
        (INVOICE | {"AmountDue": Decimal(300)}, "its Total is not what is due, paid and credited together"),
        (
            of_one({**BIG, "DiscountRate": Decimal(10), "LineAmount": Decimal("99999.99")}),
            "the LineAmount of one of its lines is not what its quantity and price come to",
        ),
        (INVOICE | {"LineItems": [{**LINE, "LineItemID": None}]}, "one of its lines has no LineItemID"),
        (
            INVOICE | {"Payments": [PAID | {"Amount": "much"}]},
            "the Amount of one of its payments is no amount",
        ),
    ],
)
def test_what_contradicts_itself_is_not(invoice: dict[str, Any], flaw: str) -> None:
    """The flaw is told in words, for a person."""
    assert find_flaw(invoice) == flaw
