"""A person at Xero's own screens, as control addresses: the invoices, payments and contacts of one organisation.

A person writes through the same rules as the API and causes the same events, but makes no API call, is not "my app",
and sees prices with four places. `PATCH` changes only what it names; its lines are merged by LineItemID or by index.
A payment can be reconciled (`IsReconciled` false undoes it); a contact merged `Into` another. `ACTS` lists them.
"""

from typing import Any

from starlette.requests import Request

from app.sandbox.xero.books.contacts import Contact
from app.sandbox.xero.books.invoices import Invoice
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.books.payments import Payment
from app.sandbox.xero.controls.acting import PLACES, Act, read_wish
from app.sandbox.xero.controls.control_answers import ControlError
from app.sandbox.xero.endpoints.invoice_views import view_invoice
from app.sandbox.xero.endpoints.payment_endpoints import view_payment
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.writes.contact_writes import create_contact, merge_contacts, save_contact
from app.sandbox.xero.writes.invoice_writes import create_invoice, save_invoice
from app.sandbox.xero.writes.payment_writes import create_payment, delete_payment, reconcile_payment


def _invoice(request: Request, organisation: Organisation) -> Invoice:
    found = organisation.invoices.find(request.path_params["key"])
    if found is None:
        raise ControlError("no such invoice", 404)
    return found


def _contact(request: Request, organisation: Organisation) -> Contact:
    key = request.path_params["key"]
    found = organisation.contacts.find(key) or organisation.contacts.find_named(key)
    if found is None:
        raise ControlError("no such contact", 404)
    return found


