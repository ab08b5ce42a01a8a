"""`/Invoices` and `/Invoices/{InvoiceID}`: reads with every documented filter, PUT, POST (FACTS 4.7, 4.8)."""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response

from app.sandbox.xero.books.invoices import Invoice
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.endpoints.ask import Ask, with_warnings, write_elements
from app.sandbox.xero.endpoints.echoes import echo_invoice
from app.sandbox.xero.endpoints.invoice_views import view_invoice, view_row, view_summary
from app.sandbox.xero.forms.answers import answer_elements, answer_error
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.forms.listing import Question, cut_page, select_rows
from app.sandbox.xero.forms.refusals import Missing, PostDataInvalid
from app.sandbox.xero.forms.where import Getter
from app.sandbox.xero.writes.invoice_writes import create_invoice, save_invoice


def list_invoices(ask: Ask) -> Response:
    """GET /Invoices."""
    question, organisation = ask.question, ask.organisation

    def look() -> list[Invoice]:
        return select_rows(
            _chosen(organisation, question),
            question,
            _getters(organisation),
            lambda invoice: invoice.updated_at,
            lambda invoice: invoice.invoice_id,
        )

    rows = organisation.last_list.rows(question, organisation.journal.changes, look)
    is_summary = question.flag("summaryOnly")
    is_paged = is_summary or any(question.text(name) for name in ("page", "pageSize", "Statuses"))
    page = cut_page(rows, question, is_paged)
    if is_summary:
        shown = [view_summary(organisation, invoice) for invoice in page.rows]
    else:
        shown = [view_row(organisation, invoice, question.unit_places, is_paged) for invoice in page.rows]
    return answer_elements(organisation.clock, ask.app_name, "Invoices", shown, page)


def get_invoice(ask: Ask) -> Response:
    """GET /Invoices/{id or number}."""
    invoice = _get(ask)
    return ask.answer("Invoices", [view_invoice(ask.organisation, invoice, ask.question.unit_places)])


def get_online_invoice(ask: Ask) -> Response:
    """GET /Invoices/{id}/OnlineInvoice: sales invoices only, and not drafts (FACTS 5; the refusal's form is ours)."""
    invoice = _get(ask)
    if not invoice.is_sale or invoice.status == "DRAFT" or invoice.is_dead:
        return answer_error(10, "ValidationException", "There is no online invoice for this document.")
    token = invoice.invoice_id.replace("-", "")
    return ask.answer("OnlineInvoices", [{"OnlineInvoiceUrl": f"https://in.xero.com/{token}"}])


def put_invoices(ask: Ask) -> Response:
    """PUT /Invoices: create only."""

    def write(element: Element) -> dict[str, Any]:
        written = create_invoice(ask.organisation, element, ask.question.unit_places, by_app=True)
        shown = view_invoice(ask.organisation, written.invoice, ask.question.unit_places)
        return with_warnings(shown, written.warnings)

    return write_elements(ask, "Invoices", ask.read("Invoices", "Invoice"), write, echo_invoice, "HasErrors")


def post_invoices(ask: Ask) -> Response:
    """POST /Invoices: create, or update what an id or a number names."""
    return _post(ask, ask.read("Invoices", "Invoice"), None)


def post_invoice(ask: Ask) -> Response:
    """POST /Invoices/{id}: update one."""
    invoice = _get(ask)
    elements = ask.read("Invoices", "Invoice")
    if len(elements) != 1:
        raise PostDataInvalid("Exactly one Invoice is expected.")
    return _post(ask, elements, invoice)


def _post(ask: Ask, elements: list[Element], invoice: Invoice | None) -> Response:
    def write(element: Element) -> dict[str, Any]:
        written = save_invoice(ask.organisation, element, ask.question.unit_places, True, invoice)
        shown = view_invoice(ask.organisation, written.invoice, ask.question.unit_places)
        return with_warnings(shown, written.warnings)

    return write_elements(ask, "Invoices", elements, write, echo_invoice, "HasErrors")


def _get(ask: Ask) -> Invoice:
    invoice = ask.organisation.invoices.find(ask.key)
    if invoice is None:
        raise Missing
    return invoice


def _chosen(organisation: Organisation, question: Question) -> Iterable[Invoice]:
    """The invoices that the comma lists and flags of the query leave, by index where one helps."""
    rows: Iterable[Invoice] = organisation.invoices
    ids, numbers = question.values("IDs"), question.values("InvoiceNumbers")
    if ids:
        rows = _unique(organisation.invoices.find(key) for key in ids)
    elif numbers:
        rows = _unique(organisation.invoices.find_numbered(number) for number in numbers)
    contact_ids = {key.lower() for key in question.values("ContactIDs")}
    statuses = {status.upper() for status in question.values("Statuses")}
    term = question.text("SearchTerm").casefold()
    if contact_ids:
        rows = [row for row in rows if row.contact_id in contact_ids]
    if statuses:
        rows = [row for row in rows if row.status in statuses]
    if term:
        rows = [row for row in rows if term in row.number.casefold() or term in row.reference.casefold()]
    if question.flag("createdByMyApp"):
        rows = [row for row in rows if row.created_by_app]
    return rows


def _unique(found: Iterable[Invoice | None]) -> list[Invoice]:
    return list({row.invoice_id: row for row in found if row is not None}.values())


def _getters(organisation: Organisation) -> Mapping[str, Getter]:
    def contact(name: str) -> Getter:
        return lambda row: getattr(organisation.contacts.find(row.contact_id), name, None)

    return {
        "status": lambda row: row.status,
        "type": lambda row: row.kind,
        "invoicenumber": lambda row: row.number,
        "reference": lambda row: row.reference,
        "invoiceid": lambda row: row.invoice_id,
        "date": lambda row: row.issued_on,
        "duedate": lambda row: row.due_on,
        "amountdue": lambda row: row.amount_due,
        "amountpaid": lambda row: row.amount_paid,
        "total": lambda row: row.total,
        "updateddateutc": lambda row: row.updated_at,
        "contact.contactid": lambda row: row.contact_id,
        "contact.name": contact("name"),
        "contact.contactnumber": contact("number"),
    }
