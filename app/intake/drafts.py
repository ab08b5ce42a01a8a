"""A wanted draft on its way in: stored as the first document of its invoice, with the wish to have it in Xero so.

The wish is a column of the link; the loop carries it out under its lease. A second call with the same content changes
nothing, and one with other content is refused, so that one id is one draft for good.
"""

from datetime import date, datetime, timedelta
from typing import Any

from app.db.links.documents import find_draft_asked, save_draft_asked
from app.db.postgres.session import WriteSession
from app.domain.connections.connection import Connection
from app.domain.xero.organisation import Organisation
from app.domain.xero.xero_contact import XeroContact
from app.intake.document import Document
from app.intake.documents import take_in
from app.intake.draft import Draft
from app.intake.draft_contacts import save_contact
from app.intake.refusals import Fault, InputRefused

DUE_AFTER = timedelta(days=30)
LONGEST_ID = 64


def check_id(draft: Draft) -> None:
    """Raise `invalid_request` where the id that is made from the deal's would be too long."""
    if len(draft.invoice_id) > LONGEST_ID:
        fault = Fault("id", f"is required here: with `deal-` the deal's id is longer than {LONGEST_ID}")
        raise InputRefused("invalid_request", "The invoice needs an id.", [fault])


async def take_in_draft(
    session: WriteSession, connection: Connection, draft: Draft, chosen: XeroContact | None, at: datetime
) -> bool:
    """Store it if it is new, and raise generations; False where it was stored before. The connection's row is locked.

    Raises `InputRefused`: `not_authorised_yet`, `draft_known`, `invalid_request`, and what a document is refused for.
    """
    if connection.organisation is None:
        raise InputRefused(
            "not_authorised_yet", "Authorise the connection first; then it has a Xero to go to."
        )
    known = await find_draft_asked(session, connection.id, draft.invoice_id)
    if known is not None:
        _check_same(draft, known.asked)
        return False
    contact = await save_contact(session, connection, draft.contact, chosen, at)
    today = connection.find_day(at)
    document = build_document(draft, contact, connection.organisation, today)
    taken = await take_in(session, connection, document, at)
    await save_draft_asked(session, connection.id, draft.invoice_id, draft.to_json())
    return taken.stored.is_news


def _check_same(draft: Draft, asked: dict[str, Any] | None) -> None:
    if asked == draft.to_json():
        return
    detail = (
        "There is an invoice with that id, which was no draft of a deal."
        if asked is None
        else "A draft with that id was asked for with other content; edit the invoice, or choose another id."
    )
    field = "deal.id" if draft.id is None else "id"
    raise InputRefused("draft_known", detail, [Fault(field, f"{draft.invoice_id} is taken")])


def build_document(
    draft: Draft, contact: dict[str, Any], organisation: Organisation, today: date
) -> Document:
    """The first version of the invoice's document, with every default."""
    issued_on = draft.issued_on or today.isoformat()
    due_on = draft.due_on or _find_due_date(issued_on)
    lines = [line.model_dump() for line in draft.lines or ()] or [
        {
            "id": "deal",
            "description": draft.deal.name,
            "quantity": "1",
            "unit_price": draft.deal.amount,
            "tax": draft.tax,
        }
    ]
    return Document.model_validate(
        {
            "id": draft.invoice_id,
            "version": 1,
            "status": "draft",
            "currency": draft.currency or organisation.base_currency,
            "amounts_are": draft.amounts_are,
            "issued_on": issued_on,
            "due_on": due_on,
            "reference": draft.reference,
            "url": draft.deal.url,
            "job": {"id": draft.deal.id, "name": draft.deal.name},
            "contact": contact,
            "lines": lines,
        }
    )


def _find_due_date(issued_on: str) -> str:
    try:
        return (date.fromisoformat(issued_on) + DUE_AFTER).isoformat()
    except OverflowError:
        fault = Fault("due_on", f"is required here: {DUE_AFTER.days} days after {issued_on} there is no date")
        raise InputRefused("invalid_request", "The draft needs a due date.", [fault]) from None
