"""The loop: observe, plan, apply, record, for one connection at a time until nothing is behind.

One change's way through here: a trigger raised the connection's generation and woke us. We take the lease, settle
creates that were cut off, turn events into links that are due, and then, round by round, take the links that are
behind: carry out what people decided, observe both sides, record what that came to (the partner hears of it now,
whatever Xero will say to our writes), write invoices, credits, payments. When nothing is behind the lease is released,
in the one statement that would have seen a newer trigger.

People go first (`precedence`): what a round takes up, and whether it leaves them a reserve of Xero's limits, is chosen
from counts before its first call. What is retryable puts the connection's work off to a later time, with the reason,
and only a bulk's where people's may go on; what only a person can mend ends in a state. Nothing but counts of calls is
kept in memory between two reconciles.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from app.clock import Clock
from app.db import connections
from app.db.exports import charge
from app.db.links import list_behind
from app.db.session import Database
from app.db.usage import UsageBook
from app.db.waiting import Agenda
from app.domain.connection import Connection, ConnectionState
from app.domain.link import InvoiceLink
from app.domain.organisation import Organisation
from app.domain.precedence import FEW, LATELY, Portion
from app.errors import AuthorisationLost, LeaseLost, RateLimited, Retryable, ScopeMissing, Terminal
from app.metrics import LEASES, RECONCILES
from app.reconcile.answered import take_answers
from app.reconcile.apply import apply_invoices
from app.reconcile.apply_credits import apply_credits
from app.reconcile.apply_items import apply_items, has_items_behind
from app.reconcile.apply_payments import apply_payments
from app.reconcile.carry import carry_invoice_decisions
from app.reconcile.compare import compare_step
from app.reconcile.contacts.stage import reconcile_contacts
from app.reconcile.contacts.triggers import sweep_contacts
from app.reconcile.create_once import finish_creates
from app.reconcile.exports.step import export_step, has_looks
from app.reconcile.facts import refresh_facts
from app.reconcile.finish_credits import finish_credits
from app.reconcile.items import refresh_items
from app.reconcile.lease import Lease
from app.reconcile.line_items import learn_item_codes
from app.reconcile.losses import ask_for_scopes, disconnect
from app.reconcile.moved import search_moved
from app.reconcile.observe import observe
from app.reconcile.ports import Consents, Waker, XeroOrganisation, XeroOrganisations
from app.reconcile.precedence import find_portion
from app.reconcile.record import record
from app.reconcile.resting import Resting
from app.reconcile.round import Round, Work
from app.reconcile.sweep import sweep_xero
from app.reconcile.triggers import Followed, collect_events

log = structlog.get_logger()

LINKS_AT_ONCE = 1000
"""Links of one round: many, so that contacts and writes fill their batches."""

FIRST_RETRY = timedelta(seconds=2)
LONGEST_RETRY = timedelta(minutes=15)
RETRY_WHEN_REFUSED = timedelta(hours=1)

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 2.0
"""Seconds between the rounds of a storm, which so becomes few large batches; a single change never waits."""

IDS_TOLD = 50
"""Correlation ids on one line of the log."""

STORM = 5
"""Invoices read in one round from which on it pays to let more of them gather."""


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
        consents: Consents,
        waker: Waker,
        clock: Clock,
        usage: UsageBook,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._usage = usage
        self._organisations = organisations
        self._consents = consents
        self._waker = waker
        self._clock = clock
        self._pause = pause

    async def reconcile(self, connection_id: UUID) -> None:
        """Bring a connection into step, or as far as can be now; does nothing while another worker does it."""
        lease = await Lease.take(self._database, self._clock, connection_id)
        if lease is None:
            return
        with structlog.contextvars.bound_contextvars(connection_id=str(connection_id)):
            began = time.perf_counter()
            try:
                outcome = await self._work_or_postpone(lease)
                RECONCILES.labels(outcome).observe(time.perf_counter() - began)
            except LeaseLost:
                LEASES.labels("lost").inc()
                log.warning("lease_lost")
            finally:
                await self._usage.save()

    async def _work_or_postpone(self, lease: Lease) -> str:
        """Work; what cannot go on now is put off, with the reason. Answers `done`, or the reason's code. Raises
        `LeaseLost`, also from saying so.
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
        except Retryable as failure:
            return await self._postpone(lease, failure.retry_after, failure.code, str(failure))
        except ScopeMissing as missing:
            await ask_for_scopes(lease, self._consents, self._clock, str(missing))
            await self._postpone(lease, RETRY_WHEN_REFUSED, missing.code, str(missing))
            await self._waker.deliver_soon(lease.connection_id)
            return missing.code
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
        """Work; a consent that is gone ends in a state, once Xero has confirmed it."""
        try:
            await self._work(lease)
        except AuthorisationLost:
            await disconnect(lease, self._consents, self._clock)
            await self._waker.deliver_soon(lease.connection_id)

    async def _work(self, lease: Lease) -> None:
        pause, resting = 0.0, Resting()
        while True:
            connection = await lease.begin_round()
            if connection.state is not ConnectionState.ACTIVE:
                return await lease.drop()
            if connection.waits_for_run:
                if await has_looks(self._database, connection.id):
                    await self._look_for_exports(lease, connection)
                    continue
                if not connection.answers_due:
                    return await lease.drop()
                await self._take_answers(lease, connection)
                continue
            if connection.is_behind:
                await self._pause(pause)
                portion, agenda = await find_portion(self._database, self._clock, connection)
                if portion is Portion.BULK and connection.holds_bulks_back(self._clock.now()):
                    return await lease.drop()
                seen = await self._charged_round(lease, connection, portion, agenda, resting)
                pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, pause * 2)) if seen.is_storm else resting.nap
                if not seen.work_left and await lease.release(connection.generation, unless_behind=True):
                    return None
                await self._usage.save()
            elif await lease.release(connection.generation):
                return None

    async def _charged_round(
        self, lease: Lease, connection: Connection, portion: Portion, agenda: Agenda, resting: Resting
    ) -> "Seen":
        """A round whose calls count as those of the export that it worked on, where there is one."""
        if portion is Portion.TOUCHED_LATELY or not agenda.has_exports:
            return await self._round(lease, connection, portion, agenda, resting)
        async with self._charging(connection.id):
            return await self._round(lease, connection, portion, agenda, resting)

    @asynccontextmanager
    async def _charging(self, connection_id: UUID) -> AsyncIterator[None]:
        """The calls of the block are the export's, however it ends."""
        made, began_at = self._usage.count_made(connection_id), self._clock.now()
        try:
            yield
        finally:
            calls = self._usage.count_made(connection_id) - made
            await charge(self._database, connection_id, calls, began_at)

    async def _look_for_exports(self, lease: Lease, connection: Connection) -> None:
        """A dry run of a connection that waits for a set time: nothing is written, and nothing else is done."""
        xero = await self._organisations.open(connection.id, bulk=True)
        async with self._charging(connection.id):
            organisation = await self._organisation(lease, connection, xero)
            current = Round(
                lease,
                self._database,
                self._clock,
                connection,
                organisation,
                xero,
                portion=Portion.BULK,
            )
            await export_step(current)

    async def _round(
        self, lease: Lease, connection: Connection, portion: Portion, agenda: Agenda, resting: Resting
    ) -> "Seen":
        """One round over what is behind now, or over the portion of it that goes first."""
        xero = await self._organisations.open(connection.id, bulk=portion is Portion.BULK)
        organisation = await self._organisation(lease, connection, xero)
        current = Round(
            lease,
            self._database,
            self._clock,
            connection,
            organisation,
            xero,
            portion=portion,
            agenda=agenda,
            resting=resting,
        )
        if agenda.has_creates:
            await self._tell(current, await finish_creates(current))
            await self._tell(current, await finish_credits(current))
        followed = await collect_events(current) if agenda.has_events else Followed()
        if agenda.is_events_alone and not followed.has_news:
            return Seen(followed.has_more, is_storm=False)
        more_to_search = await self._search(current)
        more_to_export = agenda.has_exports and await export_step(current)
        await reconcile_contacts(current, LINKS_AT_ONCE if portion is Portion.BULK else FEW)
        # Last before the invoices: what is read here is what they are written over.
        await search_moved(current, LINKS_AT_ONCE)
        links = resting.leave_out(await self._list_links(current))
        _log_what_is_carried_out(links)
        await self._know_items(current, links)
        works = [Work(link) for link in links]
        await carry_invoice_decisions(current, works)
        await observe(current, works)
        await self._tell(current, await record(current, works))
        await self._tell(current, await apply_invoices(current, works) or current.has_told_of_contacts)
        await self._tell(current, await apply_credits(current, works))
        await self._tell(current, await apply_payments(current, works))
        work_left = followed.has_more or more_to_search or more_to_export
        return Seen(work_left or await has_items_behind(current), is_storm=len(current.fresh) >= STORM)

    async def _take_answers(self, lease: Lease, connection: Connection) -> None:
        """What ends the last run of a connection that works at set times."""
        xero = await self._organisations.open(connection.id)
        assert connection.organisation is not None  # or it would never have run
        current = Round(lease, self._database, self._clock, connection, connection.organisation, xero)
        await self._tell(current, await take_answers(current))

    async def _know_items(self, current: Round, links: Sequence[InvoiceLink]) -> None:
        """Products go before the invoices that name them."""
        await refresh_items(current)
        await apply_items(current)
        current.item_codes = await learn_item_codes(current, links)

    async def _search(self, current: Round) -> bool:
        """Look in Xero for what no event told of: a bulk's work unless somebody asked; True while there is more."""
        connection = current.connection
        if current.portion not in (Portion.BULK, Portion.ASKED):
            return connection.sweep_due or connection.compare_due
        if connection.sweep_due:
            # Invoices last: they end the sweep, so that one that is cut off between the two is done again.
            await sweep_contacts(current)
            await sweep_xero(current)
        return connection.compare_due and await compare_step(current)

    async def _list_links(self, current: Round) -> list[InvoiceLink]:
        """The links of the portion; what comes while a person's is counted waits for the next round."""
        is_bulk = current.portion is Portion.BULK
        lately = self._clock.now() - LATELY if current.portion is Portion.TOUCHED_LATELY else None
        async with self._database.reading() as session:
            return await list_behind(
                session,
                current.connection_id,
                LINKS_AT_ONCE if is_bulk else FEW,
                touched_after=lately,
            )

    async def _tell(self, current: Round, has_changes: bool) -> None:
        if has_changes:
            await self._waker.deliver_soon(current.connection_id)

    async def _organisation(
        self, lease: Lease, connection: Connection, xero: XeroOrganisation
    ) -> Organisation:
        organisation, told = await refresh_facts(lease, self._database, self._clock, connection, xero)
        if told:
            await self._waker.deliver_soon(connection.id)
        return organisation

    async def _hand_back(self, lease: Lease) -> None:
        await self._postpone(lease, timedelta(), "interrupted", "The work was interrupted.")
        await self._waker.reconcile_soon([lease.connection_id])

    async def _postpone(
        self, lease: Lease, wish: timedelta | None, code: str, reason: str, *, bulk_alone: bool = False
    ) -> str:
        retries = await self._retries(lease.connection_id)
        delay = wish if wish is not None else min(LONGEST_RETRY, FIRST_RETRY * 2**retries)
        retry_at = self._clock.now() + delay * random.uniform(1.0, 1.1)  # noqa: S311 - spreads retries, no secret
        log.warning("reconcile_postponed", code=code, reason=reason, retry_at=retry_at.isoformat())
        await lease.postpone(retry_at, f"{code}: {reason}", bulk_alone=bulk_alone)
        return code

    async def _retries(self, connection_id: UUID) -> int:
        async with self._database.reading() as session:
            connection = await connections.find_connection(session, connection_id)
        return min(connection.retries, 16) if connection else 0


def _log_what_is_carried_out(links: Sequence[InvoiceLink]) -> None:
    """A reconcile has one correlation id, and carries out what came in under many: the line joins them."""
    ids = list(dict.fromkeys(link.correlation_id for link in links if link.correlation_id))
    if links:
        log.info(
            "carrying_out", invoices=len(links), brought_by=ids[:IDS_TOLD], more=max(0, len(ids) - IDS_TOLD)
        )
