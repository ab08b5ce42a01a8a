"""Payments: created, deleted, never edited, and always showing on their invoice (FACTS 5, Payments)."""

from typing import Any

import pytest

from tests.sandbox.xero.driver import XeroApp, messages_of


def test_a_payment_moves_its_invoice(app: XeroApp) -> None:
    """Part-paid stays AUTHORISED, fully paid becomes PAID with the date of the last payment."""
    made = app.put_invoice()
    payment = app.pay(made, 60, Reference="card").json()["Payments"][0]
    assert (payment["PaymentType"], payment["Status"], payment["Amount"]) == (
        "ACCRECPAYMENT",
        "AUTHORISED",
        60.0,
    )
    assert payment["Invoice"]["AmountDue"] == 50.0
    app.pay(made, 50, Date="2026-11-25")
    after = app.read_invoice(made["InvoiceID"])
    assert (after["Status"], after["AmountPaid"], after["AmountDue"]) == ("PAID", 110.0, 0.0)
    assert after["FullyPaidOnDate"] == "/Date(1795564800000+0000)/"
    assert [entry["Amount"] for entry in after["Payments"]] == [60.0, 50.0]
    assert after["Payments"][0]["Reference"] == "card"


def test_deleting_a_payment_takes_it_back(app: XeroApp) -> None:
    """POST of Status DELETED; the payment stays readable, the invoice is AUTHORISED again."""
    made = app.put_invoice()
    payment_id = app.pay(made, 110).json()["Payments"][0]["PaymentID"]
    deleted = app.call("POST", f"/Payments/{payment_id}", {"Status": "DELETED"}).json()["Payments"][0]
    assert deleted["Status"] == "DELETED"
    after = app.read_invoice(made["InvoiceID"])
    assert (after["Status"], after["AmountDue"], after["Payments"]) == ("AUTHORISED", 110.0, [])
    assert "FullyPaidOnDate" not in after
    assert [row["Status"] for row in app.get("/Payments")["Payments"]] == ["DELETED"]
    again = app.call("POST", f"/Payments/{payment_id}", {"Status": "DELETED"})
    assert messages_of(again) == ["This payment has already been deleted."]


def test_payments_cannot_be_edited(app: XeroApp) -> None:
    """Only created and deleted."""
    payment_id = app.pay(app.put_invoice(), 10).json()["Payments"][0]["PaymentID"]
    assert app.call("POST", f"/Payments/{payment_id}", {"Amount": 5}).status_code == 400


def test_refusals_are_in_xeros_words(app: XeroApp) -> None:
    """Too much, not approved, no account, no such document."""
    made, draft = app.put_invoice(), app.put_invoice(Status="DRAFT")
    too_much = "Payment amount exceeds the amount outstanding on this document"
    assert messages_of(app.pay(made, 110.01)) == [too_much]
    assert messages_of(app.pay(draft, 10)) == ["Payments can only be made against Authorised documents"]
    assert messages_of(app.pay(made, 10, Account=None)) == [
        "You must specify an Account code or Account ID for the payment."
    ]
    nobody = {"InvoiceID": "11111111-2222-3333-4444-555555555555"}
    assert messages_of(app.pay(made, 10, Invoice=nobody)) == [
        "The document with the supplied id was not found for this endpoint."
    ]


def test_money_goes_to_banks_and_to_accounts_that_take_payments(app: XeroApp) -> None:
    """A sales account takes none; the owner's account does; most banks have no code."""
    made = app.put_invoice()
    assert app.pay(made, 10, Account={"Code": "200"}).status_code == 400
    assert app.pay(made, 10, Account={"Code": "881"}).status_code == 200
    assert app.pay(made, 10, Account={"Code": "091"}).status_code == 200


def test_payments_are_listed_filtered_and_paged(app: XeroApp) -> None:
    """By invoice, by reference, by page; a batch is created in one call."""
    made = app.put_invoice()
    bank = {"AccountID": app.bank_account()}
    batch: list[dict[str, Any]] = [
        {
            "Invoice": {"InvoiceNumber": made["InvoiceNumber"]},
            "Account": bank,
            "Amount": n,
            "Reference": f"p{n}",
        }
        for n in (1, 2, 300)
    ]
    answer = app.call("PUT", "/Payments", {"Payments": batch}, summarizeErrors="false").json()["Payments"]
    assert [row["StatusAttributeString"] for row in answer] == ["OK", "OK", "ERROR"]
    assert len(app.get("/Payments", where=f'Invoice.InvoiceID==Guid("{made["InvoiceID"]}")')["Payments"]) == 2
    found = app.get("/Payments", where='Reference=="p2" AND Status=="AUTHORISED"', page=1)
    assert [row["Amount"] for row in found["Payments"]] == [2.0]
    assert found["pagination"]["itemCount"] == 1
    one = app.get(f"/Payments/{found['Payments'][0]['PaymentID']}")["Payments"][0]
    assert one["Invoice"]["LineItems"][0]["Description"] == "Labour"


def test_batch_payments_are_not_built(app: XeroApp) -> None:
    """501, and nothing written."""
    body = {"BatchPayment": {"BatchPaymentID": "x"}, "Account": {"Code": "091"}, "Amount": 1}
    assert app.call("PUT", "/Payments", body).status_code == 501


@pytest.mark.parametrize(("deletes", "status"), [(True, 200), (False, 400)])
def test_deleting_a_reconciled_payment_is_a_switch(app: XeroApp, deletes: bool, status: int) -> None:
    """What Xero does is not known (FACTS 8): both answers can be had, for an app and for a person alike."""
    app.control("PUT", f"/organisations/{app.tenant_id}/behaviour", deletes_reconciled_payments=deletes)
    made = app.put_invoice()
    payment_id = app.pay(made, 110).json()["Payments"][0]["PaymentID"]
    assert app.person("POST", f"/payments/{payment_id}/reconcile")["IsReconciled"] is True
    assert app.get(f"/Payments/{payment_id}")["Payments"][0]["IsReconciled"] is True
    assert app.call("POST", f"/Payments/{payment_id}", {"Status": "DELETED"}).status_code == status
    assert app.read_invoice(made["InvoiceID"])["Status"] == ("AUTHORISED" if deletes else "PAID")
    app.person("POST", f"/payments/{payment_id}/reconcile", IsReconciled=False)
    if not deletes:
        app.person("DELETE", f"/payments/{payment_id}")
