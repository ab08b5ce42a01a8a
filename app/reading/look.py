"""One step of a look at the partner's side: a page of a list, or some things asked for by id.

What is newer than what we hold is taken in like any document that comes by itself. What is missing is a discrepancy for
a person, each once; nothing is removed because an app does not list it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from app.clock import Clock
from app.db.connections.arrivals import lock_connection
from app.db.contacts.contact_resources import list_held_contact_versions
from app.db.delivery.manifests import list_held_versions
from app.db.delivery.partner_reads import ReadClaim
from app.db.delivery.unlisted import (
    Unlisted,
    begin_unlisted,
    count_unlisted,
    forget_unlisted,
    list_unlisted,
    note_listed,
)
from app.db.findings.discrepancies import insert_discrepancies
from app.db.postgres.session import Database
from app.domain.findings.discrepancy import find_gone_at_partner
from app.domain.holds.thing import Thing
from app.domain.partner.partner_read import Found, ReadRun
from app.reading.protocol import ReadEntry
from app.reading.reader import PartnerReader, ReadFailed, ReadTarget

LOOKS_OF_A_STEP = 20
MOST_LOOKS = 500
"""Things that a compare asks for by id; an app that lists nothing is not asked for everything."""
MOST_PAGES = 5_000

StoreDocument = Callable[[UUID, str, Mapping[str, Any]], Awaitable[str | None]]
"""Takes a document in; answers None when it was news, else why it was not."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """What every step of a connection's look needs."""

    database: Database
    reader: PartnerReader
    store: StoreDocument
    target: ReadTarget
    claim: ReadClaim
    clock: Clock

    @property
    def connection_id(self) -> UUID:
        return self.claim.connection_id

    async def begin(self, now: datetime, *, with_contacts: bool) -> ReadRun:
        """A new look: a compare where one is wanted, and the first time, when nothing was read before."""
        kinds = (Thing.INVOICE, Thing.CONTACT) if with_contacts else (Thing.INVOICE,)
        is_compare = self.claim.wants_compare or any(kind not in self.claim.read_to for kind in kinds)
        if is_compare:
            async with self.database.writing() as session:
                await begin_unlisted(session, self.connection_id, kinds)
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
        if run.pages >= MOST_PAGES:
            raise ReadFailed(f"the list of {kind}s does not end within {MOST_PAGES} pages")
        since = None if run.is_compare else self.claim.read_to.get(kind)
        page = await self.reader.fetch_page(self.target, kind, since, run.cursor)
        if page.next is not None and page.next == run.cursor:
            raise ReadFailed(f"the list of {kind}s answers the same cursor again")
        found = Found(listed=len(page.data)) + await self._take(kind, page.data)
        if run.is_compare:
            async with self.database.writing() as session:
                await note_listed(session, self.connection_id, kind, {entry.id for entry in page.data})
        return run.after_page(page.as_of, page.next, found)

    async def _take(self, kind: str, entries: Sequence[ReadEntry]) -> Found:
        """Take in what is newer than what we hold."""
        held_versions = list_held_contact_versions if kind == Thing.CONTACT else list_held_versions
        async with self.database.reading() as session:
            held = await held_versions(session, self.connection_id, [entry.id for entry in entries])
        found = Found()
        for entry in entries:
            if entry.version > held.get(entry.id, 0):
                document = entry.document or await self.reader.find_document(self.target, kind, entry.id)
                found += await self._store(kind, entry.id, document)
        return found

    async def _store(self, kind: str, partner_id: str, document: Mapping[str, Any] | None) -> Found:
        if document is None:
            return Found()  # Gone since it was listed; the next compare tells.
        if document.get("id") != partner_id:
            raise ReadFailed(f"{kind} {partner_id} was answered with the document of another")
        reason = await self.store(self.connection_id, kind, document)
        if reason is None:
            log.info("partner_document_found", kind=kind, partner_id=partner_id)
            return Found(taken=1)
        log.warning("partner_document_refused", kind=kind, partner_id=partner_id, reason=reason)
        return Found(refused=1)

    async def _look_by_id(self, run: ReadRun) -> ReadRun | None:
        async with self.database.reading() as session:
            left = await list_unlisted(session, self.connection_id, LOOKS_OF_A_STEP)
        if not left:
            return None
        found, missing = Found(), list[Unlisted]()
        for each in left:
            document = await self.reader.find_document(self.target, each.kind, each.partner_id)
            if document is None:
                missing.append(each)
            else:
                found += await self._take(each.kind, [_as_entry(each, document)])
        await self._keep_missing(missing)
        async with self.database.writing() as session:
            for kind in (Thing.INVOICE, Thing.CONTACT):
                ids = {each.partner_id for each in left if each.kind == kind}
                await note_listed(session, self.connection_id, kind, ids)
        return run.after_looks(len(left), found + Found(missing=len(missing)))

    async def _keep_missing(self, missing: Sequence[Unlisted]) -> None:
        if not missing:
            return
        async with self.database.writing() as session:
            await lock_connection(session, self.connection_id)
            found = [(each.link_id, find_gone_at_partner(each.kind, each.partner_id)) for each in missing]
            await insert_discrepancies(session, self.connection_id, found, self.clock.now())


def _as_entry(unlisted: Unlisted, document: Mapping[str, Any]) -> ReadEntry:
    version = document.get("version")
    if type(version) is not int or version < 1:
        raise ReadFailed(f"{unlisted.kind} {unlisted.partner_id} has no version")
    return ReadEntry(id=unlisted.partner_id, version=version, document=dict(document))
