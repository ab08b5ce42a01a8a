"""How a contact is shown: what both sides should show, in the words of its document, and what is known of each side."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.books.standing import Reason, show
from app.db.contacts.contact_resources import KeptContact
from app.domain.connections.connection import Connection
from app.domain.contacts.contact import SHARED, complete, to_contact_document
from app.domain.invoices.link import State
from app.domain.record.sides import Side
from app.domain.xero.xero_contact import XeroContact
from app.intake.contact_document import CONTACT_EXAMPLE

CONTACT_DEEP_LINK = "https://go.xero.com/app/{short_code}/contacts/contact/{contact_id}"
"""Xero's page of a contact (FACTS 5)."""

_RECORD_EXAMPLE = {
    name: value for name, value in CONTACT_EXAMPLE.items() if name not in ("version", "based_on", "url")
}
_DETAILS_EXAMPLE = {name: value for name, value in _RECORD_EXAMPLE.items() if name in SHARED}
_XERO_EXAMPLE = "4b1f2c7a-93d0-4a51-8f0e-7c2d9b6a1e55"


class ContactInXero(BaseModel):
    """What Xero was last seen to hold."""

    xero_contact_id: str
    status: str = Field(description="`active`, or why no invoice may name it: `archived`, `erased`.")
    is_shared: bool = Field(
        description="Another contact of the app is the same one in Xero, and was it first: the two were merged "
        "there, or linked so by hand."
    )
    updated_at: datetime | None
    details: dict[str, Any] = Field(description="What it holds there, in the words of your document.")
    deep_link: str | None = Field(description="Opens the contact in Xero.")


class Contact(BaseModel):
    """A contact that is kept true in two places."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "cus_17",
                    "connection_id": "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10",
                    "state": "settled",
                    "reason": None,
                    "since": "2026-11-20T03:15:01Z",
                    "created_at": "2026-11-20T03:14:58Z",
                    "updated_at": "2026-11-20T03:15:01Z",
                    "revision": 3,
                    "version": 4,
                    "url": CONTACT_EXAMPLE["url"],
                    "acknowledged_revision": 3,
                    "record": _RECORD_EXAMPLE,
                    "document": CONTACT_EXAMPLE,
                    "xero": {
                        "xero_contact_id": _XERO_EXAMPLE,
                        "status": "active",
                        "is_shared": False,
                        "updated_at": "2026-11-20T03:15:01Z",
                        "details": _DETAILS_EXAMPLE,
                        "deep_link": CONTACT_DEEP_LINK.format(short_code="!Ab1c2", contact_id=_XERO_EXAMPLE),
                    },
                }
            ]
        }
    )

    id: str = Field(description="The partner's id, or the one we chose for a contact born in Xero.")
    connection_id: UUID
    state: State
    reason: Reason | None
    since: datetime
    created_at: datetime = Field(description="When it became known here.")
    updated_at: datetime = Field(description="When anything of it was last written here.")
    revision: int
    version: int | None = Field(description="The newest version of the app's that we know of.")
    url: str | None = Field(description="Opens the contact in the app, as its newest document says.")
    acknowledged_revision: int
    record: dict[str, Any] | None = Field(
        description="What both sides should show; null until a document or an invoice's mention was merged."
    )
    document: dict[str, Any] | None = Field(description="The newest document of its own, as it came.")
    xero: ContactInXero | None = Field(description="Null until an invoice brought it there.")


class FoundContact(BaseModel):
    """A contact of Xero's that a search found."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "xero_contact_id": _XERO_EXAMPLE,
                    "name": "Kim Tran",
                    "email": "kim@example.com",
                    "account_number": None,
                    "linked_to": "cus_17",
                }
            ]
        }
    )

    xero_contact_id: str
    name: str
    email: str | None
    account_number: str | None
    linked_to: str | None = Field(description="The app's contact that it is already.")


def build_contact(kept: KeptContact, connection: Connection) -> Contact:
    """The resource of one link."""
    shown = show(kept, connection)
    return Contact(
        id=kept.partner_contact_id,
        connection_id=connection.id,
        state=shown.state,
        reason=shown.reason,
        since=shown.since,
        created_at=kept.created_at,
        updated_at=kept.updated_at,
        revision=kept.revision,
        version=kept.version or None,
        url=(kept.document or {}).get("url"),
        acknowledged_revision=kept.acked_revision,
        record=to_contact_document(kept.partner_contact_id, kept.record) if kept.record else None,
        document=dict(kept.document) if kept.document is not None else None,
        xero=_build_xero_side(kept, connection),
    )


def build_found(contact: XeroContact, linked_to: str | None) -> FoundContact:
    """One result of a search."""
    return FoundContact(
        xero_contact_id=contact.xero_contact_id,
        name=contact.name,
        email=contact.email,
        account_number=contact.account_number,
        linked_to=linked_to,
    )


def _build_xero_side(kept: KeptContact, connection: Connection) -> ContactInXero | None:
    if kept.xero_contact_id is None:
        return None
    short_code = connection.organisation.short_code if connection.organisation else None
    link = CONTACT_DEEP_LINK.format(short_code=short_code, contact_id=kept.xero_contact_id)
    return ContactInXero(
        xero_contact_id=kept.xero_contact_id,
        status=kept.unusable or "active",
        is_shared=kept.is_shared,
        updated_at=kept.xero_updated_at,
        details=dict(complete(Side.XERO, kept.xero_shadow)),
        deep_link=link if short_code else None,
    )
