"""A person at Xero's own screens, as control addresses: invoices, payments, contacts, accounts of one organisation.

A person writes through the same rules as the API and causes the same events, but makes no API call, is not "my app",
and sees prices with four places. `PATCH` changes only what it names; its lines are merged by LineItemID or by index.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.sandbox.xero.answers import answer_json
from app.sandbox.xero.contact_writes import create_contact, save_contact
from app.sandbox.xero.contacts import Contact
from app.sandbox.xero.control_answers import ControlError, organisation_of, read_json
from app.sandbox.xero.elements import Element, check_names
from app.sandbox.xero.invoice_views import view_invoice
from app.sandbox.xero.invoice_writes import create_invoice, save_invoice
from app.sandbox.xero.invoices import Invoice
from app.sandbox.xero.organisation import Organisation
from app.sandbox.xero.payment_endpoints import view_payment
from app.sandbox.xero.payment_writes import create_payment, delete_payment
from app.sandbox.xero.refusals import NotBuilt, PostDataInvalid, Refused

_PLACES = 4
Act = Callable[[Request, Organisation, dict[str, Any]], dict[str, Any]]


def _acting(act: Act) -> Callable[[Request], Awaitable[Response]]:
    """A view that carries out one act whole, publishes its events and answers with JSON."""

    async def view(request: Request) -> Response:
        sandbox, organisation = organisation_of(request)
        wish = await read_json(request)
        mark = organisation.journal.mark()
        try:
            shown = act(request, organisation, wish)
        except Exception as error:
            organisation.journal.rewind(mark)
            raise _told(error) from error
        sandbox.publish(organisation)
        return answer_json(shown)

    return view


def _told(error: Exception) -> Exception:
    """The error in words for the control address; anything unforeseen as it is."""
    match error:
        case Refused():
            return ControlError("Xero refuses this", errors=error.messages)
        case PostDataInvalid() | NotBuilt():
            return ControlError(str(error))
    return error


def _element(values: dict[str, Any], shape_name: str) -> Element:
    check_names(values, shape_name)
    return Element(values)


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
    return {"Invoices": [view_invoice(organisation, invoice, _PLACES) for invoice in organisation.invoices]}


def _get_invoice(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    return view_invoice(organisation, _invoice(request, organisation), _PLACES)


def _write_invoice(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    element = _element({"Type": "ACCREC", **wish}, "Invoice")
    return view_invoice(
        organisation, create_invoice(organisation, element, _PLACES, by_app=False).invoice, _PLACES
    )


def _edit_invoice(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    invoice = _invoice(request, organisation)
    if "LineItems" in wish:
        lines = _merge_lines(invoice, wish["LineItems"])
        wish = {"LineAmountTypes": invoice.amounts_are, **wish, "LineItems": lines}
    element = _element(wish, "Invoice")
    return view_invoice(
        organisation, save_invoice(organisation, element, _PLACES, False, invoice).invoice, _PLACES
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
    written = save_invoice(organisation, Element({"Status": status}), _PLACES, False, invoice)
    return view_invoice(organisation, written.invoice, _PLACES)


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
    return view_payment(organisation, create_payment(organisation, _element(values, "Payment")))


def _delete_payment(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    payment = organisation.payments.find(request.path_params["key"])
    if payment is None:
        raise ControlError("no such payment", 404)
    return view_payment(organisation, delete_payment(organisation, payment, Element({"Status": "DELETED"})))


def _list_contacts(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    return {"Contacts": [contact.view() for contact in organisation.contacts]}


def _get_contact(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    return _contact(request, organisation).view()


def _write_contact(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    return create_contact(organisation, _element(wish, "Contact"), by_app=False).view()


def _edit_contact(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    contact = _contact(request, organisation)
    return save_contact(organisation, _element(wish, "Contact"), False, contact.contact_id).view()


def _archive_contact(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    contact = _contact(request, organisation)
    element = Element({"ContactStatus": "ARCHIVED"})
    return save_contact(organisation, element, False, contact.contact_id).view()


def _restore_contact(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    contact = _contact(request, organisation)
    return save_contact(organisation, Element({"ContactStatus": "ACTIVE"}), False, contact.contact_id).view()


def _list_accounts(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    return {"Accounts": [account.view() for account in organisation.chart]}


def _archive_account(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    key = request.path_params["key"]
    account = organisation.chart.find(key, None) or organisation.chart.find(None, key)
    if account is None:
        raise ControlError("no such account", 404)
    return organisation.chart.archive(account, organisation.clock.stamp(account.updated_at)).view()


_ROUTES: tuple[tuple[str, str, Act], ...] = (
    ("GET", "/invoices", _list_invoices),
    ("POST", "/invoices", _write_invoice),
    ("GET", "/invoices/{key}", _get_invoice),
    ("PATCH", "/invoices/{key}", _edit_invoice),
    ("POST", "/invoices/{key}/void", _void_invoice),
    ("POST", "/invoices/{key}/payments", _pay_invoice),
    ("DELETE", "/payments/{key}", _delete_payment),
    ("DELETE", "/invoices/{invoice}/payments/{key}", _delete_payment),
    ("GET", "/contacts", _list_contacts),
    ("POST", "/contacts", _write_contact),
    ("GET", "/contacts/{key}", _get_contact),
    ("PATCH", "/contacts/{key}", _edit_contact),
    ("POST", "/contacts/{key}/archive", _archive_contact),
    ("POST", "/contacts/{key}/restore", _restore_contact),
    ("GET", "/accounts", _list_accounts),
    ("POST", "/accounts/{key}/archive", _archive_account),
)


def build_people_routes() -> list[Route]:
    """The routes below `/control/people/{tenant_id}`."""
    return [
        Route(f"/control/people/{{tenant_id}}{path}", _acting(act), methods=[method])
        for method, path, act in _ROUTES
    ]
