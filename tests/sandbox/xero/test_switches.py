"""Where nobody knows how Xero answers, the sandbox can answer either way (FACTS 8)."""

from typing import Any

import pytest

from app.sandbox.troubles import SWITCHES
from tests.sandbox.xero.driver import Receiver, XeroApp, build_invoice, build_line, messages_of


def switch(app: XeroApp, **wish: Any) -> None:
    """Let the organisation answer the other way."""
    app.control("PUT", f"/organisations/{app.tenant_id}/behaviour", **wish)


@pytest.mark.parametrize(("mode", "amounts"), [("half_up", [0.13, 0.01]), ("half_even", [0.12, 0.0])])
def test_half_a_cent_is_rounded_either_way(app: XeroApp, mode: str, amounts: list[float]) -> None:
    """Of line amounts (0.125) and of the tax on them (0.005) alike."""
    switch(app, rounding=mode)
    made = app.put_invoice(LineItems=[build_line(Quantity=0.125, UnitAmount=1), build_line(UnitAmount=0.05)])
    assert [made["LineItems"][0]["LineAmount"], made["LineItems"][1]["TaxAmount"]] == amounts


@pytest.mark.parametrize("mode", ["exclusive", "inclusive"])
def test_the_very_second_is_modified_since_or_is_not(app: XeroApp, mode: str) -> None:
    """The header of a row's own second finds it or not; that of the second before always does."""
    switch(app, modified_since=mode)
    made = app.put_invoice()
    own = made["UpdatedDateUTCString"][:19]
    found = app.get("/Invoices", headers={"If-Modified-Since": own})["Invoices"]
    assert bool(found) is (mode == "inclusive")


def test_nothing_modified_is_an_empty_list_or_a_304(app: XeroApp) -> None:
    """Only where something was asked since an instant."""
    since = {"If-Modified-Since": "2099-01-01T00:00:00"}
    assert app.get("/Invoices", headers=since)["Invoices"] == []
    switch(app, nothing_modified="not_modified")
    answer = app.call("GET", "/Invoices", headers=since)
    assert (answer.status_code, answer.content) == (304, b"")
    assert "X-MinLimit-Remaining" in answer.headers
    assert app.get("/Invoices")["Invoices"] == []


@pytest.mark.parametrize(("mode", "total"), [("taken", 99.0), ("ignored", 110.0)])
def test_a_line_amount_that_contradicts_is_taken_or_ignored(app: XeroApp, mode: str, total: float) -> None:
    """Or refused, as at first."""
    contradiction = [build_line(LineAmount=90)]
    assert messages_of(app.call("PUT", "/Invoices", build_invoice(LineItems=contradiction)))
    switch(app, line_amount=mode)
    assert app.put_invoice(LineItems=contradiction)["Total"] == total


@pytest.mark.parametrize(("counts", "booked"), [("id", "200"), ("code", "260"), ("refused", None)])
def test_a_line_that_names_two_accounts_has_either_or_none(
    app: XeroApp, counts: str, booked: str | None
) -> None:
    """By id or by code alone it has that one, whichever answer is given."""
    accounts = {each.get("Code"): each["AccountID"] for each in app.get("/Accounts")["Accounts"]}
    switch(app, line_account=counts)
    two = [build_line(AccountCode="260", AccountID=accounts["200"])]
    if booked is None:
        assert messages_of(app.call("PUT", "/Invoices", build_invoice(LineItems=two)))
    else:
        assert app.put_invoice(LineItems=two)["LineItems"][0]["AccountCode"] == booked
    by_id = {name: value for name, value in two[0].items() if name != "AccountCode"}
    for said in ({}, {"AccountCode": "200"}):
        assert app.put_invoice(LineItems=[by_id | said])["LineItems"][0]["AccountID"] == accounts["200"]


@pytest.mark.parametrize(("shows", "shown"), [("of_now", "215"), ("as_booked", "210")])
def test_a_line_shows_the_code_of_now_or_that_of_when_it_was_booked(
    app: XeroApp, shows: str, shown: str
) -> None:
    """Its account's id stays either way."""
    switch(app, line_code=shows)
    made = app.put_invoice(LineItems=[build_line(AccountCode="210")])
    app.person("PATCH", "/accounts/210", Code="215")
    [line] = app.get(f"/Invoices/{made['InvoiceID']}")["Invoices"][0]["LineItems"]
    assert (line["AccountCode"], line["AccountID"]) == (shown, made["LineItems"][0]["AccountID"])


