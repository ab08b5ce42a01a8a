"""`/Payments` and `/Payments/{PaymentID}`: reads, creation by PUT or POST, deletion by POST (FACTS 5, Payments)."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from app.sandbox.xero.books.credits import Credit
from app.sandbox.xero.books.invoices import Invoice
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.books.payments import Payment
from app.sandbox.xero.endpoints.ask import Ask, write_elements
from app.sandbox.xero.endpoints.credit_views import view_in_refund
from app.sandbox.xero.endpoints.echoes import echo_payment
from app.sandbox.xero.endpoints.invoice_views import view_in_payment, view_invoice
from app.sandbox.xero.forms.answers import answer_elements
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.forms.listing import cut_page, select_rows
from app.sandbox.xero.forms.refusals import Missing, PostDataInvalid
from app.sandbox.xero.forms.where import Getter
from app.sandbox.xero.writes.payment_writes import create_payment, delete_payment


def list_payments(ask: Ask) -> Response:
    """GET /Payments, deleted ones among them."""
    rows = select_rows(
        ask.organisation.payments,
        ask.question,
        _getters(ask.organisation),
        lambda payment: payment.updated_at,
        lambda payment: payment.payment_id,
    )
    page = cut_page(rows, ask.question, bool(ask.question.text("page") or ask.question.text("pageSize")))
    shown = [_view_row(ask.organisation, payment) for payment in page.rows]
    return answer_elements(ask.organisation.clock, ask.app_name, "Payments", shown, page)


def get_payment(ask: Ask) -> Response:
    """GET /Payments/{id}."""
    return ask.answer("Payments", [view_payment(ask.organisation, _get(ask))])


def write_payments(ask: Ask) -> Response:
    """PUT or POST /Payments: create. A single bare payment is as good as a list."""

    def write(element: Element) -> dict[str, Any]:
        return view_payment(ask.organisation, create_payment(ask.organisation, element))

    elements = ask.read("Payments", "Payment")
    return write_elements(ask, "Payments", elements, write, echo_payment, "HasValidationErrors")


def post_payment(ask: Ask) -> Response:
    """POST /Payments/{id}: delete."""
    payment = _get(ask)
    elements = ask.read("Payments", "Payment")
    if len(elements) != 1:
        raise PostDataInvalid("Exactly one Payment is expected.")

    def write(element: Element) -> dict[str, Any]:
        return view_payment(ask.organisation, delete_payment(ask.organisation, payment, element))

    return write_elements(ask, "Payments", elements, write, echo_payment, "HasValidationErrors")


def view_payment(organisation: Organisation, payment: Payment) -> dict[str, Any]:
    """The payment with its account's name and its invoice whole, as a read by id and every write answer."""
    document = _document(organisation, payment)
    shown = (
        view_invoice(organisation, document)
        if isinstance(document, Invoice)
        else view_in_refund(organisation, document)
    )
    return payment.view(_account(organisation, payment, with_name=True), shown)


def _view_row(organisation: Organisation, payment: Payment) -> dict[str, Any]:
    document = _document(organisation, payment)
    shown = (
        view_in_payment(organisation, document)
        if isinstance(document, Invoice)
        else view_in_refund(organisation, document)
    )
    return payment.view(_account(organisation, payment, with_name=False), shown)


def _get(ask: Ask) -> Payment:
    payment = ask.organisation.payments.find(ask.key)
    if payment is None:
        raise Missing
    return payment


def _document(organisation: Organisation, payment: Payment) -> Invoice | Credit:
    """The invoice that was paid, or the credit that was refunded."""
    invoice = organisation.invoices.find(payment.document_id)
    return invoice if invoice is not None else organisation.credits.get(payment.document_id)


def _account(organisation: Organisation, payment: Payment, with_name: bool) -> dict[str, Any]:
    account = organisation.chart.find(payment.account_id, None)
    if account is None:
        return {"AccountID": payment.account_id}
    shown = {"AccountID": account.account_id}
    if account.code:
        shown["Code"] = account.code
    return {**shown, "Name": account.name} if with_name else shown


def _getters(organisation: Organisation) -> Mapping[str, Getter]:
    return {
        "paymenttype": lambda row: row.kind,
        "status": lambda row: row.status,
        "date": lambda row: row.paid_on,
        "amount": lambda row: row.amount,
        "reference": lambda row: row.reference,
        "paymentid": lambda row: row.payment_id,
        "invoice.invoiceid": lambda row: row.document_id,
        "invoice.invoicenumber": lambda row: _document(organisation, row).number,
        "updateddateutc": lambda row: row.updated_at,
    }
