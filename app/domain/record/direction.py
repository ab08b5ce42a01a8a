"""Which way things travel: per kind of thing and per field (FEATURES E5, E7). Pure.

One table says what a direction means for an edit, of a thing that stands on both sides:

    direction    an edit in the app               an edit in Xero                  both since they last agreed
    -----------  -------------------------------  -------------------------------  -------------------------------
    both         is carried to Xero               is carried to the app            the conflict policy decides
    to_xero      is carried to Xero               stays in Xero, is not undone     the app's value, conflict kept
    to_partner   stays in the app, is not undone  is carried to the app            Xero's value, conflict kept
    off          stays in the app, is not undone  stays in Xero, is not undone     each keeps its own

What stays on its side is *apart* (see `apart`): the record does not have it, and the path is left out when that side
is compared with the record, until the other side edits it or the direction opens again. Then it is merged like any
edit, against the value that both last agreed on.

A field travels where its own direction, its lines' and its entity's all lead. A thing comes to a side whole the first
time, but for fields that are closed and that the side can do without; what is said of a thing that the other side does
not have yet is no edit of something shared, and is always taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.record.field_names import (
    CONTACTS,
    CREDITS,
    DISPENSABLE,
    INVOICES,
    ITEMS,
    PAYMENTS,
    entities_of,
    names_of,
)
from app.domain.record.sides import Side


class Entity(StrEnum):
    """The kinds of things that travel."""

    INVOICES = INVOICES
    CONTACTS = CONTACTS
    PAYMENTS = PAYMENTS
    CREDITS = CREDITS
    ITEMS = ITEMS


class Direction(StrEnum):
    """Which way edits travel; see the module."""

    BOTH = "both"
    TO_XERO = "to_xero"
    TO_PARTNER = "to_partner"
    OFF = "off"

    def leads_to(self, side: Side) -> bool:
        """Whether what the other side says reaches that one."""
        return self is Direction.BOTH or self is _ONLY_TO[side]


_ONLY_TO = {Side.XERO: Direction.TO_XERO, Side.PARTNER: Direction.TO_PARTNER}
_OWNER = {Direction.TO_XERO: Side.PARTNER, Direction.TO_PARTNER: Side.XERO}


@dataclass(frozen=True, slots=True)
class Lanes:
    """The directions of one connection, by entity and by field name; what is not named goes both ways."""

    entities: Mapping[str, Direction] = field(default_factory=dict)
    fields: Mapping[str, Direction] = field(default_factory=dict)

    @property
    def are_open(self) -> bool:
        """Everything travels both ways."""
        return not (self.entities or self.fields)

    def leads_to(self, side: Side, path: str) -> bool:
        """Whether what is recorded at a path goes to that side, and so whether the other's edits of it are carried."""
        if self.are_open:
            return True
        return all(self._direction(name).leads_to(side) for name in names_of(path))

    def takes(self, side: Side, entity: Entity) -> bool:
        """Whether that side takes things of that kind at all."""
        return self._direction(entity.value).leads_to(side)

    def owner_of(self, path: str) -> Side | None:
        """The side whose word stands where only its edits are carried; None where the policy decides."""
        if self.are_open:
            return None
        return _OWNER.get(self.direction_at(path))

    def direction_at(self, path: str) -> Direction:
        """The direction at a path: where its own, its lines' and its entity's directions all lead."""
        to_xero, to_partner = self.leads_to(Side.XERO, path), self.leads_to(Side.PARTNER, path)
        if to_xero:
            return Direction.BOTH if to_partner else Direction.TO_XERO
        return Direction.TO_PARTNER if to_partner else Direction.OFF

    def is_withheld(self, side: Side, path: str) -> bool:
        """Whether a field is left out even of a thing that is new to that side."""
        name = names_of(path)[0]
        return name in self.fields and name in DISPENSABLE and not self.fields[name].leads_to(side)

    def _direction(self, name: str) -> Direction:
        return self.entities.get(name) or self.fields.get(name) or Direction.BOTH


OPEN = Lanes()


def find_senseless(entities: Mapping[str, Direction], fields: Mapping[str, Direction]) -> dict[str, str]:
    """Directions that cannot be meant, by the setting's own name, with what to do in words."""
    found = dict(_senseless_entities(entities))
    for name, direction in fields.items():
        for wider in entities_of(name):
            limit = entities.get(wider) or fields.get(wider) or Direction.BOTH
            if any(direction.leads_to(side) and not limit.leads_to(side) for side in Side):
                found[f"fields.{name}"] = f"cannot go further than {wider}, which go {limit.value}"
    return found


def _senseless_entities(entities: Mapping[str, Direction]) -> list[tuple[str, str]]:
    found = []
    if entities.get(ITEMS, Direction.OFF) not in (Direction.TO_XERO, Direction.OFF):
        found.append((f"directions.{ITEMS}", "must be to_xero or off: products go to Xero and not back"))
    if entities.get(INVOICES) is Direction.OFF:
        for name in (PAYMENTS, CREDITS):
            if entities.get(name) is not Direction.OFF:
                found.append(
                    (f"directions.{name}", "must be off while invoices are: there is nothing to pay")
                )
    return found
