"""Links: which invoice here is which one in Xero, with both numbers."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from app.api.authentication import OwnConnection
from app.api.books.standing import show
from app.api.dependencies import Given
from app.api.pages import ByAge, Cursor, Limit, Listing, Page, SortedByAge, read_position, write_position
from app.api.problems import MISSING, documented
from app.db.invoices.invoice_lists import Wanted, list_kept_invoices
from app.db.links.listing import Sort
from app.domain.invoices.link import State
from app.intake.values import Line

router = APIRouter(prefix="/v1/connections/{connection_id}/links", tags=["links"])


class Link(BaseModel):
    """The pair of identities of one invoice; Xero's side is null until it is there."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "partner_invoice_id": "inv_8801",
                    "xero_invoice_id": "0f2a3b64-5a0c-4a40-8f61-6f6a3b1c9d21",
                    "partner_number": "INV-0042",
                    "xero_number": "INV-0042",
                    "state": "settled",
                }
            ]
        }
    )

    partner_invoice_id: str
    xero_invoice_id: str | None
    partner_number: str | None
    xero_number: str | None
    state: State


@router.get(
    "",
    operation_id="list_links",
    summary="The identities of every linked invoice, oldest first or newest first",
    responses=documented(*MISSING),
)
async def list_links(
    services: Given,
    connection: OwnConnection,
    state: Annotated[State | None, Query(description="Only links in this state.")] = None,
    number: Annotated[Line | None, Query(description="Only links with this number on either side.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
    sort: SortedByAge = ByAge.CREATED,
) -> Page[Link]:
    """Links outlive pauses, disconnects and reconnects."""
    listing = Listing("links", sort, {"state": state, "number": number})
    after = read_position(cursor, listing)
    wanted = Wanted(state=state, number=number, sort=Sort(sort), after=after, limit=limit)
    async with services.database.reading() as session:
        kept = await list_kept_invoices(session, connection.id, wanted)
    links = [
        Link(
            partner_invoice_id=one.link.partner_invoice_id,
            xero_invoice_id=one.link.xero_invoice_id,
            partner_number=one.partner_number,
            xero_number=one.xero_number,
            state=show(one, connection).state,
        )
        for one in kept
    ]
    following = write_position(listing, kept, limit, lambda one: (one.created_at, one.id))
    return Page(data=links, next=following)
