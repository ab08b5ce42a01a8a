"""Payments and credits that the app tells one by one: both sides agree, nothing is taken back, all of it is told."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json

INVOICE = "invoices/inv_1"


async def tell(house: House, group: str, **part: Any) -> Json:
    """A person takes a payment or gives a credit in the app, which tells that alone; the document as it then stands."""
    told = await house._json(house.app.post(f"/{INVOICE}/{group}/alone", json=part))
    assert [sent["outcome"] for sent in told["sent"]] == ["accepted"], told
    return dict(told["document"])


async def shown(house: House, path: str, **query: Any) -> Json:
    """What Plumbline shows at an address below the connection."""
    return dict(await house._json(house.api.get(f"{house.path}/{path}", params=query)))


@pytest.mark.proof
async def test_t22_i15_payments_told_one_by_one_and_everything_that_came_of_it(house: House) -> None:
    """An edit in Xero survives a payment of the next version; a fee changes nothing; links, amounts, history and usage
    tell it all (T22, T23, I15, N9, N14).
    """
    used = await shown(house, "usage")
    await house.write(url="https://app.example/i/1")
    await house.drain()
    await house.edit_xero(Reference="PO from Xero")
    await house.drain()
    await tell(house, "payments", amount="40.00", method="card", fee="1.20")
    await house.drain()
    await assert_alike(house)
    document, xero = await house.in_app(), await house.in_xero()
    assert (document["reference"], xero["Reference"], xero["AmountDue"]) == (
        "PO from Xero",
        "PO from Xero",
        70,
    )
    await assert_usage_agrees(house, used)
    assert not any("1.2" in str(value) for value in xero["Payments"][0].values()), (
        "the fee never goes to Xero"
    )

    payment = await shown(house, f"{INVOICE}/payments/p1")
    assert (payment["state"], payment["fee"], payment["partner"]["method"]) == ("settled", "1.20", "card")
    assert payment["xero"]["xero_payment_id"] == xero["Payments"][0]["PaymentID"]
    accounts = (await shown(house, "accounts", fit_for="payments"))["data"]
    assert payment["account_id"] == accounts[0]["account_id"]

    await tell(house, "credits", kind="credit_note", amount="20.00", reason="Goodwill")
    await house.drain()
    await house.at_xero("invoices/N-inv_1/payments", Amount=50)
    await house.drain()
    await assert_alike(house)
    assert (await house.in_app())["status"] == "paid"
    [credit] = (await shown(house, "credits", invoice_id="inv_1"))["data"]
    assert (credit["state"], credit["given_for"], credit["amount"]) == ("settled", "Goodwill", "20.00")
    listed = (await shown(house, "payments"))["data"]
    assert [(one["amount"], one["id"].startswith("xero-")) for one in listed] == [
        ("40.00", False),
        ("50.00", True),
    ]

    removed = await house._json(house.app.delete(f"/{INVOICE}/payments/p1/alone"))
    assert [sent["outcome"] for sent in removed["sent"]] == ["accepted"], removed
    await house.drain()
    await assert_alike(house)
    assert ((await house.in_xero())["AmountDue"], (await house.in_app())["status"]) == (40, "sent")
    await assert_both_sides_are_shown(house)
    await assert_history_tells_all(house)
    received = (await house._json(house.app.get("/log")))["received"]
    assert not any("fee" in str(change.get("fields")) for change in received)


async def assert_usage_agrees(house: House, before: Json) -> None:
    """Every call since then was for the invoice or its contact: their shares come to what the connection used."""
    now = await shown(house, "usage")
    spent = {
        name: now["total"][name] - before["total"][name] for name in ("calls", "bytes_sent", "bytes_received")
    }
    shared = {name: Decimal(now["on_links"][name]) - Decimal(before["on_links"][name]) for name in spent}
    assert shared == spent
    assert spent["calls"] > 0
    invoice = await shown(house, f"{INVOICE}/usage")
    assert Decimal(invoice["total"]["calls"]) == sum(Decimal(day["calls"]) for day in invoice["data"])
    async with house.database.reading() as session:
        rows = await session.execute(text("SELECT sum(calls), sum(bytes_received) FROM link_usage"))
        calls, received = rows.one()
        contact = text("SELECT sum(u.calls) FROM link_usage u JOIN contact_links c ON c.id = u.link_id")
        of_contact = (await session.execute(contact)).scalar_one()
    assert (calls, received) == (
        Decimal(invoice["total"]["calls"]) + of_contact,
        int(shared["bytes_received"]) + before["on_links"]["bytes_received"],
    )
    assert int(invoice["price"]["egress_bytes"]) == invoice["total"]["bytes_received"]


async def assert_both_sides_are_shown(house: House) -> None:
    """Both links, both numbers, and what each side has of payments and credits, with its currency."""
    invoice, xero = await house.resource(), await house.in_xero()
    for side in (invoice["partner"], invoice["xero"]):
        assert (side["number"], side["currency"], side["total"], side["amount_due"]) == (
            "N-inv_1", "AUD", "110.00", "40.00",
        )  # fmt: skip
        assert [(one["amount"], one["currency"]) for one in side["payments"]] == [("50.00", "AUD")]
        assert [(one["kind"], one["amount"]) for one in side["credits"]] == [("credit_note", "20.00")]
    assert invoice["partner"]["url"] == "https://app.example/i/1"
    assert invoice["xero"]["deep_link"].endswith(f"/invoicing/view/{xero['InvoiceID']}")
    assert invoice["xero"]["credits"][0]["xero_credit_id"] == xero["CreditNotes"][0]["CreditNoteID"]


async def assert_history_tells_all(house: House) -> None:
    """In one order over all pages, each in a sentence, with what names it elsewhere."""
    entries: list[Json] = []
    query: Json = {"limit": 3}
    while True:
        page = await shown(house, f"{INVOICE}/history", **query)
        entries += page["data"]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    kinds = Counter(entry["kind"] for entry in entries)
    documents = [entry["references"]["version"] for entry in entries if entry["kind"] == "document"]
    assert documents == [1, 3, 4, 7], "the others are versions to which the app came by our changes"
    assert kinds["change_sent"] == kinds["change_answered"] == 3
    assert kinds["xero_event"] >= 4
    actions = [entry["references"]["action"] for entry in entries if entry["kind"] == "attempt"]
    assert actions == ["create", "pay", "credit", "unpay"]
    whole = await shown(house, f"{INVOICE}/history", limit=500)
    assert (entries, whole["next"]) == (whole["data"], None)
    assert all(entry["sentence"].endswith(".") for entry in entries)
    [made, *_] = (await shown(house, "contacts/cus_1/attempts"))["data"]
    assert (made["action"], made["outcome"]) == ("create", "done")
    of_contact = (await shown(house, "contacts/cus_1/history"))["data"]
    assert {entry["kind"] for entry in of_contact} >= {"attempt"}


async def test_holds_stand_in_the_history(house: House) -> None:
    """When each began and ended, and for what, long after the link has forgotten it."""
    await house.write(lines=[{"id": "l1", "unit_price": "110.00", "category": "unheard of"}])
    await house.drain()
    assert await house.held_as() == "category_unmapped"
    await house.edit(lines={"l1": {"category": "general"}})
    await house.drain()
    await assert_alike(house)
    entries = (await shown(house, f"{INVOICE}/history"))["data"]
    held = [entry for entry in entries if entry["kind"] in ("held", "released")]
    assert [(one["kind"], one["references"]["code"]) for one in held] == [
        ("held", "category_unmapped"), ("released", "category_unmapped"),
    ]  # fmt: skip
    assert "unheard of" in held[0]["sentence"]
    for query, found in (({"status": "sent"}, 1), ({"status": "paid"}, 0), ({"contact_id": "cus_1"}, 1)):
        assert len((await shown(house, "invoices", **query))["data"]) == found
    await house.at_xero("invoices/N-inv_1/payments")
    await house.drain()
    assert len((await shown(house, "invoices", status="paid"))["data"]) == 1
