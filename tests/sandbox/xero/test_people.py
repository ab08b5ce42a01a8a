"""Persons at Xero's screens, and the rest of the control address."""

from typing import Any

import pytest

from tests.sandbox.xero.driver import XeroApp, build_invoice, build_line


@pytest.fixture
def made(app: XeroApp) -> dict[str, Any]:
    """An invoice of two lines that a person made."""
    lines = [build_line(), build_line(Description="Parts", UnitAmount=10.1234)]
    return dict(
        app.person("POST", "/invoices", **build_invoice(InvoiceNumber="P-1", LineItems=lines, Type=None))
    )


def test_a_patch_changes_only_what_it_names(app: XeroApp, made: dict[str, Any]) -> None:
    """Lines are merged by index or by id; prices have four places on a person's screen."""
    second = made["LineItems"][1]["LineItemID"]
    after = app.person(
        "PATCH",
        "/invoices/P-1",
        Reference="PO 1",
        LineItems=[{"index": 0, "UnitAmount": 120}, {"LineItemID": second, "Description": "Pipes"}],
    )
    assert after["Reference"] == "PO 1"
    assert [line["UnitAmount"] for line in after["LineItems"]] == [120.0, 10.1234]
    assert [line["Description"] for line in after["LineItems"]] == ["Labour", "Pipes"]
    assert [line["LineItemID"] for line in after["LineItems"]] == [
        line["LineItemID"] for line in made["LineItems"]
    ]


def test_a_patch_adds_and_removes_lines(app: XeroApp, made: dict[str, Any]) -> None:
    """A line without id or index is new; Removed takes one away."""
    lines = [{"index": 1, "Removed": True}, build_line(Description="Travel")]
    after = app.person("PATCH", "/invoices/P-1", LineItems=lines)
    assert [line["Description"] for line in after["LineItems"]] == ["Labour", "Travel"]


def test_a_person_pays_what_is_due_into_the_first_bank_account(app: XeroApp, made: dict[str, Any]) -> None:
    """Unless an amount, a date or an account is given."""
    part = app.person("POST", "/invoices/P-1/payments", Amount=10, Date="2026-11-21", AccountCode="881")
    assert part["Account"]["Code"] == "881"
    rest = app.person("POST", "/invoices/P-1/payments")
    assert rest["Invoice"]["Status"] == "PAID"


def test_a_refusal_tells_a_person_why(app: XeroApp, made: dict[str, Any]) -> None:
    """The same rules as the API's."""
    app.person("POST", "/invoices/P-1/payments", Amount=10)
    answer = app.http.post(f"/control/people/{app.tenant_id}/invoices/P-1/void")
    assert answer.status_code == 400
    assert answer.json()["errors"][0].startswith("The status VOIDED cannot be applied")
    assert app.http.get(f"/control/people/{app.tenant_id}/invoices/none").status_code == 404
    assert app.http.get("/control/people/nowhere/invoices").status_code == 404


def test_voiding_a_draft_deletes_it(app: XeroApp) -> None:
    """A draft was never approved and cannot be voided."""
    app.person("POST", "/invoices", **build_invoice(InvoiceNumber="D-1", Status="DRAFT"))
    assert app.person("POST", "/invoices/D-1/void")["Status"] == "DELETED"


def test_contacts_and_accounts_are_archived_by_persons(app: XeroApp, made: dict[str, Any]) -> None:
    """Neither can be used afterwards; a contact can be restored."""
    contact_id = made["Contact"]["ContactID"]
    assert app.person("POST", f"/contacts/{contact_id}/archive")["ContactStatus"] == "ARCHIVED"
    assert app.call("PUT", "/Invoices", build_invoice(Contact={"ContactID": contact_id})).status_code == 400
    assert app.person("POST", f"/contacts/{contact_id}/restore")["ContactStatus"] == "ACTIVE"
    assert app.person("PATCH", f"/contacts/{contact_id}", EmailAddress="k@example.com")["EmailAddress"]
    assert app.person("POST", "/accounts/200/archive")["Status"] == "ARCHIVED"
    assert app.call("PUT", "/Invoices", build_invoice()).status_code == 400


def test_persons_make_no_calls_and_apps_do(app: XeroApp, made: dict[str, Any]) -> None:
    """The call log has what crossed Xero's own addresses: method, tenant, status, elements, bytes."""
    last = app.control("GET", "/calls")["last"]
    app.person("GET", "/invoices/P-1")
    app.call("PUT", "/Invoices", {"Invoices": [build_invoice(), build_invoice()]}, summarizeErrors="false")
    calls = app.control("GET", f"/calls?since={last}")
    [call] = calls["calls"]
    assert calls["last"] == call["n"] == last + 1
    assert (call["method"], call["path"], call["status"]) == ("PUT", "/api.xro/2.0/Invoices", 200)
    assert (call["query"], call["elements"], call["tenant_id"]) == ("summarizeErrors=false", 2, app.tenant_id)
    assert call["bytes_in"] > 100
    assert call["bytes_out"] > 100


def test_state_and_facts_are_readable_and_settable(app: XeroApp, made: dict[str, Any]) -> None:
    """Counts, clock, currencies, and any fact of the organisation."""
    state = app.control("GET", "/state")
    mine = next(found for found in state["organisations"] if found["tenant_id"] == app.tenant_id)
    assert (mine["invoices"], mine["contacts"], mine["payments"], mine["country"]) == (1, 1, 0, "AU")
    facts = f"/organisations/{app.tenant_id}/facts"
    shown = app.control("POST", facts, currencies=["EUR"], Class="ULTRA", name="New Name")["organisation"]
    assert (shown["Class"], shown["Name"]) == ("ULTRA", "New Name")
    assert app.put_invoice(CurrencyCode="EUR")["CurrencyCode"] == "EUR"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/webhooks", {"mode": "asleep"}),
        ("PUT", "/webhooks", {"volume": 11}),
        ("PUT", "/latency", {"milliseconds": -1}),
        ("POST", "/clock", {"advance_seconds": "soon"}),
        ("POST", "/organisations", {"name": "X", "country": "FR"}),
        ("GET", "/calls?since=x", None),
    ],
)
def test_wrong_wishes_are_refused_in_words(
    app: XeroApp, method: str, path: str, body: dict[str, Any] | None
) -> None:
    """400 and a sentence."""
    answer = app.http.request(method, f"/control{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_the_control_address_lists_all_of_itself(app: XeroApp) -> None:
    """Every act, every switch, every fault, for whoever looks for one."""
    listed = app.control("GET", "")
    people = "/control/people/{tenant_id}"
    for address in (
        "POST /control/faults",
        "PUT /control/organisations/{tenant_id}/actions",
        f"POST {people}/contacts/{{key}}/merge",
        f"POST {people}/creditnotes/{{key}}/allocations",
        f"DELETE {people}/taxrates/{{key}}",
    ):
        assert address in listed["addresses"]
    assert "cut_after" in listed["faults"]
