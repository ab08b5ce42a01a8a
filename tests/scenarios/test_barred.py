"""Xero refuses who asks, and not what is asked: it is tried again by itself, by one call for all that is held so."""

from datetime import timedelta

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.contact_sides import KIM, contact_in_xero, shown_contact
from tests.scenarios.house import House
from tests.scenarios.test_items import PIPE, TAP, items_in_xero, send, stands
from tests.scenarios.troubles import ask, assert_in_step, connection, standing, writes_since

BARS = [("forbidden", "not_permitted"), ("precondition_failed", "precondition_failed")]
MANY = 60
"""More than one batch."""

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


async def pass_time(house: House, span: timedelta, step: timedelta = 5 * MINUTE) -> None:
    """Time passes, and the timer of what is held runs as it does."""
    passed = timedelta()
    while passed < span:
        passed += step
        house.clock.advance(step)
        if await house.parts.retries.retry_held():
            await house.drain()


async def bar(house: House, kind: str = "forbidden", method: str = "*", path: str = "/Invoices") -> None:
    """Xero refuses every such call from now on."""
    await house.fault(kind, method, path, times=10_000)


async def lift(house: House) -> None:
    """What was taken is given back; nobody tells us."""
    await ask(house.xero.delete("/faults"))


@pytest.mark.parametrize(("kind", "code"), BARS)
async def test_what_xero_refused_for_who_asked_goes_by_itself_once_it_may(
    house: House, kind: str, code: str
) -> None:
    """A new invoice and an edit of one are held, with words and a cure; nobody asks for a retry."""
    await house.write()
    await house.drain()
    for method in ("PUT", "POST"):
        await bar(house, kind, method)
    await house.edit(reference="PO 2")
    await house.write("inv_2")
    await house.drain()
    assert [await house.held_as(each) for each in ("inv_1", "inv_2")] == [code, code]
    await pass_time(house, timedelta(minutes=30))
    assert await house.held_as("inv_2") == code
    await house.edit_xero(DueDate="2077-03-03")
    await house.drain()
    assert (await house.in_app())["due_on"] == "2077-03-03"
    await lift(house)
    await pass_time(house, timedelta(hours=1))
    await assert_alike(house)
    await assert_in_step(house, "inv_2", "N-inv_2")


@pytest.mark.proof
async def test_many_that_are_held_for_one_cause_are_tried_by_one_call(house: House) -> None:
    """Two batches of invoices: a dozen calls on the first day, four on the next, and all go once one has gone."""
    await house.write()
    await house.drain()
    await bar(house, method="PUT")
    for number in range(MANY):
        await house.write(f"many_{number}")
    before = await house.last_call()
    await house.drain()
    assert len(await writes_since(house, before)) <= 4
    before = await house.last_call()
    await pass_time(house, DAY)
    assert 8 <= len(await writes_since(house, before)) <= 12
    before = await house.last_call()
    await pass_time(house, DAY, 60 * MINUTE)
    assert 3 <= len(await writes_since(house, before)) <= 4
    assert await house.held_as("many_0") == "not_permitted"
    await lift(house)
    before = await house.last_call()
    await pass_time(house, timedelta(hours=7), 30 * MINUTE)
    assert len(await house.list_in_xero()) == MANY + 1
    assert {await standing(house, f"many_{number}") for number in range(MANY)} == {("settled", None)}
    assert len(await writes_since(house, before)) <= 4


async def test_a_batch_that_is_refused_so_once_goes_at_once(house: House) -> None:
    """One of it is sent alone: it goes, so the others do too, and nobody waits."""
    await house.fault("forbidden", "PUT", "/Invoices")
    for number in range(1, 6):
        await house.write(f"inv_{number}")
    await house.drain()
    for number in range(1, 6):
        await assert_in_step(house, f"inv_{number}", f"N-inv_{number}")


