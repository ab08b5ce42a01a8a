"""From Xero's JSON to credits: as an invoice shows what was allocated to it, and as they are themselves.

Pure and tolerant like `from_xero`. An invoice says `AppliedAmount` of each credit note, prepayment and overpayment
(FACTS 5); where these do not sum up to its `AmountCredited`, the answer does not carry them all.
"""

from decimal import Decimal

from app.domain.record.credit import AppliedCredit, CreditKind
from app.domain.xero.xero_credit import Allocation, XeroCredit
from app.xero.always import need_amount, need_id
from app.xero.json_values import (
    EPOCH,
    Json,
    read_date,
    read_decimal,
    read_instant,
    read_object,
    read_objects,
    read_text,
)

_ZERO = Decimal(0)
_ID_NAMES = {
    CreditKind.CREDIT_NOTE: "CreditNoteID",
    CreditKind.PREPAYMENT: "PrepaymentID",
    CreditKind.OVERPAYMENT: "OverpaymentID",
}
_SHOWN_AS = {
    CreditKind.CREDIT_NOTE: "CreditNotes",
    CreditKind.PREPAYMENT: "Prepayments",
    CreditKind.OVERPAYMENT: "Overpayments",
}
_APPROVED = {"AUTHORISED", "PAID"}


def applied_from_xero(invoice: Json) -> tuple[AppliedCredit, ...] | None:
    """What is allocated to an invoice; None where its element does not show all of it."""
    shown = [(kind, part) for kind, name in _SHOWN_AS.items() for part in read_objects(invoice, name)]
    applied = tuple(_applied(kind, part) for kind, part in shown)
    said = read_decimal(invoice, "AmountCredited")
    if said is not None and said != sum((credit.amount for credit in applied), _ZERO):
        return None
    return applied


def credit_from_xero(kind: CreditKind, element: Json) -> XeroCredit:
    """A credit note, prepayment or overpayment, or the bank transaction that made one of the latter two.

    Raises `Unreadable` for one without id or total.
    """
    need_id(element, *_list_id_names(kind))
    need_amount(element, "Total")
    total = read_decimal(element, "Total") or _ZERO
    remaining = read_decimal(element, "RemainingCredit")
    return XeroCredit(
        xero_credit_id=_id_of(kind, element),
        kind=kind,
        is_approved=read_text(element, "Status") in _APPROVED,
        number=read_text(element, "CreditNoteNumber") or None,
        total=total,
        remaining=total if remaining is None else remaining,
        allocations=tuple(_allocation(part) for part in read_objects(element, "Allocations")),
        reference=read_text(element, "Reference"),
        descriptions=tuple(
            text for line in read_objects(element, "LineItems") if (text := read_text(line, "Description"))
        ),
        updated_at=(
            read_instant(element, "UpdatedDateUTC") or read_instant(element, "UpdatedDateUTCString") or EPOCH
        ),
        issued_on=read_date(element, "Date") or read_date(element, "DateString"),
        xero_contact_id=read_text(read_object(element, "Contact"), "ContactID"),
    )


def _applied(kind: CreditKind, part: Json) -> AppliedCredit:
    return AppliedCredit(
        xero_credit_id=_id_of(kind, part),
        kind=kind,
        amount=read_decimal(part, "AppliedAmount") or _ZERO,
        applied_on=read_date(part, "Date") or read_date(part, "DateString") or EPOCH.date(),
        number=read_text(part, "CreditNoteNumber") or None,
    )


def _allocation(part: Json) -> Allocation:
    return Allocation(
        xero_allocation_id=read_text(part, "AllocationID") or None,
        xero_invoice_id=read_text(read_object(part, "Invoice"), "InvoiceID") or "",
        amount=read_decimal(part, "Amount") or _ZERO,
    )


def _id_of(kind: CreditKind, element: Json) -> str:
    return next((found for name in _list_id_names(kind) if (found := read_text(element, name))), "")


def _list_id_names(kind: CreditKind) -> tuple[str, ...]:
    """Of its own id; a bank transaction may only show its own, which is said to be the same."""
    return (_ID_NAMES[kind], "BankTransactionID", "ID")
