"""`/ContactGroups`, `/ContactGroups/{id}` and putting contacts into one."""

from typing import Any

from starlette.responses import Response

from app.sandbox.xero.books.contact_groups import ContactGroup
from app.sandbox.xero.endpoints.ask import Ask, write_elements
from app.sandbox.xero.endpoints.echoes import echo_contact
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.forms.refusals import Missing, Refused


def list_groups(ask: Ask) -> Response:
    """GET /ContactGroups: without their contacts."""
    return ask.answer("ContactGroups", [group.view([]) for group in ask.organisation.groups])


def get_group(ask: Ask) -> Response:
    """GET /ContactGroups/{id}: with the names of its contacts."""
    group = _get(ask)
    found = (ask.organisation.contacts.find(contact_id) for contact_id in group.contact_ids)
    shown = [{"ContactID": contact.contact_id, "Name": contact.name} for contact in found if contact]
    return ask.answer("ContactGroups", [group.view(shown)])


def put_contacts(ask: Ask) -> Response:
    """PUT /ContactGroups/{id}/Contacts: add contacts by id; those that are in it stay."""
    group = _get(ask)

    def write(element: Element) -> dict[str, Any]:
        contact = ask.organisation.contacts.find(element.text("ContactID") or "")
        if contact is None or contact.status != "ACTIVE":
            raise Refused("An existing Contact with the specified ContactID could not be found")
        ask.organisation.groups.join(group, contact.contact_id)
        return {"ContactID": contact.contact_id, "Name": contact.name}

    elements = ask.read("Contacts", "Contact")
    return write_elements(ask, "Contacts", elements, write, echo_contact, "HasValidationErrors")


def _get(ask: Ask) -> ContactGroup:
    found = ask.organisation.groups.find(ask.key)
    if found is None:
        raise Missing
    return found
