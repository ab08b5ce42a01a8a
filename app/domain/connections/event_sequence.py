"""The numbers of a subscription's events: which of them never arrived (FEATURES N5).

Xero numbers the events of a subscription, and a delivery says its first and last number (FACTS 3). What is between the
newest number seen and the first of the next delivery is a gap: lost, or late, and then it fills the gap. A number below
the newest is never a gap, because it may be a replay, a late delivery, a numbering per tenant, or one that began anew;
whether numbers are per tenant or begin anew is not confirmed, so both cost at most a sweep that finds nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

RESTARTED_AFTER = 20
"""Deliveries in a row, all news and all below the newest number, after which the numbering is taken to be a new one."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers that did not arrive, the first and last included, and when that was noticed."""

    first: int
    last: int
    found_at: datetime

    @property
    def size(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class EventSequence:
    """The newest number seen, the open gaps below it, and how many deliveries in a row were below it."""

    newest: int
    gaps: tuple[Gap, ...] = ()
    lower: int = 0

    def to_json(self) -> dict[str, Any]:
        """The sequence as the subscription keeps it."""
        gaps = [[gap.first, gap.last, gap.found_at.isoformat()] for gap in self.gaps]
        return {"newest": self.newest, "gaps": gaps, "lower": self.lower}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "EventSequence":
        """What `to_json` kept."""
        gaps = tuple(Gap(first, last, datetime.fromisoformat(at)) for first, last, at in kept["gaps"])
        return cls(kept["newest"], gaps, kept["lower"])


def follow(
    sequence: EventSequence | None, first: int, last: int, *, is_news: bool, at: datetime
) -> EventSequence:
    """The sequence after a delivery of these numbers.

    The first delivery ever opens no gap: what came before it is not known. `is_news` says that the delivery held an
    event that was not stored before, which a replay does not.
    """
    if sequence is None:
        return EventSequence(last)
    if first > sequence.newest:
        gaps = sequence.gaps
        if first > sequence.newest + 1:
            gaps = (*gaps, Gap(sequence.newest + 1, first - 1, at))
        return EventSequence(last, gaps)
    filled = tuple(part for gap in sequence.gaps for part in _without(gap, first, last))
    if last > sequence.newest:
        return EventSequence(last, filled)
    if filled != sequence.gaps:
        return replace(sequence, gaps=filled, lower=0)
    lower = sequence.lower + is_news
    return EventSequence(last) if lower >= RESTARTED_AFTER else replace(sequence, lower=lower)


def take_gaps(sequence: EventSequence, found_before: datetime) -> tuple[EventSequence, tuple[Gap, ...]]:
    """The sequence without the gaps that were open since before then, and those gaps: each is acted on once."""
    taken = tuple(gap for gap in sequence.gaps if gap.found_at < found_before)
    return replace(sequence, gaps=tuple(gap for gap in sequence.gaps if gap not in taken)), taken


def _without(gap: Gap, first: int, last: int) -> tuple[Gap, ...]:
    """What is left of a gap after those numbers arrived: nothing, one part or two."""
    parts = (replace(gap, last=min(gap.last, first - 1)), replace(gap, first=max(gap.first, last + 1)))
    return tuple(dict.fromkeys(part for part in parts if part.size > 0))
