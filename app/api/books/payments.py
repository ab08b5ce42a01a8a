"""Payments as resources: each below its invoice, and all of a connection in one list.

A payment is kept in its invoice's document. To put one or take one away is the next version of that document, and is
answered as the document itself would be.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import MEMBERS_WRITE, OwnConnection
from app.api.books.batches import MANY_REFUSED, MOST_DOCUMENTS, ShownAs
from app.api.books.invoice_paths import InvoiceId
from app.api.books.part_lists import GivenParts, list_parts
from app.api.books.part_resources import Payment, build_payment
from app.api.books.part_routes import (
    PUT,
    READ,
    TAKE_OUT,
    BasedOn,
    NextVersion,
    Parts,
    PartsTaken,
)
from app.api.books.writing import GivenWriting
from app.api.dependencies import Given
from app.api.etags import IfMatch, ReadConditions, WriteConditions
from app.api.pages import Page
from app.api.problems import MISSING, documented
from app.intake.part_documents import PAYMENT_EXAMPLE, SentPayment
from app.intake.values import Identity

router = APIRouter(prefix="/v1/connections/{connection_id}", tags=["payments"], dependencies=[MEMBERS_WRITE])

PAYMENTS = Parts("payments", SentPayment, build_payment)

PaymentId = Annotated[
    Identity,
    Path(
        description="The app's id of the payment, or ours for one born in Xero; unique within its invoice.",
        examples=["p1"],
    ),
]


class Payments(BaseModel):
    """Payments of any invoices; those of one invoice in the order of their versions."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"payments": [PAYMENT_EXAMPLE]}]}
    )

    payments: list[Annotated[Any, ShownAs(SentPayment)]] = Field(min_length=1, max_length=MOST_DOCUMENTS)


@router.get(
    "/invoices/{invoice_id}/payments/{payment_id}",
    operation_id="get_payment",
    summary="One payment: where it stands on both sides, and why",
    response_model=Payment,
    responses=READ,
)
async def get_payment(
    services: Given,
    connection: OwnConnection,
    invoice_id: InvoiceId,
    payment_id: PaymentId,
    conditions: ReadConditions,
    response: Response,
) -> BaseModel | Response:
    """Answers from what is known; nobody is asked."""
    return await PAYMENTS.read(services, connection, (invoice_id, payment_id), conditions, response)


@router.put(
    "/invoices/{invoice_id}/payments/{payment_id}",
    operation_id="put_payment",
    summary="Put a payment into its invoice",
    responses={201: {"model": Payment, "description": "The app had no such payment before."}, **PUT},
)
async def put_payment(
    writing: GivenWriting,
    invoice_id: InvoiceId,
    payment_id: PaymentId,
    sent: SentPayment,
    conditions: WriteConditions,
    response: Response,
) -> Payment:
    """Makes the invoice's next document: the newest one that the app holds, with this payment in it. So send either
    whole documents or single payments of a version, never both.

    The same again changes nothing, whatever conditions came with it. A version that leaves one out is refused: what the
    app did in between must come first, as a whole document.
    """
    return await PAYMENTS.put(writing, (invoice_id, payment_id), sent, conditions, response)


@router.delete(
    "/invoices/{invoice_id}/payments/{payment_id}",
    operation_id="delete_payment",
    summary="Take a payment out of its invoice",
    status_code=204,
    responses=TAKE_OUT,
)
async def delete_payment(
    writing: GivenWriting,
    invoice_id: InvoiceId,
    payment_id: PaymentId,
    version: NextVersion,
    based_on: BasedOn = None,
    if_match: IfMatch = None,
) -> None:
    """Makes the invoice's next document, without this payment. It is shown until Xero no longer has it either; one that
    Xero has reconciled with the bank comes back.
    """
    await PAYMENTS.take_out(writing, (invoice_id, payment_id), (version, based_on), if_match)


@router.put(
    "/payments",
    operation_id="put_payments",
    summary="Put up to a hundred payments into their invoices at once",
    responses=documented(*MANY_REFUSED),
)
async def put_payments(writing: GivenWriting, sent: Payments) -> PartsTaken:
    """Each is taken or refused by itself, as by a call of its own, and answered for in the order in which they came."""
    return await PAYMENTS.put_many(writing, sent.payments)


@router.get(
    "/payments",
    operation_id="list_payments",
    summary="Payments of a connection, invoice by invoice, narrowed and sorted",
    responses=documented(*MISSING),
)
async def list_payments(services: Given, connection: OwnConnection, asked: GivenParts) -> Page[Payment]:
    """Those of either side, in the order of their invoices: as they became known unless `sort` says otherwise.

    Narrowed by `state`, a page may have fewer than `limit` entries and lead on all the same.
    """
    return await list_parts(services, connection, PAYMENTS, asked)
