"""The loop: observe, plan, apply, record, for one connection at a time until nothing is behind.

One change's way through here: a trigger raised the connection's generation and woke us. We take the lease and do round
after round (`rounds`), until nothing is behind; then the lease is released, in the one statement that would have seen a
newer trigger.

People go first (`precedence`): what a round takes up, and whether it leaves them a reserve of Xero's limits, is chosen
from counts before its first call. They go before other businesses' bulks too, of which a process does some at a time
(`room`). What is retryable puts the connection's work off to a later time, with the reason, and only a bulk's where
people's may go on; what only a person can mend ends in a state. Nothing but counts of calls is kept in memory between
two reconciles.
"""

import asyncio
import random
import time
from contextlib import closing
from datetime import timedelta
from uuid import UUID

import structlog

from app.clock import Clock
from app.db.connections import connections
from app.db.postgres.session import Database
from app.db.upkeep.usage import UsageBook
from app.domain.connections.connection import NO_ROOM, Connection, ConnectionState
from app.domain.connections.precedence import Portion
from app.ending import Ending
from app.errors import (
    AppRefused,
    AuthorisationLost,
    LeaseLost,
    NoRoom,
    RateLimited,
    Retryable,
    ScopeMissing,
    Terminal,
)
from app.metrics import LEASES, RECONCILES
from app.reconcile.debounce import Debounce
from app.reconcile.exports.step import has_looks
from app.reconcile.lease import Lease
from app.reconcile.losses import ask_for_scopes, disconnect, tell_app_refused
from app.reconcile.ports import Consents, Waker, XeroOrganisations
from app.reconcile.precedence import find_portion
from app.reconcile.rounds import Chosen, Rounds
from app.room import Place, Room

log = structlog.get_logger()

FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=15)
RETRY_WHEN_REFUSED = timedelta(hours=1)

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 2.0
"""Seconds between the rounds of a storm, which so becomes few large batches; a single change never waits."""

BULKS_AT_ONCE = 10
"""In one process."""

ROOM_WITHIN = timedelta(seconds=30)
"""A bulk that found no room looks again after this time, if it was not woken before."""

LONGEST_STAY = timedelta(seconds=20)
"""After so long a bulk stops between two rounds if others wait for its place, and goes on after them."""


