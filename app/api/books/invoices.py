"""Invoices: a document in by PUT, the resource out; lists, and what was tried on Xero for one of them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, BackgroundTasks, Path, Query, Response
from pydantic import BaseModel, ConfigDict

from app.api.authentication import MEMBERS_WRITE, ConnectionId, OwnConnection, PartnerId, lock_own_connection
from app.api.books.invoice_resource import Invoice, build_invoices
from app.api.dependencies import Given
from app.api.pages import AfterNumber, Cursor, Limit, Page, read_cursor, write_cursor, write_number
from app.api.problems import documented
from app.db.documents import DocumentOutcome
from app.db.holds import trigger_link
from app.db.resources import KeptInvoice, Wanted, find_kept_invoice, list_attempts, list_kept_invoices
from app.db.session import ReadSession
from app.domain.connection import Connection
from app.domain.link import State
from app.intake.document import EXAMPLE, Document
from app.intake.documents import refuse_stale, take_in
from app.intake.refusals import Fault, InputRefused
from app.intake.values import Identity, Line

router = APIRouter(
    prefix="/v1/connections/{connection_id}/invoices", tags=["invoices"], dependencies=[MEMBERS_WRITE]
)

InvoiceId = Annotated[
    Identity, Path(description="The partner's own id of the invoice.", examples=["inv_8801"])
]
StateShown = Annotated[State | None, Query(description="Only invoices in this state.")]
Number = Annotated[Line | None, Query(description="Only invoices that have this number on either side.")]

_MISSING = ("unauthorised", "not_found", "invalid_request")


class Attempt(BaseModel):
    """One action on Xero: what was to be moved (before and after by path), and what came of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 71,
                    "action": "update",
                    "outcome": "done",
                    "message": None,
                    "moves": {"reference": {"before": "PO 1177", "after": "PO 1178"}},
                    "at": "2026-11-20T03:15:01Z",
                }
            ]
        }
    )

    id: int
    action: Literal["create", "update", "pay", "unpay", "credit", "uncredit"] | str
    outcome: Literal["done", "refused", "unknown", "adopted"] | str
    message: str | None
    moves: dict[str, Any]
    at: datetime


