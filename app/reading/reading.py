"""Whose partner side is due to be looked at, who takes the look, and what follows from it.

What happens when this process dies: the claim runs out, and another worker goes on from the last step that was saved.
One that is told to end gives its claim back. A step that was done and not saved is done again; a document that is taken
in twice is news once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.clock import Clock
from app.db.delivery.partner_reads import (
    ReadClaim,
    claim_read,
    list_looks_due,
    list_reads_due,
    park,
    put_off,
    save_done,
    save_failure,
    save_read_at,
    save_run,
)
from app.db.partners.shops import save_refused
from app.db.postgres.session import Database, ReadSession
from app.delivery.backoff import draw_delay
from app.domain.partner.partner_read import ReadRun
from app.ending import Ending
from app.reading.doors import Doors, Opened
from app.reading.look import Look, StoreDocument
from app.reading.source import ReadFailed
from app.reading.words import make_storable
from app.reconcile.ports import Waker
from app.room import Room

READ_EVERY = timedelta(minutes=15)
"""As often as Xero is swept."""

SOON = timedelta(seconds=1)
"""After a look that left something, at the soonest."""

CLAIM = timedelta(minutes=15)
"""Over the longest step: twenty calls of thirty seconds each, or a page of documents with as many calls as it names."""

STEPS_AT_ONCE = 20
"""After so many the worker does other work first; and of a compare, what changed meanwhile is looked at before it goes
on, so that news never waits until thousands of pages are read.
"""

NUDGES_AT_ONCE = 500

LONGEST_REASON = 500

LOOKS_AT_ONCE = 4
"""In one process; each may wait half a minute for each of its calls."""

ListDue = Callable[[ReadSession, datetime, int], Awaitable[Sequence[UUID]]]

log = structlog.get_logger(__name__)


class PartnerReading:
    """Looks at partners' sides; any number of these may run, in any number of processes."""

    def __init__(
        self,
        database: Database,
        doors: Doors,
        waker: Waker,
        clock: Clock,
        store_document: StoreDocument,
        ending: Ending,
        compare_every: timedelta,
    ) -> None:
        self._database = database
        self._doors = doors
        self._waker = waker
        self._clock = clock
        self._store_document = store_document
        self._ending = ending
        self._room = Room("look", LOOKS_AT_ONCE, waker.read_soon)
        self._compare_every = compare_every

    async def nudge_due(self) -> int:
        """Wake a worker for every connection whose look is due; answers how many there were."""
        return await self._nudge(list_reads_due)

    async def nudge_put_off(self) -> int:
        """The same for those alone whose look was put off until a time, as of an order that changed just then."""
        return await self._nudge(list_looks_due)

    async def _nudge(self, list_due: ListDue) -> int:
        async with self._database.reading() as session:
            due = await list_due(session, self._clock.now(), NUDGES_AT_ONCE)
        for connection_id in due:
            await self._waker.read_soon(connection_id)
        return len(due)

    async def read(self, connection_id: UUID) -> None:
        """Take the connection's look to its end, or some steps of it; nothing while another worker does, or while other
        looks leave no room.
        """
        async with self._room.open_place(connection_id) as place:
            if place.take():
                await self._read(connection_id)

    async def _read(self, connection_id: UUID) -> None:
        now = self._clock.now()
        async with self._database.writing() as session:
            claim = await claim_read(
                session, connection_id, now=now, until=now + CLAIM, compare_every=self._compare_every
            )
        if claim is None:
            return
        opened = await self._doors.find(claim)
        if opened is None:
            # Taken away since: whatever is set next is not kept waiting by this claim.
            async with self._database.writing() as session:
                await put_off(session, claim)
            return
        try:
            await self._look(claim, opened)
        except ReadFailed as failed:
            log.warning("partner_not_read", connection_id=str(connection_id), reason=str(failed))

    async def _look(self, claim: ReadClaim, opened: Opened) -> None:
        look = Look(self._database, opened.source, self._store_document, claim, self._clock)
        try:
            run = claim.run or await look.begin(self._clock.now())
            for _ in range(STEPS_AT_ONCE):
                after = await look.step(run)
                if after is None:
                    await self._finish(claim, opened, await look.end(run))
                    return
                run, until = after, self._clock.now() + CLAIM
                async with self._database.writing() as session:
                    is_ours = await save_run(session, claim, run, until)
                if not is_ours:
                    return
                claim = replace(claim, until=until)
                look = replace(look, claim=claim)
                if self._ending.is_near:
                    break
            else:
                if run.is_compare:
                    await self._park(claim, run)
                    return
        except ReadFailed as failed:
            await self._fail(claim, opened, failed)
            raise
        except asyncio.CancelledError:
            # A shutdown in the middle of a step, which another worker does again.
            await asyncio.shield(self._hand_over(claim))
            raise
        await self._hand_over(claim)

    async def _hand_over(self, claim: ReadClaim) -> None:
        """Give the look back as far as it came, and call for who goes on with it."""
        async with self._database.writing() as session:
            await put_off(session, claim)
        await self._waker.read_soon(claim.connection_id)

    async def _park(self, claim: ReadClaim, run: ReadRun) -> None:
        async with self._database.writing() as session:
            await park(session, claim, run)
        await self._waker.read_soon(claim.connection_id)

    async def _finish(self, claim: ReadClaim, opened: Opened, run: ReadRun) -> None:
        now = self._clock.now()
        following = max(SOON, opened.source.settles_in) if run.leaves_some else READ_EVERY
        async with self._database.writing() as session:
            # The connection first, as everywhere.
            await save_read_at(session, claim.connection_id, run.began_at)
            if opened.shop is not None:
                await save_refused(session, opened.shop, None)
            is_due_again = await save_done(session, claim, run, at=now, due_at=now + following)
        log.info(
            "partner_read",
            connection_id=str(claim.connection_id),
            is_compare=run.is_compare,
            pages=run.pages,
            **run.to_json()["found"],
        )
        if is_due_again:
            # Whoever asked meanwhile woke a worker who found the look taken.
            await self._waker.read_soon(claim.connection_id)

    async def _fail(self, claim: ReadClaim, opened: Opened, failed: ReadFailed) -> None:
        now = self._clock.now()
        # What the other side asks for goes before our own patience, where it is longer.
        due_at = now + max(draw_delay(claim.failures), failed.retry_after or timedelta(0))
        begins_anew = (claim.failures + 1) % opened.source.patience == 0
        async with self._database.writing() as session:
            if opened.shop is not None and failed.is_locked_out:
                await save_refused(session, opened.shop, now)
            reason = make_storable(str(failed), LONGEST_REASON)
            await save_failure(session, claim, reason, due_at, begins_anew=begins_anew)
