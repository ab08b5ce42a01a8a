"""The guides tell the truth: every call in them is made in order, and every answer in them is what comes back."""

import asyncio
import json
from datetime import UTC, datetime

import httpx
import pytest
from standardwebhooks import Webhook

from app.clock import SystemClock
from app.demo.command import YOUR_BOOKS
from app.demo.organisation import Organisation
from tests.house.guide import Call, fill_in, read_guide, read_webhook
from tests.scenarios.guides import Happens, Known, consent, walk
from tests.scenarios.house import House

ORDER = {
    "id": "order_5120",
    "number": "W-5120",
    "version": 1,
    "status": "sent",
    "sent_at": "2026-11-20T03:15:00Z",
    "currency": "AUD",
    "amounts_are": "tax_inclusive",
    "issued_on": "2026-11-20",
    "due_on": "2026-11-20",
    "contact": {"id": "cus_17", "name": "Kim Tran"},
    "lines": [
        {"id": "1", "description": "Tap, brass", "quantity": "1", "unit_price": "111.00", "tax": "gst"}
    ],
}


async def make_group(house: House, known: Known) -> None:
    """The bookkeeper makes a group of contacts."""
    await house.at_xero("contactgroups", Name="Web trade")


async def make_item(house: House, known: Known) -> None:
    """The bookkeeper makes an item."""
    await house.at_xero("items", Code="MAIN", Name="Main product")


async def make_contact(house: House, known: Known) -> None:
    """The bookkeeper makes a contact."""
    await house.at_xero("contacts", Name="Wattle Street Developments")


async def join_shop(house: House, known: Known) -> None:
    """A shop is joined, and sends an order, as other guides show."""
    opened = await house._json(house.api.post("/v1/connections", json={"business_id": "shop_88"}))
    known |= {"connection_id": opened["id"], "authorise_url": opened["authorise_url"]}
    await consent(house, known)
    await house.choose(revenue_accounts={"general": "200"})
    await house._json(house.api.put(f"{house.path}/invoices/order_5120", json=ORDER))
    await house.drain()


async def make_test(house: House, known: Known) -> None:
    """A worker takes up the test transaction; it was stored by the API's clock, which is ahead of the worker's."""
    house.clock.advance(SystemClock().now() - house.clock.now())
    await house.parts.trials.run_due()


async def come_to_the_hour(house: House, known: Known) -> None:
    """The connection's time has come: all that waits is done."""
    await house._json(house.api.post(f"{house.path}/run"))
    await house.drain()


ACTS: dict[str, Happens] = {
    "Xero has the contact group Web trade": make_group,
    "Xero has the item MAIN": make_item,
    "Xero has the contact Wattle Street Developments": make_contact,
    "a shop is joined, and its order is in Xero": join_shop,
    "the test is made": make_test,
    "the hour comes": come_to_the_hour,
}


@pytest.mark.proof
@pytest.mark.parametrize(
    "name", ["job-management", "web-shop", "store-channels", "sales-pipeline", "many-shops"]
)
async def test_every_call_of_a_way_of_working_is_answered_as_it_shows(newcomer: House, name: str) -> None:
    """From the first call to the last, on a house in which nobody was joined."""
    await walk(newcomer, f"ways-of-working/{name}.md", ACTS)


async def join_tradie(house: House, known: Known) -> None:
    """A tradie is joined already, and an invoice of theirs is in step."""
    known["connection_id"] = house.connection_id
    line = {"id": "l1", "description": "250 L unit", "quantity": "1", "unit_price": "1890.00", "tax": "gst"}
    await house.write("inv_8801", number="INV-0042", lines=[line])
    await house.drain()


async def write_draft(house: House, known: Known) -> None:
    """The tradie writes another, and does not send it."""
    await house.write("inv_8802", number="INV-0043", status="draft", sent_at=None)
    await house.drain()


async def pay_twice(house: House, known: Known) -> None:
    """The tradie took the money, and the bookkeeper found it on the bank statement."""
    payment = {"id": "p1", "amount": "500.00", "paid_on": "2026-11-20", "method": "card"}
    await house.edit("inv_8801", payments=[payment])
    await house.drain()
    await house.at_xero("invoices/INV-0042/payments", Amount=500)
    await house.drain()


async def choose_policy(house: House, known: Known) -> None:
    """Somebody in the back office chooses."""
    await house.choose(conflict_policy="hold")


CALLS: dict[str, Happens] = {
    "a business is joined, and its INV-0042 is in Xero": join_tradie,
    "INV-0043 is a draft in the app": write_draft,
    "the app has a payment of 500.00, and the bookkeeper enters one of 500.00 in Xero": pay_twice,
    "somebody chose another conflict policy": choose_policy,
}


async def test_every_call_of_a_bad_day_is_answered_as_it_shows(house: House) -> None:
    """What a business says on the telephone, and what is to be called for it (N7, T22, E14, C10, I13)."""
    await walk(house, "when-a-business-calls.md", CALLS)


async def test_i1_t1_t2_t3_every_call_of_the_first_guide_is_answered_as_it_shows(newcomer: House) -> None:
    """Ten calls, from nothing to an invoice in step and an edit taken over (I1, T1, T2, T3)."""
    assert sum(isinstance(step, Call) for step in read_guide("first-invoice.md")) == 10
    known = await walk(newcomer, "first-invoice.md")
    [invoice] = await newcomer.list_in_xero()
    assert (invoice["InvoiceNumber"], invoice["Status"], invoice["SentToContact"]) == (
        "INV-0042",
        "AUTHORISED",
        True,
    )
    assert (invoice["InvoiceID"], invoice["Total"]) == (known["xero_invoice_id"], 1890)


async def test_i1_the_first_guide_is_followed_beside_a_connection_that_is_there(house: House) -> None:
    """As on a demo that stays up: the organisation of its story is joined, and the one that it adds is chosen."""
    xero = Organisation({"tenant_id": house.tenant_id, "control_url": f"{house.xero_root}/control"})
    house.tenant_id = await asyncio.to_thread(xero.add, YOUR_BOOKS)
    xero.remote.close()
    await walk(house, "first-invoice.md")
    [invoice] = await house.list_in_xero()
    assert (xero.tenant_id != house.tenant_id, invoice["InvoiceNumber"]) == (True, "INV-0042")


async def test_t2_the_webhook_that_is_shown_does_what_a_put_does(house: House) -> None:
    """An app signs the body that the guide shows and sends it where it says: the invoice is in Xero. A type that is
    spelled otherwise is answered alike, and is found as ignored where the guide says.
    """
    known = {"partner_id": house.partner["partner_id"], "connection_id": house.connection_id}
    address, body = (fill_in(text, known) for text in read_webhook("webhooks.md"))
    assert (await _send(house, address, "msg_1", body)).status_code == 200
    misspelled = json.dumps(json.loads(body) | {"type": "invoice.updated"})
    assert (await _send(house, address, "msg_2", misspelled)).status_code == 200
    await house.drain()
    assert (await house.in_xero("INV-0042"))["Total"] == 1890
    events = await house._json(house.api.get(f"{house.path}/events", params={"side": "partner"}))
    told = {event["type"]: event["state"] for event in events["data"]}
    assert told == {"invoice.updated": "ignored", "invoice.changed": "taken"}


async def _send(house: House, address: str, webhook_id: str, body: str) -> httpx.Response:
    """Sign a body as the app does, and post it."""
    at = datetime.now(UTC)
    signature = Webhook(house.partner["webhook_secret_in"]).sign(webhook_id, at, body)
    headers = {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    return await house.api.post(address, content=body, headers=headers)