def test_a_post_without_lines_may_cost_the_discounts(app: XeroApp) -> None:
    """As one bug report says of marking an invoice as sent."""
    made = app.put_invoice(LineItems=[build_line(DiscountRate=10), build_line(DiscountAmount=5)])
    assert app.post_invoice(made, SentToContact=True).json()["Invoices"][0]["SubTotal"] == 185.0
    switch(app, lines_not_sent="kept_without_discounts")
    after = app.post_invoice(made, SentToContact=False).json()["Invoices"][0]
    assert (after["SubTotal"], after["IsDiscounted"]) == (200.0, False)


@pytest.mark.parametrize("deletes", [True, False])
def test_a_reconciled_payment_may_be_deleted_or_not(app: XeroApp, deletes: bool) -> None:
    """Refused in words of ours."""
    switch(app, deletes_reconciled_payments=deletes)
    paid = app.pay(app.put_invoice(), 10).json()["Payments"][0]["PaymentID"]
    app.person("POST", f"/payments/{paid}/reconcile")
    assert app.call("POST", f"/Payments/{paid}", {"Status": "DELETED"}).is_success is deletes


@pytest.mark.parametrize(("tells", "kinds"), [(True, ["CREATE", "UPDATE"]), (False, ["CREATE"])])
def test_deleting_a_draft_tells_an_event_or_not(
    app: XeroApp, receiver: Receiver, tells: bool, kinds: list[str]
) -> None:
    """A void always tells one."""
    app.control("PUT", "/webhooks", mode="held")
    switch(app, tells_deleted_drafts=tells)
    made = app.put_invoice(Status="DRAFT")
    app.post_invoice(made, Status="DELETED")
    app.control("POST", "/webhooks/flush")
    events = [event for event in receiver.events if event["resourceId"] == made["InvoiceID"]]
    assert [event["eventType"] for event in events] == kinds


def test_events_may_be_numbered_by_tenant(app: XeroApp, receiver: Receiver) -> None:
    """Then each organisation counts for itself, and no POST mixes two."""
    app.control("PUT", "/webhooks", mode="held", sequence_scope="tenant")
    other = XeroApp(app.xero)
    other.tenant_id = app.control("POST", "/organisations", name="Second", country="AU")["tenant_id"]
    other.connect()
    for each in (app, other, app):
        each.person("POST", "/contacts", Name=f"Customer {len(each.person('GET', '/contacts')['Contacts'])}")
    app.control("POST", "/webhooks/flush")
    app.control("PUT", "/webhooks", sequence_scope="subscription")
    other.http.close()
    numbers = {
        post["events"][0]["tenantId"]: (post["firstEventSequence"], post["lastEventSequence"])
        for post in receiver.posts
    }
    assert all(len({event["tenantId"] for event in post["events"]}) == 1 for post in receiver.posts)
    assert (numbers[app.tenant_id], numbers[other.tenant_id]) == ((1, 2), (1, 1))


def test_an_idempotency_key_may_belong_to_the_access_token(app: XeroApp) -> None:
    """Then it forgets what it has seen as soon as the token is refreshed."""
    for scope, replays in (("app", True), ("access_token", False)):
        app.control("PUT", "/idempotency", scope=scope)
        key = {"Idempotency-Key": f"{app.user}-{scope}"}
        first = app.call("PUT", "/Invoices", build_invoice(), headers=key)
        app.tokens = app.refresh(app.tokens["refresh_token"]).json()
        second = app.call("PUT", "/Invoices", build_invoice(), headers=key)
        assert (first.json() == second.json()) is replays
    app.control("PUT", "/idempotency", scope="app")


def test_a_switch_takes_only_its_own_values(app: XeroApp) -> None:
    """And a wish that is wrong in part changes nothing."""
    path = f"/control/organisations/{app.tenant_id}/behaviour"
    for wish in ({"rounding": "down"}, {"weather": "fine"}, {"rounding": "half_even", "line_amount": 1}):
        assert app.http.put(path, json=wish).status_code == 400
    assert app.http.put("/control/webhooks", json={"sequence_scope": "moon"}).status_code == 400
    assert app.http.put(path, json={}).json()["rounding"] == "half_up"


def test_every_switch_is_tried_here(request: pytest.FixtureRequest) -> None:
    """And begins with the answer that stands first in the table."""
    source = request.path.read_text()
    assert [name for name in SWITCHES if f"{name}=" not in source] == []
