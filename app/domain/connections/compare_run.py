"""How far a full compare has come, and which way of reading costs the fewest calls from here on.

All sales invoices can be read by pages of a thousand, or the linked ones alone by their ids, forty at a time
(FACTS 4.7). How many pages there are is told by the first one, so the choice is made anew before every call.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CompareRun:
    """A compare under way, or the one that was done last.

    `page` is the next page to read, None when what is left is read by ids; `pages` is how many there are, as Xero said
    last. `calls` and `invoices` count what was read, `differing` those that no longer were what we knew. `began_at` is
    when it began (ISO 8601): whatever either side held then is known once it is done. `listed` is how many invoices it
    had to look at.
    """

    page: int | None = 1
    pages: int | None = None
    calls: int = 0
    invoices: int = 0
    differing: int = 0
    began_at: str | None = None
    listed: int = 0

    def wants_page(self, uncompared: int, ids_of_a_read: int) -> bool:
        """Whether the next call should be a page. The first is one: it costs a call and tells how many there are."""
        if self.page is None:
            return False
        pages_left = 1 if self.pages is None else self.pages - self.page + 1
        return 0 < pages_left <= -(-uncompared // ids_of_a_read)

    def to_json(self) -> dict[str, Any]:
        """The run as the connection keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "CompareRun":
        """What `to_json` kept."""
        return cls(**kept)
