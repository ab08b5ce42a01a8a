"""One round of the loop: what its stages share."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from app.clock import Clock
from app.db.life.waiting import Agenda
from app.db.postgres.session import Database, WriteSession
from app.domain.connections.connection import Connection, ConnectionState
from app.domain.connections.precedence import Portion
from app.domain.invoices.plan import Terms
from app.domain.record.direction import Lanes
from app.domain.record.item_code import ItemCodes
from app.domain.record.observing import Rules
from app.domain.xero.organisation import Organisation
from app.domain.xero.xero_contact import XeroContact
from app.domain.xero.xero_credit import XeroCredit
from app.domain.xero.xero_invoice import XeroInvoice
from app.errors import CalledOff
from app.reconcile.debounce import Debounce
from app.reconcile.lease import Lease
from app.reconcile.ports import READ_BATCH, XeroOrganisation
from app.reconcile.work import Work
from app.spending import spent_on

Item = TypeVar("Item")

AT_A_STRETCH = 10
"""Links that are worked out before other tasks of the process get a turn; they take some milliseconds."""


def batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in their order, `size` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


async def unhurried(items: Iterable[Item]) -> AsyncIterator[Item]:
    """The items one by one, with a turn for other tasks now and then: a bulk's thousand take half a second."""
    for number, item in enumerate(items, start=1):
        yield item
        if number % AT_A_STRETCH == 0:
            await asyncio.sleep(0)


