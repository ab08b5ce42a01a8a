"""The customer of a wanted draft: the contact that is known, or a new one, stored before the draft itself is.

A contact that is made here has an id of our own making, from its name and e-mail address, so that two deals of one
customer come to one contact. What is said of a contact that exists edits nothing: an old deal must not undo an edit.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from app.db.contacts.contact_documents import save_mentions, save_wanted_contact
from app.db.contacts.contact_links import list_contacts_by_xero_id
from app.db.contacts.contact_resources import find_contact_named, find_kept_contact, list_contact_details
from app.db.links.documents import file_all
from app.db.postgres.session import ReadSession, WriteSession
from app.domain.connections.connection import Connection
from app.domain.xero.xero_contact import XeroContact
from app.domain.xero.xero_invoice import BORN_IN_XERO
from app.intake.contact_document import ContactDocument
from app.intake.contact_documents import take_in_contact
from app.intake.draft import DraftContact
from app.intake.refusals import Fault, InputRefused

_WAYS = "give one of contact.id, contact.xero_contact_id, and the contact's own fields"


def check_contact(contact: DraftContact) -> None:
    """Raise `invalid_request` unless the customer is named in exactly one way."""
    ways = [contact.id is not None, contact.xero_contact_id is not None, contact.has_fields]
    if sum(ways) != 1:
        raise _refused("contact", _WAYS)
    if contact.has_fields and not contact.name:
        raise _refused("contact.organisation", "is required, or first_name or last_name")
    if len(contact.name) > 255:
        raise _refused("contact.last_name", "makes a name of more than 255 characters")


async def find_linked(session: ReadSession, connection: Connection, xero_contact_id: str) -> str | None:
    """Our id of a contact of Xero's that is linked already."""
    links = await list_contacts_by_xero_id(session, connection.id, [xero_contact_id])
    return links[-1].partner_contact_id if links else None


async def save_contact(
    session: WriteSession,
    connection: Connection,
    contact: DraftContact,
    chosen: XeroContact | None,
    at: datetime,
) -> dict[str, Any]:
    """Id, name, e-mail address and phone of the customer, as a document names them; stored where it is new.

    `chosen` is the contact of Xero's that `xero_contact_id` names, unless it is linked already.
    """
    if contact.id is not None:
        contact_id = contact.id
    elif contact.xero_contact_id is not None:
        contact_id = await _save_chosen(session, connection, str(contact.xero_contact_id), chosen, at)
    else:
        contact_id = await _save_told(session, connection, contact, at)
    details = await list_contact_details(session, connection.id, [contact_id])
    if contact_id not in details:
        raise _refused(
            "contact.id", "is no contact that is known here; give its name instead, or PUT it first"
        )
    return {"id": contact_id, **details[contact_id].shown}


async def _save_chosen(
    session: WriteSession, connection: Connection, xero_id: str, chosen: XeroContact | None, at: datetime
) -> str:
    linked = await find_linked(session, connection, xero_id)
    if linked is not None or chosen is None:
        return linked or BORN_IN_XERO + xero_id
    contact_id = BORN_IN_XERO + xero_id
    told = {"id": contact_id, "name": chosen.name, "email": chosen.email, "phone": chosen.phone}
    await save_mentions(session, file_all(connection.id, [told], at))
    await save_wanted_contact(session, connection.id, contact_id, xero_id)
    return contact_id


async def _save_told(
    session: WriteSession, connection: Connection, contact: DraftContact, at: datetime
) -> str:
    known = await find_contact_named(session, connection.id, contact.name, contact.email)
    contact_id = known or _make_id(contact)
    if known is None and await find_kept_contact(session, connection.id, contact_id) is None:
        told = contact.model_dump(include={"first_name", "last_name", "email", "phone", "address"})
        document = ContactDocument(id=contact_id, version=1, name=contact.name, **told)
        await take_in_contact(session, connection, document, at)
    return contact_id


def _make_id(contact: DraftContact) -> str:
    named = json.dumps([contact.name.casefold(), (contact.email or "").casefold()])
    return f"contact-{hashlib.sha256(named.encode()).hexdigest()[:24]}"


def _refused(field: str, message: str) -> InputRefused:
    return InputRefused("invalid_request", "The customer is not named well.", [Fault(field, message)])
