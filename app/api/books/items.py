"""Products: in by PUT, one or a hundred at a time; the resource out. The list is `item_lists`."""

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
from app.api.books.item_paths import ItemId, get_kept_item
from app.api.books.item_resource import Item, build_item
from app.api.books.writing import GivenWriting
from app.api.dependencies import Given
from app.api.problems import MISSING, documented
from app.db.links.documents import DocumentOutcome
from app.intake.item_document import EXAMPLE, ItemDocument
from app.intake.items import take_in_items
from app.intake.refusals import Fault, InputRefused
from app.intake.taking import raise_refusal, refuse_stale

router = APIRouter(
    prefix="/v1/connections/{connection_id}/items", tags=["items"], dependencies=[MEMBERS_WRITE]
)

_REFUSED = ("malformed_body", *MISSING, "connection_removed", "version_reused", "too_large")


class Items(BaseModel):
    """Products as they stand in the app."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"items": [EXAMPLE]}]})

    items: list[Annotated[Any, ShownAs(ItemDocument)]] = Field(min_length=1, max_length=MOST_DOCUMENTS)


@router.put(
    "/{item_id}",
    operation_id="put_item",
    summary="Send a product as it stands in the app",
    responses={
        201: {"model": Item, "description": "The first document of this product was stored."},
        **documented(*_REFUSED, "stale_document", "invalid_document"),
    },
)
async def put_item(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    item_id: ItemId,
    document: ItemDocument,
    response: Response,
    tasks: BackgroundTasks,
) -> Item:
    """Stored and answered at once; it reaches Xero afterwards, if the setting `items` is on.

    An item of its code that Xero has is adopted as it is: `differing` shows what you say otherwise, and each of these
    fields is written with its next change.
    """
    if document.id != item_id:
        message = f"must be {item_id}, as in the address"
        raise InputRefused("invalid_document", "The product has another id.", [Fault("id", message)])
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        [found] = await take_in_items(session, connection, [document], services.clock.now())
        taken = raise_refusal(found)
        refuse_stale(taken.stored, document.version)
        item = build_item(await get_kept_item(session, connection, item_id), connection)
    tasks.add_task(services.waker.reconcile_soon, taken.nudges)
    response.status_code = 201 if taken.stored.outcome is DocumentOutcome.CREATED else 200
    return item


@router.put(
    "",
    operation_id="put_items",
    summary="Send up to a hundred products at once",
    responses=documented(*MANY_REFUSED),
)
async def put_items(writing: GivenWriting, sent: Items) -> DocumentsTaken:
    """Each is taken or refused by itself, and answered for in the order in which they came."""
    return await take_in_batch(writing, ItemDocument, sent.items, take_in_items)


@router.get(
    "/{item_id}",
    operation_id="get_item",
    summary="One product: where it stands in Xero, and why",
    responses=documented(*MISSING),
)
async def get_item(services: Given, connection: OwnConnection, item_id: ItemId) -> Item:
    """Answers from what is known; nobody is asked."""
    async with services.database.reading() as session:
        return build_item(await get_kept_item(session, connection, item_id), connection)
