"""Credits as resources: credit notes, deposits and overpayments, each below its invoice, and all in one list.

As with payments: a credit is kept in its invoice's document, and to put one or take one away is its next version.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import MEMBERS_WRITE, OwnConnection
from app.api.books.batches import MANY_REFUSED, MOST_DOCUMENTS, ShownAs
from app.api.books.invoice_paths import InvoiceId
from app.api.books.part_lists import GivenParts, list_parts
from app.api.books.part_resources import Credit, build_credit
from app.api.books.part_routes import (
    PUT,
    READ,
    TAKE_OUT,
    BasedOn,
    NextVersion,
    Parts,
    PartsTaken,
)
from app.api.books.settling import CreditKind
from app.api.books.writing import GivenWriting
from app.api.dependencies import Given
from app.api.etags import IfMatch, ReadConditions, WriteConditions
from app.api.pages import Page
from app.api.problems import MISSING, documented
from app.intake.part_documents import CREDIT_EXAMPLE, SentCredit
from app.intake.values import Identity

router = APIRouter(prefix="/v1/connections/{connection_id}", tags=["credits"], dependencies=[MEMBERS_WRITE])

CREDITS = Parts("credits", SentCredit, build_credit)

CreditId = Annotated[
    Identity,
    Path(
        description="The app's id of the credit, or ours for one born in Xero; unique within its invoice.",
        examples=["c1"],
    ),
]


class Credits(BaseModel):
    """Credits of any invoices; those of one invoice in the order of their versions."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"credits": [CREDIT_EXAMPLE]}]})

    credits: list[Annotated[Any, ShownAs(SentCredit)]] = Field(min_length=1, max_length=MOST_DOCUMENTS)


@router.get(
    "/invoices/{invoice_id}/credits/{credit_id}",
    operation_id="get_credit",
    summary="One credit: where it stands on both sides, and why",
    response_model=Credit,
    responses=READ,
)
async def get_credit(
    services: Given,
    connection: OwnConnection,
    invoice_id: InvoiceId,
    credit_id: CreditId,
    conditions: ReadConditions,
    response: Response,
) -> BaseModel | Response:
    """Answers from what is known; nobody is asked."""
    return await CREDITS.read(services, connection, (invoice_id, credit_id), conditions, response)


@router.put(
    "/invoices/{invoice_id}/credits/{credit_id}",
    operation_id="put_credit",
    summary="Put a credit note or a deposit into its invoice",
    responses={201: {"model": Credit, "description": "The app had no such credit before."}, **PUT},
)
async def put_credit(
    writing: GivenWriting,
    invoice_id: InvoiceId,
    credit_id: CreditId,
    sent: SentCredit,
    conditions: WriteConditions,
    response: Response,
) -> Credit:
    """Makes the invoice's next document, as with a payment. A `credit_note` and a `prepayment` are made in Xero and set
    against the invoice; an `overpayment` is said only of one that came from there.
    """
    return await CREDITS.put(writing, (invoice_id, credit_id), sent, conditions, response)


@router.delete(
    "/invoices/{invoice_id}/credits/{credit_id}",
    operation_id="delete_credit",
    summary="Take a credit off its invoice",
    status_code=204,
    responses=TAKE_OUT,
)
async def delete_credit(
    writing: GivenWriting,
    invoice_id: InvoiceId,
    credit_id: CreditId,
    version: NextVersion,
    based_on: BasedOn = None,
    if_match: IfMatch = None,
) -> None:
    """Makes the invoice's next document, without this credit. A credit note that was made for the app is then voided in
    Xero; a deposit stays on the customer's account there.
    """
    await CREDITS.take_out(writing, (invoice_id, credit_id), (version, based_on), if_match)


@router.put(
    "/credits",
    operation_id="put_credits",
    summary="Put up to a hundred credits into their invoices at once",
    responses=documented(*MANY_REFUSED),
)
async def put_credits(writing: GivenWriting, sent: Credits) -> PartsTaken:
    """Each is taken or refused by itself, as by a call of its own, and answered for in the order in which they came."""
    return await CREDITS.put_many(writing, sent.credits)


@router.get(
    "/credits",
    operation_id="list_credits",
    summary="Credits of a connection, invoice by invoice, narrowed and sorted",
    responses=documented(*MISSING),
)
async def list_credits(
    services: Given,
    connection: OwnConnection,
    asked: GivenParts,
    kind: Annotated[CreditKind | None, Query(description="Only those of this kind.")] = None,
) -> Page[Credit]:
    """Those of either side, in the order of their invoices: as they became known unless `sort` says otherwise.

    Narrowed by `kind` or `state`, a page may have fewer than `limit` entries and lead on all the same.
    """
    return await list_parts(
        services, connection, CREDITS, asked, kind, is_wanted=lambda credit: kind in (None, credit.kind)
    )
