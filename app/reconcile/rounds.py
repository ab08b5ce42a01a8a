"""The rounds of a connection, each from its first call to its last record.

What a round does, in this order: settle creates that were cut off, turn events into links that are due, search Xero for
what no event told of, go on with an export, and then take the links that are behind: carry out what people decided,
observe both sides, record what that came to (the partner hears of it now, whatever Xero will say to our writes), write
invoices, credits, payments.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from app.clock import Clock
from app.db.exports.export_runs import charge
from app.db.invoices.invoice_links import list_behind
from app.db.life.waiting import Agenda
from app.db.postgres.session import Database
from app.db.upkeep.usage import UsageBook
from app.domain.connections.connection import Connection
from app.domain.connections.precedence import FEW, LATELY, Portion
from app.domain.invoices.link import InvoiceLink
from app.errors import CalledOff
from app.reconcile.apply_payments import apply_payments
from app.reconcile.between_runs import take_answers
from app.reconcile.compare import compare_step
from app.reconcile.contacts.stage import reconcile_contacts
from app.reconcile.contacts.triggers import sweep_contacts
from app.reconcile.credits.apply_credits import apply_credits
from app.reconcile.credits.finish_credits import finish_credits
from app.reconcile.debounce import Debounce
from app.reconcile.exports.step import export_step
from app.reconcile.facts.refresh import refresh_facts
from app.reconcile.invoices.apply import apply_invoices
from app.reconcile.invoices.carry import carry_invoice_decisions
from app.reconcile.invoices.create_once import finish_creates
from app.reconcile.invoices.observe import observe
from app.reconcile.items.apply_items import apply_items, has_items_behind
from app.reconcile.items.item_list import refresh_items
from app.reconcile.items.line_items import learn_item_codes
from app.reconcile.lease import Lease
from app.reconcile.moved import search_moved
from app.reconcile.ports import Waker, XeroOrganisations
from app.reconcile.recording.record import record
from app.reconcile.round import Round
from app.reconcile.taking_up import take_up
from app.reconcile.timers.sweep import sweep_xero
from app.reconcile.triggers import Followed, collect_events

log = structlog.get_logger()

LINKS_AT_ONCE = 1000
"""Links of one round: many, so that contacts and writes fill their batches."""

IDS_TOLD = 50
"""Correlation ids on one line of the log."""

STORM = 5
"""So many invoices read in one round are a storm: the next round waits a little, so that more come together."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a round found: whether it left work behind, and whether it met a storm, of which more is to come."""

    work_left: bool
    is_storm: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a round takes up: the portion of what is behind, what waited when that was chosen, and what is debounced."""

    portion: Portion
    agenda: Agenda
    debounce: Debounce


class Rounds:
    """Carries out rounds of connections whose lease the caller has."""

    def __init__(
        self,
        database: Database,
        organisations: XeroOrganisations,
        waker: Waker,
        clock: Clock,
        usage: UsageBook,
    ) -> None:
        self._database = database
        self._organisations = organisations
        self._waker = waker
        self._clock = clock
        self._usage = usage

    async def go_round(self, lease: Lease, connection: Connection, chosen: Chosen) -> Seen:
        """One round. Its calls are charged to the export that it worked on, if any. It ends early, with work left, if
        the connection is paused or its settings change.
        """
        try:
            if chosen.portion is Portion.TOUCHED_LATELY or not chosen.agenda.has_exports:
                return await self._go_round(lease, connection, chosen)
            async with self._charging(connection):
                return await self._go_round(lease, connection, chosen)
        except CalledOff:
            # The app is told what was recorded until then, unless it may not be told any more.
            await self._waker.deliver_soon(connection.id)
            return Seen(work_left=True, is_storm=False)

    async def look_for_exports(self, lease: Lease, connection: Connection) -> None:
        """A dry run of a connection that waits for a set time: nothing is written, and nothing else is done."""
        async with self._charging(connection):
            await export_step(await self._begin(lease, connection, Portion.BULK))

    async def take_answers(self, lease: Lease, connection: Connection) -> None:
        """Take in the app's answers to changes of the last run, for a connection that works at set times."""
        xero = await self._organisations.open(connection.id, before_each=lease.keep)
        assert connection.organisation is not None  # or it would never have run
        current = Round(lease, self._database, self._clock, connection, connection.organisation, xero)
        await self._tell(current, await take_answers(current))

    async def _go_round(self, lease: Lease, connection: Connection, chosen: Chosen) -> Seen:
        current = await self._begin(lease, connection, chosen.portion)
        current.agenda, current.debounce = chosen.agenda, chosen.debounce
        if chosen.agenda.has_creates:
            await self._tell(current, await finish_creates(current))
            await self._tell(current, await finish_credits(current))
        followed = await collect_events(current) if chosen.agenda.has_events else Followed()
        if chosen.agenda.is_events_alone and not followed.has_news:
            return Seen(followed.has_more, is_storm=False)
        more_to_search = await self._search(current)
        more_to_export = chosen.agenda.has_exports and await export_step(current)
        await reconcile_contacts(current, _most(current))
        # Last before the invoices: what is read here is what they are written over.
        await search_moved(current, LINKS_AT_ONCE)
        await self._reconcile_invoices(current)
        work_left = followed.has_more or more_to_search or more_to_export
        return Seen(work_left or await has_items_behind(current), is_storm=len(current.fresh) >= STORM)

    async def _begin(self, lease: Lease, connection: Connection, portion: Portion) -> Round:
        """A round that knows the organisation as it is now."""
        is_bulk = portion is Portion.BULK
        xero = await self._organisations.open(connection.id, bulk=is_bulk, before_each=lease.keep)
        organisation, told = await refresh_facts(lease, self._database, self._clock, connection, xero)
        if told:
            await self._waker.deliver_soon(connection.id)
        return Round(lease, self._database, self._clock, connection, organisation, xero, portion=portion)

    async def _reconcile_invoices(self, current: Round) -> None:
        """Products go before the invoices that name them, an invoice before its credits and payments."""
        links = current.debounce.list_ready(await self._list_links(current))
        _log_what_is_carried_out(links)
        await refresh_items(current)
        await apply_items(current)
        current.item_codes = await learn_item_codes(current, links)
        works = take_up(current, links)
        await carry_invoice_decisions(current, works)
        await observe(current, works)
        await self._tell(current, await record(current, works) or current.has_told_of_facts)
        await self._tell(current, await apply_invoices(current, works) or current.has_told_of_contacts)
        await self._tell(current, await apply_credits(current, works))
        await self._tell(current, await apply_payments(current, works))

    @asynccontextmanager
    async def _charging(self, connection: Connection) -> AsyncIterator[None]:
        """Charge the calls made within the block to the export, also if the block raises."""
        made, began_at = self._usage.count_made(connection.id), self._clock.now()
        try:
            yield
        finally:
            calls = self._usage.count_made(connection.id) - made
            await charge(self._database, connection.id, calls, began_at)

    async def _search(self, current: Round) -> bool:
        """Look in Xero for what no event told of, in a bulk or if somebody asked; True while there is more to do."""
        connection = current.connection
        if current.portion not in (Portion.BULK, Portion.ASKED):
            return connection.sweep_due or connection.compare_due
        if connection.sweep_due:
            # Invoices last: they end the sweep, so that one that is cut off between the two is done again.
            await sweep_contacts(current)
            await sweep_xero(current)
        return connection.compare_due and await compare_step(current)

    async def _list_links(self, current: Round) -> list[InvoiceLink]:
        """The links of the portion, as many as one round takes."""
        lately = self._clock.now() - LATELY if current.portion is Portion.TOUCHED_LATELY else None
        async with self._database.reading() as session:
            return await list_behind(session, current.connection_id, _most(current), touched_after=lately)

    async def _tell(self, current: Round, has_changes: bool) -> None:
        if has_changes:
            await self._waker.deliver_soon(current.connection_id)


def _most(current: Round) -> int:
    """Links that the round takes up at the most."""
    return LINKS_AT_ONCE if current.portion is Portion.BULK else FEW


def _log_what_is_carried_out(links: Sequence[InvoiceLink]) -> None:
    """Log the correlation ids under which the links' edits came in, beside the reconcile's own."""
    ids = list(dict.fromkeys(link.correlation_id for link in links if link.correlation_id))
    if links:
        log.info(
            "carrying_out", invoices=len(links), brought_by=ids[:IDS_TOLD], more=max(0, len(ids) - IDS_TOLD)
        )
