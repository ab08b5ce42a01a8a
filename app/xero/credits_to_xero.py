"""From credits in our words to the bodies of Xero's requests: credit notes, receipts at the bank, allocations. Pure.

Amounts of credit notes and deposits are with tax, so that their lines sum up to the credit at any rate; an overpayment
is one line without account and without tax, which Xero books to its debtors (FACTS 5). The marker stands in the
reference and in every line, since Xero's specification promises the reference of credit notes only.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from app.domain.record.credit import CreditKind
from app.domain.xero.xero_credit import CreditLine, CreditWrite
from app.xero.json_values import Json
from app.xero.to_xero import say_account

_RECEIPTS = {
    CreditKind.PREPAYMENT: "RECEIVE-PREPAYMENT",
    CreditKind.OVERPAYMENT: "RECEIVE-OVERPAYMENT",
}


def credit_notes_to_xero(writes: Sequence[CreditWrite]) -> Json:
    """The body of a PUT of new credit notes, approved."""
    return {"CreditNotes": [_credit_note(write) for write in writes]}


def receipts_to_xero(writes: Sequence[CreditWrite]) -> Json:
    """The body of a PUT of the bank transactions that make prepayments and overpayments."""
    return {"BankTransactions": [_receipt(write) for write in writes]}


def allocation_to_xero(xero_invoice_id: str, amount: Decimal, applied_on: date) -> Json:
    """The body of a PUT that sets a part of a credit against an invoice."""
    allocation = {
        "Invoice": {"InvoiceID": xero_invoice_id},
        "Amount": amount,
        "Date": applied_on.isoformat(),
    }
    return {"Allocations": [allocation]}


def _credit_note(write: CreditWrite) -> Json:
    element = _element(write) | {
        "Type": "ACCRECCREDIT",
        "Status": "AUTHORISED",
        "CurrencyCode": write.currency,
    }
    return element | ({"CreditNoteNumber": write.number} if write.number else {})


def _receipt(write: CreditWrite) -> Json:
    account = {"AccountID": write.xero_account_id}
    element = _element(write) | {"Type": _RECEIPTS[write.kind], "BankAccount": account}
    # Of receipts, Xero takes a currency for overpayments only (its specification).
    return element | ({"CurrencyCode": write.currency} if write.kind is CreditKind.OVERPAYMENT else {})


def _element(write: CreditWrite) -> Json:
    is_untaxed = write.kind is CreditKind.OVERPAYMENT or write.amounts_are == "no_tax"
    return {
        "Contact": {"ContactID": write.xero_contact_id},
        "Date": write.issued_on.isoformat(),
        "LineAmountTypes": "NoTax" if is_untaxed else "Inclusive",
        "Reference": write.reference,
        "LineItems": [_line(line, mark=write.reference) for line in write.lines],
    }


def _line(line: CreditLine, mark: str) -> Json:
    element: Json = {
        "Description": f"{line.description} ({mark})",
        "Quantity": Decimal(1),
        "UnitAmount": line.amount,
    }
    if line.xero_account_id is not None:
        element |= say_account(line.xero_account_id, line.account)
    elif line.account is not None:
        element["AccountCode"] = line.account
    if line.tax_type is not None:
        element["TaxType"] = line.tax_type
    return element
