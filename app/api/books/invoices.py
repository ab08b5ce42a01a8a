"""Invoices: many documents in at once, one read, looked at again. One document comes in by `invoice_put`; lists are
`invoice_lists`.
"""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import MEMBERS_WRITE, ConnectionId, OwnConnection, PartnerId, lock_own_connection
from app.api.books.batches import (
    MANY_REFUSED,
    MOST_DOCUMENTS,
    DocumentsTaken,
    ShownAs,
    take_in_batch,
)
from app.api.books.invoice_paths import InvoiceId, get_kept_invoice
from app.api.books.invoice_resource import Invoice, build_invoices
from app.api.books.writing import GivenWriting
from app.api.dependencies import Given
from app.api.etags import (
    READ_RESPONSES,
    ReadConditions,
    answer_read,
)
from app.api.problems import MISSING, documented
from app.db.links.holds import trigger_link
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection
from app.intake.document import EXAMPLE, Document
from app.intake.documents import take_in_all
from app.intake.refusals import NO_INVOICE, InputRefused
from app.spending import spent_on
from app.tracing import span

router = APIRouter(
    prefix="/v1/connections/{connection_id}/invoices", tags=["invoices"], dependencies=[MEMBERS_WRITE]
)


class Invoices(BaseModel):
    """Documents as they stand in the app; a whole call has at most a megabyte."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"invoices": [EXAMPLE]}]})

    invoices: list[Annotated[Any, ShownAs(Document)]] = Field(min_length=1, max_length=MOST_DOCUMENTS)


class OnlineInvoice(BaseModel):
    """Xero's page of an invoice for the customer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"url": "https://in.xero.com/aBcD1234"}]})

    url: str


@router.put(
    "",
    operation_id="put_invoices",
    summary="Send up to a hundred documents at once",
    responses=documented(*MANY_REFUSED),
)
async def put_invoices(writing: GivenWriting, sent: Invoices) -> DocumentsTaken:
    """Each is taken or refused by itself, as by a call of its own, and answered for in the order in which they came.

    Several versions of one invoice are taken one after the other. A batch that is sent again changes nothing.
    """
    look_again = partial(writing.services.fresh_rates.may_differ, writing.connection_id)
    with span("intake", source="partner"):
        return await take_in_batch(writing, Document, sent.invoices, take_in_all, look_again)


@router.get(
    "/{invoice_id}",
    operation_id="get_invoice",
    summary="One invoice: where it stands on both sides, and why",
    response_model=Invoice,
    responses={**READ_RESPONSES, **documented(*MISSING)},
)
async def get_invoice(
    services: Given,
    connection: OwnConnection,
    invoice_id: InvoiceId,
    conditions: ReadConditions,
    response: Response,
) -> BaseModel | Response:
    """Answers from what is known; nobody is asked."""
    async with services.database.reading() as session:
        return answer_read(await _build(session, connection, invoice_id), conditions, response)


@router.post(
    "/{invoice_id}/retry",
    operation_id="retry_invoice",
    summary="Look at an invoice again now, after its cause was mended",
    responses=documented(*MISSING, "connection_removed"),
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
            raise InputRefused("not_found", NO_INVOICE)
        invoice = await _build(session, connection, invoice_id)
    tasks.add_task(services.waker.reconcile_soon, [connection.id])
    return invoice


@router.get(
    "/{invoice_id}/online-invoice",
    operation_id="get_online_invoice",
    summary="Where the customer can look at the invoice and pay it",
    responses=documented(*MISSING, "not_authorised_yet", "xero_refused", "xero_unavailable"),
)
async def get_online_invoice(
    services: Given, connection: OwnConnection, invoice_id: InvoiceId
) -> OnlineInvoice:
    """Asks Xero, at the price of one call; the address stays the same, so keep it."""
    async with services.database.reading() as session:
        link = (await get_kept_invoice(session, connection, invoice_id)).link
    if link.xero_invoice_id is None:
        raise InputRefused("not_found", "This invoice is not in Xero yet.")
    organisation = await services.organisations.open(connection.id)
    url = await spent_on([link.id], organisation.invoices.fetch_online_url(link.xero_invoice_id))
    if url is None:
        raise InputRefused("not_found", "Xero has no online invoice for it, as for one that is voided.")
    return OnlineInvoice(url=url)


async def _build(session: ReadSession, connection: Connection, invoice_id: str) -> Invoice:
    kept = await get_kept_invoice(session, connection, invoice_id)
    return (await build_invoices(session, connection, [kept]))[0]
