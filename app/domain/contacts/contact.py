"""A contact in canonical form, and the partner's contact document, both ways.

The form is flat and complete: every field that a side can hold is there, None where it has no value, so a field that
one side never spoke of is no difference. An address is one value: half of one and half of another would be a third
place. So are the `persons` beside the first, who have no ids by which they could be told apart. `groups` are the
partner's own words; Xero never sees them (`contact_groups` of the settings says what they mean there), so they are no
field of its side.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.domain.record.coupling import Vocabulary
from app.domain.record.field_names import CONTACT_FIELDS
from app.domain.record.fields import Fields, Value
from app.domain.record.moves import Move
from app.domain.record.sides import Side
from app.domain.xero.xero_contact import XeroContact

SHARED = CONTACT_FIELDS

DETAILS = ("name", "email", "phone")
"""What an invoice document says of its contact."""

HOLDS: Mapping[Side, tuple[str, ...]] = {Side.PARTNER: (*SHARED, "groups"), Side.XERO: SHARED}

LISTS = frozenset({"persons", "groups"})
"""What is a list, and empty where there is nothing; every other field is None then."""

_ADDRESSES = frozenset({"address", "delivery_address"})
_PERSON = ("first_name", "last_name", "email")

SAID_TOGETHER = (frozenset({"phone", "mobile", "direct_phone", "fax"}), _ADDRESSES)
"""What Xero has in a list each, and takes whole."""

ADDRESS_LINES = 4
_PLACE = ("city", "region", "postal_code", "country")


class ContactKind:
    """Contacts, as a hub keeps them: nothing follows from anything, and all that Xero shows counts."""

    def project(self, side: Side, record: Fields) -> dict[str, Value]:
        return {path: record[path] for path in HOLDS[side] if path in record}

    def couple(
        self, side: Side, before: Fields, merged: Fields, vocabulary: Vocabulary, at: datetime
    ) -> dict[str, Value]:
        return dict(merged)

    def believe(self, base: Fields, seen: Fields) -> Fields:
        return seen

    def compare(self, holds: Fields, wanted: Fields) -> Fields:
        return holds


CONTACT = ContactKind()


def from_contact_document(document: Mapping[str, Any], held: Fields) -> dict[str, Value]:
    """The document in the partner's projection; what it does not say stays as it is held."""
    said = {path: _canonical(path, document[path]) for path in HOLDS[Side.PARTNER] if path in document}
    return {**blank(Side.PARTNER), **held, **said}


def blank(side: Side) -> dict[str, Value]:
    """A contact of which nothing is known."""
    return {path: [] if path in LISTS else None for path in HOLDS[side]}


def complete(side: Side, fields: Fields) -> Fields:
    """Fields that were kept before a side had as many, with the others blank; nothing at all stays nothing."""
    return {**blank(side), **fields} if fields else fields


def to_contact_document(contact_id: str, fields: Fields) -> dict[str, Any]:
    """The contact as the partner's app should show it."""
    shown = {**blank(Side.PARTNER), **fields}
    return {"id": contact_id} | {path: shown[path] for path in HOLDS[Side.PARTNER]}


def contact_entries(moves: Mapping[str, Move], view: Fields, wanted: Fields) -> list[dict[str, Any]]:
    """The moves as the partner receives them: what its app holds there, and what it must show."""
    return [
        {"path": path, "before": view.get(path), "after": wanted.get(path)} for path in HOLDS[Side.PARTNER]
        if path in moves
    ]  # fmt: skip


def observed_contact(contact: XeroContact, held: Fields | None = None) -> dict[str, Value]:
    """A contact of Xero's in Xero's projection; `held` supplies the persons where the answer did not carry them."""
    seen = {path: _canonical(path, getattr(contact, path)) for path in SHARED}
    if contact.persons is None:
        seen["persons"] = (held or {}).get("persons") or []
    return seen


def common_ground(record: Fields, seen: Fields, *, was_said: bool) -> dict[str, Value]:
    """What to take for the last agreement when a contact that Xero has already is joined to one of the app's.

    Where one side says nothing, nothing: the other's value fills it. Where both say different things, a contact that
    the app said itself (`was_said`) has no common ground there, which is a conflict; one that only invoices named gives
    way to what Xero holds, because an invoice never edits a contact.
    """
    ground: dict[str, Value] = {}
    for path, theirs in seen.items():
        ours = record.get(path)
        if not ours or not theirs:
            ground[path] = [] if path in LISTS else None
        elif ours == theirs or not was_said:
            ground[path] = ours
    return ground


def tidy_name(name: str) -> str:
    """The name as Xero keeps it, without leading, trailing and doubled blanks (FACTS 5)."""
    return " ".join(name.split())


def _canonical(path: str, value: Any) -> Value:
    if path == "groups":
        return sorted(set(value or ()))
    if path == "persons":
        return [_canonical_person(person) for person in value or ()]
    return _canonical_address(value) if path in _ADDRESSES else value or None


def _canonical_person(person: Mapping[str, Any]) -> Value:
    return {name: person.get(name) or None for name in _PERSON} | {
        "gets_emails": bool(person.get("gets_emails"))
    }


def _canonical_address(address: Mapping[str, Any] | None) -> Value:
    if not address:
        return None
    lines = [line for line in address.get("lines") or () if line]
    place = {name: address.get(name) or None for name in _PLACE}
    return {"lines": lines, **place} if lines or any(place.values()) else None


def with_said_along(moves: Mapping[str, Move], held: Fields) -> dict[str, Move]:
    """The moves of an update in Xero, and what goes along with them as it was read there, the same before and after."""
    groups = [group for group in SAID_TOGETHER if not group.isdisjoint(moves)]
    along = sorted({path for group in groups for path in group if path in held} - set(moves))
    return {**moves, **{path: (held[path], held[path]) for path in along}}
