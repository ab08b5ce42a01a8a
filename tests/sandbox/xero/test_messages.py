"""Every refusal whose words are known of Xero is one that the sandbox gives, word for word, when its rule is broken.

The known texts stand beside the repository; names, codes and dates in them are examples, and are compared as such.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.sandbox.xero.driver import XeroApp, build_invoice, build_line, messages_of
from tests.sandbox.xero.specification import SPECIFICATION

TEXTS = SPECIFICATION.parent / "validation_messages.json"
NOWHERE = "00000000-0000-0000-0000-00000000000a"


def invoice(app: XeroApp, **changes: Any) -> list[str]:
    """The words that refuse a new invoice."""
    return messages_of(app.call("PUT", "/Invoices", build_invoice(**changes)))


def used_number(app: XeroApp) -> list[str]:
    """The words that refuse a second invoice of one number."""
    app.put_invoice(InvoiceNumber="A")
    return invoice(app, InvoiceNumber="A")


def line(app: XeroApp, **changes: Any) -> list[str]:
    """The words that refuse a new invoice of one such line."""
    return invoice(app, LineItems=[build_line(**changes)])


def edit_paid(app: XeroApp, amount: float, **changes: Any) -> list[str]:
    """The words that refuse an edit of an invoice with a payment."""
    made = app.put_invoice()
    app.pay(made, amount)
    return messages_of(app.post_invoice(made, **changes))


def locked(app: XeroApp, fact: str) -> list[str]:
    """The words that refuse an invoice in a locked period."""
    app.control("POST", f"/organisations/{app.tenant_id}/facts", **{fact: "2026-11-20"})
    return invoice(app)


def without(app: XeroApp, action: str) -> list[str]:
    """The words that refuse what the organisation may not do."""
    app.control("PUT", f"/organisations/{app.tenant_id}/actions", **{action: False})
    return invoice(app)


def contact(app: XeroApp, method: str = "PUT", **wish: Any) -> list[str]:
    """The words that refuse a contact, beside one that is there already."""
    there = {"Name": "Buzz Lightyear", "AccountNumber": "A1"}
    assert app.call("PUT", "/Contacts", there).status_code == 200
    return messages_of(app.call(method, "/Contacts", wish))


def archived(app: XeroApp) -> list[str]:
    """The words that refuse an invoice of an archived contact."""
    app.person("POST", "/contacts", Name="Gone")
    app.person("POST", "/contacts/Gone/archive")
    return invoice(app, Contact={"Name": "Gone"})


def construction(app: XeroApp) -> list[str]:
    """The words that refuse a line on an account of the Construction Industry Scheme."""
    app.control("POST", f"/organisations/{app.tenant_id}/facts", construction_industry_scheme=True)
    return line(app, AccountCode="321")


def draft_sent(app: XeroApp) -> list[str]:
    """The warning at a draft that should be marked as sent."""
    made = app.put_invoice(Status="DRAFT", SentToContact=True)
    return [warning["Message"] for warning in made["Warnings"]]


def item_twice(app: XeroApp) -> list[str]:
    """The words that refuse a second item of one code."""
    app.person("POST", "/items", Code="abc")
    app.connect(scope="accounting.settings offline_access")
    return messages_of(app.call("PUT", "/Items", {"Code": "abc"}))


def used_key(app: XeroApp) -> list[str]:
    """The words that refuse an idempotency key with another request."""
    for name in ("One", "Two"):
        answer = app.call("PUT", "/Contacts", {"Name": name}, headers={"Idempotency-Key": app.user})
    return [answer.json()["Message"]]


def unscoped(app: XeroApp) -> list[str]:
    """The words that refuse a token without a user."""
    answer = app.ask_token(grant_type="client_credentials", scope="accounting.transactions")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    return [answer.json()["error_description"]]


def detail(answer: httpx.Response) -> list[str]:
    """The Detail of a problem."""
    return [answer.json()["Detail"]]


def expired(app: XeroApp) -> list[str]:
    """What is said to a token past its half hour."""
    app.control("POST", "/clock", advance_seconds=1801)
    return detail(app.call("GET", "/Organisation"))


def disconnected(app: XeroApp) -> list[str]:
    """What is said to an app that was removed."""
    app.control("POST", "/disconnect", tenant_id=app.tenant_id)
    return detail(app.call("GET", "/Organisation"))


ACTS: dict[str, Callable[[XeroApp], list[str]]] = {
    "Invoice # must be unique.": used_number,
    "Invoice not of valid status for modification": lambda app: messages_of(
        app.post_invoice(app.put_invoice(), Status="DRAFT")
    ),
    "This document cannot be edited as it has a payment or credit note allocated to it.": lambda app: edit_paid(
        app, 10, LineItems=[build_line()]
    ),
    "The document date cannot be before the period lock date, currently set at ...": lambda app: locked(
        app, "period_lock_date"
    ),
    "The document date cannot be before the end of year lock date, currently set at ...": lambda app: locked(
        app, "end_of_year_lock_date"
    ),
    "The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated to it.":
        lambda app: edit_paid(app, 10, Status="VOIDED"),
    "The status AUTHORISED cannot be applied to the invoice because it has payment or Credit notes allocated to it.":
        lambda app: edit_paid(app, 110, Status="AUTHORISED"),
    "Date cannot be changed on an invoice that has payment or credit notes allocated to it.": lambda app: edit_paid(
        app, 10, Date="2026-11-21"
    ),
    "The TaxType code 'xxx' cannot be used with account code 'xxx'.": lambda app: line(app, TaxType="INPUT"),
    "Account code '200' has been archived, or has been deleted. Each line item must reference a valid account":
        lambda app: line(app, AccountCode="299"),
    "Account code 'XXXX' is not a valid code for this document": lambda app: line(app, AccountCode="none"),
    "The account code or ID must be specified": lambda app: line(app, AccountCode=None),
    "Item Code is invalid.": lambda app: line(app, ItemCode="none"),
    "You have reached the limit of invoices you can approve": lambda app: without(app, "CreateApprovedInvoice"),
    "Organisation is not subscribed to currency EUR": lambda app: invoice(app, CurrencyCode="EUR"),
    "Only AUTHORISED invoices may have SentToContact updated.": draft_sent,
    "Invoice not of valid type for creation": lambda app: invoice(app, Type="QUOTE"),
    "Email address must be valid.": lambda app: contact(app, Name="X", EmailAddress="x"),
    "This organisation has Construction Industry Scheme enabled. The account code 321 cannot be used in line items "
    "via the API": construction,
    "An existing Invoice with the specified InvoiceID could not be found": lambda app: messages_of(
        app.call("POST", "/Invoices", {"InvoiceID": NOWHERE})
    ),
    "The contact name Buzz Lightyear is already assigned to another contact. The contact name must be unique across "
    "all active contacts.": lambda app: contact(app, Name="Buzz Lightyear"),
    "The contact with the specified contact details has been archived. The contact must be un-archived before "
    "creating new invoices or credit notes": archived,
    "The Account Number already exists. Please enter a different Account Number": lambda app: contact(
        app, Name="X", AccountNumber="A1"
    ),
    "Additional people cannot be added when the primary person has no email address set": lambda app: contact(
        app, Name="X", ContactPersons=[{"FirstName": "Y"}]
    ),
    "The Contact must contain at least 1 of the following elements to identify the contact: Name, ContactID, "
    "ContactNumber": lambda app: invoice(app, Contact={}),
    "Payment amount exceeds the amount outstanding on this document": lambda app: messages_of(
        app.pay(app.put_invoice(), 111)
    ),
    "Payments can only be made against Authorised documents": lambda app: messages_of(
        app.pay(app.put_invoice(Status="DRAFT"), 1)
    ),
    "You must specify an Account code or Account ID for the payment.": lambda app: messages_of(
        app.pay(app.put_invoice(), 1, Account={})
    ),
    "The document with the supplied id was not found for this endpoint.": lambda app: messages_of(
        app.pay({"InvoiceID": NOWHERE}, 1)
    ),
    "An existing Credit Note with the specified CreditNoteID could not be found": lambda app: messages_of(
        app.call("POST", "/CreditNotes", {"CreditNoteID": NOWHERE})
    ),
    "Price List Item with Code ''abc'' already exists": item_twice,
    "Idempotency Key: ... is used with a different request.": used_key,
    "Client credentials scope validation failed": unscoped,
    "TokenExpired: token expired at 01/01/2001 00:00:00": expired,
    "AuthenticationUnsuccessful": disconnected,
    "AuthorizationUnsuccessful": lambda app: detail(app.call("GET", "/BankTransactions")),
}  # fmt: skip
"""How each is brought about, by the text as it is known."""


def pattern_of(text: str) -> re.Pattern[str]:
    """The text with whatever in it is an example left open: quoted codes, dates, an ellipsis."""
    wild = re.sub(r"\\\.\\\.\\\.|'(\w+)'|\d\d/\d\d/\d{4}\\ \d\d:\d\d:\d\d", ".+", re.escape(text))
    return re.compile(wild)


@pytest.mark.parametrize("text", ACTS)
def test_the_sandbox_says_it_in_xeros_words(app: XeroApp, text: str) -> None:
    """Breaking the rule brings the known sentence."""
    said = ACTS[text](app)
    assert any(pattern_of(text).fullmatch(message) for message in said), said


@pytest.mark.skipif(not TEXTS.exists(), reason="Xero's known messages are not beside the repository")
def test_no_known_message_is_left_out() -> None:
    """A sentence that is learned of Xero needs a rule here that says it."""
    assert {entry["message"] for entry in json.loads(TEXTS.read_text())} == ACTS.keys()