@dataclass(slots=True)
class Round:
    """What every stage needs: the connection as it was at the start of the round, its rules, and the way to Xero.

    What was read stays for the round, so that nothing is read twice in it, all by Xero's ids: `fresh` are invoices,
    `fresh_contacts` contacts, and `contact_book` is every contact, where reading them all was cheaper than searching.
    `contact_keys` has our key of each contact of Xero's, `contact_sharers` all our keys of one that several links
    share. `item_codes` are what the round's lines need of Xero's items, read once at the most. In doubt after an older
    copy was restored, `made_by_us` are the ids of what this app created since the copy, and `overpayments_made` the
    overpayments of that time.

    What Xero showed of an invoice and cannot be read is never fresh; `flaws` says what is wrong with it. `left_out` are
    the ids of invoices that were not brought in because one of ours has their number, or is about to.

    `portion` says what the round takes up: the calls of a bulk are all made as a bulk's. `agenda` is what waited when
    the portion was chosen; None: not asked. `debounce` knows the invoices that were written a moment ago.
    `has_told_of_contacts`: a change of a contact was put into the feed; `has_told_of_facts`: a notice was written.
    `has_learned_from_refusals`: facts were read because Xero refused something; `has_learned_accounts`: the chart was
    read because something names accounts by codes alone; `lifted` are the codes of holds that what was read in the
    round can lift. `works` are all that the round took up.
    """

    lease: Lease
    database: Database
    clock: Clock
    connection: Connection
    organisation: Organisation
    xero: XeroOrganisation
    fresh: dict[str, XeroInvoice] = field(default_factory=dict)
    flaws: dict[str, str] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    contact_keys: dict[str, str] = field(default_factory=dict)
    contact_sharers: dict[str, frozenset[str]] = field(default_factory=dict)
    fresh_contacts: dict[str, XeroContact] = field(default_factory=dict)
    contact_book: list[XeroContact] | None = None
    has_told_of_contacts: bool = False
    has_told_of_facts: bool = False
    has_learned_from_refusals: bool = False
    has_learned_accounts: bool = False
    lifted: frozenset[str] = frozenset()
    works: list[Work] = field(default_factory=list)
    item_codes: ItemCodes = field(default_factory=ItemCodes)
    has_read_items: bool = False
    made_by_us: frozenset[str] | None = None
    overpayments_made: Sequence[XeroCredit] | None = None
    portion: Portion = Portion.LITTLE
    agenda: Agenda | None = None
    debounce: Debounce = field(default_factory=Debounce)
    began_at: datetime = field(init=False)
    _terms: tuple[ItemCodes, Organisation, Terms] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.began_at = self.clock.now()

    @property
    def connection_id(self) -> UUID:
        return self.connection.id

    @property
    def is_outdated(self) -> bool:
        """Whether other settings were chosen since the round began, as was seen when something was recorded last. In a
        transaction that records it cannot change.
        """
        return self.lease.seen.settings_version != self.connection.settings_version

    @property
    def is_called_off(self) -> bool:
        """Whether it is outdated, or the connection was seen to be paused or lost when something was recorded last."""
        return self.is_outdated or self.lease.seen.state != ConnectionState.ACTIVE

    def stop_if_called_off(self) -> None:
        """Raise `CalledOff` if the round is called off."""
        if self.is_called_off:
            raise CalledOff

    def keep(self, invoices: Iterable[XeroInvoice]) -> None:
        """Know what was read for the rest of the round."""
        for invoice in invoices:
            if invoice.flaw is None:
                self.fresh[invoice.xero_invoice_id] = invoice
                self.flaws.pop(invoice.xero_invoice_id, None)
            else:
                self.flaws[invoice.xero_invoice_id] = invoice.flaw

    def keep_written(self, invoice: XeroInvoice) -> None:
        """Know of what was read for the round what a write of ours was answered with since."""
        if invoice.xero_invoice_id in self.fresh:
            self.keep([invoice])

    def forget_keys_of(self, *xero_contact_ids: str | None) -> None:
        """Ask anew whose these contacts of Xero's are: a link has come to them, or left them, since the round began."""
        for xero_id in xero_contact_ids:
            self.contact_keys.pop(xero_id or "", None)
            self.contact_sharers.pop(xero_id or "", None)

    async def read(self, wanted: Mapping[str, UUID]) -> None:
        """Read by id those of these invoices of Xero's that are not fresh; each belongs to a link, which is charged."""
        missing = [xero_id for xero_id in wanted if xero_id not in self.fresh]
        for batch in batches(missing, READ_BATCH):
            call = self.xero.invoices.fetch(batch)
            self.keep(await spent_on([wanted[xero_id] for xero_id in batch], call))

    async def begin(self) -> None:
        """Check the connection before a write to Xero that needs no intent on disk; raises `CalledOff`."""
        await self.lease.renew()
        self.stop_if_called_off()

    @asynccontextmanager
    async def beginning(self) -> AsyncIterator[WriteSession]:
        """A transaction that notes what is about to be tried in Xero. Raises `CalledOff`, and commits nothing, if the
        round is called off.
        """
        async with self.lease.recording() as session:
            self.stop_if_called_off()
            yield session

    @property
    def may_have_contacts(self) -> bool:
        """False if no contact was behind when the round was chosen, and no stage before theirs can make one behind."""
        asked = self.agenda
        if asked is None or asked.has_contacts or asked.has_events or asked.has_exports or asked.has_creates:
            return True
        return self.connection.sweep_due or self.connection.compare_due

    @property
    def rules(self) -> Rules:
        return self.connection.settings.rules(self.organisation, self.item_codes)

    @property
    def lanes(self) -> Lanes:
        """What travels which way."""
        return self.connection.settings.lanes

    @property
    def branding_theme_id(self) -> str | None:
        """The theme of invoices that are made in Xero; None is Xero's default, also where the chosen one is gone."""
        chosen = self.connection.settings.branding_theme_id
        return next((t.theme_id for t in self.organisation.branding_themes if t.theme_id == chosen), None)

    @property
    def terms(self) -> Terms:
        codes, organisation, known = self.item_codes, self.organisation, self._terms
        if known is None or known[0] is not codes or known[1] is not organisation:
            terms = self.connection.settings.terms(organisation, codes)
            known = self._terms = codes, organisation, terms
        return known[2]