async def test_what_only_an_edit_can_cure_is_not_tried_again(house: House) -> None:
    """Xero refused what was asked, in words that nobody knows: the next edit tries again, and no timer does."""
    await house.write()
    await house.drain()
    await house.fault("bad_request", "POST", "/Invoices")
    await house.edit(reference="PO 2")
    await house.drain()
    assert await house.held_as() == "refused_by_xero"
    before = await house.last_call()
    await pass_time(house, 2 * DAY, 60 * MINUTE)
    assert await writes_since(house, before) == []
    await house.edit(reference="PO 3")
    await house.drain()
    await assert_alike(house)


async def test_payments_that_may_not_be_made_wait_by_themselves(house: House) -> None:
    """Invoices go on, with an edit of the one that waits for its payment too; that frees nobody, and costs no storm."""
    await bar(house, method="PUT", path="/Payments")
    paid = [{"id": "p1", "amount": "30.00", "paid_on": "2026-11-20", "method": "card"}]
    for number in range(1, 4):
        await house.write(f"inv_{number}", payments=paid)
    await house.drain()
    assert {await house.held_as(f"inv_{number}") for number in range(1, 4)} == {"not_permitted"}
    before = await house.last_call()
    await house.edit("inv_1", reference="PO 2")
    await house.drain()
    assert (await house.in_xero())["Reference"] == "PO 2"
    assert [path for _, path in await writes_since(house, before)] == ["/Invoices", "/Payments"]
    await lift(house)
    await pass_time(house, timedelta(hours=1))
    for number in range(1, 4):
        assert (await house.in_xero(f"N-inv_{number}"))["AmountPaid"] == 30
        await assert_alike(house, f"inv_{number}", f"N-inv_{number}")


async def test_a_contact_that_may_not_be_written_goes_by_itself_once_it_may(house: House) -> None:
    """No invoice is held with it, and no document comes: the contact itself is the one that is tried."""
    await house.write(contact=KIM)
    await house.drain()
    await bar(house, method="POST", path="/Contacts")
    await ask(house.app.patch("/contacts/cus_1", json={"email": "new@example.com"}))
    await house.drain()
    shown = await shown_contact(house)
    assert (shown["state"], shown["reason"]["code"]) == ("held", "not_permitted")
    await lift(house)
    await pass_time(house, timedelta(minutes=30))
    assert (await contact_in_xero(house))["EmailAddress"] == "new@example.com"
    assert (await shown_contact(house))["state"] == "settled"


async def test_invoices_whose_customers_may_not_be_made_go_by_themselves_once_they_may(house: House) -> None:
    """Held for contacts that Xero lets nobody make: one call a time, and all of them go once one has gone."""
    await bar(house, method="PUT", path="/Contacts")
    for number in range(1, 5):
        await house.write(f"inv_{number}", contact={"id": f"cus_{number}", "name": f"Customer {number}"})
    await house.drain()
    assert {await house.held_as(f"inv_{number}") for number in range(1, 5)} == {"not_permitted"}
    before = await house.last_call()
    await pass_time(house, timedelta(minutes=40))
    assert len(await house.calls(before)) <= 4 * 2
    assert {path for _, path in await writes_since(house, before)} == {"/Contacts"}
    await lift(house)
    await pass_time(house, timedelta(minutes=80))
    for number in range(1, 5):
        await assert_in_step(house, f"inv_{number}", f"N-inv_{number}")


async def test_a_group_that_nobody_may_be_put_into_is_joined_once_they_may(house: House) -> None:
    """It is not the group that is at fault, so no other one is asked for; the first that joins frees the others."""
    await house.at_xero("contactgroups", Name="Trade")
    await house.choose(contact_groups={"trade": "Trade"})
    await bar(house, method="PUT", path="/ContactGroups")
    for number in range(1, 4):
        contact = {"id": f"cus_{number}", "name": f"Customer {number}"}
        await ask(house.app.post("/contacts", json={**contact, "groups": ["trade"]}))
        await house.write(f"inv_{number}", contact=contact)
    await house.drain()
    shown = [await shown_contact(house, f"cus_{number}") for number in range(1, 4)]
    assert {(each["state"], each["reason"]["code"]) for each in shown} == {("held", "not_permitted")}
    await lift(house)
    await pass_time(house, timedelta(minutes=10))
    groups = await ask(house.xero.get(f"/people/{house.tenant_id}/contactgroups"))
    assert len(groups["ContactGroups"][0]["Contacts"]) == 3
    assert {(await shown_contact(house, f"cus_{number}"))["state"] for number in range(1, 4)} == {"settled"}


