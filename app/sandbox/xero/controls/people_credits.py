"""What a person does with credits, as control addresses: make, allocate, refund, take back, void.

Overpayments and prepayments take `Contact` and either `Amount` (one line) or `LineItems`; an allocation names its
invoice by `InvoiceID` or `InvoiceNumber`, and without `Amount` takes all that fits.
"""

from typing import Any

from starlette.requests import Request

from app.sandbox.xero.books.credits import CREDIT_NOTE, FAMILIES, OVERPAYMENT, PREPAYMENT, Credit, Family
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.controls.acting import PLACES, Act, read_wish
from app.sandbox.xero.controls.control_answers import ControlError
from app.sandbox.xero.endpoints.credit_views import view_allocation, view_credit
from app.sandbox.xero.endpoints.payment_endpoints import view_payment
from app.sandbox.xero.writes.allocation_writes import allocate, remove_allocation
from app.sandbox.xero.writes.bank_transaction_writes import create_received
from app.sandbox.xero.writes.credit_note_writes import create_credit_note, end_credit, save_credit_note
from app.sandbox.xero.writes.payment_writes import create_payment


def _credit(request: Request, organisation: Organisation, family: Family) -> Credit:
    found = organisation.credits.find(family, request.path_params["key"])
    if found is None:
        raise ControlError(f"no such {family.name}", 404)
    return found


def _create_credit_note(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    element = read_wish({"Type": "ACCRECCREDIT", **wish}, "CreditNote")
    return view_credit(organisation, create_credit_note(organisation, element, PLACES, by_app=False), PLACES)


def _edit_credit_note(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    credit = _credit(request, organisation, CREDIT_NOTE)
    element = read_wish(wish, "CreditNote")
    return view_credit(organisation, save_credit_note(organisation, element, PLACES, False, credit), PLACES)


def _receive(family: Family, kind: str) -> Act:
    def act(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
        if "Amount" in wish:
            line = {"Description": family.name, "LineAmount": wish.pop("Amount")}
            account = {} if family is OVERPAYMENT else {"AccountCode": wish.pop("AccountCode", "200")}
            wish["LineItems"] = [{**line, **account}]
        bank = {"AccountID": organisation.chart.first_bank().account_id}
        element = read_wish({"BankAccount": bank, **wish, "Type": kind}, "BankTransaction")
        return view_credit(organisation, create_received(organisation, element, PLACES, False), PLACES)

    return act


def _list(family: Family) -> Act:
    def act(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
        held = organisation.credits.list_of(family)
        return {family.plural: [view_credit(organisation, credit, PLACES) for credit in held]}

    return act


def _show(family: Family) -> Act:
    def act(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
        return view_credit(organisation, _credit(request, organisation, family), PLACES)

    return act


def _allocate(family: Family) -> Act:
    def act(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
        credit = _credit(request, organisation, family)
        named = {name: wish.pop(name) for name in ("InvoiceID", "InvoiceNumber") if name in wish}
        invoice = organisation.invoices.find(str(next(iter(named.values()), "")))
        if invoice is not None:
            wish.setdefault("Amount", min(credit.remaining, invoice.amount_due))
        element = read_wish({**wish, "Invoice": named}, "Allocation")
        return view_allocation(organisation, allocate(organisation, credit, element))

    return act


def _refund(family: Family) -> Act:
    def act(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
        credit = _credit(request, organisation, family)
        values = {
            "Account": {"AccountID": organisation.chart.first_bank().account_id},
            "Amount": credit.remaining,
            **wish,
            family.name: {family.id_name: credit.credit_id},
        }
        return view_payment(organisation, create_payment(organisation, read_wish(values, "Payment")))

    return act


def _void(family: Family) -> Act:
    def act(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
        credit = _credit(request, organisation, family)
        status = "VOIDED" if credit.is_approved else "DELETED"
        return view_credit(organisation, end_credit(organisation, credit, status), PLACES)

    return act


def _remove_allocation(request: Request, organisation: Organisation, wish: dict[str, Any]) -> dict[str, Any]:
    allocation = organisation.credits.find_allocation(request.path_params["key"])
    if allocation is None:
        raise ControlError("no such allocation", 404)
    return view_allocation(organisation, remove_allocation(organisation, allocation))


def _acts_of(family: Family) -> tuple[tuple[str, str, Act], ...]:
    path = f"/{family.plural.lower()}"
    return (
        ("GET", path, _list(family)),
        ("GET", path + "/{key}", _show(family)),
        ("POST", path + "/{key}/allocations", _allocate(family)),
        ("POST", path + "/{key}/refunds", _refund(family)),
        ("POST", path + "/{key}/void", _void(family)),
    )


ACTS: tuple[tuple[str, str, Act], ...] = (
    ("POST", "/creditnotes", _create_credit_note),
    ("PATCH", "/creditnotes/{key}", _edit_credit_note),
    ("POST", "/overpayments", _receive(OVERPAYMENT, "RECEIVE-OVERPAYMENT")),
    ("POST", "/prepayments", _receive(PREPAYMENT, "RECEIVE-PREPAYMENT")),
    ("DELETE", "/allocations/{key}", _remove_allocation),
    *(act for family in FAMILIES for act in _acts_of(family)),
)
