"""Payments and credits that the app tells one by one, and the fee that is its own."""

from typing import Any

import httpx

from app.sandbox.partner.compare_and_set import apply_fields, list_moved
from tests.sandbox.partner.conftest import Listener

PAID: dict[str, Any] = {"id": "p1", "amount": "40.00", "paid_on": "2026-11-20", "method": "card"}


def holding(**payment: Any) -> dict[str, Any]:
    """A document with one payment."""
    return {"amounts_are": "tax_inclusive", "lines": [], "payments": [PAID | payment]}


def test_a_fee_is_neither_compared_nor_lost() -> None:
    """No change names it: a payment with one is found by the rest, and keeps it when it is set anew."""
    held = holding(fee="1.20")
    gone = [{"path": "payments/p1", "before": PAID, "after": None}]
    assert list_moved(held, gone) == []
    assert apply_fields(held, gone)["payments"] == []
    edited = [{"path": "payments/p1", "before": PAID, "after": PAID | {"amount": "41.00"}}]
    assert apply_fields(held, edited)["payments"] == [PAID | {"amount": "41.00", "fee": "1.20"}]
    assert list_moved(holding(fee="1.20", amount="39.00"), gone) == ["payments/p1"]


def test_what_moved_is_told_alone_in_the_version_that_it_makes(
    control: httpx.Client, plumbline: Listener
) -> None:
    """The app's own document has it all the same; taken out, the app says which version has it no more."""
    control.post("/invoices", json={"id": "inv_1", "status": "sent"})
    paid = control.post("/invoices/inv_1/payments/alone", json={"amount": "40.00", "fee": "1.20"}).json()
    assert plumbline.paths[-1] == "/v1/connections/con_1/invoices/inv_1/payments/p1"
    told = plumbline.documents[-1]
    assert (told["invoice_id"], told["version"], told["based_on"], told["fee"]) == ("inv_1", 2, None, "1.20")
    assert [each["id"] for each in paid["document"]["payments"]] == ["p1"]
    control.post("/invoices/inv_1/credits/alone", json={"kind": "credit_note", "amount": "1850.00"})
    assert (plumbline.documents[-1]["kind"], plumbline.documents[-1]["version"]) == ("credit_note", 3)
    assert control.get("/invoices/inv_1").json()["status"] == "paid"
    left = control.delete("/invoices/inv_1/payments/p1/alone").json()["document"]
    assert (left["payments"], left["status"], left["version"]) == ([], "sent", 4)
    assert plumbline.documents[-1] == {"version": "4", "based_on": "0"}
