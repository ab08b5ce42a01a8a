"""What Xero does with a posted contact, alone or nested in an invoice (FACTS 5, Contacts; FACTS 4.8).

PUT only creates; POST finds by id, contact number or name and updates, keeping what was not sent. A nested contact
with nothing but an id is a reference; any other field beside it edits the contact. Refusals raise `Refused`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from app.sandbox.xero.books.contacts import ADDRESS_TYPES, PHONE_TYPES, TEXTS, Contact
from app.sandbox.xero.books.credits import FAMILIES
from app.sandbox.xero.books.journal import Event
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.forms.refusals import Refused

_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_UMLAUTS = re.compile(r"[äëïöüÿ]", re.IGNORECASE)
"""Not supported in e-mail addresses (Xero's specification)."""
NOT_IDENTIFIED = (
    "The Contact must contain at least 1 of the following elements to identify the contact: "
    "Name, ContactID, ContactNumber"
)
ARCHIVED = (
    "The contact with the specified contact details has been archived. The contact must be un-archived before "
    "creating new invoices or credit notes"
)
NOT_FOUND = "An existing Contact with the specified ContactID could not be found"
_LENGTHS = {"Name": 255, "ContactNumber": 50, "AccountNumber": 50, "FirstName": 255, "LastName": 255,
            "EmailAddress": 255, "CompanyNumber": 50, "TaxNumber": 50}  # fmt: skip
_LENGTHS_OF_PARTS = {
    "Phones": {"PhoneNumber": 50, "PhoneAreaCode": 10, "PhoneCountryCode": 20},
    "Addresses": {**{f"AddressLine{n}": 500 for n in range(1, 5)}, "City": 255, "Region": 255, "PostalCode": 50,
                  "Country": 50, "AttentionTo": 255},
}  # fmt: skip


def create_contact(organisation: Organisation, element: Element, by_app: bool) -> Contact:
    """PUT: create, never update. Refused when a name or contact number is taken."""
    number = element.text("ContactNumber")
    if number and organisation.contacts.find_numbered(number):
        raise Refused(f"The Contact Number {number} already exists. Please enter a different Contact Number")
    return _write(organisation, element, None, by_app)


def save_contact(
    organisation: Organisation, element: Element, by_app: bool, contact_id: str | None = None
) -> Contact:
    """POST: update the contact that the element identifies, or create it."""
    found = _find(organisation, element, contact_id)
    return _write(organisation, element, found, by_app)


def place_contact(organisation: Organisation, element: Element | None, by_app: bool) -> Contact:
    """The contact of an invoice: found, edited by what is nested beside its id, or created from a name alone."""
    if element is None or not any(element.text(name) for name in ("ContactID", "ContactNumber", "Name")):
        raise Refused(NOT_IDENTIFIED)
    found = _find(organisation, element, None)
    if found is None and organisation.contacts.find_named(_tidy(element.text("Name") or ""), "ARCHIVED"):
        raise Refused(ARCHIVED)
    if found is not None and found.status != "ACTIVE":
        raise Refused(ARCHIVED)
    if found is not None and not _edits(found, element):
        return found
    return _write(organisation, element, found, by_app)


def merge_contacts(organisation: Organisation, gone: Contact, kept: Contact) -> Contact:
    """Merge one contact into another as a person does: archive it, and move its documents over for good.

    The documents' own instants stay (not documented); both contacts tell an event.
    """
    if gone.contact_id == kept.contact_id or kept.status != "ACTIVE" or gone.merged_into_id:
        raise Refused("A contact can only be merged into another active contact, once.")
    for invoice in [row for row in organisation.invoices if row.contact_id == gone.contact_id]:
        organisation.invoices.save(replace(invoice, contact_id=kept.contact_id))
    for family in FAMILIES:
        for credit in organisation.credits.list_of(family):
            if credit.contact_id == gone.contact_id:
                organisation.credits.save(replace(credit, contact_id=kept.contact_id))
    _keep(organisation, kept, kept)
    return _keep(organisation, gone, replace(gone, status="ARCHIVED", merged_into_id=kept.contact_id))


def _find(organisation: Organisation, element: Element, contact_id: str | None) -> Contact | None:
    wanted = contact_id or element.text("ContactID")
    if wanted:
        found = organisation.contacts.find(wanted)
        if found is None:
            raise Refused(NOT_FOUND)
        return found
    number, name = element.text("ContactNumber"), element.text("Name")
    by_number = organisation.contacts.find_numbered(number) if number else None
    return by_number or (organisation.contacts.find_named(_tidy(name)) if name else None)


def _edits(contact: Contact, element: Element) -> bool:
    """Whether the nested element would leave the contact different from what it is."""
    return _merge(contact, element) != contact


def _write(organisation: Organisation, element: Element, before: Contact | None, by_app: bool) -> Contact:
    base = before or Contact(str(uuid4()), "", organisation.clock.now(), created_by_app=by_app)
    merged = _merge(base, element)
    messages = _faults_of(organisation, merged, element)
    if messages:
        raise Refused(*messages)
    return _keep(organisation, before, merged)


def _keep(organisation: Organisation, before: Contact | None, after: Contact) -> Contact:
    """Save the contact with its instant moved and its event told."""
    stamped = replace(after, updated_at=organisation.clock.stamp(before.updated_at if before else None))
    organisation.contacts.save(stamped)
    kind = "UPDATE" if before else "CREATE"
    organisation.journal.tell(
        Event(organisation.tenant_id, "CONTACT", kind, stamped.contact_id, stamped.updated_at)
    )
    return stamped


def _merge(contact: Contact, element: Element) -> Contact:
    """The contact with the sent fields laid over it; fields that were not sent stay as they were."""
    sent = {name: element.text(name) or "" for name in TEXTS if element.has(name)}
    persons = element.many("ContactPersons")
    return replace(
        contact,
        name=_tidy(element.text("Name") or contact.name),
        number=contact.number if not element.has("ContactNumber") else element.text("ContactNumber") or "",
        account_number=(
            contact.account_number
            if not element.has("AccountNumber")
            else element.text("AccountNumber") or ""
        ),
        status=element.text("ContactStatus") or contact.status,
        texts={**contact.texts, **sent},
        addresses=_parts(contact.addresses, element.many("Addresses"), "AddressType"),
        phones=_parts(contact.phones, element.many("Phones"), "PhoneType"),
        persons=contact.persons if persons is None else tuple(_person(person) for person in persons),
    )


def _parts(held: Any, sent: list[Element] | None, kind_name: str) -> dict[str, dict[str, str]]:
    parts = {kind: dict(values) for kind, values in held.items()}
    for part in sent or ():
        kind = part.text(kind_name) or ""
        values = {name: part.text(name) or "" for name in part.values if name != kind_name and part.has(name)}
        parts[kind] = {**parts.get(kind, {}), **values}
    return parts


def _person(person: Element) -> dict[str, Any]:
    names = ("FirstName", "LastName", "EmailAddress")
    return {
        **{name: person.text(name) or "" for name in names},
        "IncludeInEmails": person.flag("IncludeInEmails") or False,
    }


def _tidy(name: str) -> str:
    """Xero keeps no leading, trailing or double blanks in a name."""
    return " ".join(name.split())


def _faults_of(organisation: Organisation, contact: Contact, element: Element) -> list[str]:
    messages = []
    if contact.merged_into_id and contact.status == "ACTIVE":
        messages.append("A contact that was merged into another cannot be restored.")
    if not contact.name:
        messages.append(NOT_IDENTIFIED)
    if "<" in contact.name or ">" in contact.name:
        messages.append("The contact name cannot contain the characters < or >.")
    email = contact.texts.get("EmailAddress", "")
    addresses = [email, *(person["EmailAddress"] for person in contact.persons)]
    if any(address and (not _EMAIL.match(address) or _UMLAUTS.search(address)) for address in addresses):
        messages.append("Email address must be valid.")
    if contact.persons and not email:
        messages.append("Additional people cannot be added when the primary person has no email address set")
    if len(contact.persons) > 5:
        messages.append("A contact can have no more than 5 ContactPersons.")
    if contact.status not in ("ACTIVE", "ARCHIVED", "GDPRREQUEST"):
        messages.append(f"'{contact.status}' is not a valid ContactStatus.")
    messages.extend(_too_long(element, _LENGTHS))
    for name, lengths in _LENGTHS_OF_PARTS.items():
        for part in element.many(name) or ():
            messages.extend(_too_long(part, lengths))
    messages.extend(
        f"'{kind}' is not a valid AddressType." for kind in contact.addresses if kind not in ADDRESS_TYPES
    )
    messages.extend(
        f"'{kind}' is not a valid PhoneType."
        for kind in contact.phones
        if kind not in (*PHONE_TYPES, "OFFICE")
    )
    return messages + _taken(organisation, contact)


def _too_long(element: Element, lengths: Mapping[str, int]) -> Iterator[str]:
    for name, longest in lengths.items():
        if len(element.text(name) or "") > longest:
            yield f"The field {name} must be a string with a maximum length of {longest}."


def _taken(organisation: Organisation, contact: Contact) -> list[str]:
    """Messages for a name or number that another contact holds."""
    messages = []
    book = organisation.contacts
    same_name = book.find_named(contact.name) if contact.status == "ACTIVE" else None
    if same_name and same_name.contact_id != contact.contact_id:
        messages.append(
            f"The contact name {contact.name} is already assigned to another contact. "
            "The contact name must be unique across all active contacts."
        )
    same_number = book.find_numbered(contact.number) if contact.number else None
    if same_number and same_number.contact_id != contact.contact_id:
        messages.append(
            f"The Contact Number {contact.number} already exists. Please enter a different Contact Number"
        )
    same_account = book.find_account_number(contact.account_number) if contact.account_number else None
    if same_account and same_account.contact_id != contact.contact_id:
        messages.append("The Account Number already exists. Please enter a different Account Number")
    return messages
