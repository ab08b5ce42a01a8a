"""The control API: what a person at the app would do, over HTTP, and what may go wrong around it.

Edits answer {"document", "sent"}: the document as it now stands and the journal's entries about its leaving
(empty when it was not to be sent). They return after Plumbline has answered, so a caller sees at once what
came of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.sandbox.partner.books import Books
from app.sandbox.partner.bulk import open_many
from app.sandbox.partner.document import Document, credit_document, edit_document, pay_document
from app.sandbox.partner.journal import Journal
from app.sandbox.partner.notices import Notices
from app.sandbox.partner.outbox import Outbox
from app.sandbox.partner.plumbline import Address, Plumbline, read_answer

MakeNext = Callable[[Document, datetime], Document]
"""How the next version of a document is built at a moment."""


@dataclass(frozen=True)
class Control:
    """The routes under /control."""

    books: Books
    outbox: Outbox
    journal: Journal
    http: httpx.AsyncClient
    notices: Notices

    def list_routes(self) -> list[Route]:
        """Every route, most particular first."""
        invoice = "/control/invoices/{invoice_id}"
        return [
            Route("/control/plumbline", self.set_plumbline, methods=["PUT"]),
            Route("/control/plumbline", self.show_plumbline, methods=["GET"]),
            Route("/control/invoices", self.open_invoice, methods=["POST"]),
            Route("/control/invoices", self.list_invoices, methods=["GET"]),
            Route("/control/invoices/bulk", self.open_bulk, methods=["POST"]),
            Route(invoice, self.edit_invoice, methods=["PATCH"]),
            Route(invoice, self.show_invoice, methods=["GET"]),
            Route(invoice + "/send-to-customer", self.send_to_customer, methods=["POST"]),
            Route(invoice + "/cancel", self.cancel, methods=["POST"]),
            Route(invoice + "/payments", self.pay, methods=["POST"]),
            Route(invoice + "/credits", self.credit, methods=["POST"]),
            Route(invoice + "/resend", self.resend, methods=["POST"]),
            Route("/control/manifest", self.post_manifest, methods=["POST"]),
            Route("/control/faults", self.set_faults, methods=["PUT"]),
            Route("/control/faults", self.show_faults, methods=["GET"]),
            Route("/control/flush", self.flush, methods=["POST"]),
            Route("/control/log", self.show_log, methods=["GET"]),
            Route("/control/notices", self.show_notices, methods=["GET"]),
        ]

    async def set_plumbline(self, request: Request) -> Response:
        """Learn where Plumbline is; the invoices and the journal stay."""
        address = Address.from_json(await read_object(request))
        self.outbox.plumbline = Plumbline(address, self.http)
        return JSONResponse(address.to_json())

    async def show_plumbline(self, request: Request) -> Response:
        plumbline = self.outbox.plumbline
        return JSONResponse(plumbline.address.to_json() if plumbline else None)

    async def open_invoice(self, request: Request) -> Response:
        """A new invoice; what is left out of the document is filled in."""
        said = await read_object(request)
        is_sent = said.pop("send", True)
        return await self._answer(self.books.open(said), is_sent, status=201)

    async def open_bulk(self, request: Request) -> Response:
        return JSONResponse(await open_many(self.books, self.outbox, **await read_object(request)), 201)

    async def list_invoices(self, request: Request) -> Response:
        return JSONResponse({"data": self.books.list()})

    async def show_invoice(self, request: Request) -> Response:
        """The newest version, or the one that ?version= names."""
        version = request.query_params.get("version")
        invoice_id = request.path_params["invoice_id"]
        return JSONResponse(self.books.get(invoice_id, int(version) if version else None))

    async def edit_invoice(self, request: Request) -> Response:
        """Header fields, and lines by id; "send": false keeps the new version at home."""
        return await self._edit(request, by_editing)

    async def send_to_customer(self, request: Request) -> Response:
        return await self._edit(request, lambda changes: by_editing({"status": "sent", **changes}))

    async def cancel(self, request: Request) -> Response:
        return await self._edit(request, lambda changes: by_editing({"status": "cancelled", **changes}))

    async def pay(self, request: Request) -> Response:
        """One payment more: {"amount", ...}."""
        return await self._edit(
            request, lambda payment: lambda document, now: pay_document(document, payment, now)
        )

    async def credit(self, request: Request) -> Response:
        """One credit more: {"kind": "credit_note" | "prepayment", "amount", ...}."""
        return await self._edit(
            request, lambda credit: lambda document, now: credit_document(document, credit, now)
        )

    async def resend(self, request: Request) -> Response:
        """Send the newest document, or an older one, again, past all faults: {"times": 2, "version": 3}."""
        said = await read_object(request)
        document = self.books.get(request.path_params["invoice_id"], said.get("version"))
        sent = await self.outbox.deliver(document, times=said.get("times", 1))
        return JSONResponse({"document": document, "sent": sent})

    async def post_manifest(self, request: Request) -> Response:
        """Post the manifest, then PUT each document that Plumbline asks for."""
        if self.outbox.plumbline is None:
            raise ValueError("no Plumbline is set")
        response = await self.outbox.plumbline.post_manifest(self.books.list())
        answer = read_answer(response)
        if not response.is_success:
            return JSONResponse({"status": response.status_code, "answer": answer, "sent": []}, 502)
        sent: list[Document] = []
        for asked in answer["send"]:
            sent += await self.outbox.deliver(self.books.get(asked["id"]), how="put")
        return JSONResponse({"status": response.status_code, "answer": answer, "sent": sent})

    async def set_faults(self, request: Request) -> Response:
        """Set the named faults; the others stay as they are."""
        self.outbox.faults = self.outbox.faults.with_changes(await read_object(request))
        return await self.show_faults(request)

    async def show_faults(self, request: Request) -> Response:
        return JSONResponse(vars(self.outbox.faults))

    async def flush(self, request: Request) -> Response:
        """Send what was held back."""
        return JSONResponse({"sent": await self.outbox.flush()})

    async def show_log(self, request: Request) -> Response:
        """What was sent and received after entry ?since=."""
        return JSONResponse(self.journal.since(int(request.query_params.get("since", 0))))

    async def show_notices(self, request: Request) -> Response:
        """What Plumbline told of connections, oldest first."""
        return JSONResponse({"data": self.notices.taken})

    async def _edit(self, request: Request, choose: Callable[[Document], MakeNext]) -> Response:
        said = await read_object(request)
        is_sent = said.pop("send", True)
        document = await self.books.edit(request.path_params["invoice_id"], choose(said))
        return await self._answer(document, is_sent)

    async def _answer(self, document: Document, is_sent: bool, *, status: int = 200) -> Response:
        sent = await self.outbox.send(document) if is_sent else []
        return JSONResponse({"document": document, "sent": sent}, status)


def by_editing(changes: Document) -> MakeNext:
    """A next version with these changes."""
    return lambda document, now: edit_document(document, changes, now)


async def read_object(request: Request) -> dict[str, Any]:
    """The body's JSON object; no body means an empty one. Raises ValueError."""
    said = await request.json() if await request.body() else {}
    if not isinstance(said, dict):
        raise ValueError("the body must be a JSON object")
    return said
