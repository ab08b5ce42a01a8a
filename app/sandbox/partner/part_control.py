"""Payments and credits told one by one: the app makes its next version, and sends only what moved in it.

The document of that version stays at home; Plumbline makes its own of the one that it holds. Answers are as those of
every other edit (see `control`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.sandbox.partner.books import Books
from app.sandbox.partner.document import (
    Document,
    covered_status,
    credit_document,
    edit_document,
    pay_document,
)
from app.sandbox.partner.outbox import Outbox

MAKERS: dict[str, Callable[[Document, Document, datetime], Document]] = {
    "payments": pay_document,
    "credits": credit_document,
}


@dataclass(frozen=True)
class PartControl:
    """The routes under /control/invoices/{invoice_id}/payments and /credits that end in `alone`."""

    books: Books
    outbox: Outbox

    def list_routes(self) -> list[Route]:
        """Every route."""
        parts = "/control/invoices/{invoice_id}/{kind}"
        return [
            Route(parts + "/alone", self.put, methods=["POST"]),
            Route(parts + "/{part_id}/alone", self.delete, methods=["DELETE"]),
        ]

    async def put(self, request: Request) -> Response:
        """One payment or credit more."""
        said: dict[str, Any] = await request.json()
        kind = request.path_params["kind"]
        make = MAKERS[kind]
        document = await self.books.edit(
            request.path_params["invoice_id"], lambda newest, now: make(newest, said, now)
        )
        sent = await self.outbox.send_part(document, kind, document[kind][-1])
        return JSONResponse({"document": document, "sent": [sent]})

    async def delete(self, request: Request) -> Response:
        """One of them less."""
        kind, part_id = request.path_params["kind"], request.path_params["part_id"]

        def without(newest: Document, now: datetime) -> Document:
            left = [part for part in newest[kind] or () if part["id"] != part_id]
            open_again = {
                **newest,
                kind: left,
                "status": "sent" if newest["status"] == "paid" else newest["status"],
            }
            return edit_document(newest, {kind: left, "status": covered_status(open_again)}, now)

        document = await self.books.edit(request.path_params["invoice_id"], without)
        sent = await self.outbox.send_part(document, kind, {"id": part_id}, is_gone=True)
        return JSONResponse({"document": document, "sent": [sent]})
