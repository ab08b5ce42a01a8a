"""Why: one call that answers why something is not in step, and what to do (FEATURES N7)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.api.authentication import MEMBERS_WRITE, OwnConnection
from app.api.books.contact_paths import ContactId
from app.api.books.invoice_paths import InvoiceId
from app.api.books.standing import show
from app.api.dependencies import Given
from app.api.problems import MISSING, documented
from app.api.why.answering import explain_invoice, explain_number
from app.api.why.gathering import gather_contact
from app.api.why.resource import Why, Whys, build_why
from app.db.contacts.contact_resources import find_kept_contact
from app.domain.why.contact import answer_contact
from app.intake.refusals import InputRefused
from app.intake.values import Line

router = APIRouter(prefix="/v1/connections/{connection_id}", tags=["why"], dependencies=[MEMBERS_WRITE])


@router.get(
    "/invoices/{invoice_id}/why",
    operation_id="why_invoice",
    summary="Why an invoice is not in step, gate by gate, with the cure",
    responses=documented(*MISSING),
)
async def why_invoice(services: Given, connection: OwnConnection, invoice_id: InvoiceId) -> Why:
    """Answers from what is known; nobody is asked.

    A document that was not merged yet is merged for the answer alone, so it tells what the next look would come to.
    """
    return await explain_invoice(services, connection, invoice_id)


@router.get(
    "/contacts/{contact_id}/why",
    operation_id="why_contact",
    summary="Why a contact is not in step, gate by gate, with the cure",
    responses=documented(*MISSING),
)
async def why_contact(services: Given, connection: OwnConnection, contact_id: ContactId) -> Why:
    """Answers from what is known; nobody is asked."""
    async with services.database.reading() as session:
        kept = await find_kept_contact(session, connection.id, contact_id)
        if kept is None:
            raise InputRefused("not_found", "This connection has no contact with that id.")
        facts = await gather_contact(session, connection, kept, services.clock.now())
    state = show(kept, connection).state
    return build_why(
        answer_contact(facts),
        kind="contact",
        partner_id=contact_id,
        xero_contact_id=kept.xero_contact_id,
        state=state,
    )


@router.get(
    "/why",
    operation_id="why_number",
    summary="The same by a number of either side, or by Xero's id",
    responses=documented(*MISSING, "xero_refused", "xero_unavailable"),
)
async def why_number(
    services: Given,
    connection: OwnConnection,
    number: Annotated[Line | None, Query(description="The number that it has on either side.")] = None,
    xero_invoice_id: Annotated[UUID | None, Query(description="Xero's own id of it.")] = None,
) -> Whys:
    """Name one of the two. Where no link has it, Xero is asked at the price of one call, and the answer says which
    gate keeps the invoice there: a draft, a bill, not sent, imports off, before `sync_from`.
    """
    return await explain_number(services, connection, number, xero_invoice_id)
