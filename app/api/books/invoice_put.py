"""One invoice by PUT: the document in, stored at once; the resource out.

Nearly every such call is answered by `put_lane`, by the same steps. Here come those in which something needs a look.
"""

from fastapi import APIRouter, BackgroundTasks, Request, Response

from app.api.authentication import (
    MEMBERS_WRITE,
    ConnectionId,
    PartnerId,
    lock_own_connection,
)
from app.api.books.invoice_inbox import PutDone, get_inbox, may_differ, put_all
from app.api.books.invoice_paths import InvoiceId
from app.api.books.invoice_resource import Invoice, build_invoices
from app.api.dependencies import Given, Services
from app.api.etags import Conditions, WriteConditions, build_etag, check_conditions
from app.api.preferences import MINIMAL_RESPONSES, WantsMinimal, answer_minimally
from app.api.problems import MISSING, documented
from app.db.invoices.resources import find_kept_invoice
from app.db.postgres.session import ReadSession, has_hook
from app.domain.connections.connection import Connection
from app.intake.at_once import SentDocument
from app.intake.document import EXAMPLE, Document
from app.intake.refusals import Fault, InputRefused
from app.telemetry import find_correlation_id
from app.tracing import span

router = APIRouter(
    prefix="/v1/connections/{connection_id}/invoices",
    tags=["invoices"],
    dependencies=[MEMBERS_WRITE],
)


@router.put(
    "/{invoice_id}",
    operation_id="put_invoice",
    summary="Send the document as it stands in the app",
    response_model=Invoice,
    responses={
        201: {"model": Invoice, "description": "The first document of this invoice was stored."},
        **MINIMAL_RESPONSES,
        **documented(
            "malformed_body", *MISSING, "connection_removed", "stale_document",
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
    wants_minimal: WantsMinimal,
    response: Response,
    tasks: BackgroundTasks,
) -> Invoice | Response:
    """Stored and answered at once; Xero is reached afterwards, and the resource tells how far that is.

    The same document again changes nothing, whatever conditions came with it. An older version than the one held is
    refused with 409.
    """
    if document.id != invoice_id:
        message = f"must be {invoice_id}, as in the address"
        raise InputRefused("invalid_document", "The document has another id.", [Fault("id", message)])
    put = SentDocument(
        partner_id,
        connection_id,
        document,
        services.clock.now(),
        find_correlation_id(),
        is_shown=not wants_minimal,
    )
    done = get_done(await _store(request, put, conditions))
    tasks.add_task(services.waker.reconcile_soon, done.taken.nudges)
    if done.invoice is None:
        return answer_minimally(done.status)
    response.status_code = done.status
    response.headers["ETag"] = build_etag(done.invoice)
    return done.invoice


async def _store(request: Request, put: SentDocument, conditions: Conditions) -> PutDone | InputRefused:
    """Store it together with others, unless it depends on what is held, or its commit is to be noted as its own."""
    with span("intake", source="partner"):
        if conditions == Conditions(None, None) and not has_hook():
            return await get_inbox(request).save(put)
        services: Services = request.app.state.services
        got = await _save(services, put, conditions)
        is_other_now = await may_differ(services.fresh_rates, put, got)
        return await _save(services, put, conditions) if is_other_now else got


async def _save(services: Services, put: SentDocument, conditions: Conditions) -> PutDone | InputRefused:
    """Store it by itself; what is refused left nothing behind."""
    try:
        async with services.database.writing() as session:
            connection = await lock_own_connection(session, put.partner_id, put.connection_id)
            await _check(session, connection, conditions, put.document)
            [done] = await put_all(session, [(connection, put)])
            return get_done(done)
    except InputRefused as refusal:
        return refusal


def get_done(done: PutDone | InputRefused) -> PutDone:
    """What became of it; raises the refusal that it came to."""
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
