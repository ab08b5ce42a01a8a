"""One invoice by PUT: the document in, stored at once; the resource out.

Most of a PUT's cost would be the framework's walk through what the operation declares. A request with nothing in it
that needs a look (no query, no condition, a document that passes its schema) takes the short way, which does the same
by hand; any other goes the framework's, which finds out what is wrong with it and says so.
"""

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.background import BackgroundTask

from app.api.authentication import (
    MEMBERS_WRITE,
    ConnectionId,
    PartnerId,
    find_caller,
    lock_own_connection,
)
from app.api.books.invoice_inbox import PutDone, get_inbox, put_all
from app.api.books.invoice_paths import InvoiceId
from app.api.books.invoice_resource import Invoice, build_invoices
from app.api.dependencies import Given, Services
from app.api.etags import CONDITIONS, Conditions, WriteConditions, build_etag, check_conditions, to_json
from app.api.problems import documented
from app.db.invoices.resources import find_kept_invoice
from app.db.links.documents import DocumentOutcome
from app.db.partners.partners import Role
from app.db.postgres.session import ReadSession, has_hook
from app.domain.connections.connection import Connection
from app.intake.at_once import SentDocument
from app.intake.document import EXAMPLE, Document
from app.intake.refusals import Fault, InputRefused
from app.telemetry import find_correlation_id
from app.tracing import span

Answer = Callable[[Request], Coroutine[Any, Any, Response]]

_INVOICE_ID: TypeAdapter[str] = TypeAdapter(InvoiceId)


class ShortWay(APIRoute):
    """The route of an operation that is called more than all others; its contract is as declared."""

    def get_route_handler(self) -> Answer:
        """The short way, and the framework's for whatever it does not take."""
        whole_way: Answer = super().get_route_handler()

        async def answer(request: Request) -> Response:
            put = await _read_put(request)
            return await whole_way(request) if put is None else await _answer(request, put)

        return answer


router = APIRouter(
    prefix="/v1/connections/{connection_id}/invoices",
    tags=["invoices"],
    dependencies=[MEMBERS_WRITE],
    route_class=ShortWay,
)


@router.put(
    "/{invoice_id}",
    operation_id="put_invoice",
    summary="Send the document as it stands in the app",
    responses={
        201: {"model": Invoice, "description": "The first document of this invoice was stored."},
        **documented(
            "malformed_body", "unauthorised", "not_found", "invalid_request", "connection_removed", "stale_document",
            "version_reused", "resource_changed", "exists_already", "too_large", "invalid_document",
        ),
    },
    openapi_extra={"requestBody": {"content": {"application/json": {"examples": {"sent": {"value": EXAMPLE}}}}}},
)  # fmt: skip
async def put_invoice(
    request: Request,
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    invoice_id: InvoiceId,
    document: Document,
    conditions: WriteConditions,
    response: Response,
    tasks: BackgroundTasks,
) -> Invoice:
    """Stored and answered at once; Xero is reached afterwards, and the resource tells how far that is.

    The same document again changes nothing, whatever conditions came with it. An older version than the one held is
    refused with 409.
    """
    if document.id != invoice_id:
        message = f"must be {invoice_id}, as in the address"
        raise InputRefused("invalid_document", "The document has another id.", [Fault("id", message)])
    put = SentDocument(partner_id, connection_id, document, services.clock.now(), find_correlation_id())
    done = await _save(request, put, conditions)
    tasks.add_task(services.waker.reconcile_soon, done.taken.nudges)
    response.status_code = _find_status(done)
    response.headers["ETag"] = build_etag(done.invoice)
    return done.invoice


async def _read_put(request: Request) -> SentDocument | None:
    """What is asked for; None where anything about it is not as in almost every request."""
    caller, headers = find_caller(request.scope), request.headers
    if caller is None or not caller.role.covers(Role.MEMBER) or request.scope["query_string"]:
        return None
    if headers.get("content-type") != "application/json" or any(name in headers for name in CONDITIONS):
        return None
    try:
        connection_id = UUID(request.path_params["connection_id"])
        invoice_id = _INVOICE_ID.validate_python(request.path_params["invoice_id"])
        document = Document.model_validate_json(await request.body())
    except ValueError:
        return None
    if document.id != invoice_id:
        return None
    services: Services = request.app.state.services
    return SentDocument(
        caller.partner_id, connection_id, document, services.clock.now(), find_correlation_id()
    )


async def _answer(request: Request, put: SentDocument) -> Response:
    services: Services = request.app.state.services
    done = await _save(request, put, Conditions(None, None))
    shown = to_json(done.invoice)
    return Response(
        shown,
        _find_status(done),
        {"ETag": build_etag(shown)},
        "application/json",
        BackgroundTask(services.waker.reconcile_soon, done.taken.nudges),
    )


def _find_status(done: PutDone) -> int:
    return 201 if done.taken.stored.outcome is DocumentOutcome.CREATED else 200


async def _save(request: Request, put: SentDocument, conditions: Conditions) -> PutDone:
    """Store it together with others, unless it depends on what is held, or its commit is to be noted as its own."""
    with span("intake", source="partner"):
        if conditions == Conditions(None, None) and not has_hook():
            return _get_done(await get_inbox(request).save(put))
        services: Services = request.app.state.services
        async with services.database.writing() as session:
            connection = await lock_own_connection(session, put.partner_id, put.connection_id)
            await _check(session, connection, conditions, put.document)
            [done] = await put_all(session, [(connection, put)])
            return _get_done(done)


def _get_done(done: PutDone | InputRefused) -> PutDone:
    if isinstance(done, InputRefused):
        raise done
    return done


async def _check(
    session: ReadSession, connection: Connection, conditions: Conditions, document: Document
) -> None:
    """Judge the conditions of a write, unless it finds its own document in place."""
    if conditions == Conditions(None, None):
        return
    kept = await find_kept_invoice(session, connection.id, document.id)
    if kept and kept.link.document and dict(kept.link.document.body) == document.to_json():
        return
    held = (await build_invoices(session, connection, [kept]))[0] if kept else None
    check_conditions(conditions, held)
