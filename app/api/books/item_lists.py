"""Lists of products: narrowed by what a partner's app looks for, sorted, page by page."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from app.api.authentication import OwnConnection
from app.api.books.invoice_lists import SortedBy, UpdatedSince
from app.api.books.item_resource import Item, build_item
from app.api.dependencies import Given
from app.api.pages import Cursor, Limit, Page, name_listing, read_position, write_position
from app.api.problems import MISSING, documented
from app.db.items.item_lists import WantedItems, list_kept_items
from app.db.links.listing import Sort
from app.domain.connections.settings import ItemSync
from app.domain.invoices.link import State
from app.intake.values import ItemCode, Name

router = APIRouter(prefix="/v1/connections/{connection_id}/items", tags=["items"])


async def get_filters(
    state: Annotated[State | None, Query(description="Only products in this state.")] = None,
    item_code: Annotated[
        ItemCode | None, Query(description="Only those whose document has this code, whatever its case.")
    ] = None,
    name: Annotated[
        Name | None, Query(description="Only those whose name begins like this, whatever the case.")
    ] = None,
    updated_since: UpdatedSince = None,
    is_in_xero: Annotated[
        bool | None, Query(description="Only those that Xero has, or only those that it has not.")
    ] = None,
    sort: SortedBy = Sort.CREATED,
) -> WantedItems:
    """The filters, of which every one that is given must hold, and the order."""
    return WantedItems(state, item_code, name, updated_since, is_in_xero, sort)


AskedItems = Annotated[WantedItems, Depends(get_filters)]


@router.get(
    "",
    operation_id="list_items",
    summary="Products of a connection, narrowed and sorted",
    responses=documented(*MISSING),
)
async def list_items(
    services: Given,
    connection: OwnConnection,
    asked: AskedItems,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[Item]:
    """Oldest first unless `sort` says otherwise. While `items` is off in the settings every product is settled.

    A cursor goes on with the filters and the sort of its own list alone.
    """
    listing = name_listing("items", asked)
    wanted = replace(asked, after=read_position(cursor, listing), limit=limit)
    if connection.settings.items is ItemSync.OFF:
        if asked.state not in (None, State.SETTLED):
            return Page(data=[], next=None)
        wanted = replace(wanted, state=None)
    async with services.database.reading() as session:
        kept = await list_kept_items(session, connection.id, wanted)
    data = [build_item(one, connection) for one in kept]
    return Page(data=data, next=write_position(listing, kept, limit, asked.sort.place_of))
