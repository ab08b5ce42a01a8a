"""What a business may choose of items, and whether the fallback item exists.

Items are known by their code, which people may change in Xero, so a fallback is looked up when it is chosen: in the
list that is kept, else by asking Xero. A fallback that goes later holds the lines that need it.
"""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from app.api.dependencies import Services
from app.db.connections.connections import find_connection
from app.db.items.xero_items import list_xero_items
from app.domain.connections.settings import ConnectionSettings, ItemSync
from app.domain.record.item_code import UnknownItem, fold
from app.intake.refusals import Fault, InputRefused
from app.intake.values import ItemCode


class ItemsChange(BaseModel):
    """The part of a change of settings that this module reads."""

    items: ItemSync | None = Field(
        default=None, description="`on`: your products are kept as items in Xero. `off` stores them."
    )
    unknown_item: UnknownItem | None = Field(
        default=None,
        description="A line whose item code Xero does not have: `create` makes the item from the line, `fallback` "
        "books it as `fallback_item`, `description_only` sends it without a code, `hold` waits.",
    )
    fallback_item: ItemCode | None = Field(
        default=None, description="The code of an item that exists in Xero; null for none."
    )


class ItemSettings(BaseModel):
    """What a business chose of items."""

    items: ItemSync = Field(description="Whether your products are kept as items in Xero.")
    unknown_item: UnknownItem = Field(
        description="What becomes of a line whose item code Xero does not have; your app keeps its code."
    )
    fallback_item: str | None = Field(description="The code that such lines are booked as, with `fallback`.")


def show_items(settings: ConnectionSettings) -> dict[str, Any]:
    """The settings of items as the API names them."""
    return {
        "items": settings.items,
        "unknown_item": settings.unknown_item,
        "fallback_item": settings.fallback_item,
    }


def choose_items(settings: ConnectionSettings, change: ItemsChange, faults: list[Fault]) -> dict[str, Any]:
    """The settings that the change names, as they are kept; adds a fault for each that cannot be chosen."""
    named = change.model_fields_set & ItemsChange.model_fields.keys()
    chosen = {name: getattr(change, name) for name in named}
    for name in named & {"items", "unknown_item"}:
        faults += [Fault(name, "cannot be null")] if chosen[name] is None else []
    policy = chosen.get("unknown_item", settings.unknown_item)
    if policy is UnknownItem.FALLBACK and chosen.get("fallback_item", settings.fallback_item) is None:
        faults.append(Fault("fallback_item", "must be chosen while unknown_item is fallback"))
    return chosen


async def check_fallback(
    services: Services, partner_id: UUID, connection_id: UUID, change: ItemsChange
) -> None:
    """Raise `invalid_request` where the organisation has no item of the code that is chosen.

    Crosses the network where the kept list does not have it, so no transaction may be open.
    """
    code = change.fallback_item
    if code is None:
        return
    async with services.database.reading() as session:
        connection = await find_connection(session, connection_id, partner_id=partner_id)
        kept = await list_xero_items(session, connection_id, code_keys=[fold(code)])
    if kept or connection is None:
        return
    if connection.organisation is None:
        raise InputRefused("not_authorised_yet", "An item can be chosen once the organisation is known.")
    there = await (await services.organisations.open(connection.id)).items.fetch()
    if fold(code) not in {fold(item.code) for item in there}:
        fault = Fault("fallback_item", f"{connection.organisation.name} has no item {code}")
        raise InputRefused(
            "invalid_request", "The settings cannot be changed like this; see errors.", [fault]
        )
