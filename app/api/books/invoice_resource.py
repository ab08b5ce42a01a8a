"""How an invoice is shown: the record in the words of the partner's document, and what is known of each side."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.books.settling import (
    AppCredit,
    AppPayment,
    XeroCredit,
    XeroPayment,
    list_app_credits,
    list_app_payments,
    list_xero_credits,
    list_xero_payments,
)
from app.api.books.sides import Sides, show_amount, view_sides
from app.api.books.standing import Reason, show
from app.db.contacts.contact_resources import list_details_named
from app.db.invoices.resources import KeptInvoice
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection
from app.domain.connections.reckoning import build_reckoning, find_amount_due
from app.domain.invoices.link import State
from app.domain.partner.document import to_document
from app.domain.partner.partner_side import Reckoning
from app.domain.record.money import totals
from app.domain.record.sides import Side, project
from app.domain.xero.organisation import DEEP_LINK
from app.intake.document import EXAMPLE

_RECORD_EXAMPLE = {name: value for name, value in EXAMPLE.items() if name not in ("version", "based_on")}
_XERO_ID = "0f2a3b64-5a0c-4a40-8f61-6f6a3b1c9d21"
_PAYMENT_EXAMPLE = {"id": "p1", "amount": "500.00", "currency": "AUD", "paid_on": "2026-11-20"}
_PARTNER_EXAMPLE: dict[str, Any] = {
    "version": 7,
    "number": "INV-0042",
    "url": "https://app.example/i/8801",
    "acknowledged_revision": 13,
    "currency": "AUD",
    "total": "1890.00",
    "amount_due": "1390.00",
    "payments": [_PAYMENT_EXAMPLE | {"method": "card", "fee": "8.75"}],
    "credits": [],
    "document": EXAMPLE,
}
_SIDE_EXAMPLE: dict[str, Any] = {
    "xero_invoice_id": _XERO_ID,
    "number": "INV-0042",
    "status": "AUTHORISED",
    "currency": "AUD",
    "total": "1890.00",
    "amount_due": "1390.00",
    "payments": [
        _PAYMENT_EXAMPLE
        | {"xero_payment_id": "6a1f0e52-7d0b-4c6e-9d5a-0c4a1d2b3e4f", "xero_overpayment_id": None}
    ],
    "credits": [],
    "updated_at": "2026-11-20T03:15:01Z",
    "deep_link": DEEP_LINK.format("!Ab1c2", _XERO_ID),
}
INVOICE_EXAMPLE: dict[str, Any] = {
    "id": "inv_8801",
    "connection_id": "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10",
    "state": "settled",
    "reason": None,
    "since": "2026-11-20T03:15:01Z",
    "created_at": "2026-11-20T03:14:58Z",
    "updated_at": "2026-11-20T03:15:01Z",
    "revision": 13,
    "record": _RECORD_EXAMPLE,
    "partner": _PARTNER_EXAMPLE,
    "xero": _SIDE_EXAMPLE,
}


class PartnerSide(BaseModel):
    """What is known of the partner's side: its newest document, with the changes that it has applied since."""

    version: int | None
    number: str | None
    url: str | None = Field(description="Opens the invoice in the app.")
    acknowledged_revision: int
    currency: str | None
    total: str | None = Field(description="Null while a tax of its lines is not known.")
    amount_due: str | None = Field(description="What its own payments and credits leave of the total.")
    payments: list[AppPayment]
    credits: list[AppCredit]
    document: dict[str, Any] | None = Field(description="The newest one that it sent, as it came.")


class XeroSide(BaseModel):
    """What Xero was last seen to hold."""

    xero_invoice_id: str
    number: str | None
    status: str | None
    currency: str | None
    total: str | None
    amount_due: str | None
    payments: list[XeroPayment]
    credits: list[XeroCredit]
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
    created_at: datetime = Field(description="When it became known here.")
    updated_at: datetime = Field(description="When anything of it was last written here.")
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
    return await build_invoices_of_all(session, [(connection, one) for one in kept])


async def build_invoices_of_all(
    session: ReadSession, kept: Sequence[tuple[Connection, KeptInvoice]]
) -> list[Invoice]:
    """The resources of links of any connections, their contacts read at once."""
    wanted = {
        (connection.id, str(contact))
        for connection, one in kept
        if (contact := one.link.hub.record.get("contact"))
    }
    details = await list_details_named(session, wanted)
    contacts: dict[UUID, dict[str, Mapping[str, Any]]] = {connection.id: {} for connection, _ in kept}
    for (connection_id, contact_id), contact in details.items():
        contacts[connection_id][contact_id] = contact.shown
    total_of = {connection.id: build_reckoning(connection) for connection, _ in kept}
    return [
        _build_invoice(one, connection, contacts[connection.id], total_of[connection.id])
        for connection, one in kept
    ]


def _build_invoice(
    kept: KeptInvoice,
    connection: Connection,
    contacts: Mapping[str, Mapping[str, Any]],
    total_of: Reckoning,
) -> Invoice:
    """The resource of one link; `contacts` has details by the partner's contact id."""
    shown, sides = show(kept, connection), view_sides(kept, total_of)
    return Invoice(
        id=kept.link.partner_invoice_id,
        connection_id=connection.id,
        state=shown.state,
        reason=shown.reason,
        since=shown.since,
        created_at=kept.created_at,
        updated_at=kept.updated_at,
        revision=kept.link.hub.revision,
        record=_build_record(kept, connection, contacts) if sides.record else None,
        partner=_build_partner_side(kept, sides, total_of),
        xero=_build_xero_side(kept, sides, connection),
    )


def _build_record(
    kept: KeptInvoice, connection: Connection, contacts: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    record, link = kept.link.hub.record, kept.link
    found = totals(record, connection.organisation.rates()) if connection.organisation else None
    total = found.total if found else None
    return to_document(link.partner_invoice_id, project(Side.PARTNER, record), contacts, total, link.fees)


def _build_partner_side(kept: KeptInvoice, sides: Sides, total_of: Reckoning) -> PartnerSide:
    link, held = kept.link, sides.partner
    types = {path: value for path, value in sides.record.items() if path.endswith("/tax_type")}
    total = total_of({**types, **held}) if held else None
    return PartnerSide(
        version=kept.document_version or None,
        number=kept.partner_number,
        url=held.get("url"),
        acknowledged_revision=link.hub.acked_revision,
        currency=held.get("currency"),
        total=show_amount(total),
        amount_due=show_amount(find_amount_due(held, total)),
        payments=list_app_payments(link, sides),
        credits=list_app_credits(sides),
        document=dict(link.document.body) if link.document is not None else None,
    )


def _build_xero_side(kept: KeptInvoice, sides: Sides, connection: Connection) -> XeroSide | None:
    link, organisation = kept.link, connection.organisation
    if link.xero_invoice_id is None:
        return None
    return XeroSide(
        xero_invoice_id=link.xero_invoice_id,
        number=kept.xero_number,
        status=link.xero_status,
        currency=sides.currency,
        total=link.xero_total,
        amount_due=link.xero_amount_due,
        payments=list_xero_payments(link, sides),
        credits=list_xero_credits(link, sides),
        updated_at=link.xero_updated_at,
        deep_link=organisation.address_of_invoice(link.xero_invoice_id) if organisation else None,
    )