def _list_invoices(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    return {"Invoices": [view_invoice(organisation, invoice, PLACES) for invoice in organisation.invoices]}


def _get_invoice(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    return view_invoice(organisation, _invoice(request, organisation), PLACES)


def _write_invoice(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    element = read_wish({"Type": "ACCREC", **wish}, "Invoice")
    return view_invoice(
        organisation, create_invoice(organisation, element, PLACES, by_app=False).invoice, PLACES
    )


def _edit_invoice(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    invoice = _invoice(request, organisation)
    if "LineItems" in wish:
        lines = _merge_lines(invoice, wish["LineItems"])
        wish = {"LineAmountTypes": invoice.amounts_are, **wish, "LineItems": lines}
    element = read_wish(wish, "Invoice")
    return view_invoice(
        organisation, save_invoice(organisation, element, PLACES, False, invoice).invoice, PLACES
    )


def _merge_lines(invoice: Invoice, wishes: Any) -> list[dict[str, Any]]:
    """The whole list of lines: each held one with its changes, less the removed, then the new.

    A wish that names every held line also says their order, as when a person drags one.
    """
    if not isinstance(wishes, list) or not all(isinstance(wish, dict) for wish in wishes):
        raise ControlError("LineItems must be a list of objects")
    merged: dict[str, dict[str, Any] | None] = {
        line.line_id: {"LineItemID": line.line_id} for line in invoice.lines
    }
    named = [line_id for wish in wishes if (line_id := _line_id(invoice, wish))]
    if set(named) == set(merged):
        merged = dict.fromkeys(named)
    added = []
    for wish in wishes:
        line_id = _line_id(invoice, wish)
        changes = {name: value for name, value in wish.items() if name not in ("index", "Removed")}
        if line_id is None:
            added.append(changes)
        else:
            merged[line_id] = None if wish.get("Removed") else {**changes, "LineItemID": line_id}
    return [line for line in merged.values() if line is not None] + added


def _line_id(invoice: Invoice, wish: dict[str, Any]) -> str | None:
    """Which held line a wish is about; None for a new line."""
    held = [line.line_id for line in invoice.lines]
    if "index" in wish:
        index = wish["index"]
        if not isinstance(index, int) or not 0 <= index < len(held):
            raise ControlError(f"the invoice has no line {index}")
        return held[index]
    line_id = str(wish.get("LineItemID") or "").lower()
    if line_id and line_id not in held:
        raise ControlError(f"the invoice has no line {line_id}")
    return line_id or None


def _void_invoice(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    """Void, or delete when the invoice was never approved."""
    invoice = _invoice(request, organisation)
    status = "DELETED" if invoice.status in ("DRAFT", "SUBMITTED") else "VOIDED"
    written = save_invoice(organisation, Element({"Status": status}), PLACES, False, invoice)
    return view_invoice(organisation, written.invoice, PLACES)


def _pay_invoice(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    invoice = _invoice(request, organisation)
    account_id, code = wish.pop("AccountID", None), wish.pop("AccountCode", None)
    if not account_id and not code:
        account_id = organisation.chart.first_bank().account_id
    wish.setdefault("Amount", invoice.amount_due)
    values = {
        **wish,
        "Invoice": {"InvoiceID": invoice.invoice_id},
        "Account": {"AccountID": account_id, "Code": code},
    }
    return view_payment(organisation, create_payment(organisation, read_wish(values, "Payment")))


def _payment(request: Request, organisation: Organisation) -> Payment:
    payment = organisation.payments.find(request.path_params["key"])
    if payment is None:
        raise ControlError("no such payment", 404)
    return payment


def _get_payment(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    return view_payment(organisation, _payment(request, organisation))


def _delete_payment(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    payment = _payment(request, organisation)
    return view_payment(organisation, delete_payment(organisation, payment, Element({"Status": "DELETED"})))


def _reconcile_payment(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    """Match with the bank statement; `IsReconciled` false undoes it."""
    payment = _payment(request, organisation)
    is_reconciled = bool(wish.get("IsReconciled", True))
    return view_payment(organisation, reconcile_payment(organisation, payment, is_reconciled))


def _list_contacts(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    return {"Contacts": [contact.view() for contact in organisation.contacts]}


def _get_contact(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    return _contact(request, organisation).view()


def _write_contact(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    return create_contact(organisation, read_wish(wish, "Contact"), by_app=False).view()


def _edit_contact(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    contact = _contact(request, organisation)
    return save_contact(organisation, read_wish(wish, "Contact"), False, contact.contact_id).view()


def _archive_contact(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    contact = _contact(request, organisation)
    element = Element({"ContactStatus": "ARCHIVED"})
    return save_contact(organisation, element, False, contact.contact_id).view()


def _merge_contact(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    """Merge into the contact that `Into` names by id or name."""
    into = str(wish.get("Into", ""))
    kept = organisation.contacts.find(into) or organisation.contacts.find_named(into)
    if kept is None:
        raise ControlError("Into must be the id or name of a contact", 404)
    return merge_contacts(organisation, _contact(request, organisation), kept).view()


def _restore_contact(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    contact = _contact(request, organisation)
    return save_contact(organisation, Element({"ContactStatus": "ACTIVE"}), False, contact.contact_id).view()


ACTS: tuple[tuple[str, str, Act], ...] = (
    ("GET", "/invoices", _list_invoices),
    ("POST", "/invoices", _write_invoice),
    ("GET", "/invoices/{key}", _get_invoice),
    ("PATCH", "/invoices/{key}", _edit_invoice),
    ("POST", "/invoices/{key}/void", _void_invoice),
    ("POST", "/invoices/{key}/payments", _pay_invoice),
    ("GET", "/payments/{key}", _get_payment),
    ("POST", "/payments/{key}/reconcile", _reconcile_payment),
    ("DELETE", "/payments/{key}", _delete_payment),
    ("DELETE", "/invoices/{invoice}/payments/{key}", _delete_payment),
    ("GET", "/contacts", _list_contacts),
    ("POST", "/contacts", _write_contact),
    ("GET", "/contacts/{key}", _get_contact),
    ("PATCH", "/contacts/{key}", _edit_contact),
    ("POST", "/contacts/{key}/archive", _archive_contact),
    ("POST", "/contacts/{key}/restore", _restore_contact),
    ("POST", "/contacts/{key}/merge", _merge_contact),
)
