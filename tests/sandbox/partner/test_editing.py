"""What a person does at the app, over its control API."""

from typing import Any

import httpx
import pytest


def test_a_new_invoice_is_filled_with_what_was_not_said(control: httpx.Client) -> None:
    """Nothing need be said; what follows from the rest is worked out."""
    document = control.post("/invoices", json={}).json()["document"]
    assert (document["version"], document["based_on"], document["status"]) == (1, None, "draft")
    assert document["sent_at"] is None
    assert document["total"] == "1890.00"
    assert [line["id"] for line in document["lines"]] == ["l1"]
    assert control.get(f"/invoices/{document['id']}").json() == document


def test_two_invoices_never_share_an_id_or_a_number(control: httpx.Client) -> None:
    """Ids that people leave out are given; one that is taken is refused."""
    first, second = (control.post("/invoices", json={}).json()["document"] for _ in range(2))
    assert first["id"] != second["id"]
    assert first["number"] != second["number"]
    assert control.post("/invoices", json={"id": first["id"]}).status_code == 409


def test_lines_are_changed_added_and_deleted_by_id(control: httpx.Client) -> None:
    """An edit names only what moves; every edit makes exactly one version."""
    lines = [{"id": "a", "unit_price": "10.00"}, {"id": "b", "unit_price": "20.00"}]
    control.post("/invoices", json={"id": "inv_1", "lines": lines})
    changes = {"a": {"quantity": "3"}, "b": None, "c": {"description": "Call-out", "unit_price": "5.50"}}
    edited = control.patch("/invoices/inv_1", json={"reference": "PO 7", "lines": changes}).json()["document"]
    assert [(line["id"], line["quantity"], line["unit_price"]) for line in edited["lines"]] == [
        ("a", "3", "10.00"),
        ("c", "1", "5.50"),
    ]
    assert (edited["reference"], edited["total"], edited["version"]) == ("PO 7", "35.50", 2)


def test_a_contact_is_merged_unless_it_is_another(control: httpx.Client) -> None:
    """A new phone number keeps the name; a new customer keeps nothing of the old one."""
    control.post("/invoices", json={"id": "inv_1"})
    merged = control.patch("/invoices/inv_1", json={"contact": {"phone": "1"}}).json()["document"]["contact"]
    assert (merged["name"], merged["phone"]) == ("Kim Tran", "1")
    other = {"contact": {"id": "cus_9", "name": "Ann"}}
    replaced = control.patch("/invoices/inv_1", json=other).json()["document"]["contact"]
    assert replaced == {"id": "cus_9", "name": "Ann", "email": None, "phone": None}


def test_sending_to_the_customer_says_when(control: httpx.Client) -> None:
    """An invoice that is past draft has been sent at some instant, and it stays that one."""
    control.post("/invoices", json={"id": "inv_1"})
    sent = control.post("/invoices/inv_1/send-to-customer").json()["document"]
    assert sent["status"] == "sent"
    assert sent["sent_at"] is not None
    assert control.post("/invoices/inv_1/cancel").json()["document"]["sent_at"] == sent["sent_at"]


def test_payments_that_cover_the_total_make_it_paid(control: httpx.Client) -> None:
    """A part payment leaves it sent."""
    control.post("/invoices", json={"id": "inv_1", "status": "sent"})
    part = control.post("/invoices/inv_1/payments", json={"amount": "1000.00"}).json()["document"]
    rest = control.post("/invoices/inv_1/payments", json={"amount": "890", "method": "card"}).json()[
        "document"
    ]
    assert (part["status"], rest["status"]) == ("sent", "paid")
    assert [payment["id"] for payment in rest["payments"]] == ["p1", "p2"]


@pytest.mark.parametrize(
    ("said", "total"),
    [
        ({"amounts_are": "tax_exclusive"}, None),
        ({"lines": [{"quantity": "3", "unit_price": "0.335", "discount_rate": None}]}, "1.01"),
        ({"lines": [{"quantity": "2", "unit_price": "10.00", "discount_rate": "12.5"}]}, "17.50"),
        ({"total": "1.00"}, "1.00"),
    ],
)
def test_the_total_is_what_the_lines_come_to(control: httpx.Client, said: dict[str, Any], total: Any) -> None:
    """To the cent per line; left out where it takes tax rates; a person's own word stands."""
    assert control.post("/invoices", json=said).json()["document"].get("total") == total


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/invoices/none", None, 404),
        ("PATCH", "/invoices/none", {}, 404),
        ("POST", "/invoices", [], 422),
        ("PUT", "/faults", {"make_coffee": 1}, 422),
        ("PUT", "/plumbline", {"url": "http://127.0.0.1"}, 422),
        ("PUT", "/plumbline", {"send": "pigeon"}, 422),
        ("POST", "/invoices", {"lines": [{"unit_price": "much"}]}, 422),
    ],
)
def test_a_call_that_makes_no_sense_is_told_so(
    control: httpx.Client, method: str, path: str, body: Any, status: int
) -> None:
    """The driver of a demo learns of its own mistake at once."""
    answer = control.request(method, path, json=body)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_the_app_shows_its_invoices_to_a_person(control: httpx.Client) -> None:
    """The address that the demo prints opens in a browser; what people wrote is escaped."""
    control.post("/invoices", json={"reference": "<b>PO</b>"})
    page = httpx.get(str(control.base_url).removesuffix("/control/"), trust_env=False)
    assert "&lt;b&gt;PO&lt;/b&gt;" in page.text
