"""What a business may choose of which things and fields travel, and which way (FEATURES E5, E7). Pure.

What a direction means is in `domain.record.direction`. Products have their own setting, `items`: here it is shown and
taken as a direction too, and kept once.
"""

from typing import Any

from pydantic import BaseModel, Field

from app.domain.connections.settings import ConnectionSettings, ItemSync
from app.domain.record.direction import Direction, Entity, find_senseless
from app.domain.record.field_names import FIELD_NAMES
from app.intake.refusals import Fault
from app.intake.values import Word

ENTITIES = tuple(entity.value for entity in Entity)


class DirectionsChange(BaseModel):
    """The part of a change of settings that this module reads."""

    directions: dict[Word, Direction | None] = Field(
        max_length=1_000,
        default={},
        description="`invoices`, `contacts`, `payments`, `credits` and `items` to `both`, `to_xero`, `to_partner` or "
        "`off`: an edit that does not travel stays on its side and is not undone. Null is the default again: `both`, "
        "of items `off`. Items go `to_xero` or are `off`.",
    )
    fields: dict[Word, Direction | None] = Field(
        max_length=1_000,
        default={},
        description="The same for single fields, as `reference`, `due_on`, `lines/*/description` or `contact.phone`; "
        "none goes further than what it is a field of.",
    )


class DirectionSettings(BaseModel):
    """What a business chose of what travels."""

    directions: dict[str, Direction] = Field(description="Which way each kind of thing travels.")
    fields: dict[str, Direction] = Field(description="Fields that travel otherwise than their things.")


def show_directions(settings: ConnectionSettings) -> dict[str, Any]:
    """The settings of directions as the API names them."""
    return {
        "directions": {name: settings.directions.get(name, Direction.BOTH) for name in ENTITIES}
        | {Entity.ITEMS.value: _of_items(settings.items)},
        "fields": dict(settings.field_directions),
    }


def choose_directions(
    settings: ConnectionSettings, change: DirectionsChange, items: ItemSync | None, faults: list[Fault]
) -> dict[str, Any]:
    """The settings that the change names, as they are kept; adds a fault for each that cannot be chosen.

    `items` is what the change leaves the setting of that name at, None where it says null, which is refused elsewhere.
    """
    entities = _merge("directions", settings.directions, change.directions, ENTITIES, faults)
    fields = _merge("fields", settings.field_directions, change.fields, FIELD_NAMES, faults)
    chosen: dict[str, Any] = {}
    if Entity.ITEMS.value in change.directions:
        wanted = entities.pop(Entity.ITEMS.value, Direction.OFF)
        chosen["items"] = ItemSync.ON if wanted is Direction.TO_XERO else ItemSync.OFF
        entities_asked = {**entities, Entity.ITEMS.value: wanted}
        if items is not None and _names_items(change) and _of_items(items) is not wanted:
            faults.append(Fault("directions.items", f"contradicts items, which are {items.value}"))
    else:
        entities_asked = entities
    faults += [Fault(name, why) for name, why in find_senseless(entities_asked, fields).items()]
    return chosen | {"directions": entities, "field_directions": fields}


def _of_items(items: ItemSync) -> Direction:
    return Direction.TO_XERO if items is ItemSync.ON else Direction.OFF


def _names_items(change: BaseModel) -> bool:
    return "items" in change.model_fields_set


def _merge(
    setting: str,
    held: dict[str, Direction] | Any,
    change: dict[str, Direction | None],
    known: tuple[str, ...],
    faults: list[Fault],
) -> dict[str, Direction]:
    """The map after its entries were changed; what goes both ways is not kept."""
    merged = dict(held)
    for name, direction in change.items():
        merged.pop(name, None)
        if name not in known:
            faults.append(Fault(f"{setting}.{name}", f"has no direction; it can be {', '.join(known)}"))
        elif direction is not None and (direction is not Direction.BOTH or name == Entity.ITEMS):
            merged[name] = direction
    return merged
