"""The guarantee behind the webhooks: whatever is behind is nudged, and whatever moved in Xero is found.

`Sweep` runs on a timer in any number of workers and only wakes. `sweep_xero` is the part of a reconcile that asks Xero
what moved since the last look. It pages by seeking (always the first page, from the last row's own time on), because
paging by number loses rows that move meanwhile, and it overlaps, because Xero's clock and its index are its own
(FACTS 4.7).
"""

from datetime import timedelta

from app.clock import Clock
from app.db.connections import ask_for_sweeps, list_due, save_swept
from app.db.links import list_by_xero_id, mark_xero_due
from app.db.session import Database
from app.domain.xero_invoice import XeroInvoice
from app.reconcile.ports import PAGE_SIZE, Waker
from app.reconcile.round import Round
from app.reconcile.triggers import link_born

OVERLAP = timedelta(minutes=5)
SWEEP_EVERY = timedelta(minutes=15)
NUDGES_AT_ONCE = 500


class Sweep:
    """Finds what nobody was woken for."""

    def __init__(self, database: Database, waker: Waker, clock: Clock) -> None:
        self._database = database
        self._waker = waker
        self._clock = clock

    async def nudge_behind(self) -> int:
        """Nudge connections that are behind and that nobody works on; answers how many."""
        async with self._database.reading() as session:
            due = await list_due(session, self._clock.now(), NUDGES_AT_ONCE)
        await self._waker.reconcile_soon(due)
        return len(due)

    async def ask_for_sweeps(self) -> int:
        """Ask for a look at Xero on connections that had none for `SWEEP_EVERY`; answers how many."""
        now = self._clock.now()
        async with self._database.writing() as session:
            asked = await ask_for_sweeps(session, now - SWEEP_EVERY, now, NUDGES_AT_ONCE)
        await self._waker.reconcile_soon(asked)
        return len(asked)


async def sweep_xero(current: Round) -> None:
    """Find what moved in Xero since the last look: links that are due, and invoices to bring in."""
    connection = current.connection
    since = (connection.swept_to or connection.created_at) - OVERLAP
    while True:
        page = await current.xero.invoices.fetch_modified_since(since)
        await _take_page(current, page)
        newest = max((invoice.updated_at for invoice in page), default=None)
        reached = newest or since
        async with current.lease.recording() as session:
            await save_swept(session, current.connection_id, reached, current.clock.now())
        if len(page) < PAGE_SIZE or newest is None or newest <= since:
            return
        since = newest


async def _take_page(current: Round, page: list[XeroInvoice]) -> None:
    by_id = {invoice.xero_invoice_id: invoice for invoice in page}
    async with current.lease.recording() as session:
        links = await list_by_xero_id(session, current.connection_id, by_id)
        moved = [
            link
            for link in links
            if link.xero_updated_at is None
            or by_id[link.xero_invoice_id or ""].updated_at > link.xero_updated_at
        ]
        await mark_xero_due(session, [link.id for link in moved])
    current.fresh |= {xero_id: by_id[xero_id] for link in moved if (xero_id := link.xero_invoice_id)}
    known = {link.xero_invoice_id for link in links}
    await link_born(current, [invoice for invoice in page if invoice.xero_invoice_id not in known])
