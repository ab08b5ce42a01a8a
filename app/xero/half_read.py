"""Long lists that a limit of calls cut off: what was read of them stays, so that they go on from the page they were at.

A list of more pages than a minute has calls would begin anew for ever. It is read in the order of ids, in which no row
moves from page to page. But while nobody reads, rows may be added to pages that were read, or change on them. So
whoever goes on with a list reads at its end what was modified since its first page was asked for: that has all of
them. It is known to one process, and only for a while; elsewhere, and later, such a list begins anew.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.clock import Clock
from app.xero.json_values import Json

KEPT = timedelta(minutes=15)
"""Longer than a minute's limit lasts; what waits for the day's limit begins anew."""

MOST_KEPT = 8
"""Lists of one process, of which each may be as large as an organisation; of more the oldest is forgotten."""

Whose = tuple[UUID, str]
"""A connection, and the tenant that it reads."""

Name = tuple[object, ...]


@dataclass(slots=True)
class HalfRead:
    """A list on its way; `began_at` is when its first page was asked for, `is_resumed` whether it was cut off since."""

    began_at: datetime
    elements: list[Json] = field(default_factory=list)
    pages: int = 0
    is_resumed: bool = False

    def add_page(self, elements: list[Json]) -> None:
        """The next page was read."""
        self.elements += elements
        self.pages += 1

    def overlay(self, newer: list[Json], name: str) -> list[Json]:
        """All of its elements by now: those that were modified since in place of what was read, by the id so named."""
        found = {element.get(name): element for element in (*self.elements, *newer)}
        return list(found.values())


class HalfReads:
    """Those of one process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[Name, HalfRead] = OrderedDict()

    def take(self, whose: Whose, operation: str, arguments: Mapping[str, Any]) -> HalfRead:
        """What was read of exactly this list a while ago; otherwise one that begins now."""
        now = self._clock.now()
        for name in [name for name, each in self._kept.items() if now > each.began_at + KEPT]:
            del self._kept[name]
        found = self._kept.pop(_name(whose, operation, arguments), None)
        return found or HalfRead(now)

    def keep(self, whose: Whose, operation: str, arguments: Mapping[str, Any], listed: HalfRead) -> None:
        """It was cut off; with nothing read of it there is nothing to keep."""
        if not listed.pages:
            return
        listed.is_resumed = True
        self._kept[_name(whose, operation, arguments)] = listed
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)


def _name(whose: Whose, operation: str, arguments: Mapping[str, Any]) -> Name:
    return (whose, operation, *sorted((name, repr(value)) for name, value in arguments.items()))
