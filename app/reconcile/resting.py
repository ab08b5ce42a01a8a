"""Rest (debouncing): an invoice into which somebody is typing waits a moment for what else comes.

Who edits one invoice again and again would cost a read and a write for each edit that a round gets hold of. A single
edit goes at once. One that comes closely after a write goes together with those that follow it; one that comes before
the first is written takes it along. Nothing else waits for them. It is known to one worker while it has the lease: who
takes over knows nothing of it, and writes at once.
"""

import asyncio
from collections.abc import Iterable, Sequence
from uuid import UUID

from app.domain.invoices.link import InvoiceLink

QUIET = 0.15
"""Seconds without another edit that end a rest."""

LONGEST_REST = 1.0
"""Seconds that one invoice rests, however much is typed into it meanwhile."""

MOST_AT_REST = 5
"""Connections with something at rest, of one process: each keeps one of the process's places for jobs meanwhile."""


class Resting:
    """The invoices of a connection that were written a moment ago, or left for a newer document, while a worker has its
    lease.

    `at_rest` are those of all connections that this process works with and that have something at rest.
    """

    def __init__(self, at_rest: "set[Resting] | None" = None) -> None:
        self._at_rest = set() if at_rest is None else at_rest
        self._written: dict[UUID, float] = {}
        self._left: dict[UUID, float] = {}
        self._edited: dict[UUID, tuple[int, float]] = {}
        self._ends: list[float] = []

    def close(self) -> None:
        """The lease goes: nothing is at rest any more."""
        self._at_rest.discard(self)

    def note_written(self, link_ids: Iterable[UUID]) -> None:
        """These were written now."""
        for link_id in link_ids:
            self._written[link_id] = _now()
            self._left.pop(link_id, None)

    def list_versions(self, links: Iterable[InvoiceLink]) -> dict[UUID, int]:
        """Of those of these links that need not be written for now if a newer document came, the one that they have."""
        if self not in self._at_rest and len(self._at_rest) >= MOST_AT_REST:
            return {}
        return {
            link.id: link.document.version
            for link in links
            if link.document is not None and _now() < self._left.get(link.id, _now()) + LONGEST_REST
        }

    def note_left(self, link_ids: Iterable[UUID]) -> None:
        """These were not written, because a newer document came."""
        for link_id in link_ids:
            self._left.setdefault(link_id, _now())

    def leave_out(self, links: Sequence[InvoiceLink]) -> list[InvoiceLink]:
        """Those of these links that are to be looked at now."""
        ends = {link.id: end for link in links if (end := self._find_end(link)) > _now()}
        self._at_rest.discard(self)
        if len(self._at_rest) >= MOST_AT_REST:
            ends.clear()
        elif ends:
            self._at_rest.add(self)
        self._ends = list(ends.values())
        return [link for link in links if link.id not in ends]

    @property
    def nap(self) -> float:
        """Seconds to wait before the next round: 0 where nothing was left out of the last."""
        return max(0.0, min(self._ends) - _now()) if self._ends else 0.0

    def _find_end(self, link: InvoiceLink) -> float:
        """When it has rested enough; an edit that is seen for the first time begins a rest anew."""
        begun = self._left.get(link.id, self._written.get(link.id))
        if begun is None or link.document is None or not _may_wait(link):
            return 0.0
        version, since = self._edited.get(link.id, (0, 0.0))
        if version != link.document.version:
            since = _now()
            self._edited[link.id] = link.document.version, since
        return min(since + QUIET, begun + LONGEST_REST)


def _may_wait(link: InvoiceLink) -> bool:
    """Whether it is behind for an edit in the app alone."""
    return link.has_news_from_partner and not link.xero_due and link.hub.unanswered is None


def _now() -> float:
    return asyncio.get_running_loop().time()
