"""Rest (debouncing): an invoice that was just written in Xero waits a moment for what else is typed into it.

Who edits one invoice again and again would cost a read and a write for each edit that a round gets hold of. The first
goes at once; those that follow within a second of a write go together, and nothing else waits for them. It is known to
one worker while it has the lease: who takes over knows nothing of it, and writes at once.
"""

import asyncio
from collections.abc import Iterable, Sequence
from uuid import UUID

from app.domain.link import InvoiceLink

REST = 1.0
"""Seconds from a write to the next of the same invoice, unless Xero moved or an answer is owed."""

LONGEST_NAP = 0.25
"""Seconds until the loop looks again while something rests: what else came in then waits no longer."""

MOST_AT_REST = 5
"""Connections with something at rest, of one process: each keeps one of the process's places for jobs meanwhile."""


class Resting:
    """The invoices of a connection that were written a moment ago, while a worker has its lease.

    `at_rest` are those of all connections that this process works with and that have something at rest.
    """

    def __init__(self, at_rest: "set[Resting] | None" = None) -> None:
        self._at_rest = set() if at_rest is None else at_rest
        self._until: dict[UUID, float] = {}
        self._left_out: set[UUID] = set()

    def close(self) -> None:
        """The lease goes: nothing is at rest any more."""
        self._at_rest.discard(self)

    def note_written(self, link_ids: Iterable[UUID]) -> None:
        """These were written now."""
        until = _now() + REST
        self._until |= dict.fromkeys(link_ids, until)

    def leave_out(self, links: Sequence[InvoiceLink]) -> list[InvoiceLink]:
        """Those of these links that are to be looked at now."""
        now = _now()
        self._until = {link_id: until for link_id, until in self._until.items() if until > now}
        self._left_out = {link.id for link in links if link.id in self._until and _may_wait(link)}
        self._at_rest.discard(self)
        if self._left_out and len(self._at_rest) < MOST_AT_REST:
            self._at_rest.add(self)
        else:
            self._left_out.clear()
        return [link for link in links if link.id not in self._left_out]

    @property
    def nap(self) -> float:
        """Seconds to wait before the next round: 0 where nothing was left out of the last."""
        ends = [self._until[link_id] for link_id in self._left_out]
        return min(LONGEST_NAP, max(0.0, min(ends) - _now())) if ends else 0.0


def _may_wait(link: InvoiceLink) -> bool:
    """Whether it is behind for an edit in the app alone."""
    return link.has_news_from_partner and not link.xero_due and link.hub.unanswered is None


def _now() -> float:
    return asyncio.get_running_loop().time()
