"""A look at the partner's side under way: which list is read, how far it came, what it came to.

A look lists what changed since the last one, kind by kind. A compare lists everything, and then asks by id for what
should be there and was not listed: rows can move from page to page while a list is read, so a list alone proves nothing
missing.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Found:
    """What a look came to. `listed` were named; of those `taken` were news, whose documents were lost or under way, and
    `refused` could not be taken. `missing` are not there any more; `unsure` were not listed, and not asked for or not
    shown.
    """

    listed: int = 0
    taken: int = 0
    refused: int = 0
    missing: int = 0
    unsure: int = 0

    def __add__(self, other: "Found") -> "Found":
        return Found(
            self.listed + other.listed,
            self.taken + other.taken,
            self.refused + other.refused,
            self.missing + other.missing,
            self.unsure + other.unsure,
        )


@dataclass(frozen=True, slots=True)
class ReadRun:
    """A look under way. `began_at` is our clock; `as_of` the app's own when it began each list, by kind.

    `kinds` are still to be listed, the first of them now, from `cursor` on. `looked` counts what was asked for by id.
    `leaves_some`: something was left to the next look, which is then soon. `is_resumed`: a compare that was parked
    while what changed was looked at, and goes on.
    """

    began_at: datetime
    is_compare: bool
    kinds: tuple[str, ...]
    cursor: str | None = None
    pages: int = 0
    looked: int = 0
    as_of: Mapping[str, str] = field(default_factory=dict)
    found: Found = field(default_factory=Found)
    leaves_some: bool = False
    is_resumed: bool = False

    @property
    def kind(self) -> str | None:
        """What is listed now; None when every list was read to its end."""
        return self.kinds[0] if self.kinds else None

    def after_page(
        self, as_of: str, next_cursor: str | None, found: Found, *, leaves_some: bool = False
    ) -> "ReadRun":
        """The look after one more page; the clock of a list is the one of its first page."""
        assert self.kind is not None
        clocks = {self.kind: as_of, **self.as_of}
        kinds = self.kinds if next_cursor is not None else self.kinds[1:]
        return replace(
            self,
            kinds=kinds,
            cursor=next_cursor,
            pages=self.pages + 1,
            as_of=clocks,
            found=self.found + found,
            leaves_some=self.leaves_some or leaves_some,
        )

    def after_looks(self, count: int, found: Found) -> "ReadRun":
        """The look after so many things were asked for by id."""
        return replace(self, looked=self.looked + count, found=self.found + found)

    def resumed(self) -> "ReadRun":
        """The compare as it goes on after it was parked."""
        return replace(self, is_resumed=True)

    def to_json(self) -> dict[str, Any]:
        """The look as the connection's row keeps it."""
        kept = {**asdict(self), "began_at": self.began_at.isoformat(), "kinds": list(self.kinds)}
        for word in ("leaves_some", "is_resumed"):
            if not kept[word]:
                # Unsaid, so that a worker of before can go on with a look of which neither is true.
                del kept[word]
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "ReadRun":
        """What `to_json` kept."""
        known = {
            **kept,
            "began_at": datetime.fromisoformat(kept["began_at"]),
            "kinds": tuple(kept["kinds"]),
            "found": Found(**kept["found"]),
        }
        return cls(**known)
