"""Adopting an invoice that was in Xero before anybody joined the two: is it the same, and what of it is whose (I2).

A number alone is no proof: two programs may count alike. An invoice is the same where customer, currency, day, total
and the number of lines agree and it is approved, and where no payment or credit of one side stands against another one
of the other. Anything else is named, and held for a person.

Once it is adopted, Xero's words for the books (account, tax type, tracking, item) stand as somebody chose them there,
as does the day of a payment that both sides know. That it was sent to the customer is the app's to know. Where the two
differ in anything else there is no common ground: the connection's policy decides, and both values are kept.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.domain.invoices.link import InvoiceLink
from app.domain.record.fields import Fields, Value, keys_of, line_keys, member, member_of
from app.domain.record.sides import Side, Status, project
from app.domain.xero.xero_invoice import BORN_IN_XERO, XeroInvoice

_OF_THE_BOOKS = frozenset({"account", "tax_type", "tracking", "item"})

_Amounts = dict[str, Decimal]
"""By key or Xero's id."""


def find_difference(
    record: Fields, total: Decimal | None, invoice: XeroInvoice, xero_contact_id: str | None
) -> str | None:
    """What makes an invoice of Xero another one than the record's, in words; None where it is the same.

    `total` is what the record comes to, None where that is not known; `xero_contact_id` is its customer in Xero.
    """
    agreements = (
        ("it is no sales invoice", invoice.is_receivable),
        (f"it is {invoice.status}", invoice.canonical_status is Status.SENT),
        ("its customer is another", invoice.xero_contact_id == xero_contact_id),
        (f"it is in {invoice.currency}", invoice.currency == record.get("currency")),
        (f"it was issued on {invoice.issued_on}", _day(record.get("issued_on")) == invoice.issued_on),
        (f"its total is {invoice.total:.2f}", total is not None and invoice.total == total),
        (f"it has {len(invoice.lines)} lines", len(invoice.lines) == len(line_keys(record))),
        ("its payments are others", _can_stand_together(*_payments(record, invoice))),
        ("its credits are others", _can_stand_together(*_credits(record, invoice))),
        ("its payments are not known", invoice.payments is not None or not invoice.amount_paid),
        ("its credits are not known", invoice.credits is not None or not invoice.amount_credited),
    )
    return next((difference for difference, agrees in agreements if not agrees), None)


def as_adopted(link: InvoiceLink, invoice: XeroInvoice) -> InvoiceLink:
    """The link, ready to observe that invoice: its payments and credits known by our keys, and the ground agreed."""
    record = project(Side.XERO, link.hub.record)
    payments = _pair(*_payments(record, invoice))
    credit_notes = _pair(*_credits(record, invoice))
    parts = {f"payments/{key}/" for key in payments.values()} | {
        f"credits/{key}/" for key in credit_notes.values()
    }
    ground: dict[str, Value] = {
        path: value
        for path, value in record.items()
        if (path.startswith("lines/") and member_of(path) in _OF_THE_BOOKS)
        or any(path.startswith(part) for part in parts)
    }
    return replace(
        link,
        hub=replace(link.hub, xero_shadow={**ground, "is_sent": invoice.is_sent}),
        payment_ids={**link.payment_ids, **payments},
        credit_ids={**link.credit_ids, **credit_notes},
    )


def _payments(record: Fields, invoice: XeroInvoice) -> tuple[_Amounts, _Amounts]:
    theirs = {payment.xero_payment_id: payment.amount for payment in invoice.payments or ()}
    return _amounts(record, "payments"), theirs


def _credits(record: Fields, invoice: XeroInvoice) -> tuple[_Amounts, _Amounts]:
    theirs: _Amounts = {}
    for credit in invoice.credits or ():
        theirs[credit.xero_credit_id] = theirs.get(credit.xero_credit_id, Decimal(0)) + credit.amount
    return _amounts(record, "credits"), theirs


def _amounts(record: Fields, kind: str) -> _Amounts:
    """The amounts that the app said itself, by its key; what came from Xero has a key of Xero's."""
    keys = [key for key in keys_of(record, kind) if not key.startswith(BORN_IN_XERO)]
    return {key: Decimal(member(record, kind, key, "amount")) for key in keys}


def _pair(ours: Mapping[str, Decimal], theirs: Mapping[str, Decimal]) -> dict[str, str]:
    """Xero's id -> our key, of those that come to the same."""
    paired: dict[str, str] = {}
    for key, amount in ours.items():
        xero_id = next((each for each, sum_ in theirs.items() if sum_ == amount and each not in paired), None)
        if xero_id is not None:
            paired[xero_id] = key
    return paired


def _can_stand_together(ours: Mapping[str, Decimal], theirs: Mapping[str, Decimal]) -> bool:
    """One side may have more than the other; each having what the other lacks is two stories of the same money."""
    paired = _pair(ours, theirs)
    return len(paired) in (len(ours), len(theirs))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
