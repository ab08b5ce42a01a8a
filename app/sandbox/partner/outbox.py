"""Documents on their way out, and everything that can happen to them there.

A document leaves by the configured way at once, unless a fault loses it, doubles it or holds it back. What
came of it is written into the journal, once per leaving; a document that failed is not tried again, because
finding those is what the manifest is for. A 409 means that Plumbline holds a newer version: for the app that
is no error.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Iterable

import httpx

from app.sandbox.partner.document import Document
from app.sandbox.partner.faults import Faults
from app.sandbox.partner.journal import Journal
from app.sandbox.partner.plumbline import Plumbline, new_webhook_id, read_answer

CONCURRENCY = 16
HTTP_CONFLICT = 409
SHUFFLE_SEED = 20261120
INVOICES = "invoices"
CONTACTS = "contacts"
"""What a document is of, as its address says it."""


class Outbox:
    """Sends documents to Plumbline, which may not be known yet: then they are noted and stay."""

    def __init__(self, journal: Journal) -> None:
        self.faults = Faults()
        self.plumbline: Plumbline | None = None
        self._journal = journal
        self._held: list[tuple[Document, str]] = []
        self._order = random.Random(SHUFFLE_SEED)

    @property
    def is_holding(self) -> bool:
        """Whether documents wait until they are flushed."""
        return bool(self._held)

    async def send(self, document: Document, kind: str = INVOICES) -> list[Document]:
        """Send one document subject to the faults; the journal's entries about it."""
        if self.faults.take("lose_outgoing_next"):
            return [self._note(document, kind, outcome="lost")]
        if self.faults.hold_outgoing:
            self._held.append((document, kind))
            return [self._note(document, kind, outcome="held")]
        times = 2 if self.faults.take("double_outgoing_next") else 1
        return await self.deliver(document, times=times, kind=kind)

    async def send_part(
        self, document: Document, kind: str, part: Document, *, is_gone: bool = False
    ) -> Document:
        """Send one payment or credit in place of its document; the journal's entry about it."""
        if self.plumbline is None:
            return self._note(document, INVOICES, outcome="not_connected")
        entry = self._note(document, INVOICES, how=kind, outcome="sending")
        call = self.plumbline.delete_part if is_gone else self.plumbline.put_part
        return await self._answer(entry, call(document, kind, part))

    async def deliver(
        self, document: Document, *, times: int = 1, how: str | None = None, kind: str = INVOICES
    ) -> list[Document]:
        """Put the document on the wire `times` times at once, past all faults."""
        if self.plumbline is None:
            return [self._note(document, kind, outcome="not_connected")]
        way = how or self.plumbline.address.send
        webhook_id = new_webhook_id()
        return await asyncio.gather(
            *(self._leave(self.plumbline, document, kind, way, webhook_id) for _ in range(times))
        )

    async def flush(self) -> list[Document]:
        """Send what was held back, one after the other, in another order if so set."""
        waiting, self._held = self._held, []
        entries = []
        for document, kind in self._shuffled(waiting) if self.faults.shuffle else waiting:
            entries += await self.deliver(document, kind=kind)
        return entries

    async def deliver_all(self, documents: Iterable[Document], *, how: str | None) -> Counter[str]:
        """Send many, sixteen at a time; how many came to which outcome."""
        gate = asyncio.Semaphore(CONCURRENCY)

        async def leave(document: Document) -> str:
            async with gate:
                [entry] = await self.deliver(document, how=how)
                return str(entry["outcome"])

        return Counter(await asyncio.gather(*map(leave, documents)))

    async def _leave(
        self, plumbline: Plumbline, document: Document, kind: str, how: str, webhook_id: str
    ) -> Document:
        said = {key: value for key, value in document.items() if not (key == "payments" and value is None)}
        put, post = plumbline.put_document, plumbline.post_webhook
        call = put(said, kind) if how == "put" else post(said, webhook_id, kind)
        return await self._answer(self._note(document, kind, how=how, outcome="sending"), call)

    async def _answer(self, entry: Document, call: Awaitable[httpx.Response]) -> Document:
        """The entry with what came of the call."""
        try:
            response = await call
        except httpx.TransportError as error:
            entry |= {"outcome": "failed", "status": None, "answer": repr(error)}
        else:
            status, answer = response.status_code, read_answer(response)
            entry |= {"outcome": name_outcome(response), "status": status, "answer": answer}
        return entry

    def _shuffled(self, documents: list[tuple[Document, str]]) -> list[tuple[Document, str]]:
        shuffled = self._order.sample(documents, len(documents))
        return shuffled if shuffled != documents else documents[::-1]

    def _note(self, document: Document, kind: str, **facts: str) -> Document:
        named = {"invoice_id" if kind == INVOICES else "contact_id": document["id"]}
        return self._journal.note_sent(
            **named, version=document["version"], based_on=document["based_on"], **facts
        )


def name_outcome(response: httpx.Response) -> str:
    """`accepted`, `stale` (Plumbline holds a newer version) or `rejected`."""
    if response.is_success:
        return "accepted"
    return "stale" if response.status_code == HTTP_CONFLICT else "rejected"
