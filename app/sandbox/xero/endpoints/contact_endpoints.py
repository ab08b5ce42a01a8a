"""`/Contacts` and `/Contacts/{ContactID}`: reads, PUT (create only), POST (create or update) (FACTS 5, Contacts)."""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response

from app.sandbox.xero.books.contacts import Contact
from app.sandbox.xero.books.organisation import Organisation
from app.sandbox.xero.endpoints.ask import Ask, write_elements
from app.sandbox.xero.endpoints.echoes import echo_contact
from app.sandbox.xero.forms.answers import answer_elements
from app.sandbox.xero.forms.elements import Element
from app.sandbox.xero.forms.listing import Question, cut_page, select_rows
from app.sandbox.xero.forms.refusals import Missing, PostDataInvalid
from app.sandbox.xero.forms.where import Getter
from app.sandbox.xero.writes.contact_writes import create_contact, save_contact

_ONLY_WHEN_WHOLE = (
    "MergedToContactID",
    "ContactPersons",
    "SalesTrackingCategories",
    "PurchasesTrackingCategories",
)


def list_contacts(ask: Ask) -> Response:
    """GET /Contacts: archived ones only when asked for; contact persons only in paged lists."""
    question = ask.question
    rows = select_rows(
        _chosen(ask.organisation, question),
        question,
        _GETTERS,
        lambda contact: contact.updated_at,
        lambda contact: contact.contact_id,
    )
    page = cut_page(rows, question, bool(question.text("page") or question.text("pageSize")))
    shown = [_view(ask.organisation, contact) for contact in page.rows]
    if page.pagination is None:
        shown = [_without(entry, _ONLY_WHEN_WHOLE) for entry in shown]
    if question.flag("summaryOnly"):
        shown = [_without(entry, ("Addresses", "Phones", *_ONLY_WHEN_WHOLE)) for entry in shown]
    return answer_elements(ask.organisation.clock, ask.app_name, "Contacts", shown, page)


def get_contact(ask: Ask) -> Response:
    """GET /Contacts/{id or ContactNumber}."""
    return ask.answer("Contacts", [_view(ask.organisation, _get(ask))])


def put_contacts(ask: Ask) -> Response:
    """PUT /Contacts."""

    def write(element: Element) -> dict[str, Any]:
        return _view(ask.organisation, create_contact(ask.organisation, element, by_app=True))

    elements = ask.read("Contacts", "Contact")
    return write_elements(ask, "Contacts", elements, write, echo_contact, "HasValidationErrors")


def post_contacts(ask: Ask) -> Response:
    """POST /Contacts."""
    return _post(ask, ask.read("Contacts", "Contact"), None)


def post_contact(ask: Ask) -> Response:
    """POST /Contacts/{id}."""
    contact = _get(ask)
    elements = ask.read("Contacts", "Contact")
    if len(elements) != 1:
        raise PostDataInvalid("Exactly one Contact is expected.")
    return _post(ask, elements, contact.contact_id)


def _post(ask: Ask, elements: list[Element], contact_id: str | None) -> Response:
    def write(element: Element) -> dict[str, Any]:
        return _view(ask.organisation, save_contact(ask.organisation, element, True, contact_id))

    return write_elements(ask, "Contacts", elements, write, echo_contact, "HasValidationErrors")


def _view(organisation: Organisation, contact: Contact) -> dict[str, Any]:
    return {**contact.view(), "ContactGroups": organisation.groups.list_of(contact.contact_id)}


def _get(ask: Ask) -> Contact:
    book = ask.organisation.contacts
    found = book.find(ask.key) or book.find_numbered(ask.key)
    if found is None:
        raise Missing
    return found


def _without(entry: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in names}


def _chosen(organisation: Organisation, question: Question) -> Iterable[Contact]:
    rows: Iterable[Contact] = organisation.contacts
    ids = question.values("IDs")
    if ids:
        found = (organisation.contacts.find(key) for key in ids)
        rows = {row.contact_id: row for row in found if row is not None}.values()
    if not question.flag("includeArchived"):
        rows = [row for row in rows if row.status == "ACTIVE"]
    term = question.text("SearchTerm").casefold()
    if term:
        rows = [row for row in rows if any(term in text.casefold() for text in _searched(row))]
    return rows


def _searched(contact: Contact) -> tuple[str, ...]:
    names = ("FirstName", "LastName", "CompanyNumber", "EmailAddress")
    return (contact.name, contact.number, *(contact.texts.get(name, "") for name in names))


_GETTERS: Mapping[str, Getter] = {
    "name": lambda row: row.name,
    "emailaddress": lambda row: row.texts.get("EmailAddress"),
    "accountnumber": lambda row: row.account_number,
    "contactnumber": lambda row: row.number,
    "contactid": lambda row: row.contact_id,
    "contactstatus": lambda row: row.status,
    "firstname": lambda row: row.texts.get("FirstName"),
    "lastname": lambda row: row.texts.get("LastName"),
    "iscustomer": lambda row: row.is_customer,
    "issupplier": lambda row: row.is_supplier,
    "updateddateutc": lambda row: row.updated_at,
}
