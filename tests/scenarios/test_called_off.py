"""What somebody calls off in the middle of it ends with the call to Xero that is under way (C10, E5)."""

import pytest

from app.reconcile.ports import WRITE_BATCH
from tests.scenarios.contact_sides import edit_contact, shown_contact
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import (
    ask,
    assert_in_step,
    contacts_in_xero,
    in_the_middle,
    standing,
    writes_since,
)

MANY = 60
"""More than one batch."""


async def write_many(house: House) -> None:
    """More invoices than one call takes, all of a customer whom Xero has."""
    await house.write()
    await house.drain()
    for number in range(MANY):
        await house.write(f"many_{number}")


@pytest.mark.proof
async def test_c10_a_pause_in_the_middle_of_a_storm_stops_it(house: House) -> None:
    """The batch that was under way arrives, the next one does not, and all of it after the pause."""
    await write_many(house)
    async with in_the_middle(house, "PUT", "/Invoices"):
        assert (await ask(house.api.post(f"{house.path}/pause")))["state"] == "paused"
    there = len(await house.list_in_xero())
    assert 1 < there <= MANY
    await house.drain()
    assert len(await house.list_in_xero()) == there
    await ask(house.api.post(f"{house.path}/resume"))
    await house.drain()
    assert len(await house.list_in_xero()) == MANY + 1
    assert {await standing(house, f"many_{number}") for number in range(MANY)} == {("settled", None)}


@pytest.mark.proof
async def test_e5_a_way_to_xero_that_is_closed_in_the_middle_of_a_storm_is_closed(house: House) -> None:
    """What was not sent by then stays at home with the reason, and goes when the way opens."""
    await write_many(house)
    async with in_the_middle(house, "PUT", "/Invoices"):
        await house.choose(directions={"invoices": "to_partner"})
    there = len(await house.list_in_xero())
    assert 1 < there <= MANY
    await house.drain()
    assert len(await house.list_in_xero()) == there
    reasons = [await standing(house, f"many_{number}") for number in range(MANY)]
    assert reasons.count(("settled", "invoices_stay_home")) == MANY + 1 - there
    await house.choose(directions={"invoices": None})
    await house.drain()
    assert len(await house.list_in_xero()) == MANY + 1


async def test_an_account_chosen_while_the_customer_is_made_is_the_one_that_is_booked(house: House) -> None:
    """The invoice itself was not sent yet: it goes by the settings that are."""
    accounts = await ask(house.api.get(f"{house.path}/accounts", params={"fit_for": "sales"}))
    other = accounts["data"][1]
    await house.write()
    async with in_the_middle(house, "PUT", "/Contacts"):
        await house.choose(
            revenue_accounts=dict.fromkeys(("general", "materials", "labour"), other["account_id"])
        )
    await house.drain()
    assert [line["AccountCode"] for line in (await house.in_xero())["LineItems"]] == [other["code"]]
    await assert_in_step(house)


async def list_customers(house: House) -> list[Json]:
    """The contacts of Xero that stories of this page are about."""
    return [each for each in await contacts_in_xero(house) if each["Name"].startswith("Customer ")]


async def write_for_many_customers(house: House) -> None:
    """An invoice for each of more customers than one call takes."""
    for number in range(MANY):
        contact = {"id": f"cus_{number}", "name": f"Customer {number}"}
        await house.write(f"many_{number}", contact=contact)


@pytest.mark.proof
async def test_c10_a_pause_while_customers_are_made_stops_it_between_two_batches(house: House) -> None:
    """The batch that was under way arrives, the next one does not, and no invoice is held for want of its customer."""
    await write_for_many_customers(house)
    async with in_the_middle(house, "PUT", "/Contacts"):
        await ask(house.api.post(f"{house.path}/pause"))
    assert len(await list_customers(house)) == WRITE_BATCH
    await house.drain()
    assert (len(await list_customers(house)), len(await house.list_in_xero())) == (WRITE_BATCH, 0)
    assert {(await standing(house, f"many_{number}"))[0] for number in range(MANY)} == {"behind"}
    await ask(house.api.post(f"{house.path}/resume"))
    await house.drain()
    assert (len(await list_customers(house)), len(await house.list_in_xero())) == (MANY, MANY)


@pytest.mark.proof
async def test_c10_a_pause_while_customers_are_read_stops_what_would_be_written(house: House) -> None:
    """Edited in the app, many of them; they are read right before, and none is written until it goes on."""
    await write_for_many_customers(house)
    await house.drain()
    for number in range(MANY):
        await edit_contact(house, f"cus_{number}", phone="02 5550 0100")
    since = await house.last_call()
    async with in_the_middle(house, "GET", "/Contacts"):
        await ask(house.api.post(f"{house.path}/pause"))
    await house.drain()
    assert await writes_since(house, since) == []
    await ask(house.api.post(f"{house.path}/resume"))
    await house.drain()
    assert await writes_since(house, since) == [("POST", "/Contacts")] * 2
    assert (await shown_contact(house, "cus_59"))["state"] == "settled"


async def test_c10_a_pause_while_a_payment_is_read_leaves_it_where_it_is(house: House) -> None:
    """The app took it back: it is deleted in Xero when the connection goes on."""
    paid = {"id": "p1", "amount": "110.00", "paid_on": "2026-11-20"}
    await house.write(payments=[paid])
    await house.drain()
    await house.edit(payments=[])
    async with in_the_middle(house, "GET", "/Payments"):
        await ask(house.api.post(f"{house.path}/pause"))
    assert (await house.in_xero())["AmountPaid"] == 110
    await ask(house.api.post(f"{house.path}/resume"))
    await house.drain()
    assert (await house.in_xero())["AmountPaid"] == 0
    await assert_in_step(house)


async def test_c10_a_pause_while_a_credit_is_read_leaves_it_where_it_is(house: House) -> None:
    """Taken back in the app: its allocation goes, and the note is voided, when the connection goes on."""
    await house.write(
        credits=[{"id": "c1", "kind": "credit_note", "amount": "10.00", "applied_on": "2026-11-20"}]
    )
    await house.drain()
    assert (await house.in_xero())["AmountCredited"] == 10
    await house.edit(credits=[])
    async with in_the_middle(house, "GET", "/CreditNotes"):
        await ask(house.api.post(f"{house.path}/pause"))
    assert (await house.in_xero())["AmountCredited"] == 10
    await ask(house.api.post(f"{house.path}/resume"))
    await house.drain()
    assert (await house.in_xero())["AmountCredited"] == 0
    await assert_in_step(house)


async def test_c10_a_pause_while_products_are_made_stops_it_between_two_batches(house: House) -> None:
    """As invoices are stopped."""
    await house.choose(items="on")
    products = [
        {"id": f"p{number}", "version": 1, "code": f"P{number}", "name": "Tap"} for number in range(MANY)
    ]
    await ask(house.api.put(f"{house.path}/items", json={"items": products}))
    async with in_the_middle(house, "PUT", "/Items"):
        await ask(house.api.post(f"{house.path}/pause"))
    await house.drain()
    assert len(await items_in_xero(house)) == WRITE_BATCH
    await ask(house.api.post(f"{house.path}/resume"))
    await house.drain()
    assert len(await items_in_xero(house)) == MANY


async def items_in_xero(house: House) -> list[Json]:
    """Every item of the organisation."""
    return list((await ask(house.xero.get(f"/people/{house.tenant_id}/items")))["Items"])
