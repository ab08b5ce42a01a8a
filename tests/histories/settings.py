"""How wild a history is."""

from dataclasses import dataclass

from app.domain.record.direction import OPEN, Lanes
from app.domain.record.policy import ConflictPolicy


@dataclass
class Settings:
    """What a history is lived under."""

    policy: ConflictPolicy
    steps: int = 30
    with_lines: bool = True
    of_contact: bool = False
    """The thing is a contact, which has other fields and no lines, in place of an invoice."""
    with_decisions: bool = False
    """People decide about conflicts, and take that back (see `deciding`)."""
    is_busy: bool = False
    """People do whatever can be done to an invoice, in place of the commonest (see `busy`)."""
    has_ends: bool = False
    """Invoices are cancelled, voided and sent again (see `ending`)."""
    tokens: int | None = None
    """Draw values from so few that A to B to A happens; None makes every value unique, so that losses can be told."""
    lanes: tuple[Lanes, ...] = (OPEN,)
    """The directions, one after the other over the steps; in the end all are opened."""
