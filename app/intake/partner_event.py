"""What a partner's webhook carries: a whole document, in the envelope of Standard Webhooks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from app.db.postgres.session import WriteSession
from app.domain.connections.connection import Connection
from app.intake.contact_document import ContactDocument
from app.intake.contact_documents import take_in_contact
from app.intake.document import Document
from app.intake.documents import take_in
from app.intake.refusals import InputRefused, list_faults
from app.intake.taking import TakenIn

IGNORED = "ignored"
"""The outcome of an event of a type that nobody knows: it is kept, and nothing is made of it."""

DOCUMENT_FIELD = "data.document"
"""Where the document stands, for what is refused of it."""


class ChangedInvoice(BaseModel):
    """What an `invoice.changed` carries: the whole document and the connection that it belongs to."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    connection_id: UUID
    document: Document


class ChangedContact(BaseModel):
    """What a `contact.changed` carries: the whole document and the connection that it belongs to."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    connection_id: UUID
    document: ContactDocument


class InvoiceChanged(BaseModel):
    """The envelope of Standard Webhooks; members of it that we do not use are let be."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    type: Literal["invoice.changed"]
    data: ChangedInvoice


class ContactChanged(BaseModel):
    """The same envelope around a contact."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    type: Literal["contact.changed"]
    data: ChangedContact


_KNOWN: Mapping[str, type[InvoiceChanged] | type[ContactChanged]] = {
    "invoice.changed": InvoiceChanged,
    "contact.changed": ContactChanged,
}
"""The types that are taken in; others are kept and let be."""


async def take_in_changed(
    session: WriteSession, connection: Connection, changed: ChangedInvoice | ChangedContact, at: datetime
) -> TakenIn:
    """Take in the document of an event, by the rules of a document that comes any other way."""
    if isinstance(changed, ChangedContact):
        return await take_in_contact(session, connection, changed.document, at, prefix=DOCUMENT_FIELD)
    return await take_in(session, connection, changed.document, at, prefix=DOCUMENT_FIELD)


def parse_event(event: Mapping[str, Any]) -> ChangedInvoice | ChangedContact | None:
    """What an event carries, None for a type of which nothing is made; raises `invalid_document`."""
    if event["type"] not in _KNOWN:
        return None
    form = _KNOWN[event["type"]]
    try:
        return form.model_validate(event).data
    except ValidationError as error:
        faults = list_faults(error.errors(include_url=False, include_input=False), form)
        raise InputRefused("invalid_document", "The document cannot be taken; see errors.", faults) from None
