"""The faults that can be set on the partner's app: what the network and people do at the worst moment.

Each counter falls by one as it is used, so a fault ends by itself; the switches stay until they are
turned off.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

from app.sandbox.partner.document import Document


@dataclass
class Faults:
    """What goes wrong next."""

    lose_outgoing_next: int = 0
    """So many documents are taken for sent and never leave."""
    double_outgoing_next: int = 0
    """So many documents leave twice, at the same time."""
    hold_outgoing: bool = False
    """Documents wait until they are flushed."""
    shuffle: bool = False
    """Flushed documents leave in another order than they were written."""
    refuse_incoming_next: int = 0
    """So many changes are answered 500 and not applied."""
    lose_answer_next: int = 0
    """So many changes are applied and answered 500: the answer was lost on the way."""
    hold_incoming: bool = False
    """Changes wait, neither applied nor answered, until this is turned off."""
    refuse_notices_next: int = 0
    """So many notices are answered 500 and not taken."""
    edit_before_applying: Document | None = None
    """{"invoice_id" or "contact_id", "changes", "send": true}: a person's edit, just before its next change."""

    def take(self, counter: str) -> bool:
        """Use one of a counter up; whether there was one."""
        left: int = getattr(self, counter)
        setattr(self, counter, max(0, left - 1))
        return left > 0

    def take_edit(self, wanted_id: str) -> Document | None:
        """The edit that waits for a change of this invoice or contact, once."""
        waiting = self.edit_before_applying
        if waiting is None or wanted_id not in (waiting.get("invoice_id"), waiting.get("contact_id")):
            return None
        self.edit_before_applying = None
        return waiting

    def with_changes(self, said: dict[str, Any]) -> "Faults":
        """These faults with the named ones set anew. Raises ValueError for a fault that is not built."""
        unknown = said.keys() - {each.name for each in fields(self)}
        if unknown:
            raise ValueError(f"unknown fault: {', '.join(sorted(unknown))}")
        return replace(self, **said)
