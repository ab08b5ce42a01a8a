"""The loop: observe, plan, apply, record, for one connection at a time until nothing is behind.

One change's way through here: a trigger raised the connection's generation and woke us. We take the lease, settle
creates that were cut off, turn events into links that are due, and then, round by round, take the links that are
behind: observe both sides, record what that came to (the partner hears of it now, whatever Xero will say to our
writes), write invoices, write payments. When nothing is behind the lease is released, in the one statement that
would have seen a newer trigger.

What is retryable puts the connection's work off to a later time, with the reason; what only a person can mend ends in a
state. Nothing is kept in memory between two reconciles.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from app.clock import Clock
from app.db import connections
from app.db.links import has_behind, list_behind, trigger_held
from app.db.session import Database
from app.domain.connection import Connection, ConnectionState
from app.domain.organisation import Organisation
from app.errors import AuthorisationLost, LeaseLost, Retryable, Terminal
from app.reconcile.apply import apply_invoices
from app.reconcile.apply_payments import apply_payments
from app.reconcile.create_once import finish_creates
from app.reconcile.lease import Lease
from app.reconcile.observe import observe
from app.reconcile.ports import Waker, XeroOrganisation, XeroOrganisations
from app.reconcile.record import record
from app.reconcile.round import Round
from app.reconcile.sweep import sweep_xero
from app.reconcile.triggers import collect_events

log = structlog.get_logger()

LINKS_AT_ONCE = 1000
"""Links of one round: many, so that contacts and writes fill their batches."""

ORGANISATION_KEPT = timedelta(hours=6)
"""How long accounts, tax rates and lock dates are believed."""

FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=15)
RETRY_WHEN_REFUSED = timedelta(hours=1)

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 2.0
"""Seconds between the rounds of a storm, which so becomes few large batches; a single change never waits."""

STORM = 5
"""Invoices read in one round from which on it pays to let more of them gather."""


BULK = 20
"""Links of one round above which its calls leave a reserve of Xero's limits to single edits and to the API."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a round came upon: whether it left work behind, and whether so much moved that more is on its way."""

    work_left: bool
    is_storm: bool


class Reconciler:
    """Reconciles connections; any number of these may run, in any number of processes."""

    def __init__(
        self,
        database: Database,
        organisations: XeroOrganisations,
        waker: Waker,
        clock: Clock,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._organisations = organisations
        self._waker = waker
        self._clock = clock
        self._pause = pause

    async def reconcile(self, connection_id: UUID) -> None:
        """Bring a connection into step, or as far as can be now; does nothing while another worker does it."""
        lease = await Lease.take(self._database, self._clock, connection_id)
        if lease is None:
            return
        with structlog.contextvars.bound_contextvars(connection_id=str(connection_id)):
            try:
                await self._work(lease)
            except LeaseLost:
                log.warning("lease_lost")
            except AuthorisationLost as lost:
                await self._disconnect(lease, str(lost))
            except Retryable as failure:
                await self._postpone(lease, failure.retry_after, failure.code, str(failure))
            except Terminal as failure:
                await self._postpone(lease, RETRY_WHEN_REFUSED, failure.code, str(failure))
            except BaseException:
                # A crash of ours or a shutdown: the lease goes back, and the sweep starts over after a while.
                await asyncio.shield(self._postpone(lease, None, "interrupted", "The work was interrupted."))
                raise

    async def _work(self, lease: Lease) -> None:
        pause = 0.0
        while True:
            connection = await lease.renew()
            if connection.state is not ConnectionState.ACTIVE:
                return await lease.drop()
            if connection.is_behind:
                await self._pause(pause)
                seen = await self._round(lease, connection)
                pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, pause * 2)) if seen.is_storm else 0.0
                if seen.work_left:
                    continue
            if await lease.release(connection.generation):
                return None

    async def _round(self, lease: Lease, connection: Connection) -> "Seen":
        """One round over everything that is behind now."""
        xero = await self._organisations.open(connection.id)
        organisation = await self._organisation(lease, connection, xero)
        current = Round(lease, self._database, self._clock, connection, organisation, xero)
        await self._tell(current, await finish_creates(current))
        took_all_it_could = await collect_events(current)
        if connection.sweep_due:
            await sweep_xero(current)
        async with self._database.reading() as session:
            links = await list_behind(session, connection.id, LINKS_AT_ONCE)
        if len(links) > BULK:
            current.xero = await self._organisations.open(connection.id, bulk=True)
        works = await observe(current, links)
        await self._tell(current, await record(current, works))
        await self._tell(current, await apply_invoices(current, works))
        await self._tell(current, await apply_payments(current, works))
        async with self._database.reading() as session:
            work_left = took_all_it_could or await has_behind(session, connection.id)
        return Seen(work_left, is_storm=len(current.fresh) >= STORM)

    async def _tell(self, current: Round, has_changes: bool) -> None:
        if has_changes:
            await self._waker.deliver_soon(current.connection_id)

    async def _organisation(
        self, lease: Lease, connection: Connection, xero: XeroOrganisation
    ) -> Organisation:
        known, fetched_at = connection.organisation, connection.organisation_fetched_at
        if known and fetched_at and self._clock.now() - fetched_at < ORGANISATION_KEPT:
            return known
        organisation = await xero.fetch_organisation()
        async with lease.recording() as session:
            await connections.save_organisation(session, connection.id, organisation, self._clock.now())
            if organisation != known:
                # A moved lock date, a restored account: what was held for it may go on.
                await trigger_held(session, connection.id)
        return organisation

    async def _disconnect(self, lease: Lease, reason: str) -> None:
        log.warning("connection_lost", reason=reason)
        async with lease.recording() as session:
            await connections.save_state(
                session, lease.connection_id, ConnectionState.DISCONNECTED, reason, self._clock.now()
            )
        await lease.drop()

    async def _postpone(self, lease: Lease, wish: timedelta | None, code: str, reason: str) -> None:
        retries = await self._retries(lease.connection_id)
        delay = wish if wish is not None else min(LONGEST_RETRY, FIRST_RETRY * 2**retries)
        retry_at = self._clock.now() + delay * random.uniform(1.0, 1.1)  # noqa: S311 - spreads retries, no secret
        log.warning("reconcile_postponed", code=code, reason=reason, retry_at=retry_at.isoformat())
        await lease.postpone(retry_at, f"{code}: {reason}")

    async def _retries(self, connection_id: UUID) -> int:
        async with self._database.reading() as session:
            connection = await connections.find_connection(session, connection_id)
        return min(connection.retries, 16) if connection else 0
