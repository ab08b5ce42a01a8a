"""One step of a look at the partner's side: a page of a list, or some things asked for by id.

What is newer than what we hold is taken in like any document that comes by itself. What is missing is a discrepancy for
a person, each once; nothing is removed because an app does not list it.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from app.clock import Clock
from app.db.connections.arrivals import lock_connection
from app.db.contacts.contact_resources import list_held_contact_versions
from app.db.delivery.manifests import Standing, list_held_versions, list_standing
from app.db.delivery.partner_reads import ReadClaim, is_claim_held
from app.db.delivery.unlisted import (
    Unlisted,
    begin_unlisted,
    count_unlisted,
    forget_unlisted,
    list_unlisted,
    note_listed,
)
from app.db.findings.discrepancies import insert_discrepancies
from app.db.partners.shop_refusals import RefusedOrder
from app.db.postgres.session import Database
from app.domain.findings.discrepancy import find_gone_at_partner
from app.domain.holds.thing import Thing
from app.domain.partner.partner_read import Found, ReadRun
from app.reading.protocol import ReadEntry
from app.reading.refusals import keep_refusals
from app.reading.source import NotShown, ReadFailed, Source

LOOKS_OF_A_STEP = 20
MOST_LOOKS = 500
"""Things that a compare asks for by id; an app that lists nothing is not asked for everything."""

StoreDocument = Callable[[UUID, str, Mapping[str, Any]], Awaitable[str | None]]
"""Takes a document in; answers None when it was news, else why it was not."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """What every step of a connection's look needs."""

    database: Database
    source: Source
    store: StoreDocument
    claim: ReadClaim
    clock: Clock

    @property
    def connection_id(self) -> UUID:
        return self.claim.connection_id

    async def begin(self, now: datetime) -> ReadRun:
        """A new look: a compare where one is wanted, and the first time, when nothing was read before; between two
        portions of a compare, what changed of what is read already.
        """
        kinds = self.source.kinds
        if self.claim.is_beside_compare:
            return ReadRun(now, False, tuple(kind for kind in kinds if kind in self.claim.read_to))
        is_compare = self.claim.wants_compare or any(kind not in self.claim.read_to for kind in kinds)
        if is_compare:
            async with self.database.writing() as session:
                await begin_unlisted(
                    session, self.connection_id, kinds, self.source.prefix, self.source.beside
                )
        return ReadRun(now, is_compare, kinds)

    async def step(self, run: ReadRun) -> ReadRun | None:
        """The look after one more step, None when it is at its end; raises `ReadFailed`."""
        if run.kind is not None:
            return await self._read_page(run, run.kind)
        if not run.is_compare or run.looked >= MOST_LOOKS:
            return None
        return await self._look_by_id(run)

    async def end(self, run: ReadRun) -> ReadRun:
        """The run at its end, with a count of what was neither listed nor asked for."""
        if not run.is_compare:
            return run
        async with self.database.writing() as session:
            unsure = await count_unlisted(session, self.connection_id)
            await forget_unlisted(session, self.connection_id)
        return run.after_looks(0, Found(unsure=unsure))

    async def _read_page(self, run: ReadRun, kind: str) -> ReadRun:
        if run.pages >= self.source.most_pages:
            raise ReadFailed(f"the list of {kind}s does not end within {self.source.most_pages} pages")
        since = None if run.is_compare else self.claim.read_to.get(kind)
        page = await self.source.fetch_page(kind, since, run.cursor)
        if page.next is not None and page.next == run.cursor:
            raise ReadFailed(f"the list of {kind}s answers the same cursor again")
        async with self.database.reading() as session:
            is_ours = await is_claim_held(session, self.claim)
        if not is_ours:
            return run  # What is read was set otherwise meanwhile, so nothing of this page counts.
        listed = [entry.id for entry in page.entries]
        taken = await self._take(kind, page.entries)
        refused = [*page.refused, *taken.refused]
        await self._keep_refused(listed, refused)
        if run.is_compare:
            named = {*listed, *(f"{self.source.prefix}{one.order_id}" for one in page.refused)}
            async with self.database.writing() as session:
                await note_listed(session, self.connection_id, kind, named)
        found = Found(listed=len(listed) + len(page.refused), refused=len(page.refused)) + taken.found
        return run.after_page(page.as_of, page.next, found, leaves_some=page.leaves_some)

    async def _take(self, kind: str, entries: Sequence[ReadEntry]) -> "Taken":
        """Take in what is newer than what we hold, and what that brings along."""
        held_versions = list_held_contact_versions if kind == Thing.CONTACT else list_held_versions
        async with self.database.reading() as session:
            held = await held_versions(session, self.connection_id, [entry.id for entry in entries])
        news = [entry for entry in entries if entry.version > held.get(entry.id, 0)]
        standing = await self._list_standing(kind, held.keys() & {entry.id for entry in news})
        taken = Taken()
        for entry in news:
            if entry.document is None:
                taken += await self._take_found(kind, await self._find(kind, entry.id))
            else:
                document: Mapping[str, Any] = entry.document
                if entry.id in standing:
                    document = self.source.fit(document, standing[entry.id])
                taken += await self._store(kind, entry.id, document)
        return taken

    async def _take_found(self, kind: str, found: Sequence[ReadEntry] | RefusedOrder | None) -> "Taken":
        """Take in what was asked for by its id."""
        if found is None:
            return Taken()  # Gone since it was listed; the next compare tells.
        if isinstance(found, RefusedOrder):
            return Taken(Found(refused=1), (found,))
        return await self._take(kind, found)

    async def _list_standing(self, kind: str, partner_ids: Collection[str]) -> Mapping[str, Standing]:
        """How invoices stand that are there."""
        if kind != Thing.INVOICE or not partner_ids:
            return {}
        async with self.database.reading() as session:
            return await list_standing(session, self.connection_id, partner_ids)

    async def _find(self, kind: str, partner_id: str) -> Sequence[ReadEntry] | RefusedOrder | None:
        """What was listed and is asked for by its id; None where it is not shown any more, as where it is gone."""
        try:
            return await self.source.find_documents(kind, partner_id)
        except NotShown:
            return None

    async def _store(self, kind: str, partner_id: str, document: Mapping[str, Any]) -> "Taken":
        if document.get("id") != partner_id:
            raise ReadFailed(f"{kind} {partner_id} was answered with the document of another")
        reason = await self.store(self.connection_id, kind, document)
        if reason is None:
            log.info("partner_document_found", kind=kind, partner_id=partner_id)
            return Taken(Found(taken=1))
        log.warning("partner_document_refused", kind=kind, partner_id=partner_id, reason=reason)
        order_id = self.source.find_order_id(partner_id)
        if order_id is None:
            return Taken(Found(refused=1))
        number = str(document.get("number") or order_id)
        return Taken(Found(refused=1), (RefusedOrder(order_id, number, reason),))

    async def _look_by_id(self, run: ReadRun) -> ReadRun | None:
        async with self.database.reading() as session:
            left = await list_unlisted(session, self.connection_id, LOOKS_OF_A_STEP)
        if not left:
            return None
        taken, missing, shown = Taken(), list[Unlisted](), list[Unlisted]()
        for each in left:
            try:
                found = await self.source.find_documents(each.kind, each.partner_id)
            except NotShown:
                continue  # Nobody knows whether it is there, and nothing is told of it.
            shown.append(each)
            if found is None and each.link_id is not None:
                missing.append(each)
            # One that was refused, and is gone, is nothing to tell any more.
            taken += await self._take_found(each.kind, found)
        await self._keep_refused([each.partner_id for each in shown], taken.refused)
        await self._keep_missing(missing)
        async with self.database.writing() as session:
            for kind in (Thing.INVOICE, Thing.CONTACT):
                ids = {each.partner_id for each in left if each.kind == kind}
                await note_listed(session, self.connection_id, kind, ids)
        counted = Found(missing=len(missing), unsure=len(left) - len(shown))
        return run.after_looks(len(left), taken.found + counted)

    async def _keep_refused(self, looked_at: Sequence[str], refused: Sequence[RefusedOrder]) -> None:
        """Of what was looked at, what was not refused now is refused no more."""
        ids = [self.source.find_order_id(partner_id) for partner_id in looked_at]
        orders = [order_id for order_id in ids if order_id is not None]
        if orders or refused:
            await keep_refusals(self.database, self.connection_id, orders, refused, self.clock.now())

    async def _keep_missing(self, missing: Sequence[Unlisted]) -> None:
        if not missing:
            return
        async with self.database.writing() as session:
            await lock_connection(session, self.connection_id)
            found = [
                (each.link_id, find_gone_at_partner(each.kind, each.partner_id))
                for each in missing
                if each.link_id is not None
            ]
            await insert_discrepancies(session, self.connection_id, found, self.clock.now())


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking things in came to; `refused` are orders of a shop."""

    found: Found = field(default_factory=Found)
    refused: tuple[RefusedOrder, ...] = ()

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(self.found + other.found, self.refused + other.refused)
