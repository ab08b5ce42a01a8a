"""What may be set against invoices: credit notes, overpayments, prepayments, and their allocations (FACTS 5).

The three are one value here, a `Credit` of a family. Values are frozen and saved through the book. What remains of a
credit is its total less what is allocated to invoices and what was refunded by payments.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.sandbox.xero.books.amounts import ZERO
from app.sandbox.xero.books.journal import Journal
from app.sandbox.xero.books.lines import Line


@dataclass(frozen=True, slots=True)
class Family:
    """The names that one kind of credit goes by."""

    name: str
    plural: str
    category: str
    """Of its webhooks."""
    receivable: str
    """What a payment calls the document that it refunds, when money goes back to a customer."""
    refund: str
    """The PaymentType of such a refund."""

    @property
    def id_name(self) -> str:
        """The property of its id."""
        return f"{self.name}ID"


CREDIT_NOTE = Family("CreditNote", "CreditNotes", "CREDITNOTE", "ACCRECCREDIT", "ARCREDITPAYMENT")
OVERPAYMENT = Family("Overpayment", "Overpayments", "OVERPAYMENT", "AROVERPAYMENT", "AROVERPAYMENTPAYMENT")
PREPAYMENT = Family("Prepayment", "Prepayments", "PREPAYMENT", "ARPREPAYMENT", "ARPREPAYMENTPAYMENT")
FAMILIES = (CREDIT_NOTE, OVERPAYMENT, PREPAYMENT)


@dataclass(frozen=True, slots=True)
class Credit:
    """One credit note, overpayment or prepayment."""

    credit_id: str
    family: Family
    kind: str
    """Xero's Type: ACCRECCREDIT, ACCPAYCREDIT, RECEIVE-OVERPAYMENT or RECEIVE-PREPAYMENT."""
    contact_id: str
    status: str
    issued_on: date
    amounts_are: str
    currency: str
    updated_at: datetime
    number: str = ""
    reference: str = ""
    branding_theme_id: str = ""
    bank_account_id: str = ""
    """Where an overpayment or prepayment was received."""
    lines: tuple[Line, ...] = ()
    sub_total: Decimal = ZERO
    total_tax: Decimal = ZERO
    total: Decimal = ZERO
    amount_allocated: Decimal = ZERO
    amount_refunded: Decimal = ZERO
    used_up_on: date | None = None

    @property
    def is_sale(self) -> bool:
        """Whether it stands against sales invoices rather than bills."""
        return self.kind != "ACCPAYCREDIT"

    @property
    def is_dead(self) -> bool:
        """VOIDED and DELETED are terminal."""
        return self.status in ("VOIDED", "DELETED")

    @property
    def is_approved(self) -> bool:
        """AUTHORISED or PAID."""
        return self.status in ("AUTHORISED", "PAID")

    @property
    def amount_used(self) -> Decimal:
        """Allocated or refunded."""
        return self.amount_allocated + self.amount_refunded

    @property
    def remaining(self) -> Decimal:
        """What may still be allocated or refunded."""
        return ZERO if self.is_dead else self.total - self.amount_used


@dataclass(frozen=True, slots=True)
class Allocation:
    """A part of a credit set against an invoice. A deleted one is kept and no longer counts."""

    allocation_id: str
    credit_id: str
    invoice_id: str
    amount: Decimal
    allocated_on: date
    is_deleted: bool = False


class CreditBook:
    """All credits and allocations of one organisation."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._by_id: dict[str, Credit] = {}
        self._allocations: dict[str, Allocation] = {}
        self._ids_of_document: dict[str, list[str]] = {}
        self._next = 1

    def list_of(self, family: Family) -> list[Credit]:
        """Every credit of a family."""
        return [credit for credit in self._by_id.values() if credit.family is family]

    def get(self, credit_id: str) -> Credit:
        """The credit of an allocation or payment. Raises KeyError."""
        return self._by_id[credit_id]

    def find(self, family: Family, key: str) -> Credit | None:
        """By id, else by the number of a credit note."""
        found = self._by_id.get(key.lower()) or self.find_numbered(key)
        return found if found is not None and found.family is family else None

    def find_numbered(self, number: str) -> Credit | None:
        """The credit note to a customer with this number, whatever its status."""
        same = (credit for credit in self._by_id.values() if credit.number.casefold() == number.casefold())
        return next((credit for credit in same if number and credit.kind == "ACCRECCREDIT"), None)

    def next_number(self) -> str:
        """The next number of Xero's own sequence, passing over those that are taken."""
        while self.find_numbered(f"CN-{self._next:04d}"):
            self._next += 1
        return f"CN-{self._next:04d}"

    def find_allocation(self, allocation_id: str) -> Allocation | None:
        """By AllocationID, deleted or not."""
        return self._allocations.get(allocation_id.lower())

    def allocations_of(self, document_id: str) -> Iterator[Allocation]:
        """The live allocations of a credit, or to an invoice, oldest first."""
        found = (self._allocations[key] for key in self._ids_of_document.get(document_id, ()))
        return (allocation for allocation in found if not allocation.is_deleted)

    def save(self, credit: Credit) -> Credit:
        """Keep this value of the credit; undone if the journal rewinds."""
        before = self._by_id.get(credit.credit_id)
        self._by_id[credit.credit_id] = credit

        def undo() -> None:
            if before is None:
                del self._by_id[credit.credit_id]
            else:
                self._by_id[credit.credit_id] = before

        self._journal.note(undo)
        return credit

    def save_allocation(self, allocation: Allocation) -> Allocation:
        """Keep this value of the allocation; undone if the journal rewinds."""
        key = allocation.allocation_id
        before = self._allocations.get(key)
        self._allocations[key] = allocation
        ends = (allocation.credit_id, allocation.invoice_id)
        if before is None:
            for document_id in ends:
                self._ids_of_document.setdefault(document_id, []).append(key)

        def undo() -> None:
            if before is not None:
                self._allocations[key] = before
                return
            del self._allocations[key]
            for document_id in ends:
                self._ids_of_document[document_id].remove(key)

        self._journal.note(undo)
        return allocation
