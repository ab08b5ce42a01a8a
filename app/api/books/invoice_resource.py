"""How an invoice is shown: the record in the words of the partner's document, and what is known of each side."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.books.standing import Reason, show
from app.db.contact_resources import list_contact_details
from app.db.resources import KeptInvoice
from app.db.session import ReadSession
from app.domain.connection import Connection
from app.domain.document import to_document
from app.domain.link import State
from app.domain.money import totals
from app.domain.organisation import DEEP_LINK
from app.domain.sides import Side, project
from app.intake.document import EXAMPLE

_RECORD_EXAMPLE = {name: value for name, value in EXAMPLE.items() if name not in ("version", "based_on")}


INVOICE_EXAMPLE: dict[str, Any] = {
    "id": "inv_8801",
    "connection_id": "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10",
    "state": "settled",
    "reason": None,
    "since": "2026-11-20T03:15:01Z",
    "revision": 13,
    "record": _RECORD_EXAMPLE,
    "partner": {
        "version": 7,
        "number": "INV-0042",
        "acknowledged_revision": 13,
        "document": EXAMPLE,
    },
    "xero": {
        "xero_invoice_id": "0f2a3b64-5a0c-4a40-8f61-6f6a3b1c9d21",
        "number": "INV-0042",
        "status": "AUTHORISED",
        "total": "1890.00",
        "amount_due": "1390.00",
        "updated_at": "2026-11-20T03:15:01Z",
        "deep_link": DEEP_LINK.format("!Ab1c2", "0f2a3b64-5a0c-4a40-8f61-6f6a3b1c9d21"),
    },
}


class PartnerSide(BaseModel):
    """What is known of the partner's side. `document` is the newest one that it sent, as it came."""

    version: int | None
    number: str | None
    acknowledged_revision: int
    document: dict[str, Any] | None


class XeroSide(BaseModel):
    """What Xero was last seen to hold."""

    xero_invoice_id: str
    number: str | None
    status: str | None
    total: str | None
    amount_due: str | None
    updated_at: datetime | None
    deep_link: str | None = Field(description="Opens the invoice in Xero.")


class Invoice(BaseModel):
    """An invoice that is kept true in two places."""

    model_config = ConfigDict(json_schema_extra={"examples": [INVOICE_EXAMPLE]})

    id: str = Field(description="The partner's id, or the one we chose for an invoice born in Xero.")
    connection_id: UUID
    state: State
    reason: Reason | None
    since: datetime
    revision: int
    record: dict[str, Any] | None = Field(
        description="What both sides should show, in the document's words; null until a document was merged."
    )
    partner: PartnerSide
    xero: XeroSide | None


async def build_invoices(
    session: ReadSession, connection: Connection, kept: Sequence[KeptInvoice]
) -> list[Invoice]:
    """The resources of these links, their contacts read at once."""
    wanted = {str(one.record["contact"]) for one in kept if one.record.get("contact")}
    contacts = await list_contact_details(session, connection.id, sorted(wanted))
    details = {key: contact.shown for key, contact in contacts.items()}
    return [build_invoice(one, connection, details) for one in kept]


def build_invoice(
    kept: KeptInvoice, connection: Connection, contacts: Mapping[str, Mapping[str, Any]]
) -> Invoice:
    """The resource of one link; `contacts` has details by the partner's contact id."""
    shown = show(kept, connection)
    return Invoice(
        id=kept.partner_invoice_id,
        connection_id=connection.id,
        state=shown.state,
        reason=shown.reason,
        since=shown.since,
        revision=kept.revision,
        record=_build_record(kept, connection, contacts) if kept.record else None,
        partner=PartnerSide(
            version=kept.document_version or None,
            number=kept.partner_number,
            acknowledged_revision=kept.acked_revision,
            document=dict(kept.document) if kept.document is not None else None,
        ),
        xero=_build_xero_side(kept, connection),
    )


def _build_record(
    kept: KeptInvoice, connection: Connection, contacts: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    found = totals(kept.record, connection.organisation.rates()) if connection.organisation else None
    fields = project(Side.PARTNER, kept.record)
    return to_document(kept.partner_invoice_id, fields, contacts, found.total if found else None)


def _build_xero_side(kept: KeptInvoice, connection: Connection) -> XeroSide | None:
    if kept.xero_invoice_id is None:
        return None
    return XeroSide(
        xero_invoice_id=kept.xero_invoice_id,
        number=kept.xero_number,
        status=kept.xero_status,
        total=kept.xero_total,
        amount_due=kept.xero_amount_due,
        updated_at=kept.xero_updated_at,
        deep_link=connection.organisation
        and connection.organisation.address_of_invoice(kept.xero_invoice_id),
    )
