"""How one organisation answers where nothing that Xero has said tells how it would.

Each attribute is a row of `troubles.SWITCHES`, and begins with that row's first value. An app that survives only one of
the answers has guessed.
"""

from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP
from typing import Any

from app.sandbox.troubles import SWITCHES


@dataclass
class Behaviour:
    """The answers in force. `set` is the way to change them."""

    rounding: str = "half_up"
    modified_since: str = "exclusive"
    nothing_modified: str = "empty"
    line_amount: str = "refused"
    line_account: str = "id"
    line_code: str = "of_now"
    lines_not_sent: str = "kept"
    deletes_reconciled_payments: bool = True
    tells_deleted_drafts: bool = True

    @property
    def rounding_mode(self) -> str:
        """The rounding as the decimal module names it."""
        return ROUND_HALF_EVEN if self.rounding == "half_even" else ROUND_HALF_UP

    def set(self, wish: dict[str, Any]) -> None:
        """Change what is named. Raises ValueError, and changes nothing, for a name or value that does not exist."""
        names = asdict(self)
        for name, value in wish.items():
            if name not in names or value not in SWITCHES[name].values:
                raise ValueError(f"{name} may not be {value!r}: GET /control lists the switches")
        for name, value in wish.items():
            setattr(self, name, value)
