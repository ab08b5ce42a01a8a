"""Plumbline's changes, as they come in: verified, applied or refused, answered, and written into the journal; notices
are taken and kept.

The answer follows the protocol: 2xx only when the change stands in the books, 409 with the document as it
stands when somebody edited it meanwhile. Everything else (a bad signature, a fault, a change that makes no
sense) is not applied, and Plumbline tries it again.
"""

import asyncio
import json
from dataclasses import dataclass

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.sandbox.partner.books import Books
from app.sandbox.partner.compare_and_set import UnknownPath
from app.sandbox.partner.contacts import Contacts
from app.sandbox.partner.document import Document
from app.sandbox.partner.journal import Journal
from app.sandbox.partner.notices import Notices, find_notice
from app.sandbox.partner.outbox import CONTACTS, Outbox

STATUS_OF = {"applied": 200, "already_applied": 200, "refused": 409, "unknown_invoice": 404,
             "unknown_contact": 404}  # fmt: skip
CHANGE_TYPES = {"invoice.changed": "invoice_id", "contact.changed": "contact_id"}
"""Types that are taken, and what names the thing that each is of."""
_BETWEEN_LOOKS = 0.005
"""Seconds."""
MALFORMED = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
"""What reading a message, or comparing its values, ends in when it is not what the protocol says."""


@dataclass(frozen=True)
class Intake:
    """Receives at one webhook address."""

    books: Books
    outbox: Outbox
    journal: Journal
    notices: Notices
    contacts: Contacts

    async def receive(self, request: Request) -> Response:
        """Answer one delivery."""
        body = await request.body()
        if not self._is_signed(body, request):
            return self._answer(401, {"error": "the signature does not match"}, outcome="bad_signature")
        notice = find_notice(body)
        if notice is not None:
            return self._take_notice(request.headers["webhook-id"], notice)
        try:
            change = read_change(body)
        except MALFORMED as error:
            return self._answer(422, {"error": describe(error)}, outcome="malformed")
        if change is None:
            return self._answer(204, None, outcome="ignored")
        named = "contact_id" if "contact_id" in change else "invoice_id"
        noted = (named, "revision", "cursor", "fields", "caused_by")
        facts = {"webhook_id": request.headers["webhook-id"], **{key: change.get(key) for key in noted}}
        return await self._take(change, facts)

    def _take_notice(self, webhook_id: str, notice: Document) -> Response:
        if self.outbox.faults.take("refuse_notices_next"):
            return JSONResponse({"error": "a fault was set"}, 500)
        self.notices.take(webhook_id, notice)
        return Response(status_code=204)

    async def _take(self, change: Document, facts: Document) -> Response:
        if self.outbox.faults.hold_incoming:
            self.journal.note_received(outcome="held", **facts)
        while self.outbox.faults.hold_incoming:  # noqa: ASYNC110 - the order that lifts it is another call
            await asyncio.sleep(_BETWEEN_LOOKS)
        faults = self.outbox.faults
        if faults.take("refuse_incoming_next"):
            return self._answer(500, {"error": "a fault was set"}, outcome="refused_by_fault", **facts)
        is_contact = "contact_id" in change
        edit = faults.take_edit(change["contact_id"] if is_contact else change["invoice_id"])
        try:
            holder = self.contacts if is_contact else self.books
            outcome = await holder.apply(change, edit["changes"] if edit else None)
        except MALFORMED as error:
            return self._answer(422, {"error": describe(error)}, outcome="malformed", **facts)
        facts |= {"outcome": outcome.kind, "moved": outcome.moved}
        if faults.take("lose_answer_next"):
            response = self._answer(500, {"error": "the answer was lost"}, answer_lost=True, **facts)
        else:
            response = self._answer(STATUS_OF[outcome.kind], outcome.answer, **facts)
        if edit and edit.get("send", True):
            # The document of that edit leaves as every other does, but the answer must not wait for it.
            response.background = BackgroundTask(self._send_newest, change)
        return response

    async def _send_newest(self, change: Document) -> None:
        if "contact_id" in change:
            await self.outbox.send(self.contacts.get(change["contact_id"]), CONTACTS)
        else:
            await self.outbox.send(self.books.get(change["invoice_id"]))

    def _is_signed(self, body: bytes, request: Request) -> bool:
        plumbline = self.outbox.plumbline
        if plumbline is None:
            return False
        try:
            Webhook(plumbline.address.webhook_secret_in).verify(body, dict(request.headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            return False
        return True

    def _answer(self, status: int, answer: Document | None, **facts: object) -> Response:
        self.journal.note_received(status=status, answer=answer, **facts)
        return Response(status_code=status) if answer is None else JSONResponse(answer, status)


def read_change(body: bytes) -> Document | None:
    """The change in a verified message; none if it is of another type. Raises one of MALFORMED."""
    message = json.loads(body)
    if message["type"] not in CHANGE_TYPES:
        return None
    change: Document = message["data"]
    for key in (CHANGE_TYPES[message["type"]], "revision", "fields"):
        change[key]
    return change


def describe(error: Exception) -> str:
    """What is wrong with a change, in a few words."""
    kind = "unknown path" if isinstance(error, UnknownPath) else type(error).__name__
    return f"{kind}: {error}"
