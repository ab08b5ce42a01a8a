"""Debouncing: while somebody types into an invoice, it is written once for several edits.

Without this, quick edits of one invoice would each cost a read and a write. The first edit goes at once. An edit that
comes shortly after a write waits for those that follow it, and an edit that comes before the first write was begun is
written with it. Other invoices do not wait. All of it is known to one worker, for as long as it has the lease: a worker
that takes over starts without it, and writes at once.
"""

import asyncio
from collections.abc import Iterable, Sequence
from uuid import UUID

from app.domain.invoices.link import InvoiceLink

QUIET = 0.15
"""Seconds without another edit after which an invoice is written."""

LONGEST_WAIT = 1.0
"""Seconds that one invoice waits at the most, however much is typed into it."""

MOST_DEBOUNCED = 5
"""Connections of one process that may have invoices waiting: each takes one of the process's places for jobs."""


class Debounce:
    """Which invoices of one connection wait, and until when, while a worker has the connection's lease.

    `debounced` has one of these for each connection of this process that has invoices waiting; they share it.
    """

    def __init__(self, debounced: "set[Debounce] | None" = None) -> None:
        self._debounced = set() if debounced is None else debounced
        self._written: dict[UUID, float] = {}
        self._left: dict[UUID, float] = {}
        self._edited: dict[UUID, tuple[int, float]] = {}
        self._ends: list[float] = []

    def close(self) -> None:
        """The lease ends: no invoice waits any more."""
        self._debounced.discard(self)

    def note_written(self, link_ids: Iterable[UUID]) -> None:
        """These were written now."""
        for link_id in link_ids:
            self._written[link_id] = _now()
            self._left.pop(link_id, None)

    def list_versions(self, links: Iterable[InvoiceLink]) -> dict[UUID, int]:
        """The versions of the documents of those links whose write may be left out if a newer document has come."""
        if self not in self._debounced and len(self._debounced) >= MOST_DEBOUNCED:
            return {}
        return {
            link.id: link.document.version
            for link in links
            if link.document is not None and _now() < self._left.get(link.id, _now()) + LONGEST_WAIT
        }

    def note_left(self, link_ids: Iterable[UUID]) -> None:
        """These were not written, because a newer document came."""
        for link_id in link_ids:
            self._left.setdefault(link_id, _now())

    def list_ready(self, links: Sequence[InvoiceLink]) -> list[InvoiceLink]:
        """Those of these links that need not wait."""
        ends = {link.id: end for link in links if (end := self._find_end(link)) > _now()}
        self._debounced.discard(self)
        if len(self._debounced) >= MOST_DEBOUNCED:
            ends.clear()
        elif ends:
            self._debounced.add(self)
        self._ends = list(ends.values())
        return [link for link in links if link.id not in ends]

    @property
    def pause(self) -> float:
        """Seconds until the first waiting invoice is ready; 0 where none waits."""
        return max(0.0, min(self._ends) - _now()) if self._ends else 0.0

    def _find_end(self, link: InvoiceLink) -> float:
        """When the link is ready; an edit that is seen for the first time makes it wait `QUIET` again."""
        begun = self._left.get(link.id, self._written.get(link.id))
        if begun is None or link.document is None or not _may_wait(link):
            return 0.0
        version, since = self._edited.get(link.id, (0, 0.0))
        if version != link.document.version:
            since = _now()
            self._edited[link.id] = link.document.version, since
        return min(since + QUIET, begun + LONGEST_WAIT)


def _may_wait(link: InvoiceLink) -> bool:
    """Whether only an edit in the app makes it behind."""
    return link.has_news_from_partner and not link.xero_due and link.hub.unanswered is None


def _now() -> float:
    return asyncio.get_running_loop().time()
