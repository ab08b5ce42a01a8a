"""History and notes of a document, as far as notes go: put by an app, read again. Xero's own entries are not kept."""

from datetime import datetime
from typing import Any

from starlette.responses import Response

from app.sandbox.xero.books.credits import FAMILIES
from app.sandbox.xero.endpoints.ask import Ask, write_elements
from app.sandbox.xero.forms.dates import net_instant, utc_string
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.forms.refusals import Missing, Refused

LONGEST = 2500
RESOURCES = ("Invoices", "Contacts", "Payments", "Items", *(family.plural for family in FAMILIES))


def get_history(ask: Ask, resource: str) -> Response:
    """GET of a document's History, newest first."""
    notes = ask.organisation.notes.get(_document_id(ask, resource), [])
    shown = [{"Changes": "Note", **_view(at, details), "User": "System Generated"} for at, details in notes]
    return ask.answer("HistoryRecords", shown[::-1])


def put_history(ask: Ask, resource: str) -> Response:
    """PUT of a document's History: add notes (FACTS 5: at most 2,500 characters)."""
    document_id = _document_id(ask, resource)

    def write(element: Element) -> dict[str, Any]:
        details = element.text("Details") or ""
        if not 0 < len(details) <= LONGEST:
            raise Refused(f"The Details must have between 1 and {LONGEST} characters.")
        at = ask.organisation.clock.now()
        notes = ask.organisation.notes.setdefault(document_id, [])
        notes.append((at, details))
        ask.organisation.journal.note(lambda: notes.__delitem__(-1))
        return {**_view(at, details), "ValidationErrors": []}

    elements = ask.read("HistoryRecords", "HistoryRecord")
    return write_elements(ask, "HistoryRecords", elements, write, _echo, None)


def _view(at: datetime, details: str) -> dict[str, Any]:
    return {"DateUTCString": utc_string(at)[:19], "DateUTC": net_instant(at), "Details": details}


def _echo(element: Element) -> dict[str, Any]:
    return {"Details": element.text("Details") or ""}


def _document_id(ask: Ask, resource: str) -> str:
    organisation, key = ask.organisation, ask.key
    found: str | None = None
    if resource == "Invoices" and (invoice := organisation.invoices.find(key)):
        found = invoice.invoice_id
    elif resource == "Contacts" and (contact := organisation.contacts.find(key)):
        found = contact.contact_id
    elif resource == "Payments" and (payment := organisation.payments.find(key)):
        found = payment.payment_id
    elif resource == "Items" and (item := organisation.items.find(key)):
        found = item.item_id
    for family in FAMILIES:
        if resource == family.plural and (credit := organisation.credits.find(family, key)):
            found = credit.credit_id
    if found is None:
        raise Missing
    return found
