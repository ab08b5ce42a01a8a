"""What is said between an app and the sandbox, held to Xero's own specification (`specification`).

Every test of this folder ends with that judgement; here it is told visibly when the specification is missing, and the
judge itself is tried.
"""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.domain.xero.xero_contact import ContactWrite
from app.domain.xero.xero_invoice import InvoiceWrite, LineWrite, PaymentWrite
from app.sandbox.xero.forms.shapes import SHAPES
from app.xero.client import XeroClient
from app.xero.contact_to_xero import contacts_to_xero
from app.xero.to_xero import invoices_to_xero, payments_to_xero
from app.xero.transport import Timeouts
from tests.sandbox.xero.driver import XeroApp, build_invoice, build_line
from tests.sandbox.xero.specification import DEPARTURES, SPECIFICATION, Specification

pytestmark = pytest.mark.skipif(
    not SPECIFICATION.exists(), reason="Xero's specification is not beside the repository"
)


def said(method: str, path: str, status: int, answer: Any, request: Any = None) -> list[dict[str, Any]]:
    """One exchange as the sandbox keeps it."""
    asked = "" if request is None else json.dumps(request)
    told = {"path": f"/api.xro/2.0{path}", "method": method, "status": status}
    return [{**told, "request": asked, "answer": json.dumps(answer)}]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"Invoices": [{"InvoiceID": "7"}]}, "not a UUID"),
        ({"Invoices": [{"Status": "OPEN"}]}, "not one of its enum"),
        ({"Invoices": [{"Total": "1.00"}]}, "not of type number"),
        ({"Invoices": [{"Date": "2026-11-20"}]}, "not a date"),
        ({"Invoices": [{"DueDate": None}]}, "not of type string"),
        ({"Invoices": [{"Contact": {"Nmae": "x"}}]}, "is not in Contact"),
        ({"Invoices": [], "Total": 1}, "is not in Invoices"),
    ],
)
def test_the_judge_sees_what_does_not_fit(judge: Specification, answer: Any, problem: str) -> None:
    """Types, enums, formats, names, nulls."""
    [found] = judge.problems_of(said("GET", "/Invoices", 200, answer))
    assert problem in found


def test_the_judge_holds_requests_as_strictly(judge: Specification) -> None:
    """Echoing a read-only twin is an unknown element; a single element may come bare."""
    for body in ({"Invoices": [{"DateString": "x"}]}, {"DateString": "x"}, [{"DateString": "x"}]):
        [found] = judge.problems_of(said("POST", "/Invoices", 200, {"Invoices": []}, body))
        assert "DateString is not in Invoice" in found
    fine = said("PUT", "/Payments", 200, {"Payments": []}, {"Amount": 1.5, "Date": "2026-11-20"})
    assert judge.problems_of(fine) == []
    assert judge.problems_of(said("PUT", "/Nowhere", 200, {}))


def test_every_departure_has_a_reason_and_is_one(judge: Specification) -> None:
    """The list holds nothing that the specification has come to have."""
    for (schema, name), reason in DEPARTURES.items():
        assert len(reason) > 20
        assert schema == "*" or name not in judge.schemas[schema]["properties"]


def test_the_names_that_are_taken_are_those_of_the_specification(judge: Specification) -> None:
    """The strict reader knows exactly the specification's properties, and the ValidationErrors that SDKs echo."""
    for name, shape in SHAPES.items():
        expected = set(judge.schemas[name]["properties"]) | ({"ValidationErrors"} & shape.keys())
        assert set(shape) == expected, name


def test_every_country_fits(app: XeroApp) -> None:
    """Charts of accounts, tax rates and facts of New Zealand and the United Kingdom."""
    for country in ("NZ", "GB"):
        app.tenant_id = app.control("POST", "/organisations", name=country, country=country)["tenant_id"]
        app.connect()
        for path in ("/Accounts", "/TaxRates", "/Organisation", "/Currencies"):
            assert app.get(path)


def test_an_invoice_with_everything_fits(app: XeroApp) -> None:
    """Discounts, plain words, warnings and errors by element, bills, payments, every form of reading."""
    lines = [build_line(DiscountRate=10), {"Description": "words"}]
    made = app.put_invoice(LineItems=lines, Url="https://app.example/1", Reference="x", SentToContact=True)
    app.pay(made, 10, Reference="card")
    app.put_invoice(Type="ACCPAY", LineItems=[build_line(AccountCode="429")])
    app.call("POST", "/Contacts", {"Name": "Kim Tran", "EmailAddress": "k@example.com", "ContactNumber": "1"})
    refused = {"Invoices": [build_invoice(Status="DRAFT", SentToContact=True), build_invoice(Type="X")]}
    assert app.call("PUT", "/Invoices", refused, summarizeErrors="false").status_code == 200
    for path in ("/Invoices", "/Payments", "/Contacts"):
        assert app.get(path)
        assert app.get(path, page=1)
    assert app.get("/Invoices", summaryOnly="true")


def test_what_our_adapter_sends_fits(app: XeroApp, listener: XeroApp, judge: Specification) -> None:
    """Contacts, invoices and payments, created, changed and deleted; requests that are refused are held to it too."""
    client = XeroClient(
        app.tokens["access_token"], app.tenant_id, app.xero.root_url, Timeouts(1, 5), lambda made: None
    )

    def write(operation: str, **arguments: Any) -> dict[str, Any]:
        return dict(client.call(operation, is_write=True, summarize_errors=False, **arguments))

    wish = ContactWrite({"name": "Kim Tran", "email": "k@example.com", "phone": "0400 000 000"}, "pl-1")
    [contact] = write("create_contacts", contacts=contacts_to_xero([wish]))["Contacts"]
    header = {
        "number": "INV-0042",
        "reference": "PO 1177",
        "currency": "AUD",
        "amounts_are": "tax_inclusive",
        "issued_on": "2026-11-20",
        "due_on": "2026-12-04",
    }
    line = {"description": "Unit", "quantity": "1", "unit_price": "1890.1234", "account": "200"}
    create = InvoiceWrite(
        None, header, (LineWrite(None, line),), contact["ContactID"], "https://app.example/1"
    )
    for _ in range(2):
        [made] = write("create_invoices", invoices=invoices_to_xero([create]), unitdp=4)["Invoices"]
    [made] = app.get("/Invoices", InvoiceNumbers="INV-0042", page=1)["Invoices"]
    change = InvoiceWrite(made["InvoiceID"], {"reference": "PO 2", "due_on": "2077-01-01"}, None)
    write("update_or_create_invoices", invoices=invoices_to_xero([change]), unitdp=4)
    pay = PaymentWrite(made["InvoiceID"], app.bank_account(), Decimal(10), date(2026, 11, 20), "pl-p1")
    [paid] = write("create_payments", payments=payments_to_xero([pay]))["Payments"]
    gone = {"Status": "DELETED"}
    client.call("delete_payment", is_write=True, payment_id=paid["PaymentID"], payment_delete=gone)
    client.close()
    said = listener.control("DELETE", "/exchanges")["exchanges"]
    assert sum(exchange["method"] in ("PUT", "POST") and bool(exchange["request"]) for exchange in said) >= 6
    assert judge.problems_of(said, refused_too=True) == []
