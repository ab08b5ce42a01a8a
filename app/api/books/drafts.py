"""Draft invoices in Xero from deals: one call makes one, and it is then kept true in two places like any invoice."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import MEMBERS_WRITE, ConnectionId, OwnConnection, PartnerId, lock_own_connection
from app.api.books.contact_links import fetch_usable_contact
from app.api.books.invoice_resource import INVOICE_EXAMPLE, Invoice, build_invoices
from app.api.books.standing import Reason
from app.api.bounded_wait import wait_until
from app.api.dependencies import Given, Services
from app.api.problems import documented
from app.db.connections.connections import find_connection
from app.db.invoices.resources import find_kept_invoice
from app.domain.connections.connection import Connection, ConnectionState
from app.domain.invoices.link import State
from app.domain.xero.xero_contact import XeroContact
from app.intake.draft import Draft
from app.intake.draft_contacts import check_contact, find_linked
from app.intake.drafts import check_id, take_in_draft
from app.intake.refusals import NO_INVOICE, InputRefused

router = APIRouter(
    prefix="/v1/connections/{connection_id}/drafts", tags=["invoices"], dependencies=[MEMBERS_WRITE]
)

_XERO = INVOICE_EXAMPLE["xero"] | {"status": "DRAFT", "total": "4200.00", "amount_due": "4200.00"}


class DraftInXero(BaseModel):
    """What became of a wanted draft, and the invoice that it is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "outcome": "made",
                    "xero_invoice_id": _XERO["xero_invoice_id"],
                    "deep_link": _XERO["deep_link"],
                    "reason": None,
                    "invoice": INVOICE_EXAMPLE | {"id": "deal-deal_204", "xero": _XERO},
                }
            ]
        }
    )

    outcome: Literal["made", "pending", "held"] = Field(
        description="`made`: it is in Xero. `pending`: it is on its way. `held`: see `reason` for what must be mended."
    )
    xero_invoice_id: str | None
    deep_link: str | None = Field(description="Opens the invoice in Xero.")
    reason: Reason | None = Field(description="Why it is not in Xero yet.")
    invoice: Invoice


@router.post(
    "",
    status_code=201,
    operation_id="create_draft",
    summary="Make a draft invoice in Xero from a deal",
    responses={
        202: {"model": DraftInXero, "description": "It is stored and not in Xero yet; see `reason`."},
        **documented(
            "malformed_body", "unauthorised", "not_found", "connection_removed", "not_authorised_yet", "draft_known",
            "too_large", "invalid_request", "invalid_document", "version_reused", "xero_refused", "xero_unavailable",
        ),
    },
)  # fmt: skip
async def create_draft(
    services: Given,
    partner_id: PartnerId,
    connection: OwnConnection,
    connection_id: ConnectionId,
    draft: Draft,
    response: Response,
) -> DraftInXero:
    """The one way for a draft into Xero; every other draft stays in the app until it is sent to the customer.

    It is stored as version 1 of the invoice, made in Xero exactly once, and waited for, some seconds at the most. The
    same call again answers the same, and finds out what became of it. From then on edits travel both ways: approved in
    Xero the app hears of it, sent to the customer in the app it is approved and marked as sent in Xero, cancelled on
    one side it is cancelled on the other, and deleted in Xero.
    """
    check_contact(draft.contact)
    check_id(draft)
    chosen = await _find_chosen(services, connection, draft)
    async with services.database.writing() as session:
        locked = await lock_own_connection(session, partner_id, connection_id)
        await take_in_draft(session, locked, draft, chosen, services.clock.now())
    await services.waker.reconcile_soon([connection_id])

    async def look() -> DraftInXero:
        return await _build(services, connection_id, draft.invoice_id)

    told = await wait_until(look, lambda seen: seen.outcome != "pending", _patience(services, locked))
    response.status_code = 201 if told.outcome == "made" else 202
    response.headers["Location"] = f"/v1/connections/{connection_id}/invoices/{draft.invoice_id}"
    return told


def _patience(services: Services, connection: Connection) -> timedelta:
    """Nothing happens at once on a connection that is not active or works at set times, so nobody waits for it."""
    is_worked = connection.state is ConnectionState.ACTIVE and not connection.waits_for_run
    return services.answer_wait if is_worked else timedelta(0)


async def _find_chosen(services: Services, connection: Connection, draft: Draft) -> XeroContact | None:
    """The contact of Xero's that was chosen, unless it is linked here already."""
    if draft.contact.xero_contact_id is None:
        return None
    xero_id = str(draft.contact.xero_contact_id)
    async with services.database.reading() as session:
        linked = await find_linked(session, connection, xero_id)
    if linked is not None:
        return None
    return await fetch_usable_contact(services, connection, xero_id, field="contact.xero_contact_id")


async def _build(services: Services, connection_id: UUID, invoice_id: str) -> DraftInXero:
    async with services.database.reading() as session:
        connection = await find_connection(session, connection_id)
        kept = await find_kept_invoice(session, connection_id, invoice_id)
        if connection is None or kept is None:
            raise InputRefused("not_found", NO_INVOICE)
        [invoice] = await build_invoices(session, connection, [kept])
    is_made = invoice.xero is not None
    is_behind = invoice.state is State.BEHIND
    return DraftInXero(
        outcome="made" if is_made else "pending" if is_behind else "held",
        xero_invoice_id=invoice.xero.xero_invoice_id if invoice.xero else None,
        deep_link=invoice.xero.deep_link if invoice.xero else None,
        reason=None if is_made else invoice.reason,
        invoice=invoice,
    )
