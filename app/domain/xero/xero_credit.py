"""Credit notes, prepayments and overpayments as Xero holds them and as we ask for them: what crosses the port."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from app.domain.record.credit import CreditKind

MARK = "plumbline:"
"""How our mark on a credit begins; it goes on with the link, the kind and the key."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """A part of a credit that is set against an invoice; Xero's older answers leave out its id."""

    xero_allocation_id: str | None
    xero_invoice_id: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class XeroCredit:
    """One credit as Xero holds it.

    `is_approved`: it can be allocated, or is used up; drafts and voided ones are not. `reference` and `descriptions`
    are where our marker stands. `remaining` is what may still be allocated or refunded.
    """

    xero_credit_id: str
    kind: CreditKind
    is_approved: bool
    number: str | None
    total: Decimal
    remaining: Decimal
    allocations: tuple[Allocation, ...]
    reference: str | None
    descriptions: tuple[str, ...]
    updated_at: datetime
    issued_on: date | None = None
    xero_contact_id: str | None = None

    def carries(self, mark: str) -> bool:
        """Whether it carries that mark.

        Xero keeps the reference of credit notes, of prepayments perhaps not (its specification says that a prepayment
        shows a number there), so the mark stands in a line too, in brackets: a key may be the beginning of another.
        """
        return self.reference == mark or any(f"({mark})" in text for text in self.descriptions)

    def allocated_to(self, xero_invoice_id: str) -> tuple[Allocation, ...]:
        """Its allocations to that invoice."""
        return tuple(part for part in self.allocations if part.xero_invoice_id == xero_invoice_id)


def find_own_key(credit: XeroCredit, mark: str) -> str | None:
    """The key with which a mark that begins like this ends, in its reference or in a line; None without one."""
    if credit.reference and credit.reference.startswith(mark):
        return credit.reference.removeprefix(mark)
    lines = [text.partition(f"({mark}")[2] for text in credit.descriptions]
    return next((line.partition(")")[0] for line in lines if line), None)


def find_marked_link(credit: XeroCredit) -> UUID | None:
    """The link that the mark of an overpayment of ours names; None where it carries none."""
    named = (find_own_key(credit, MARK) or "").partition(":")[0]
    try:
        return UUID(hex=named)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class CreditLine:
    """One line of a credit, for one tax type; `amount` is with tax. An overpayment's line has no account and no tax.

    `account` is a code, `xero_account_id` the account that it means, where that is known.
    """

    description: str
    amount: Decimal
    account: str | None = None
    tax_type: str | None = None
    xero_account_id: str | None = None


@dataclass(frozen=True, slots=True)
class CreditWrite:
    """A credit to create, approved; `reference` carries our marker.

    `xero_account_id` is the bank account that received the money; None for a credit note.
    """

    kind: CreditKind
    xero_contact_id: str
    issued_on: date
    currency: str
    amounts_are: str
    lines: Sequence[CreditLine]
    reference: str
    number: str | None = None
    xero_account_id: str | None = None
