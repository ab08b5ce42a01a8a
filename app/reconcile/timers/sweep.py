"""The guarantee behind the webhooks: whatever is behind is nudged, and whatever moved in Xero is found.

`Sweep` runs on a timer in any number of workers and only wakes. `sweep_xero` is the part of a reconcile that asks Xero
what moved since the last look. It pages by seeking (always the first page, from the last row's own time on), because
paging by number loses rows that move meanwhile, and it overlaps, because Xero's clock and its index are its own
(FACTS 4.7). Where more rows share one second than fit into a page there is nowhere to seek to: the rest is then read by
page number in the order of ids, in which rows are added and none is lost. Cut off anywhere, a sweep goes on from the
last page that it recorded.

An organisation in which nothing moves costs one such call in `SWEEP_EVERY`, which is 96 a day, and 24 while webhooks
are well heard.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.clock import Clock
from app.db.connections.compares import ask_for_compares
from app.db.connections.connections import list_due
from app.db.connections.runs import begin_runs
from app.db.connections.sweeps import ask_for_sweeps, save_swept
from app.db.invoices.invoice_links import list_by_xero_id, mark_xero_due
from app.db.postgres.session import Database
from app.domain.holds.thing import Thing
from app.domain.xero.xero_invoice import XeroInvoice
from app.reconcile.followed import follow_found
from app.reconcile.ports import PAGE_SIZE, Waker
from app.reconcile.round import Round
from app.reconcile.seeking import OVERLAP, is_stuck
from app.reconcile.triggers import link_born
from app.reconcile.untold import note_finds

SWEEP_EVERY = timedelta(minutes=15)
SWEEP_IF_HEARD = timedelta(hours=1)
"""While webhooks are well heard, a sweep is the second net: a lost one shows by its number within minutes (`watch`)."""

NUDGES_AT_ONCE = 500
SWEEPS_AT_ONCE = 4
"""At each look of the timer, of which there are twelve in a minute; more where more are due than a minute takes."""

UNREAD_FOR = timedelta(days=1)
"""How long a sweep goes back for what could not be read; after that the daily compare has looked at it."""

LOOKS_OF_A_MINUTE = 12
COMPARES_AT_ONCE = 12
"""At each of four looks in a minute: a compare is long, and those of many connections need not come together."""


class Sweep:
    """Finds what nobody was woken for."""

    def __init__(self, database: Database, waker: Waker, clock: Clock, compare_every: timedelta) -> None:
        self._database = database
        self._waker = waker
        self._clock = clock
        self._compare_every = compare_every

    async def begin_runs(self) -> int:
        """Begin the runs of connections that work at set times and whose time has come; answers how many."""
        begun = 0
        while True:
            async with self._database.writing() as session:
                ids, passed = await begin_runs(session, self._clock.now(), NUDGES_AT_ONCE)
            await self._waker.reconcile_soon(ids)
            begun += len(ids)
            if passed < NUDGES_AT_ONCE:
                return begun

    async def nudge_behind(self) -> int:
        """Nudge connections that are behind and that nobody works on; answers how many."""
        async with self._database.reading() as session:
            due = await list_due(session, self._clock.now(), NUDGES_AT_ONCE)
        await self._waker.reconcile_soon(due)
        return len(due)

    async def ask_for_sweeps(self) -> int:
        """Ask for a look at Xero on connections whose time for one has come; answers how many."""
        now = self._clock.now()
        async with self._database.writing_one() as session:
            asked = await ask_for_sweeps(
                session,
                now,
                every=SWEEP_EVERY,
                every_if_heard=SWEEP_IF_HEARD,
                part=LOOKS_OF_A_MINUTE,
                at_least=SWEEPS_AT_ONCE,
            )
        await self._waker.reconcile_soon(asked)
        return len(asked)

    async def ask_for_compares(self) -> int:
        """Ask for a full compare on connections that had none for the period set; answers how many."""
        async with self._database.writing_one() as session:
            asked = await ask_for_compares(session, self._clock.now(), self._compare_every, COMPARES_AT_ONCE)
        await self._waker.reconcile_soon(asked)
        return len(asked)


async def sweep_xero(current: Round) -> None:
    """Find what moved in Xero since the last look: links that are due, and invoices to bring in.

    Where other settings are chosen meanwhile it stays due, and the next round does it by those.
    """
    connection, version = current.connection, current.connection.settings_version
    swept_to, unread = connection.swept_to or connection.created_at, False
    since = swept_to - OVERLAP
    while True:
        page = await current.xero.invoices.fetch_modified_since(since)
        newest = _newest(page, since)
        unread |= await _take_page(current, page)
        if len(page) < PAGE_SIZE:
            break
        if is_stuck(newest, since):
            newest = await _sweep_by_number(current, since)
            break
        async with current.lease.recording() as session:
            saved = swept_to if unread else newest
            if not await save_swept(session, current.connection_id, saved, by_settings=version):
                return
        since = newest
    if unread:
        newest = max(swept_to, newest - UNREAD_FOR)
    async with current.lease.recording() as session:
        now = current.clock.now()
        done = {"done_at": now, "next_at": now + SWEEP_EVERY}
        await save_swept(session, current.connection_id, newest, by_settings=version, **done)


async def _sweep_by_number(current: Round, since: datetime) -> datetime:
    """Read everything that moved since then in the order of ids; answers up to when that is sure to be all.

    What moves while the pages are read may come into one that was read already. So it is sure up to the beginning only,
    and as the two clocks differ, the overlap covers the rest.
    """
    began_at, newest, number, unread = current.clock.now(), since, 1, False
    while True:
        page = (await current.xero.invoices.fetch_page(number, since=since)).invoices
        unread |= await _take_page(current, page)
        newest = _newest(page, newest)
        if len(page) < PAGE_SIZE:
            return since if unread else max(since, min(newest, began_at))
        number += 1


def _newest(page: Sequence[XeroInvoice], known: datetime) -> datetime:
    """When the last of them was moved that can be read."""
    return max([known, *(invoice.updated_at for invoice in page if invoice.flaw is None)])


async def _take_page(current: Round, page: Sequence[XeroInvoice]) -> bool:
    """Make the links due whose invoices are newer than what we hold of them, or cannot be read, and bring in those that
    we do not know. True where one of those cannot be read, or was left out: it is asked for again with the next sweep.
    """
    by_id = {invoice.xero_invoice_id: invoice for invoice in page if invoice.flaw is None}
    unread = {invoice.xero_invoice_id for invoice in page} - by_id.keys()
    async with current.lease.recording() as session:
        links = await list_by_xero_id(session, current.connection_id, {*by_id, *unread})
        known = {link.xero_invoice_id for link in links}
        await mark_xero_due(session, [link.id for link in links if link.xero_invoice_id in unread])
        readable = [link for link in links if link.xero_invoice_id in by_id]
        moved = [
            link
            for link in readable
            if link.xero_updated_at is None
            or by_id[link.xero_invoice_id or ""].updated_at > link.xero_updated_at
        ]
        await mark_xero_due(session, [link.id for link in moved])
        await follow_found(current, session, {link.xero_invoice_id: link for link in moved}, Thing.INVOICE)
    current.keep(by_id[link.xero_invoice_id or ""] for link in moved)
    born = await link_born(current, [invoice for invoice in page if invoice.xero_invoice_id not in known])
    await note_finds(current, moved, by_id, born)
    return not unread <= known or not current.left_out.isdisjoint(by_id)
