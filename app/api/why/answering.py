"""Answers to why: of an invoice that is linked, from what is known; of one that is not, by asking Xero.

The API's routes and a command line answer by these.
"""

from uuid import UUID

from app.api.books.standing import show
from app.api.dependencies import Services
from app.api.why.gathering import address_of, gather_invoice
from app.api.why.resource import Why, Whys, build_why, build_why_of_stranger
from app.db.findings.left_behind import list_left_behind
from app.db.invoices.invoice_links import list_by_xero_id
from app.db.invoices.invoice_lists import Wanted, list_kept_invoices
from app.db.invoices.resources import KeptInvoice, find_kept_invoice
from app.db.links.made_before import list_made_before
from app.db.partners.shop_refusals import find_refusal
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection, ConnectionState
from app.domain.why.invoice import answer_invoice
from app.domain.why.stranger import answer_nowhere, answer_refused_order, answer_stranger
from app.domain.xero.xero_invoice import XeroInvoice
from app.errors import XeroUnavailable
from app.intake.refusals import NO_INVOICE, Fault, InputRefused

MOST_ALIKE = 10
"""Invoices with one number that are answered for; more have it only by mistake."""

_CAN_BE_ASKED = (ConnectionState.ACTIVE, ConnectionState.PAUSED)


async def explain_invoice(services: Services, connection: Connection, invoice_id: str) -> Why:
    """Why the invoice of that partner's id is not in step; Xero is not asked. Raises `not_found`."""
    async with services.database.reading() as session:
        kept = await find_kept_invoice(session, connection.id, invoice_id)
        if kept is None:
            raise InputRefused("not_found", NO_INVOICE)
        return await _answer(services, session, connection, kept)


async def explain_number(
    services: Services, connection: Connection, number: str | None, xero_invoice_id: UUID | None
) -> Whys:
    """By a number of either side or by Xero's id, one of the two; Xero is asked, by one call, where no link has it.

    Raises `invalid_request`, and what `app.errors` names where Xero does not answer.
    """
    if bool((number or "").strip()) == (xero_invoice_id is not None):
        raise InputRefused(
            "invalid_request",
            "Name a number or Xero's id.",
            [Fault("number", "must be given, or xero_invoice_id")],
        )
    xero_id = str(xero_invoice_id) if xero_invoice_id else None
    async with services.database.reading() as session:
        kept = await _list_kept(session, connection, number, xero_id)
        known = [await _answer(services, session, connection, one) for one in kept]
        # First, since an order that was taken before and is refused now is why its invoice stands still.
        known = [*await _find_refused_order(session, connection, number), *known]
    return Whys(data=known or await _ask_xero(services, connection, number, xero_id))


async def _find_refused_order(session: ReadSession, connection: Connection, number: str | None) -> list[Why]:
    refused = await find_refusal(session, connection.id, number) if number else None
    if refused is None:
        return []
    answer = answer_refused_order(address_of(connection), refused.number, refused.reason)
    return [build_why(answer)]


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
    async with services.database.reading() as session:
        ids = {one.xero_invoice_id for one in found}
        made_for = await list_made_before(session, connection, ids)
        left_by = await list_left_behind(session, connection.id, ids)
    return [
        build_why_of_stranger(
            answer_stranger(
                connection,
                address,
                invoice,
                now,
                made_for=made_for.get(invoice.xero_invoice_id),
                left_by=left_by.get(invoice.xero_invoice_id),
            ),
            invoice,
        )
        for invoice in found
    ]


async def _fetch(
    services: Services, connection: Connection, number: str | None, xero_id: str | None
) -> list[XeroInvoice]:
    organisation = await services.organisations.open(connection.id)
    if number is not None:
        found = await organisation.invoices.fetch_by_number([number])
    else:
        found = await organisation.invoices.fetch([xero_id or ""])
    for invoice in found:
        if invoice.flaw is not None:
            raise XeroUnavailable(f"What Xero shows of the invoice cannot be read: {invoice.flaw}.")
    return found
