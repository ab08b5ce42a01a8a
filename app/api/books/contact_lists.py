"""Lists of contacts: narrowed by what a partner's app looks for, sorted, page by page."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from app.api.authentication import OwnConnection
from app.api.books.contact_resource import Contact, build_contact
from app.api.books.invoice_lists import SortedBy, UpdatedSince
from app.api.dependencies import Given
from app.api.pages import Cursor, Limit, Page, name_listing, read_position, write_position
from app.api.problems import MISSING, documented
from app.db.contacts.contact_resources import WantedContacts, list_kept_contacts
from app.db.links.listing import Sort
from app.domain.invoices.link import State
from app.intake.values import Name

router = APIRouter(prefix="/v1/connections/{connection_id}/contacts", tags=["contacts"])


async def get_filters(
    state: Annotated[State | None, Query(description="Only contacts in this state.")] = None,
    name: Annotated[
        Name | None, Query(description="Only those whose name begins like this, whatever the case.")
    ] = None,
    updated_since: UpdatedSince = None,
    is_in_xero: Annotated[
        bool | None, Query(description="Only those that Xero has, or only those that it has not.")
    ] = None,
    sort: SortedBy = Sort.CREATED,
) -> WantedContacts:
    """The filters, of which every one that is given must hold, and the order."""
    return WantedContacts(state, name, updated_since, is_in_xero, sort)


AskedContacts = Annotated[WantedContacts, Depends(get_filters)]


@router.get(
    "",
    operation_id="list_contacts",
    summary="Contacts of a connection, narrowed and sorted",
    responses=documented(*MISSING),
)
async def list_contacts(
    services: Given,
    connection: OwnConnection,
    asked: AskedContacts,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[Contact]:
    """Every contact that a document or an invoice named, on either side; oldest first unless `sort` says otherwise.

    A cursor goes on with the filters and the sort of its own list alone.
    """
    listing = name_listing("contacts", asked)
    wanted = replace(asked, after=read_position(cursor, listing), limit=limit)
    async with services.database.reading() as session:
        kept = await list_kept_contacts(session, connection.id, wanted)
    data = [build_contact(one, connection) for one in kept]
    return Page(data=data, next=write_position(listing, kept, limit, asked.sort.place_of))