async def test_products_that_may_not_be_made_go_by_themselves_once_they_may(house: House) -> None:
    """The same of products, which have no invoice that would bring them along."""
    await house.choose(items="on")
    await bar(house, method="PUT", path="/Items")
    await send(house, TAP, PIPE)
    await house.drain()
    assert [await stands(house, each) for each in ("prd_tap", "prd_pipe")] == [("held", "not_permitted")] * 2
    await lift(house)
    await pass_time(house, timedelta(minutes=30))
    assert set(await items_in_xero(house)) == {"TAP", "PIPE"}


async def test_a_new_consent_tries_what_was_not_permitted_at_once(house: House) -> None:
    """Somebody who may write gives consent: invoices and contacts go, without waiting for a timer."""
    await house.write(contact=KIM)
    await house.drain()
    await bar(house, method="POST", path="/Contacts")
    await bar(house, method="POST", path="/Invoices")
    await ask(house.app.patch("/contacts/cus_1", json={"email": "new@example.com"}))
    await house.edit(reference="PO 2")
    await house.drain()
    assert await house.held_as() == "not_permitted"
    await lift(house)
    again = await ask(house.api.post(f"{house.path}/authorise"))
    assert (await house.consent(again["authorise_url"])).is_success
    await house.drain()
    assert (await contact_in_xero(house))["EmailAddress"] == "new@example.com"
    await assert_alike(house)


async def test_a_pause_ends_no_probe(house: House) -> None:
    """Held, paused over the time of it, resumed: it is tried soon after."""
    await bar(house, method="PUT")
    await house.write()
    await house.drain()
    await ask(house.api.post(f"{house.path}/pause"))
    await lift(house)
    before = await house.last_call()
    await pass_time(house, DAY, 60 * MINUTE)
    assert await house.last_call() == before
    await ask(house.api.post(f"{house.path}/resume"))
    await pass_time(house, timedelta(minutes=10))
    assert (await connection(house))["state"] == "active"
    await assert_alike(house)


async def test_what_stays_refused_does_not_hide_another_kind_that_may_go(house: House) -> None:
    """Invoices stay barred, and a contact and a product may be written again: both go without anybody's help."""
    await house.choose(items="on")
    await house.write(contact=KIM)
    await house.drain()
    await bar(house, path="/Invoices", method="PUT")
    await bar(house, path="/Contacts", method="POST")
    await bar(house, path="/Items", method="PUT")
    await house.write("inv_2", contact=KIM)
    await ask(house.app.patch("/contacts/cus_1", json={"email": "new@example.com"}))
    await send(house, TAP)
    await house.drain()
    assert (await standing(house, "inv_2"), await stands(house)) == (("held", "not_permitted"),) * 2
    assert (await shown_contact(house))["reason"]["code"] == "not_permitted"
    await lift(house)
    await bar(house, path="/Invoices", method="PUT")
    await pass_time(house, timedelta(minutes=30))
    assert (await contact_in_xero(house))["EmailAddress"] == "new@example.com"
    assert await stands(house) == ("settled", None)
    assert await standing(house, "inv_2") == ("held", "not_permitted")


@pytest.mark.proof
async def test_of_one_kind_each_has_its_turn(house: House) -> None:
    """Four new invoices stay barred, and the edit of one that is there may go: it does, by the fifth time at last."""
    await house.write()
    await house.drain()
    for method in ("PUT", "POST"):
        await bar(house, method=method)
    for number in range(4):
        await house.write(f"new_{number}")
    await house.drain()
    await house.edit(reference="PO 2")
    await house.drain()
    assert await house.held_as() == "not_permitted"
    await lift(house)
    await bar(house, method="PUT")
    await pass_time(house, timedelta(hours=3))
    await assert_in_step(house)
    assert await house.held_as("new_0") == "not_permitted"
