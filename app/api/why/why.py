"""Why: one call that answers why something is not in step, and what to do (FEATURES N7)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.api.authentication import MEMBERS_WRITE, OwnConnection
from app.api.books.contact_paths import ContactId
from app.api.books.invoice_paths import InvoiceId
from app.api.books.standing import show
from app.api.dependencies import Given, Services
from app.api.problems import documented
from app.api.why.gathering import address_of, gather_contact, gather_invoice
from app.api.why.resource import Why, Whys, build_why, build_why_of_stranger
from app.db.contact_resources import find_kept_contact
from app.db.invoice_lists import Wanted, list_kept_invoices
from app.db.links import list_by_xero_id
from app.db.resources import KeptInvoice, find_kept_invoice
from app.db.session import ReadSession
from app.domain.connection import Connection, ConnectionState
from app.domain.why.contact import answer_contact
from app.domain.why.invoice import answer_invoice
from app.domain.why.stranger import answer_nowhere, answer_stranger
from app.domain.xero_invoice import XeroInvoice
from app.intake.refusals import Fault, InputRefused
from app.intake.values import Line

router = APIRouter(prefix="/v1/connections/{connection_id}", tags=["why"], dependencies=[MEMBERS_WRITE])

MOST_ALIKE = 10
"""Invoices with one number that are answered for; more have it only by mistake."""

_MISSING = ("unauthorised", "not_found", "invalid_request")
_CAN_BE_ASKED = (ConnectionState.ACTIVE, ConnectionState.PAUSED)


@router.get(
    "/invoices/{invoice_id}/why",
    operation_id="why_invoice",
    summary="Why an invoice is not in step, gate by gate, with the cure",
    responses=documented(*_MISSING),
)
async def why_invoice(services: Given, connection: OwnConnection, invoice_id: InvoiceId) -> Why:
    """Answers from what is known; nobody is asked.

    A document that was not merged yet is merged for the answer alone, so it tells what the next look would come to.
    """
    async with services.database.reading() as session:
        kept = await find_kept_invoice(session, connection.id, invoice_id)
        if kept is None:
            raise InputRefused("not_found", "This connection has no invoice with that id.")
        return await _answer(services, session, connection, kept)


@router.get(
    "/contacts/{contact_id}/why",
    operation_id="why_contact",
    summary="Why a contact is not in step, gate by gate, with the cure",
    responses=documented(*_MISSING),
)
async def why_contact(services: Given, connection: OwnConnection, contact_id: ContactId) -> Why:
    """Answers from what is known; nobody is asked."""
    async with services.database.reading() as session:
        kept = await find_kept_contact(session, connection.id, contact_id)
        if kept is None:
            raise InputRefused("not_found", "This connection has no contact with that id.")
        facts = await gather_contact(session, connection, kept, services.clock.now())
    state = show(kept, connection).state
    return build_why(answer_contact(facts), kind="contact", partner_id=contact_id, state=state)


@router.get(
    "/why",
    operation_id="why_number",
    summary="The same by a number of either side, or by Xero's id",
    responses=documented(*_MISSING, "xero_refused", "xero_unavailable"),
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
    if (number is None) == (xero_invoice_id is None):
        raise InputRefused(
            "invalid_request", "Name a number or Xero's id.", [Fault("number", "must be given, or the other")]
        )
    xero_id = str(xero_invoice_id) if xero_invoice_id else None
    async with services.database.reading() as session:
        kept = await _list_kept(session, connection, number, xero_id)
        known = [await _answer(services, session, connection, one) for one in kept]
    return Whys(data=known or await _ask_xero(services, connection, number, xero_id))


async def _list_kept(
    session: ReadSession, connection: Connection, number: str | None, xero_id: str | None
) -> list[KeptInvoice]:
    if number is not None:
        wanted = Wanted(number=number, limit=MOST_ALIKE)
        return await list_kept_invoices(session, connection.id, wanted)
    links = await list_by_xero_id(session, connection.id, [xero_id or ""])
    found = [await find_kept_invoice(session, connection.id, link.partner_invoice_id) for link in links]
    return [kept for kept in found if kept is not None]


async def _answer(services: Services, session: ReadSession, connection: Connection, kept: KeptInvoice) -> Why:
    facts = await gather_invoice(session, connection, kept, services.clock.now())
    return build_why(
        answer_invoice(facts),
        partner_id=kept.link.partner_invoice_id,
        xero_invoice_id=kept.link.xero_invoice_id,
        state=show(kept, connection).state,
    )


async def _ask_xero(
    services: Services, connection: Connection, number: str | None, xero_id: str | None
) -> list[Why]:
    address, now = address_of(connection), services.clock.now()
    can_ask = connection.state in _CAN_BE_ASKED and connection.organisation is not None
    found = await _fetch(services, connection, number, xero_id) if can_ask else []
    if not found:
        answer = answer_nowhere(address, number or xero_id or "", was_xero_asked=can_ask)
        return [build_why(answer, xero_invoice_id=xero_id)]
    return [
        build_why_of_stranger(answer_stranger(connection, address, invoice, now), invoice)
        for invoice in found
    ]


async def _fetch(
    services: Services, connection: Connection, number: str | None, xero_id: str | None
) -> list[XeroInvoice]:
    organisation = await services.organisations.open(connection.id)
    if number is not None:
        return await organisation.invoices.fetch_by_number([number])
    return await organisation.invoices.fetch([xero_id or ""])
