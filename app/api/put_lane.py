"""The lane of documents by PUT, the call that is made more than all others: one short way behind the door.

Most of what such a call would cost is the walk: through layers that do nothing for it, along the routes, through what
the operation declares. A request with nothing in it that needs a look is answered here by the same steps as by its
operation (`books.invoice_put`): no query, no condition, no key of its own, a document that passes its schema. Any other
goes on as it came, so that the framework finds out what is wrong with it and says so.
"""

from typing import NamedTuple
from uuid import UUID

from pydantic import TypeAdapter
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.authentication import find_caller
from app.api.books.invoice_inbox import get_inbox
from app.api.books.invoice_paths import InvoiceId
from app.api.books.invoice_put import get_done, router
from app.api.dependencies import Services
from app.api.etags import CONDITIONS, build_etag, to_json
from app.api.middleware import LARGEST_BODY
from app.api.preferences import answer_minimally, wants_minimal
from app.api.problems import answer_refusal
from app.api.repeats.keyed import HEADER, give_back, read_body
from app.api.sent_headers import find_header
from app.db.partners.partners import Role
from app.intake.at_once import SentDocument
from app.intake.bodies import is_too_deep
from app.intake.document import Document
from app.intake.refusals import InputRefused
from app.telemetry import find_correlation_id
from app.tracing import span

_INVOICE_ID: TypeAdapter[str] = TypeAdapter(InvoiceId)
_FIRST = "/v1/connections/"
_NEEDS_A_LOOK = frozenset(name.lower().encode() for name in (*CONDITIONS, HEADER))
[_ROUTE] = router.routes


class _Address(NamedTuple):
    partner_id: UUID
    connection_id: UUID
    invoice_id: str


class PutLane:
    """Answers what is like nearly every request of its kind."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = _find_address(scope)
        if address is None:
            await self._app(scope, receive, send)
            return
        body = await read_body(receive)
        if body is None:
            return
        put = _read_put(scope, address, body)
        if put is None:
            await self._app(scope, give_back(body, receive), send)
            return
        scope["route"] = _ROUTE
        await (await _answer(Request(scope), put))(scope, receive, send)


def _find_address(scope: Scope) -> _Address | None:
    """What the request is about and whose it is; None where anything but its body needs a look."""
    if scope["type"] != "http" or scope["method"] != "PUT" or not scope["path"].startswith(_FIRST):
        return None
    if scope["query_string"] or scope.get("root_path") or not _has_plain_headers(scope):
        return None
    caller, words = find_caller(scope), scope["path"].split("/")
    if caller is None or not caller.role.covers(Role.MEMBER) or len(words) != 6 or words[4] != "invoices":
        return None
    try:
        return _Address(caller.partner_id, UUID(words[3]), _INVOICE_ID.validate_python(words[5]))
    except ValueError:
        return None


def _has_plain_headers(scope: Scope) -> bool:
    length = find_header(scope, b"content-length") or b""
    return (
        find_header(scope, b"content-type") == b"application/json"
        and length.isdigit()
        and int(length) <= LARGEST_BODY
        and _NEEDS_A_LOOK.isdisjoint(name for name, _ in scope["headers"])
    )


def _read_put(scope: Scope, address: _Address, body: bytes) -> SentDocument | None:
    """The document that is sent; None where it is none, or not that of its address."""
    if is_too_deep(body):
        return None
    try:
        document = Document.model_validate_json(body)
    except ValueError:
        return None
    if document.id != address.invoice_id:
        return None
    services: Services = scope["app"].state.services
    return SentDocument(
        address.partner_id,
        address.connection_id,
        document,
        services.clock.now(),
        find_correlation_id(),
        is_shown=not wants_minimal(scope),
    )


async def _answer(request: Request, put: SentDocument) -> Response:
    try:
        with span("intake", source="partner"):
            done = get_done(await get_inbox(request).save(put))
    except InputRefused as refusal:
        return await answer_refusal(request, refusal)
    services: Services = request.app.state.services
    then = BackgroundTask(services.waker.reconcile_soon, done.taken.nudges)
    if done.invoice is None:
        return answer_minimally(done.status, then)
    shown = to_json(done.invoice)
    return Response(shown, done.status, {"ETag": build_etag(shown)}, "application/json", then)