class Reconciler:
    """Reconciles connections; any number of these may run, in any number of processes."""

    def __init__(
        self,
        database: Database,
        organisations: XeroOrganisations,
        consents: Consents,
        waker: Waker,
        clock: Clock,
        usage: UsageBook,
        ending: Ending,
    ) -> None:
        self._rounds = Rounds(database, organisations, waker, clock, usage)
        self._database = database
        self._usage = usage
        self._consents = consents
        self._waker = waker
        self._clock = clock
        self._ending = ending
        self._bulks = Room("bulk", BULKS_AT_ONCE, lambda connection_id: waker.reconcile_soon([connection_id]))
        self._debounced: set[Debounce] = set()
        self._leases: dict[UUID, Lease] = {}

    async def reconcile(self, connection_id: UUID) -> None:
        """Bring a connection into step, or as far as can be now; does nothing while another worker does it."""
        lease = await self._take_lease(connection_id)
        if lease is None:
            return
        self._leases[connection_id] = lease
        with structlog.contextvars.bound_contextvars(connection_id=str(connection_id)):
            began = time.perf_counter()
            try:
                outcome = await self._work_or_postpone(lease)
                RECONCILES.labels(outcome).observe(time.perf_counter() - began)
            except LeaseLost:
                LEASES.labels("lost").inc()
                log.warning("lease_lost")
            finally:
                if self._leases.get(connection_id) is lease:
                    del self._leases[connection_id]
                await self._usage.save()

    async def _take_lease(self, connection_id: UUID) -> Lease | None:
        """The lease, or None while a worker has it; the database is not asked if that worker is this process.

        No work is missed: it was committed before the nudge, and the worker gives the lease back by a statement that
        sees it.
        """
        own = self._leases.get(connection_id)
        if own is not None and own.is_held:
            LEASES.labels("busy").inc()
            return None
        return await Lease.take(self._database, self._clock, connection_id)

    async def _work_or_postpone(self, lease: Lease) -> str:
        """Work, and put off what cannot go on now, with the reason. Answers `done`, or the reason's code. Raises
        `LeaseLost` if the lease is lost, while working or while putting off.
        """
        try:
            await self._work_or_disconnect(lease)
            return "done"
        except LeaseLost:
            raise
        except RateLimited as limited:
            return await self._postpone(
                lease, limited.retry_after, limited.code, str(limited), bulk_alone=limited.spares_people
            )
        except NoRoom as full:
            return await self._postpone(lease, ROOM_WITHIN, NO_ROOM, str(full), bulk_alone=True)
        except Retryable as failure:
            return await self._postpone(lease, failure.retry_after, failure.code, str(failure))
        except ScopeMissing as missing:
            if not await ask_for_scopes(lease, self._consents, self._clock, str(missing)):
                return await self._begin_again(lease)
            return await self._wait_to_be_let_in(lease, missing)
        except AppRefused as refused:
            if not await tell_app_refused(lease, self._clock, refused):
                return await self._begin_again(lease)
            return await self._wait_to_be_let_in(lease, refused)
        except Terminal as failure:
            return await self._postpone(lease, RETRY_WHEN_REFUSED, failure.code, str(failure))
        except asyncio.CancelledError:
            # A shutdown: the lease goes back, and another worker takes over at once.
            await asyncio.shield(self._hand_back(lease))
            raise
        except BaseException:
            # A crash of ours: the lease goes back, and the sweep starts over after a while.
            await asyncio.shield(self._postpone(lease, None, "interrupted", "The work was interrupted."))
            raise

    async def _work_or_disconnect(self, lease: Lease) -> None:
        """Work; if the consent is gone, and Xero confirms that, the connection becomes disconnected."""
        try:
            with closing(Debounce(self._debounced)) as debounce:
                async with self._bulks.open_place(lease.connection_id) as place:
                    await self._work(lease, debounce, place)
        except AuthorisationLost:
            await disconnect(lease, self._consents, self._clock)
            await self._waker.deliver_soon(lease.connection_id)

    async def _work(self, lease: Lease, debounce: Debounce, place: Place) -> None:
        """Round after round, until nothing is behind, nothing may be done now or another worker is to go on."""
        pause, leaves_at = 0.0, self._clock.now() + LONGEST_STAY
        while not self._ending.is_near and not (place.is_wanted and self._clock.now() > leaves_at):
            connection = await lease.begin_round()
            if connection.state is not ConnectionState.ACTIVE:
                return await lease.drop()
            if connection.waits_for_run:
                if not await self._do_between_runs(lease, connection):
                    return await lease.drop()
            elif connection.is_behind:
                await asyncio.sleep(pause)
                portion, agenda = await find_portion(self._database, self._clock, connection)
                if portion is Portion.BULK and not await self._find_room(lease, connection, place):
                    return None
                seen = await self._rounds.go_round(lease, connection, Chosen(portion, agenda, debounce))
                pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, pause * 2)) if seen.is_storm else debounce.pause
                if not seen.work_left and await lease.release(connection.generation, unless_behind=True):
                    return None
                await self._usage.save()
            elif await lease.release(connection.generation):
                return None
        return await self._hand_over(lease, place)

    async def _find_room(self, lease: Lease, connection: Connection, place: Place) -> bool:
        """Whether a bulk may go on; False, with the lease given back, while Xero's limits hold bulks back. Raises
        `NoRoom` while other bulks take all the places: the one that ends wakes this one.
        """
        if connection.holds_bulks_back(self._clock.now()):
            await lease.drop()
            return False
        if not place.take():
            raise NoRoom("Other businesses' bulks are under way; this one comes after them.")
        if connection.waits_for_room:
            await lease.go_on()
        return True

    async def _do_between_runs(self, lease: Lease, connection: Connection) -> bool:
        """What a connection that works at set times does between two runs: dry runs, and answers; False if nothing."""
        if await has_looks(self._database, connection.id):
            await self._rounds.look_for_exports(lease, connection)
            return True
        if connection.answers_due:
            await self._rounds.take_answers(lease, connection)
            return True
        return False

    async def _hand_over(self, lease: Lease, place: Place) -> None:
        """Let another worker go on: between two rounds everything is recorded. Bulks that wait for the place are woken
        before this connection asks for a place again.
        """
        await lease.drop()
        await place.leave()
        await self._waker.reconcile_soon([lease.connection_id])
        log.info("reconcile_handed_over")

    async def _begin_again(self, lease: Lease) -> str:
        """Give the lease back and wake a worker: what was in the way has changed by now."""
        await lease.drop()
        await self._waker.reconcile_soon([lease.connection_id])
        return "begun_again"

    async def _wait_to_be_let_in(self, lease: Lease, refused: ScopeMissing | AppRefused) -> str:
        await self._postpone(
            lease, RETRY_WHEN_REFUSED, refused.code, str(refused), by_consents=lease.consents
        )
        await self._waker.deliver_soon(lease.connection_id)
        return refused.code

    async def _hand_back(self, lease: Lease) -> None:
        await self._postpone(lease, timedelta(), "interrupted", "The work was interrupted.")
        await self._waker.reconcile_soon([lease.connection_id])

    async def _postpone(
        self,
        lease: Lease,
        wish: timedelta | None,
        code: str,
        reason: str,
        *,
        bulk_alone: bool = False,
        by_consents: int | None = None,
    ) -> str:
        if wish is None:
            wish = min(LONGEST_RETRY, FIRST_RETRY * 2 ** await self._retries(lease.connection_id))
        retry_at = self._clock.now() + wish * random.uniform(1.0, 1.1)  # noqa: S311 - spreads retries, no secret
        log.warning("reconcile_postponed", code=code, reason=reason, retry_at=retry_at.isoformat())
        await lease.postpone(retry_at, f"{code}: {reason}", bulk_alone=bulk_alone, by_consents=by_consents)
        return code

    async def _retries(self, connection_id: UUID) -> int:
        async with self._database.reading() as session:
            connection = await connections.find_connection(session, connection_id)
        return min(connection.retries, 16) if connection else 0
