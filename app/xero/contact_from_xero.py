"""From Xero's JSON of a contact to domain values. The other direction is `contact_to_xero`.

Pure, and as tolerant as `from_xero`. The POBOX address is the postal one, which Xero prints on invoices (FACTS 4.3); a
phone's three parts are one text. All phones and addresses are kept as Xero said them beside that, because an update
sends back what it does not move.
"""

from collections.abc import Mapping
from typing import Any

from app.domain.contacts.contact import ADDRESS_LINES
from app.domain.xero.xero_contact import ContactGroup, Part, XeroContact
from app.xero.always import need_id, need_name
from app.xero.json_values import Json, read_instant, read_objects, read_text

PHONE_TYPES = {"phone": "DEFAULT", "mobile": "MOBILE", "direct_phone": "DDI", "fax": "FAX"}
"""Canonical names, and Xero's types of phone."""

ADDRESS_TYPES = {"address": "POBOX", "delivery_address": "STREET"}
"""The same of addresses."""

PERSON = {"first_name": "FirstName", "last_name": "LastName", "email": "EmailAddress"}
PLACE = {"city": "City", "region": "Region", "postal_code": "PostalCode", "country": "Country"}

_ERASED = "GDPRREQUEST"
_UNUSABLE = {"ARCHIVED", _ERASED}


def contact_from_xero(element: Json) -> XeroContact:
    """A contact; archived, erased on request (GDPRREQUEST) and merged ones count as archived: none can be used.

    Raises `Unreadable` for one without id, or in use without a name; what is left of one that was erased is not known.
    """
    merged_into_id = read_text(element, "MergedToContactID") or None
    status = read_text(element, "ContactStatus")
    is_usable = merged_into_id is None and status not in _UNUSABLE
    phones, addresses = _parts(element, "Phones"), _parts(element, "Addresses")
    groups = (read_text(group, "ContactGroupID") for group in read_objects(element, "ContactGroups"))
    return XeroContact(
        xero_contact_id=need_id(element, "ContactID"),
        name=need_name(element, "Name") if is_usable else read_text(element, "Name") or "",
        email=read_text(element, "EmailAddress") or None,
        phone=_phone(phones, PHONE_TYPES["phone"]),
        contact_number=read_text(element, "ContactNumber") or None,
        is_archived=not is_usable,
        merged_into_id=merged_into_id,
        updated_at=read_instant(element, "UpdatedDateUTC"),
        first_name=read_text(element, "FirstName") or None,
        last_name=read_text(element, "LastName") or None,
        mobile=_phone(phones, PHONE_TYPES["mobile"]),
        direct_phone=_phone(phones, PHONE_TYPES["direct_phone"]),
        fax=_phone(phones, PHONE_TYPES["fax"]),
        address=_address(addresses, ADDRESS_TYPES["address"]),
        delivery_address=_address(addresses, ADDRESS_TYPES["delivery_address"]),
        persons=_persons(element),
        account_number=read_text(element, "AccountNumber") or None,
        tax_number=read_text(element, "TaxNumber") or None,
        is_erased=status == _ERASED,
        phones=phones,
        addresses=addresses,
        group_ids=tuple(group for group in groups if group),
    )


def group_from_xero(element: Json) -> ContactGroup:
    """A contact group that is in use."""
    return ContactGroup(read_text(element, "ContactGroupID") or "", read_text(element, "Name") or "")


def _parts(element: Json, name: str) -> tuple[Part, ...]:
    return tuple(
        {key: text for key in part if (text := read_text(part, key)) is not None}
        for part in read_objects(element, name)
    )


def _phone(phones: tuple[Part, ...], kind: str) -> str | None:
    phone = _of_type(phones, "PhoneType", kind)
    if not phone.get("PhoneNumber"):
        return None
    parts = (phone.get(f"Phone{part}") for part in ("CountryCode", "AreaCode", "Number"))
    return " ".join(part for part in parts if part)


def _persons(element: Json) -> tuple[Mapping[str, Any], ...] | None:
    """Those beside the first; None where the element does not carry them, as in lists that are not paged."""
    if element.get("ContactPersons") is None:
        return None
    return tuple(
        {ours: read_text(person, xero) or None for ours, xero in PERSON.items()}
        | {"gets_emails": person.get("IncludeInEmails") is True}
        for person in read_objects(element, "ContactPersons")
    )


def _address(addresses: tuple[Part, ...], kind: str) -> Mapping[str, Any] | None:
    held = _of_type(addresses, "AddressType", kind)
    lines = [line for n in range(1, ADDRESS_LINES + 1) if (line := held.get(f"AddressLine{n}"))]
    place = {ours: held.get(xero) or None for ours, xero in PLACE.items()}
    return {"lines": lines, **place} if lines or any(place.values()) else None


def _of_type(parts: tuple[Part, ...], name: str, kind: str) -> Part:
    return next((part for part in parts if part.get(name) == kind), {})
