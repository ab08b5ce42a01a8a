"""The app's half of the promise that no edit is lost: a change applies only to what it was made against.

A change names fields with `before` and `after`. Where the document holds neither, somebody edited it
meanwhile, and the app must refuse the whole change. Both functions are pure: `list_moved` says which fields
forbid it, `apply_fields` makes the document as it stands afterwards. Holding the invoice's lock over both is
left to `books`.

Values are compared as what they mean: quantities and amounts as decimals ("1" is "1.00"), instants as
instants, an absent line, payment or credit as null. The fee of a payment is the app's alone: no change names it, so
it is neither compared nor lost.
"""

import copy
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.sandbox.partner.document import LINE_DEFAULTS, Document, set_total

DECIMAL_FIELDS = frozenset({"quantity", "unit_price", "discount_rate", "discount_amount", "amount"})
INSTANT_FIELDS = frozenset({"sent_at"})
HEADER_FIELDS = frozenset(
    {
        "number",
        "status",
        "sent_at",
        "currency",
        "amounts_are",
        "issued_on",
        "due_on",
        "reference",
        "url",
        "job",
    }
    | {"contact"}
)
GONE = object()
"""The value of a field on a line that is not there: equal to nothing, not even to null."""


class UnknownPath(ValueError):
    """The change names a path that this app does not know, so it can be neither compared nor set."""


@dataclass(frozen=True)
class Place:
    """Where a path points: a header field, one element of a collection, or one field of a line."""

    collection: str
    """`header`, `lines`, `payments`, `credits` or `line_order`."""
    element_id: str = ""
    """The id of the line, payment or credit; empty for the header and the order."""
    field: str = ""
    """The header's or the line's field; empty where the whole element is meant."""


def parse_path(path: str) -> Place:
    """The place that `path` names. Raises UnknownPath."""
    if path in HEADER_FIELDS:
        return Place("header", field=path)
    if path == "line_order":
        return Place("line_order")
    collection, _, rest = path.partition("/")
    element_id, _, field = rest.rpartition("/")
    if collection == "lines" and element_id and field in LINE_DEFAULTS:
        return Place("lines", element_id, field)
    if collection in ("lines", "payments", "credits") and rest and "/" not in rest:
        return Place(collection, rest)
    raise UnknownPath(path)


def list_moved(document: Document, fields: list[Document]) -> list[str]:
    """The paths whose value is neither `before` nor already `after`; none: the change may be applied."""
    return [entry["path"] for entry in fields if not is_expected(document, entry)]


def is_expected(document: Document, entry: Document) -> bool:
    """Whether one entry finds the value that it was made against, or the one that it brings."""
    place = parse_path(entry["path"])
    held = value_at(document, place)
    if place.field == "contact":
        # The customer is who it is; what is known of it changes by changes of its own.
        return _id_of(held) in (_id_of(entry["before"]), _id_of(entry["after"]))
    if place.collection == "payments" and held is not None:
        held = {name: value for name, value in held.items() if name != "fee"}
    return is_same(held, entry["before"], place.field) or is_same(held, entry["after"], place.field)


def _id_of(contact: Any) -> Any:
    return contact.get("id") if isinstance(contact, dict) else contact


def value_at(document: Document, place: Place) -> Any:
    """What the document holds there: null for an absent element, GONE for a field of an absent line."""
    if place.collection == "header":
        return document.get(place.field)
    if place.collection == "line_order":
        return [line["id"] for line in document["lines"]]
    element = find_element(document, place)
    if place.field:
        return GONE if element is None else element.get(place.field)
    return element


def find_element(document: Document, place: Place) -> Document | None:
    """The line, payment or credit that the place names, if the document has it."""
    elements: list[Document] = document.get(place.collection) or []
    return next((element for element in elements if element["id"] == place.element_id), None)


def is_same(held: Any, said: Any, field: str) -> bool:
    """Whether two values of a field mean the same; an object's missing field means null."""
    if isinstance(held, dict) and isinstance(said, dict):
        return all(is_same(held.get(key), said.get(key), key) for key in held.keys() | said.keys())
    if held is None or said is None or held is GONE:
        return held is said
    if field in DECIMAL_FIELDS:
        return Decimal(str(held)) == Decimal(str(said))
    if field in INSTANT_FIELDS:
        return datetime.fromisoformat(held) == datetime.fromisoformat(said)
    return bool(held == said)


def apply_fields(document: Document, fields: list[Document]) -> Document:
    """The document with every `after` in place; version and based_on are left to the caller."""
    changed = copy.deepcopy(document)
    # The order comes last: it may name lines that other entries of the same change add.
    for entry in sorted(fields, key=lambda entry: bool(entry["path"] == "line_order")):
        set_value(changed, parse_path(entry["path"]), copy.deepcopy(entry["after"]))
    set_total(changed)
    return changed


def set_value(document: Document, place: Place, value: Any) -> None:
    """Put one value into a document of our own making (it is changed in place)."""
    if place.collection == "header":
        document[place.field] = value
    elif place.collection == "line_order":
        rank = {line_id: n for n, line_id in enumerate(value)}
        document["lines"].sort(key=lambda line: rank.get(line["id"], len(rank)))
    elif place.field:
        element = find_element(document, place)
        assert element is not None, "a field of an absent line is never expected"
        element[place.field] = value
    else:
        put_element(document, place, value)


def put_element(document: Document, place: Place, value: Document | None) -> None:
    """Replace, add at the end or (null) remove one whole line, payment or credit."""
    elements = list(document.get(place.collection) or [])
    at = next((n for n, element in enumerate(elements) if element["id"] == place.element_id), len(elements))
    fee = (find_element(document, place) or {}).get("fee")
    kept = {} if fee is None else {"fee": fee}
    elements[at : at + 1] = [] if value is None else [{**value, **kept, "id": place.element_id}]
    document[place.collection] = elements
