"""How a list is walked that a shop sorts by the second in which each order changed.

The next page is asked for by the last change that was seen, not by how many were seen: an order that changes while the
list is read moves to its end, and whoever counts would pass over the one that took its place. The orders of that last
second come twice, which is harmless, since a document that is taken in twice is news once. Only where one second has
more orders than a page are its pages counted.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk is: `page` pages of what changed at `since` or later are behind it.

    `since` is in the shop's own words and has no bar in it; empty: from the beginning.
    """

    since: str = ""
    page: int = 0

    @classmethod
    def parse(cls, cursor: str) -> "Place":
        """The place that a cursor names; raises `ValueError` where it names none."""
        since, _, page = cursor.rpartition("|")
        return cls(since, int(page))

    @property
    def cursor(self) -> str:
        """This place, to be handed back."""
        return f"{self.since}|{self.page}"

    def after(self, last: str) -> "Place":
        """The place behind a full page whose last order changed then."""
        return replace(self, page=self.page + 1) if last == self.since else Place(last)
