"""A hold: why work on a link waits, and which way leads out of it (DESIGN section 6)."""

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """What kind of step lets it go on; a write that is legal in place has no hold.

    `none` is the answer for what can never be done in Xero: the other side has to follow.
    """

    PAYMENTS_REMOVED = "payments_removed"
    CREDIT_NOTE = "credit_note"
    PERSON = "person"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Hold:
    """A stable code for machines, a sentence for a person, and what would let it go on.

    `held_by` is Xero's id of the invoice, or of the contact, that stands in the way, where one is known.
    """

    code: str
    message: str
    cure: str
    way: Way = Way.PERSON
    held_by: str | None = None


UNREADABLE = "unreadable_in_xero"


def hold_unreadable(flaw: str) -> Hold:
    """The hold of an invoice of which Xero showed something that cannot be believed; `flaw` says why, in words."""
    return Hold(
        UNREADABLE,
        f"What Xero shows of this invoice cannot be read: {flaw}.",
        "Nothing is taken from it, and it is read again within the hour. If that lasts, open the invoice in Xero, and "
        "tell Plumbline's operator what the message says.",
    )
