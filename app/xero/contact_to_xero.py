"""From a contact write in canonical words to an element of Xero's requests. The other direction is `contact_from_xero`.

Pure. An update names only what moves, since Xero keeps what is not sent (FACTS 5). Phones and addresses are lists that
Xero takes whole, so where one of them moves the others go back as they were read. ContactPersons are named only where
they move: naming them replaces them (FACTS 5).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.domain.contacts.contact import ADDRESS_LINES, tidy_name
from app.domain.xero.xero_contact import ContactWrite, Part
from app.xero.contact_from_xero import ADDRESS_TYPES, PERSON, PHONE_TYPES, PLACE
from app.xero.json_values import Json

_TEXTS = {
    "name": "Name",
    "first_name": "FirstName",
    "last_name": "LastName",
    "email": "EmailAddress",
    "account_number": "AccountNumber",
    "tax_number": "TaxNumber",
}


def contacts_to_xero(writes: Sequence[ContactWrite]) -> Json:
    """The body of a PUT of new contacts, or of a POST of updates."""
    return {"Contacts": [contact_to_xero(write) for write in writes]}


def contact_to_xero(write: ContactWrite) -> Json:
    """One element; a create says only what has a value, an update clears with an empty text."""
    held = write.held
    element: Json = {} if held is None else {"ContactID": held.xero_contact_id}
    for ours, xero in _TEXTS.items():
        value = write.fields.get(ours)
        if value or (held is not None and ours in write.fields):
            element[xero] = tidy_name(value) if ours == "name" and value else value or ""
    if write.contact_number is not None:
        element["ContactNumber"] = write.contact_number
    if write.is_archived:
        element["ContactStatus"] = "ARCHIVED"
    phones = {
        kind: _phone(kind, write.fields[ours]) for ours, kind in PHONE_TYPES.items() if ours in write.fields
    }
    addresses = {
        kind: _address(kind, write.fields[ours], held.addresses if held else ())
        for ours, kind in ADDRESS_TYPES.items()
        if ours in write.fields
    }
    persons = write.fields.get("persons") or []
    if persons or (held is not None and "persons" in write.fields):
        element["ContactPersons"] = [_person(person) for person in persons]
    element |= _list("Phones", "PhoneType", phones, held.phones if held else None)
    return element | _list("Addresses", "AddressType", addresses, held.addresses if held else None)


def _list(member: str, name: str, moved: Mapping[str, Part], held: Iterable[Part] | None) -> Json:
    """The whole list, or nothing where none of it moves; a create leaves out what has no value."""
    if held is None:
        said = [part for part in moved.values() if any(text for key, text in part.items() if key != name)]
        return {member: said} if said else {}
    if not moved:
        return {}
    others = [dict(part) for part in held if part.get(name) not in moved]
    return {member: [*moved.values(), *others]}


def _phone(kind: str, number: str | None) -> Part:
    """The whole text as the number: a code that stood beside it would be said twice."""
    return {
        "PhoneType": kind,
        "PhoneNumber": number or "",
        "PhoneAreaCode": "",
        "PhoneCountryCode": "",
    }


def _person(person: Mapping[str, Any]) -> Json:
    said = {xero: person.get(ours) or "" for ours, xero in PERSON.items()}
    return {**said, "IncludeInEmails": bool(person.get("gets_emails"))}


def _address(kind: str, address: Mapping[str, Any] | None, held: Iterable[Part]) -> Part:
    lines = (address or {}).get("lines") or []
    padded = [*lines, *[""] * ADDRESS_LINES][:ADDRESS_LINES]
    attention = next((part for part in held if part.get("AddressType") == kind), {}).get("AttentionTo")
    return {
        "AddressType": kind,
        **{f"AddressLine{n}": line for n, line in enumerate(padded, start=1)},
        **{xero: (address or {}).get(ours) or "" for ours, xero in PLACE.items()},
        **({"AttentionTo": attention} if attention else {}),
    }
