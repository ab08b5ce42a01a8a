"""`/BankTransactions` and `/BankTransactions/{id}`: those that made an overpayment or a prepayment."""

from typing import Any

from starlette.responses import Response

from app.sandbox.xero.books.credits import OVERPAYMENT, PREPAYMENT, Credit
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.endpoints.ask import Ask, write_elements
from app.sandbox.xero.endpoints.credit_endpoints import build_getters
from app.sandbox.xero.endpoints.credit_views import view_credit, view_credit_row
from app.sandbox.xero.forms.answers import NO_ID, answer_elements
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.forms.listing import cut_page, select_rows
from app.sandbox.xero.forms.refusals import Missing
from app.sandbox.xero.writes.bank_transaction_writes import create_received

_NOT_SHOWN = ("CreditNoteNumber", "Payments", "ID", "RemainingCredit", "Allocations", "UpdatedDateUTCString")


def list_transactions(ask: Ask) -> Response:
    """GET /BankTransactions: lines only in paged lists."""
    organisation, question = ask.organisation, ask.question
    book = organisation.credits
    rows = select_rows(
        [*book.list_of(OVERPAYMENT), *book.list_of(PREPAYMENT)],
        question,
        build_getters(organisation),
        lambda credit: credit.updated_at,
        lambda credit: credit.credit_id,
    )
    is_paged = bool(question.text("page") or question.text("pageSize"))
    page = cut_page(rows, question, is_paged)
    shown = [
        _as_transaction(
            organisation, credit, view_credit_row(organisation, credit, question.unit_places, is_paged)
        )
        for credit in page.rows
    ]
    return answer_elements(organisation.clock, ask.app_name, "BankTransactions", shown, page)


def get_transaction(ask: Ask) -> Response:
    """GET /BankTransactions/{id}."""
    book = ask.organisation.credits
    credit = book.find(OVERPAYMENT, ask.key) or book.find(PREPAYMENT, ask.key)
    if credit is None:
        raise Missing
    return ask.answer("BankTransactions", [_view(ask, credit)])


def write_transactions(ask: Ask) -> Response:
    """PUT or POST /BankTransactions: create."""

    def write(element: Element) -> dict[str, Any]:
        return _view(ask, create_received(ask.organisation, element, ask.question.unit_places, by_app=True))

    elements = ask.read("BankTransactions", "BankTransaction")
    return write_elements(ask, "BankTransactions", elements, write, _echo, None)


def _view(ask: Ask, credit: Credit) -> dict[str, Any]:
    shown = view_credit(ask.organisation, credit, ask.question.unit_places)
    return _as_transaction(ask.organisation, credit, shown)


def _as_transaction(organisation: Organisation, credit: Credit, shown: dict[str, Any]) -> dict[str, Any]:
    """The credit's view, turned into its transaction's: the bank's name, no allocations, never PAID."""
    bank = organisation.chart.find(credit.bank_account_id, None)
    account = {"AccountID": credit.bank_account_id}
    if bank is not None:
        account |= {"Code": bank.code, "Name": bank.name} if bank.code else {"Name": bank.name}
    return {
        "BankTransactionID": credit.credit_id,
        "BankAccount": account,
        "IsReconciled": False,
        **{name: value for name, value in shown.items() if name not in _NOT_SHOWN},
        "Status": "AUTHORISED" if credit.is_approved else credit.status,
    }


def _echo(element: Element) -> dict[str, Any]:
    """A refused transaction: little more than its type."""
    return {"BankTransactionID": NO_ID, "Type": element.text("Type"), "LineItems": []}
