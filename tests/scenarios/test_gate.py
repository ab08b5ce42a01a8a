"""The gate: a draft stays home on either side, and what crosses crosses once it was sent to the customer."""

from typing import Any

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House

LINE = {
    "Description": "Call-out",
    "Quantity": 1,
    "UnitAmount": 100,
    "AccountCode": "200",
    "TaxType": "OUTPUT",
}


async def write_in_xero(house: House, number: str, **invoice: Any) -> None:
    """A person writes a sales invoice at Xero's screen, approved and sent unless told otherwise."""
    base = {
        "InvoiceNumber": number,
        "Status": "AUTHORISED",
        "SentToContact": True,
        "DueDate": "2077-01-31",
        "Contact": {"Name": "Robin Hood", "EmailAddress": "robin@example.com"},
        "LineItems": [LINE],
    }
    await house.at_xero("invoices", **base | invoice)


async def in_app(house: House) -> set[str]:
    """The numbers of the invoices that the app has."""
    return {document["number"] for document in await house.list_in_app()}


async def test_t3_what_was_not_sent_stays_home_without_a_call(house: House) -> None:
    """A draft, an edited draft, and one that is past draft but has no sent_at; each goes once it is sent."""
    before = await house.last_call()
    await house.write("inv_1", status="draft")
    await house.edit("inv_1", reference="still a draft")
    await house.write("inv_2", sent_at=None)
    await house.drain()
    assert await house.last_call() == before
    reasons = [(await house.resource(name))["reason"]["code"] for name in ("inv_1", "inv_2")]
    assert reasons == ["draft_stays_home", "not_sent_to_customer"]
    assert [(await house.resource(name))["state"] for name in ("inv_1", "inv_2")] == ["settled", "settled"]
    await house._json(house.app.post("/invoices/inv_1/send-to-customer", json={}))
    await house._json(house.app.post("/invoices/inv_2/send-to-customer", json={}))
    await house.drain()
    await assert_alike(house, "inv_1")
    await assert_alike(house, "inv_2")
    assert len(await house.list_in_xero()) == 2


async def test_i7_sync_from_bounds_what_is_ever_linked(house: House) -> None:
    """Older invoices stay home on both sides, until the date moves; with none, all of them cross (I7)."""
    await house.choose(sync_from="2026-07-01")
    await house.write(issued_on="2026-06-30", due_on="2026-07-14")
    await write_in_xero(house, "OLD-1", Date="2026-06-30", DueDate="2026-07-14")
    await house.drain()
    assert (await house.resource())["reason"]["code"] == "before_sync_from"
    assert await in_app(house) == {"N-inv_1"}
    assert [invoice["InvoiceNumber"] for invoice in await house.list_in_xero()] == ["OLD-1"]
    await house.choose(sync_from=None)
    await house.drain()
    await assert_alike(house)
    assert await in_app(house) == {"N-inv_1", "OLD-1"}


async def test_t3_drafts_and_bills_of_xero_never_reach_the_app(house: House) -> None:
    """Draft, submitted, a bill, and an approved one that nobody sent; the last two when they are approved and sent."""
    await write_in_xero(house, "X-DRAFT", Status="DRAFT", SentToContact=False)
    await write_in_xero(house, "X-SUBMITTED", Status="SUBMITTED", SentToContact=False)
    await write_in_xero(house, "BILL", Type="ACCPAY", SentToContact=False)
    await write_in_xero(house, "X-UNSENT", SentToContact=False)
    await house.drain()
    await house.sweep()
    assert await in_app(house) == set()
    await house.edit_xero("X-DRAFT", Status="AUTHORISED")
    await house.edit_xero("X-DRAFT", SentToContact=True)
    await house.edit_xero("X-UNSENT", SentToContact=True)
    await house.drain()
    assert await in_app(house) == {"X-DRAFT", "X-UNSENT"}


@pytest.mark.proof
async def test_t17_import_from_xero_sent_authorised_and_off(house: House) -> None:
    """`sent` is the default; `off` brings nothing; `authorised` also what nobody sent, and what was passed over; what
    is linked lives on (T17).
    """
    await write_in_xero(house, "X-SENT")
    await write_in_xero(house, "X-UNSENT", SentToContact=False)
    await house.drain()
    assert await in_app(house) == {"X-SENT"}
    await house.choose(import_from_xero="off")
    await write_in_xero(house, "X-OFF")
    await house.drain()
    assert await in_app(house) == {"X-SENT"}
    await house.choose(import_from_xero="authorised")
    await write_in_xero(house, "X-ANY", SentToContact=False)
    await house.drain()
    assert await in_app(house) == {"X-SENT", "X-UNSENT", "X-ANY", "X-OFF"}
    await house.choose(import_from_xero="off")
    await house.edit_xero("X-ANY", Reference="linked for life")
    await house.drain()
    references = {document["number"]: document["reference"] for document in await house.list_in_app()}
    assert references["X-ANY"] == "linked for life"


@pytest.mark.proof
async def test_sent_to_the_customer_is_told_both_ways(house: House) -> None:
    """Marked as sent in Xero: the app gets sent_at. Sent from the app: Xero gets its mark."""
    await house.choose(import_from_xero="authorised")
    await write_in_xero(house, "X-1", SentToContact=False)
    await write_in_xero(house, "X-2", SentToContact=False)
    await house.drain()
    ids = {d["number"]: d["id"] for d in await house.list_in_app()}
    assert (await house.in_app(ids["X-1"]))["sent_at"] is None
    await house.edit_xero("X-1", SentToContact=True)
    await house.edit(ids["X-2"], sent_at="2026-11-20T03:15:00Z")
    await house.drain()
    assert (await house.in_app(ids["X-1"]))["sent_at"] is not None
    assert (await house.in_xero("X-2"))["SentToContact"] is True
    await assert_alike(house, ids["X-1"])
    await assert_alike(house, ids["X-2"])
