"""The app's read address: Plumbline asks here what changed, and for one invoice or contact by id.

Whoever asks must have signed the path and query with the secret that was agreed (Standard Webhooks), or carry the app's
own bearer secret. A list is ordered by the time of change and paged by it, so that what changes while it is read comes
later in it and nothing is passed over.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.sandbox.partner.books import Books, InvoiceUnknown
from app.sandbox.partner.contacts import Contacts, ContactUnknown
from app.sandbox.partner.document import Document
from app.sandbox.partner.holding import Holding
from app.sandbox.partner.journal import Journal

READ_PATH = "/plumbline/read"


@dataclass(frozen=True)
class Access:
    """How the address is guarded, and how it answers; without a secret it answers 401 to everybody."""

    secret: str | None = None
    bearer: str | None = None
    page_size: int = 100
    with_documents: bool = True
    hidden: tuple[str, ...] = ()
    """Ids that it does not list, as rows that were passed over, though they are there."""
    lost: tuple[str, ...] = ()
    """Ids that it says it does not have."""
    fail_next: int = 0
    """So many calls are answered 500."""


class ReadSide:
    """The routes of the read address, and the control that sets its access."""

    def __init__(self, books: Books, contacts: Contacts, journal: Journal) -> None:
        self._books = books
        self._contacts = contacts
        self._journal = journal
        self._access = Access()

    def list_routes(self) -> list[Route]:
        """Every route."""
        return [
            Route("/control/read-access", self.set_access, methods=["PUT"]),
            Route(f"{READ_PATH}/invoices", self.list_invoices),
            Route(f"{READ_PATH}/invoices/{{thing_id}}", self.show_invoice),
            Route(f"{READ_PATH}/contacts", self.list_contacts),
            Route(f"{READ_PATH}/contacts/{{thing_id}}", self.show_contact),
        ]

    async def set_access(self, request: Request) -> Response:
        """Set what is named; the rest stays."""
        said: dict[str, Any] = await request.json()
        named: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in said.items()
        }
        self._access = replace(self._access, **named)
        return JSONResponse({"url": str(request.base_url).rstrip("/") + READ_PATH})

    async def list_invoices(self, request: Request) -> Response:
        return self._refuse(request) or self._list(request, self._books.list_holdings())

    async def list_contacts(self, request: Request) -> Response:
        return self._refuse(request) or self._list(request, self._contacts.list_holdings())

    async def show_invoice(self, request: Request) -> Response:
        return self._refuse(request) or self._show(request, self._books.get, InvoiceUnknown)

    async def show_contact(self, request: Request) -> Response:
        return self._refuse(request) or self._show(request, self._contacts.get, ContactUnknown)

    def _refuse(self, request: Request) -> Response | None:
        """Why the call is not answered: nobody's, or a fault."""
        is_known = self._is_bearer(request) or self._is_signed(request)
        if is_known and self._access.fail_next:
            self._access = replace(self._access, fail_next=self._access.fail_next - 1)
            return self._answer(request, {"error": "a fault was set"}, 500)
        return None if is_known else self._answer(request, {"error": "who asks?"}, 401)

    def _is_bearer(self, request: Request) -> bool:
        bearer = self._access.bearer
        return bearer is not None and request.headers.get("authorization") == f"Bearer {bearer}"

    def _is_signed(self, request: Request) -> bool:
        if self._access.secret is None:
            return False
        target = f"{request.scope['raw_path'].decode()}?{request.scope['query_string'].decode()}"
        try:
            Webhook(self._access.secret).verify(target, dict(request.headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            return False
        return True

    def _list(self, request: Request, holdings: Sequence[Holding]) -> Response:
        asked = request.query_params
        cursor = json.loads(asked["cursor"]) if "cursor" in asked else None
        as_of = cursor["as_of"] if cursor else datetime.now(UTC).isoformat()
        after = tuple(cursor["after"]) if cursor else (_read_since(asked.get("changed_since")), "")
        size = min(self._access.page_size, int(asked.get("limit", self._access.page_size)))
        left = [each for each in self._list_shown(holdings) if _place(each) > after]
        page = left[:size]
        following = {"after": _place(page[-1]), "as_of": as_of} if len(left) > size else None
        answer = {
            "data": [self._entry(each.newest) for each in page],
            "next": json.dumps(following) if following else None,
            "as_of": as_of,
        }
        return self._answer(request, answer)

    def _list_shown(self, holdings: Sequence[Holding]) -> list[Holding]:
        unseen = {*self._access.hidden, *self._access.lost}
        return sorted((each for each in holdings if each.newest["id"] not in unseen), key=_place)

    def _entry(self, document: Document) -> Document:
        named = {"id": document["id"], "version": document["version"]}
        return {**named, "document": document} if self._access.with_documents else named

    def _show(self, request: Request, get: Any, unknown: type[Exception]) -> Response:
        thing_id = request.path_params["thing_id"]
        try:
            document = None if thing_id in self._access.lost else get(thing_id)
        except unknown:
            document = None
        if document is None:
            return self._answer(request, {"error": f"no {thing_id} here"}, 404)
        return self._answer(request, {"document": document})

    def _answer(self, request: Request, answer: Document, status: int = 200) -> Response:
        asked = dict(request.query_params)
        self._journal.note_received(status=status, outcome="read", path=request.url.path, asked=asked)
        return JSONResponse(answer, status)


def _place(holding: Holding) -> tuple[str, str]:
    """Where a thing stands in the list; times are written alike, so they compare as text."""
    return _write(holding.changed_at), str(holding.newest["id"])


def _read_since(text: str | None) -> str:
    """The moment that the caller says, however it writes it; before everything where it says none."""
    return _write(datetime.fromisoformat(text).astimezone(UTC)) if text else ""


def _write(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
