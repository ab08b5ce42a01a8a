"""What the loop would do about one invoice, as data, before any of it is done (FEATURES N11).

A preview is made from what is known, by the very functions that the loop uses; it asks nobody and writes nothing. What
only Xero can say, a refusal that nobody could foresee or an edit that nobody told of, is not in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.holds.hold import Hold
from app.domain.invoices.link import InvoiceLink, Standing
from app.domain.invoices.plan import Plan
from app.domain.record.merge import Conflict
from app.domain.record.moves import Move
from app.domain.record.owed import PartnerChange


class StepKind(StrEnum):
    """One thing that would be done, in the order in which the loop does them."""

    READ = "read"
    MAKE_CONTACT = "make_contact"
    MAKE_ITEMS = "make_items"
    CREATE = "create"
    UPDATE = "update"
    VOID = "void"
    SEND_TAX_AMOUNTS = "send_tax_amounts"
    REMOVE_CREDIT = "remove_credit"
    APPLY_CREDIT = "apply_credit"
    BOOK_OVERPAYMENT = "book_overpayment"
    DELETE_PAYMENT = "delete_payment"
    MAKE_PAYMENT = "make_payment"
    TELL_PARTNER = "tell_partner"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it moves, path to before and after, in the words of the side that it changes.

    `about` names what it concerns where that is not the invoice: a payment's or a credit's key, a contact, item codes.
    """

    kind: StepKind
    moves: Mapping[str, Move] = field(default_factory=dict)
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """One invoice as the loop would leave it.

    `link` is the link with the partner's newest document merged, `conflicts` what that merge came upon. `plan` is what
    is due in Xero first, `steps` everything that would follow if Xero takes each as it is asked, `hold` what stops the
    rest of it. `change` is what the partner's app would be sent, `standing` where the invoice stands before any step.
    """

    link: InvoiceLink
    plan: Plan
    standing: Standing
    steps: tuple[Step, ...] = ()
    hold: Hold | None = None
    change: PartnerChange | None = None
    conflicts: tuple[Conflict, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether anything would be written to Xero."""
        return any(step.kind not in (StepKind.READ, StepKind.TELL_PARTNER) for step in self.steps)
