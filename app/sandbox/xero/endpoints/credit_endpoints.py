"""`/CreditNotes`, `/Overpayments`, `/Prepayments` and their `/Allocations` (FACTS 5).

Each function takes the family that its address is about. Allocations are made by PUT and deleted by DELETE; there is no
read of them alone in Xero's specification: they are in their credit.
"""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from app.sandbox.xero.books.credits import CREDIT_NOTE, Credit, Family
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.endpoints.ask import Ask, write_elements
from app.sandbox.xero.endpoints.credit_views import (
    view_allocation,
    view_allocation_row,
    view_credit,
    view_credit_row,
)
from app.sandbox.xero.endpoints.echoes import echo_allocation, echo_credit_note
from app.sandbox.xero.forms.answers import answer_elements, answer_json
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.forms.listing import cut_page, select_rows
from app.sandbox.xero.forms.refusals import Missing, PostDataInvalid, Refused
from app.sandbox.xero.forms.where import Getter
from app.sandbox.xero.writes.allocation_writes import allocate, remove_allocation
from app.sandbox.xero.writes.credit_note_writes import create_credit_note, save_credit_note


def list_credits(ask: Ask, family: Family) -> Response:
    """GET of a family: lines only in paged lists."""
    organisation, question = ask.organisation, ask.question
    rows = select_rows(
        organisation.credits.list_of(family),
        question,
        build_getters(organisation),
        lambda credit: credit.updated_at,
        lambda credit: credit.credit_id,
    )
    is_paged = bool(question.text("page") or question.text("pageSize"))
    page = cut_page(rows, question, is_paged)
    shown = [view_credit_row(organisation, credit, question.unit_places, is_paged) for credit in page.rows]
    return answer_elements(organisation.clock, ask.app_name, family.plural, shown, page)


def get_credit(ask: Ask, family: Family) -> Response:
    """GET by id; a credit note also by its number."""
    credit = _get(ask, family)
    return ask.answer(family.plural, [view_credit(ask.organisation, credit, ask.question.unit_places)])


def put_credit_notes(ask: Ask) -> Response:
    """PUT /CreditNotes: create only."""

    def write(element: Element) -> dict[str, Any]:
        made = create_credit_note(ask.organisation, element, ask.question.unit_places, by_app=True)
        return view_credit(ask.organisation, made, ask.question.unit_places)

    elements = ask.read("CreditNotes", "CreditNote")
    return write_elements(ask, "CreditNotes", elements, write, echo_credit_note, "HasErrors")


def post_credit_notes(ask: Ask) -> Response:
    """POST /CreditNotes: create, or update what an id or a number names."""
    return _post(ask, ask.read("CreditNotes", "CreditNote"), None)


def post_credit_note(ask: Ask) -> Response:
    """POST /CreditNotes/{id}: update one."""
    credit = _get(ask, CREDIT_NOTE)
    elements = ask.read("CreditNotes", "CreditNote")
    if len(elements) != 1:
        raise PostDataInvalid("Exactly one CreditNote is expected.")
    return _post(ask, elements, credit)


def _post(ask: Ask, elements: list[Element], credit: Credit | None) -> Response:
    def write(element: Element) -> dict[str, Any]:
        saved = save_credit_note(ask.organisation, element, ask.question.unit_places, True, credit)
        return view_credit(ask.organisation, saved, ask.question.unit_places)

    return write_elements(ask, "CreditNotes", elements, write, echo_credit_note, "HasErrors")


def put_allocations(ask: Ask, family: Family) -> Response:
    """PUT of a credit's Allocations: one or several."""
    credit = _get(ask, family)

    def write(element: Element) -> dict[str, Any]:
        return view_allocation(ask.organisation, allocate(ask.organisation, credit, element))

    elements = ask.read("Allocations", "Allocation")
    return write_elements(ask, "Allocations", elements, write, echo_allocation, None)


def delete_allocation(ask: Ask, family: Family) -> Response:
    """DELETE of one allocation: the bare allocation with IsDeleted, as the specification says."""
    credit = _get(ask, family)
    allocation = ask.organisation.credits.find_allocation(ask.part)
    if allocation is None or allocation.credit_id != credit.credit_id or allocation.is_deleted:
        raise Missing
    try:
        gone = remove_allocation(ask.organisation, allocation)
    except Refused as refusal:
        raise PostDataInvalid("; ".join(refusal.messages)) from refusal
    return answer_json({**view_allocation_row(ask.organisation, gone), "IsDeleted": True})


def _get(ask: Ask, family: Family) -> Credit:
    found = ask.organisation.credits.find(family, ask.key)
    if found is None:
        raise Missing
    return found


def build_getters(organisation: Organisation) -> Mapping[str, Getter]:
    """What credits can be filtered and ordered by."""

    def contact(name: str) -> Getter:
        return lambda row: getattr(organisation.contacts.find(row.contact_id), name, None)

    return {
        "status": lambda row: row.status,
        "type": lambda row: row.kind,
        "reference": lambda row: row.reference,
        "date": lambda row: row.issued_on,
        "total": lambda row: row.total,
        "remainingcredit": lambda row: row.remaining,
        "creditnotenumber": lambda row: row.number,
        "creditnoteid": lambda row: row.credit_id,
        "overpaymentid": lambda row: row.credit_id,
        "prepaymentid": lambda row: row.credit_id,
        "banktransactionid": lambda row: row.credit_id,
        "updateddateutc": lambda row: row.updated_at,
        "contact.contactid": lambda row: row.contact_id,
        "contact.name": contact("name"),
    }
