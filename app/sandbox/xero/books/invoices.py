"""Invoices: the value that an organisation holds for each, and the book that finds and numbers them.

Values are frozen; every change is a new value saved through the book, so that a refused element leaves no trace.
Numbers of sales invoices are unique whatever the status, and count on from INV-0001 when none is sent (FACTS 4.3).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.sandbox.xero.books.amounts import ZERO
from app.sandbox.xero.books.journal import Journal
from app.sandbox.xero.books.lines import Line


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice or bill."""

    invoice_id: str
    kind: str
    """ACCREC (sales) or ACCPAY (bill)."""
    contact_id: str
    status: str
    issued_on: date
    amounts_are: str
    """Exclusive, Inclusive or NoTax."""
    currency: str
    updated_at: datetime
    currency_rate: Decimal = Decimal(1)
    number: str = ""
    reference: str = ""
    due_on: date | None = None
    url: str = ""
    branding_theme_id: str = ""
    expected_payment_on: date | None = None
    planned_payment_on: date | None = None
    is_sent: bool = False
    lines: tuple[Line, ...] = ()
    sub_total: Decimal = ZERO
    total_tax: Decimal = ZERO
    total: Decimal = ZERO
    amount_paid: Decimal = ZERO
    amount_credited: Decimal = ZERO
    fully_paid_on: date | None = None
    created_by_app: bool = False

    @property
    def amount_due(self) -> Decimal:
        """What is still owed; nothing on a dead invoice."""
        return ZERO if self.is_dead else self.total - self.amount_applied

    @property
    def amount_applied(self) -> Decimal:
        """Paid or credited."""
        return self.amount_paid + self.amount_credited

    @property
    def is_dead(self) -> bool:
        """VOIDED and DELETED are terminal (FACTS 4.1)."""
        return self.status in ("VOIDED", "DELETED")

    @property
    def is_sale(self) -> bool:
        """Whether this is a sales invoice rather than a bill."""
        return self.kind == "ACCREC"

    @property
    def is_approved(self) -> bool:
        """AUTHORISED or PAID."""
        return self.status in ("AUTHORISED", "PAID")


class InvoiceBook:
    """All invoices of one organisation, found by id or by the number of a sales invoice."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._by_id: dict[str, Invoice] = {}
        self._id_of_number: dict[str, str] = {}
        self._next = 1

    def __iter__(self) -> Iterator[Invoice]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def find(self, key: str) -> Invoice | None:
        """By InvoiceID, else by the number of a sales invoice."""
        return self._by_id.get(key.lower()) or self.find_numbered(key)

    def find_numbered(self, number: str) -> Invoice | None:
        """The sales invoice with this number, whatever its status."""
        invoice_id = self._id_of_number.get(number.casefold())
        return self._by_id.get(invoice_id) if invoice_id else None

    def next_number(self) -> str:
        """The next number of Xero's own sequence, passing over those that are taken."""
        while self.find_numbered(f"INV-{self._next:04d}"):
            self._next += 1
        return f"INV-{self._next:04d}"

    def save(self, invoice: Invoice) -> Invoice:
        """Keep this value of the invoice; undone if the journal rewinds."""
        before = self._by_id.get(invoice.invoice_id)
        self._place(before, invoice)
        self._journal.note(lambda: self._place(invoice, before))
        return invoice

    def _place(self, old: Invoice | None, new: Invoice | None) -> None:
        if old is not None:
            if old.is_sale:
                self._id_of_number.pop(old.number.casefold(), None)
            if new is None:
                del self._by_id[old.invoice_id]
        if new is not None:
            self._by_id[new.invoice_id] = new
            if new.is_sale:
                self._id_of_number[new.number.casefold()] = new.invoice_id
