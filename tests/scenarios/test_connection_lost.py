"""Pauses, tokens that end and consents that are gone: everything is stored, and all of it is caught up with."""

from datetime import timedelta

import pytest

from tests.scenarios.house import House
from tests.scenarios.troubles import (
    app_fault,
    ask,
    assert_in_step,
    connection,
    numbers_in_xero,
    rows,
    standing,
    writes_since,
)


async def list_links(house: House) -> list[tuple[str, str]]:
    """The identities of every linked invoice on both sides."""
    listed = (await ask(house.api.get(f"{house.path}/links")))["data"]
    return [(link["partner_invoice_id"], link["xero_invoice_id"]) for link in listed]


@pytest.mark.proof
async def test_c10_a_pause_stores_everything_and_does_nothing(house: House) -> None:
    """Documents, events and a waiting change: no call to Xero, none to the app, and nothing lost on resume."""
    await house.write()
    await house.write("inv_2")
    await house.drain()
    await app_fault(house, refuse_incoming_next=1)
    await house.edit_xero("N-inv_2", Reference="PO 22")
    await house.drain()
    await ask(house.api.post(f"{house.path}/pause"))
    calls, log = await house.last_call(), len((await ask(house.app.get("/log")))["received"])
    await house.edit(reference="PO 2")
    await house.edit_xero(DueDate="2077-03-03")
    await house.write("inv_3")
    await house.wait(timedelta(hours=1))
    assert await house.last_call() == calls
    assert len((await ask(house.app.get("/log")))["received"]) == log
    assert await standing(house) == ("behind", "connection_paused")
    assert await standing(house, "inv_3") == ("behind", "connection_paused")
    assert (await connection(house))["state"] == "paused"
    assert await rows(house, "SELECT 1 FROM xero_events WHERE taken_at IS NULL")
    await ask(house.api.post(f"{house.path}/resume"))
    await house.drain()
    assert (await house.in_xero())["Reference"] == "PO 2"
    assert (await house.in_app())["due_on"] == "2077-03-03"
    assert (await house.in_app("inv_2"))["reference"] == "PO 22"
    for each in ("inv_1", "inv_2", "inv_3"):
        await assert_in_step(house, each, f"N-{each}")
    assert await numbers_in_xero(house) == ["N-inv_1", "N-inv_2", "N-inv_3"]


@pytest.mark.proof
async def test_t12_t13_t14_a_connection_that_xero_removed_takes_everything_up_again(house: House) -> None:
    """Disconnected in Xero: a state with reason and date, told to the partner, documents still taken. A new consent
    keeps every link and setting, and resumes old invoices as well as new ones (T12, T13, T14).
    """
    await house.write()
    await house.drain()
    chosen, link = await ask(house.api.get(f"{house.path}/settings")), await list_links(house)
    before = await connection(house)
    await ask(house.xero.post("/disconnect", json={"tenant_id": house.tenant_id}))
    await house.edit(reference="PO 2")
    await house.drain()
    lost = await connection(house)
    assert lost["state"] == "disconnected"
    assert lost["reason"]
    assert lost["since"] > before["since"]
    assert lost["next_step"]["code"] == "authorise_again"
    told = (await ask(house.app.get("/notices")))["data"][-1]
    assert (told["type"], told["reason"]) == ("connection.disconnected", lost["reason"])
    assert await standing(house) == ("behind", "disconnected")
    calls = await house.last_call()
    await house.write("inv_2")
    await house.edit(due_on="2077-03-03")
    await house.edit_xero(LineItems=[{"index": 0, "UnitAmount": 220}])
    await house.wait(timedelta(hours=2))
    assert await house.last_call() == calls
    again = await ask(house.api.post(f"{house.path}/authorise"))
    assert (await house.consent(again["authorise_url"])).is_success
    assert (await connection(house))["state"] == "active"
    assert (await ask(house.api.get(f"{house.path}/settings"))) == chosen
    await house.drain()
    await house.sweep()
    assert (await list_links(house))[:1] == link
    invoice = await house.in_xero()
    assert (invoice["Reference"], invoice["Total"]) == ("PO 2", 220.0)
    assert (await house.in_app())["due_on"] == "2077-03-03"
    await assert_in_step(house)
    await assert_in_step(house, "inv_2", "N-inv_2")
    assert await numbers_in_xero(house) == ["N-inv_1", "N-inv_2"]


async def test_an_access_token_that_ends_in_the_middle_goes_on_by_itself(house: House) -> None:
    """Refused at the contacts, at the create and at a read: each call is repeated with a new token, and done once."""
    for method, path in (("PUT", "/Contacts"), ("PUT", "/Invoices")):
        await house.fault("token_expired", method, path)
    await house.write()
    await house.drain()
    await assert_in_step(house)
    await house.fault("token_expired", "GET", "/Invoices")
    await house.fault("token_expired", "POST", "/Invoices")
    await house.edit(reference="PO 2")
    await house.drain()
    assert await numbers_in_xero(house) == ["N-inv_1"]
    assert (await connection(house))["retry_reason"] is None
    await assert_in_step(house)


@pytest.mark.proof
async def test_a_consent_that_died_of_age_says_so(house: House) -> None:
    """Nobody refreshed for sixty-one days: disconnected, documents are kept, and a new consent goes on."""
    await house.write()
    await house.drain()
    long_after = timedelta(days=61)
    await ask(house.xero.post("/clock", json={"advance_seconds": int(long_after.total_seconds())}))
    house.clock.advance(long_after)
    await house.edit(reference="PO 2")
    await house.drain()
    assert (await connection(house))["state"] == "disconnected"
    assert await standing(house) == ("behind", "disconnected")
    again = await ask(house.api.post(f"{house.path}/authorise"))
    assert (await house.consent(again["authorise_url"])).is_success
    await house.drain()
    assert (await house.in_xero())["Reference"] == "PO 2"
    await assert_in_step(house)


async def test_an_identity_server_that_is_down_is_no_lost_consent(house: House) -> None:
    """The token ended and Xero gives no new one now: the work waits, and the consent stays."""
    await house.write()
    await house.drain()
    await house.fault("unavailable_before", "POST", "/connect/token", times=3)
    await house.edit(reference="PO 2")
    await house.wait(timedelta(minutes=45))
    assert (await connection(house))["state"] == "active"
    assert await standing(house) == ("behind", "xero_unavailable")
    for _ in range(4):
        await house.wait(timedelta(minutes=10))
    assert (await house.in_xero())["Reference"] == "PO 2"
    await assert_in_step(house)


async def test_a_lost_answer_to_a_refresh_costs_nothing(house: House) -> None:
    """Xero rotated the token and its answer was lost: the old one is good for a while, and the writes happen once."""
    await house.write()
    await house.drain()
    seen = await house.last_call()
    await house.fault("cut_after", "POST", "/connect/token")
    await house.edit(reference="PO 2")
    await house.wait(timedelta(minutes=45))
    await house.wait(timedelta(minutes=10))
    assert (await connection(house))["state"] == "active"
    assert await writes_since(house, seen) == [("POST", "/Invoices")]
    await assert_in_step(house)