class OnlineInvoice(BaseModel):
    """Xero's page of an invoice for the customer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"url": "https://in.xero.com/aBcD1234"}]})

    url: str


@router.put(
    "/{invoice_id}",
    operation_id="put_invoice",
    summary="Send the document as it stands in the app",
    responses={
        201: {"model": Invoice, "description": "The first document of this invoice was stored."},
        **documented(
            "malformed_body", *_MISSING, "connection_removed", "stale_document", "version_reused", "too_large",
            "invalid_document",
        ),
    },
    openapi_extra={"requestBody": {"content": {"application/json": {"examples": {"sent": {"value": EXAMPLE}}}}}},
)  # fmt: skip
async def put_invoice(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    invoice_id: InvoiceId,
    document: Document,
    response: Response,
    tasks: BackgroundTasks,
) -> Invoice:
    """Stored and answered at once; Xero is reached afterwards, and the resource tells how far that is.

    The same document again changes nothing. An older version than the one held is refused with 409.
    """
    if document.id != invoice_id:
        message = f"must be {invoice_id}, as in the address"
        raise InputRefused("invalid_document", "The document has another id.", [Fault("id", message)])
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        taken = await take_in(session, connection, document, services.clock.now())
        refuse_stale(taken.stored, document)
        invoice = await _build(session, connection, invoice_id)
    tasks.add_task(services.waker.reconcile_soon, taken.nudges)
    response.status_code = 201 if taken.stored.outcome is DocumentOutcome.CREATED else 200
    return invoice


@router.get(
    "/{invoice_id}",
    operation_id="get_invoice",
    summary="One invoice: where it stands on both sides, and why",
    responses=documented(*_MISSING),
)
async def get_invoice(services: Given, connection: OwnConnection, invoice_id: InvoiceId) -> Invoice:
    """Answers from what is known; nobody is asked."""
    async with services.database.reading() as session:
        return await _build(session, connection, invoice_id)


@router.post(
    "/{invoice_id}/retry",
    operation_id="retry_invoice",
    summary="Look at an invoice again now, after its cause was mended",
    responses=documented(*_MISSING, "connection_removed"),
)
async def retry_invoice(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    invoice_id: InvoiceId,
    tasks: BackgroundTasks,
) -> Invoice:
    """What is held is planned anew, and sent to Xero if nothing known forbids it; the resource tells what came of it.

    Most holds need no call: they go on by themselves when an edit, an event, the settings or the organisation's facts
    lift their cause.
    """
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        if not await trigger_link(session, connection.id, invoice_id, services.clock.now()):
            raise InputRefused("not_found", "This connection has no invoice with that id.")
        invoice = await _build(session, connection, invoice_id)
    tasks.add_task(services.waker.reconcile_soon, [connection.id])
    return invoice


@router.get(
    "",
    operation_id="list_invoices",
    summary="Invoices of a connection, oldest first",
    responses=documented(*_MISSING),
)
async def list_invoices(
    services: Given,
    connection: OwnConnection,
    state: StateShown = None,
    number: Number = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[Invoice]:
    """Narrowed by the state shown, or by the number on either side."""
    wanted = Wanted(state, number, read_cursor(cursor), limit)
    async with services.database.reading() as session:
        kept = await list_kept_invoices(session, connection.id, wanted)
        return Page(data=await build_invoices(session, connection, kept), next=write_cursor(kept, limit))


@router.get(
    "/{invoice_id}/attempts",
    operation_id="list_attempts",
    summary="What was tried on Xero for one invoice, oldest first",
    responses=documented(*_MISSING),
)
async def list_invoice_attempts(
    services: Given, connection: OwnConnection, invoice_id: InvoiceId, after: AfterNumber, limit: Limit = 100
) -> Page[Attempt]:
    """Refusals carry Xero's own words."""
    async with services.database.reading() as session:
        kept = await _get_kept(session, connection, invoice_id)
        found = await list_attempts(session, kept.id, after=after, limit=limit)
    attempts = [Attempt.model_validate(each, from_attributes=True) for each in found]
    return Page(data=attempts, next=write_number(found, limit, lambda one: one.id))


@router.get(
    "/{invoice_id}/online-invoice",
    operation_id="get_online_invoice",
    summary="Where the customer can look at the invoice and pay it",
    responses=documented(*_MISSING, "not_authorised_yet", "xero_refused", "xero_unavailable"),
)
async def get_online_invoice(
    services: Given, connection: OwnConnection, invoice_id: InvoiceId
) -> OnlineInvoice:
    """Asks Xero, at the price of one call; the address stays the same, so keep it."""
    async with services.database.reading() as session:
        kept = await _get_kept(session, connection, invoice_id)
    if kept.xero_invoice_id is None:
        raise InputRefused("not_found", "This invoice is not in Xero yet.")
    organisation = await services.organisations.open(connection.id)
    url = await organisation.invoices.fetch_online_url(kept.xero_invoice_id)
    if url is None:
        raise InputRefused("not_found", "Xero has no online invoice for it, as for one that is voided.")
    return OnlineInvoice(url=url)


async def _build(session: ReadSession, connection: Connection, invoice_id: str) -> Invoice:
    kept = await _get_kept(session, connection, invoice_id)
    return (await build_invoices(session, connection, [kept]))[0]


async def _get_kept(session: ReadSession, connection: Connection, invoice_id: str) -> KeptInvoice:
    kept = await find_kept_invoice(session, connection.id, invoice_id)
    if kept is None:
        raise InputRefused("not_found", "This connection has no invoice with that id.")
    return kept
