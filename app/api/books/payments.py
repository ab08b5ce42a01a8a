"""Payments as resources: each below its invoice, and all of a connection in one list.

A payment is kept in its invoice's document. To put one or take one away is the next version of that document, and is
answered as the document itself would be.
"""

from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import MEMBERS_WRITE, ConnectionId, OwnConnection, PartnerId
from app.api.books.batches import MANY_REFUSED, MOST_DOCUMENTS, ShownAs, read_elements
from app.api.books.invoice_paths import InvoiceId
from app.api.books.part_calls import (
    FoundPart,
    PartTaken,
    build_edit,
    check_address,
    edit_part,
    edit_parts,
    get_part,
    list_part_nudges,
    merge_parts,
    show_part_taken,
)
from app.api.books.part_lists import list_parts
from app.api.books.part_resources import Payment, build_payment
from app.api.dependencies import Given
from app.api.pages import Cursor, Limit, Listing, Page
from app.api.problems import documented
from app.intake.part_documents import PAYMENT_EXAMPLE, SentPayment
from app.intake.parts import PartEdit
from app.intake.values import Identity

router = APIRouter(prefix="/v1/connections/{connection_id}", tags=["payments"], dependencies=[MEMBERS_WRITE])

PaymentId = Annotated[
    Identity,
    Path(
        description="The app's id of the payment, or ours for one born in Xero; unique within its invoice.",
        examples=["p1"],
    ),
]
NextVersion = Annotated[
    int,
    Query(
        ge=1,
        le=2**53 - 1,
        description="The next version of the invoice's document in the app, without this entry.",
    ),
]
BasedOn = Annotated[
    int | None,
    Query(
        ge=0,
        le=2**53 - 1,
        description="The newest revision of ours that the app had applied to the invoice; 0: none. Left out, the "
        "newest that it acknowledged.",
    ),
]

MISSING = ("unauthorised", "not_found", "invalid_request")
EDIT_REFUSED = (
    *MISSING,
    "connection_removed",
    "stale_document",
    "version_reused",
    "version_skipped",
    "invalid_document",
)


class Payments(BaseModel):
    """Payments of any invoices; those of one invoice in the order of their versions."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"payments": [PAYMENT_EXAMPLE]}]}
    )

    payments: list[Annotated[Any, ShownAs(SentPayment)]] = Field(min_length=1, max_length=MOST_DOCUMENTS)


class PartsTaken(BaseModel):
    """In the order in which they were sent."""

    data: list[PartTaken]


@router.get(
    "/invoices/{invoice_id}/payments/{payment_id}",
    operation_id="get_payment",
    summary="One payment: where it stands on both sides, and why",
    responses=documented(*MISSING),
)
async def get_payment(
    services: Given, connection: OwnConnection, invoice_id: InvoiceId, payment_id: PaymentId
) -> Payment:
    """Answers from what is known; nobody is asked."""
    return build_payment(await get_part(services, connection, "payments", invoice_id, payment_id))


@router.put(
    "/invoices/{invoice_id}/payments/{payment_id}",
    operation_id="put_payment",
    summary="Put a payment into its invoice",
    responses={
        201: {"model": Payment, "description": "The app had no such payment before."},
        **documented("malformed_body", *EDIT_REFUSED, "too_large"),
    },
)
async def put_payment(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    invoice_id: InvoiceId,
    payment_id: PaymentId,
    sent: SentPayment,
    response: Response,
    tasks: BackgroundTasks,
) -> Payment:
    """Makes the invoice's next document: the newest one that the app holds, with this payment in it. So send either
    whole documents or single payments of a version, never both.

    The same again changes nothing. A version that leaves one out is refused: what the app did in between must come
    first, as a whole document.
    """
    check_address(sent, invoice_id, payment_id)
    edited = await edit_part(services, partner_id, connection_id, build_edit("payments", sent))
    tasks.add_task(services.waker.reconcile_soon, edited.nudges)
    response.status_code = 201 if edited.is_new else 200
    return build_payment(edited.get_part())


@router.delete(
    "/invoices/{invoice_id}/payments/{payment_id}",
    operation_id="delete_payment",
    summary="Take a payment out of its invoice",
    status_code=204,
    responses=documented(*EDIT_REFUSED),
)
async def delete_payment(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    invoice_id: InvoiceId,
    payment_id: PaymentId,
    version: NextVersion,
    tasks: BackgroundTasks,
    based_on: BasedOn = None,
) -> None:
    """Makes the invoice's next document, without this payment. It is shown until Xero no longer has it either; one that
    Xero has reconciled with the bank comes back.
    """
    edit = PartEdit(invoice_id, "payments", payment_id, version, based_on, None)
    edited = await edit_part(services, partner_id, connection_id, edit)
    tasks.add_task(services.waker.reconcile_soon, edited.nudges)


@router.put(
    "/payments",
    operation_id="put_payments",
    summary="Put up to a hundred payments into their invoices at once",
    responses=documented(*MANY_REFUSED),
)
async def put_payments(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    sent: Payments,
    tasks: BackgroundTasks,
) -> PartsTaken:
    """Each is taken or refused by itself, as by a call of its own, and answered for in the order in which they came."""
    read = read_elements(SentPayment, sent.payments)
    edits = [build_edit("payments", each) for each in read if isinstance(each, SentPayment)]
    taken = merge_parts(read, await edit_parts(services, partner_id, connection_id, edits))
    tasks.add_task(services.waker.reconcile_soon, list_part_nudges(taken))
    shown = [show_part_taken(element, one) for element, one in zip(sent.payments, taken, strict=True)]
    return PartsTaken(data=shown)


@router.get(
    "/payments",
    operation_id="list_payments",
    summary="Payments of a connection, invoice by invoice",
    responses=documented(*MISSING),
)
async def list_payments(
    services: Given,
    connection: OwnConnection,
    invoice_id: Annotated[Identity | None, Query(description="Only those of this invoice.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[Payment]:
    """Those of either side, in the order in which their invoices became known."""
    return await list_parts(
        services,
        connection,
        "payments",
        Listing("payments", filters={"invoice_id": invoice_id}),
        invoice_id=invoice_id,
        cursor=cursor,
        limit=limit,
        show=lambda kept, sides, part: build_payment(FoundPart(connection, kept, sides, part)),
    )
