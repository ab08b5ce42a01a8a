"""Exactly once, for every kind of thing: the answer of its create is lost, and a new worker comes at any later time.

Inside the six minutes for which Xero remembers a key, after them, and after the token was refreshed, by which Xero may
have forgotten it too (FACTS 4.9).
"""

from datetime import timedelta

import pytest

from tests.scenarios.house import House, Json
from tests.scenarios.troubles import SIX_MINUTES, ask, contacts_in_xero, later, restarted

CREATES = (
    "/Items", "/Contacts", "/Invoices", "/Payments",
    "/CreditNotes", "/CreditNotes/", "/BankTransactions", "/Prepayments/",
)  # fmt: skip
"""Every call that makes something in Xero; those ending in a slash are allocations."""

MOST_RESTARTS = 12
"""More than there are cuts: the waits grow from one to the next."""

KINDS = ("items", "contacts", "invoices", "payments", "creditnotes", "prepayments", "overpayments")


@pytest.mark.parametrize(
    "span",
    [SIX_MINUTES - timedelta(seconds=30), SIX_MINUTES + timedelta(minutes=1), timedelta(minutes=31)],
    ids=["inside the six minutes", "after them", "after a token refresh"],
)
@pytest.mark.proof
async def test_each_kind_is_made_once_though_the_answer_of_every_create_is_lost(
    house: House, span: timedelta
) -> None:
    """An invoice with a product, a payment too large, a credit note and a deposit: each create is cut off once."""
    await ask(house.xero.put("/idempotency", json={"scope": "access_token"}))
    await house.choose(items="on", overpayments="book")
    before = await count(house)
    for path in CREATES:
        await house.fault("cut_after", "PUT", path)
    product = {"id": "prd_1", "version": 1, "code": "TAP", "name": "Mixer tap"}
    await ask(house.api.put(f"{house.path}/items/prd_1", json=product))
    line = {"id": "l1", "description": "Tap", "unit_price": "110.00", "tax": "gst", "item_code": "TAP"}
    given = [
        {"id": "c1", "kind": "credit_note", "amount": "20.00", "applied_on": "2026-11-20"},
        {"id": "c2", "kind": "prepayment", "amount": "30.00", "applied_on": "2026-11-20"},
    ]
    paid = {"id": "p1", "amount": "75.00", "paid_on": "2026-11-20", "method": "card"}
    await house.write(lines=[line], credits=given, payments=[paid], status="paid")
    await house.drain()
    for _ in range(MOST_RESTARTS):
        async with restarted(house):
            await later(house, span)
        if (await house.resource())["state"] == "settled":
            break
    assert await cuts_left(house) == []
    after = await count(house)
    assert {kind: after[kind] - before[kind] for kind in KINDS} == dict.fromkeys(KINDS, 1)
    invoice = await house.in_xero()
    assert (invoice["Status"], invoice["AmountCredited"], invoice["AmountPaid"]) == ("PAID", 50, 60)
    assert (await house.resource())["state"] == "settled"
    assert (await house.in_app())["status"] == "paid"


async def count(house: House) -> dict[str, int]:
    """How many of each kind stand in Xero; payments are counted on the invoices."""
    held = {
        kind: len(next(iter((await ask(house.xero.get(f"/people/{house.tenant_id}/{kind}"))).values())))
        for kind in ("items", "creditnotes", "prepayments", "overpayments")
    }
    invoices: list[Json] = await house.list_in_xero()
    payments = sum(len(invoice["Payments"]) for invoice in invoices)
    contacts = len(await contacts_in_xero(house))
    return held | {"invoices": len(invoices), "payments": payments, "contacts": contacts}


async def cuts_left(house: House) -> list[str]:
    """The cuts that struck nothing: each must have, or nothing was proved."""
    faults = (await ask(house.xero.get("/faults")))["faults"]
    return [fault["path"] for fault in faults if fault["hit"] < fault["times"]]
