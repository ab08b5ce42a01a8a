"""Payments: immutable but for their deletion, kept by id and by the document that they pay or refund (FACTS 5).

A deleted payment stays and is listed with Status DELETED; it no longer counts for its document.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.sandbox.xero.books.amounts import number
from app.sandbox.xero.books.journal import Journal
from app.sandbox.xero.forms.dates import net_date, net_instant, utc_string


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment of one invoice, or refund of one credit."""

    payment_id: str
    document_id: str
    """The invoice that is paid, or the credit that is refunded."""
    account_id: str
    amount: Decimal
    paid_on: date
    kind: str
    """ACCRECPAYMENT or ACCPAYPAYMENT; for refunds of credits ARCREDITPAYMENT and its like."""
    updated_at: datetime
    reference: str = ""
    status: str = "AUTHORISED"
    is_reconciled: bool = False

    def embedded(self) -> dict[str, Any]:
        """The payment as its invoice shows it."""
        shown: dict[str, Any] = {
            "PaymentID": self.payment_id,
            "Date": net_date(self.paid_on),
            "Amount": number(self.amount),
        }
        if self.reference:
            shown["Reference"] = self.reference
        return {**shown, "CurrencyRate": 1.0, "HasAccount": False, "HasValidationErrors": False}

    def view(self, account: dict[str, Any], invoice: dict[str, Any]) -> dict[str, Any]:
        """The payment as the API shows it, with what it shows of its account and invoice."""
        shown: dict[str, Any] = {
            "PaymentID": self.payment_id,
            "Date": net_date(self.paid_on),
            "BankAmount": number(self.amount),
            "Amount": number(self.amount),
        }
        if self.reference:
            shown["Reference"] = self.reference
        return shown | {
            "CurrencyRate": 1.0,
            "PaymentType": self.kind,
            "Status": self.status,
            "UpdatedDateUTC": net_instant(self.updated_at),
            "UpdatedDateUTCString": utc_string(self.updated_at),
            "HasAccount": True,
            "IsReconciled": self.is_reconciled,
            "Account": account,
            "Invoice": invoice,
            "HasValidationErrors": False,
        }


class PaymentBook:
    """All payments of one organisation."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._by_id: dict[str, Payment] = {}
        self._ids_of_document: dict[str, list[str]] = {}

    def __iter__(self) -> Iterator[Payment]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def find(self, payment_id: str) -> Payment | None:
        """By PaymentID."""
        return self._by_id.get(payment_id.lower())

    def list_of(self, document_id: str) -> list[Payment]:
        """The live payments of an invoice or a credit, oldest first."""
        found = (self._by_id[key] for key in self._ids_of_document.get(document_id, ()))
        return [payment for payment in found if payment.status == "AUTHORISED"]

    def save(self, payment: Payment) -> Payment:
        """Keep this value of the payment; undone if the journal rewinds."""
        before = self._by_id.get(payment.payment_id)
        self._by_id[payment.payment_id] = payment
        if before is None:
            self._ids_of_document.setdefault(payment.document_id, []).append(payment.payment_id)
        self._journal.note(lambda: self._restore(payment, before))
        return payment

    def _restore(self, payment: Payment, before: Payment | None) -> None:
        if before is not None:
            self._by_id[payment.payment_id] = before
            return
        del self._by_id[payment.payment_id]
        self._ids_of_document[payment.document_id].remove(payment.payment_id)
