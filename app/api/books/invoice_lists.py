"""Lists of invoices: narrowed by what a partner's app looks for, sorted, page by page."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from app.api.authentication import OwnConnection
from app.api.books.invoice_resource import Invoice, build_invoices
from app.api.dependencies import Given
from app.api.instants import Instant
from app.api.pages import Cursor, Limit, Page, name_listing, read_position, write_position
from app.api.problems import MISSING, documented
from app.api.words import ReasonCode
from app.db.invoices.invoice_lists import Wanted, list_kept_invoices
from app.db.links.listing import Sort
from app.domain.invoices.link import State
from app.intake.values import Identity, Line

router = APIRouter(prefix="/v1/connections/{connection_id}/invoices", tags=["invoices"])

UpdatedSince = Annotated[
    Instant | None,
    Query(description="Only what was written here at that instant or later, whatever of it was."),
]
SortedBy = Annotated[
    Sort,
    Query(
        description="`created`: as they became known; `updated`: as anything of them was last written, so that what "
        "moves while pages are read comes once more. With `-` the newest first."
    ),
]


async def get_filters(
    state: Annotated[State | None, Query(description="Only invoices in this state.")] = None,
    code: Annotated[
        ReasonCode | None, Query(description="Only those whose own reason has this code, as `locked_period`.")
    ] = None,
    number: Annotated[
        Line | None, Query(description="Only invoices that have this number on either side.")
    ] = None,
    contact_id: Annotated[
        Identity | None, Query(description="Only those that are shown with this contact of the app's.")
    ] = None,
    job_id: Annotated[
        Identity | None,
        Query(description="Only those that are shown with this job of the app's, or this deal."),
    ] = None,
    status: Annotated[
        Literal["draft", "sent", "paid", "cancelled"] | None,
        Query(description="Only those that are shown with this status, in the document's words."),
    ] = None,
    updated_since: UpdatedSince = None,
    is_in_xero: Annotated[
        bool | None, Query(description="Only those that Xero has, or only those that it has not.")
    ] = None,
    sort: SortedBy = Sort.CREATED,
) -> Wanted:
    """The filters, of which every one that is given must hold, and the order."""
    return Wanted(state, code, number, contact_id, job_id, status, updated_since, is_in_xero, sort)


AskedInvoices = Annotated[Wanted, Depends(get_filters)]


@router.get(
    "",
    operation_id="list_invoices",
    summary="Invoices of a connection, narrowed and sorted",
    responses=documented(*MISSING),
)
async def list_invoices(
    services: Given,
    connection: OwnConnection,
    asked: AskedInvoices,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[Invoice]:
    """Oldest first unless `sort` says otherwise. A cursor goes on with the filters and the sort of its own list
    alone.
    """
    listing = name_listing("invoices", asked)
    wanted = replace(asked, after=read_position(cursor, listing), limit=limit)
    async with services.database.reading() as session:
        kept = await list_kept_invoices(session, connection.id, wanted)
        data = await build_invoices(session, connection, kept)
    return Page(data=data, next=write_position(listing, kept, limit, asked.sort.place_of))
