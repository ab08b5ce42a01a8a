"""What a person set aside: it stands as it is on both sides until somebody resumes it.

An edit on either side meanwhile is stored, and merged when it is resumed; nothing is lost, and nothing is done.
"""

from dataclasses import dataclass
from datetime import datetime

from app.domain.holds.hold import Hold

SKIPPED = "skipped"
CONTACT_SKIPPED = "contact_skipped"


@dataclass(frozen=True, slots=True)
class Skip:
    """Since when, by whom, and why, in their own words."""

    at: datetime
    by: str
    note: str

    @property
    def hold(self) -> Hold:
        """Why nothing is done about it."""
        return Hold(
            SKIPPED,
            f"{self.by} set it aside on {self.at:%Y-%m-%d}: {self.note}",
            "Resume it; what was edited on either side meanwhile is merged then.",
        )

    def hold_invoice_of(self, name: str | None) -> Hold:
        """Why an invoice cannot go whose customer this is, and is not in Xero."""
        return Hold(
            CONTACT_SKIPPED,
            f"The customer {name!r} was set aside before it was in Xero: {self.note}",
            "Resume the contact; the invoice goes on by itself then. Or choose another customer.",
        )
