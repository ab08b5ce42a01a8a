"""Numbers: the app's or Xero's, renumbered by either, and never one that is taken."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.test_gate import write_in_xero
from tests.scenarios.troubles import ask, standing, writes_since


async def list_numbered(house: House) -> list[Json]:
    """What the partner was told of invoices that have another number in Xero."""
    notices = (await house._json(house.app.get("/notices")))["data"]
    kind = "connection.invoices_numbered"
    return [invoice for notice in notices if notice["type"] == kind for invoice in notice["invoices"]]


async def find_by_number(house: House, number: str) -> list[str]:
    """The invoices that have this number on either side."""
    found = await house._json(house.api.get(f"{house.path}/invoices", params={"number": number}))
    return [invoice["id"] for invoice in found["data"]]


async def test_xero_numbers_what_the_app_did_not(house: House) -> None:
    """Xero's number shows in the app, and a number that the app takes away comes back."""
    await house.write(number=None)
    await house.drain()
    assert (await house.in_app())["number"] == "INV-0001"
    await assert_alike(house)
    await house.edit(number=None, reference="PO 2")
    await house.drain()
    assert (await house.in_app())["number"] == "INV-0001"
    await assert_alike(house)


async def test_renumbered_on_either_side(house: House) -> None:
    """Both sides follow, and the links are found by either number."""
    await house.write()
    await house.drain()
    await house.edit(number="A-1")
    await house.drain()
    await assert_alike(house)
    await house.edit_xero("A-1", InvoiceNumber="X-1")
    await house.drain()
    assert (await house.in_app())["number"] == "X-1"
    await assert_alike(house)
    [link] = (await house._json(house.api.get(f"{house.path}/links", params={"number": "X-1"})))["data"]
    assert (link["partner_invoice_id"], link["partner_number"], link["xero_number"]) == (
        "inv_1",
        "X-1",
        "X-1",
    )


@pytest.mark.proof
async def test_a_number_that_is_taken_holds_and_a_free_one_cures(house: House) -> None:
    """On create and on renumbering, found without a call and named; freed when either of the two is renumbered."""
    await house.write("inv_1")
    await house.drain()
    before = await house.last_call()
    await house.write("inv_2", number="N-inv_1", reference="a namesake")
    await house.drain()
    assert await house.held_as("inv_2") == "number_taken"
    assert "inv_1" in (await house.resource("inv_2"))["reason"]["message"]
    assert await house.calls(before) == []
    await house.edit("inv_1", number="N-9")
    await house.drain()
    await assert_alike(house, "inv_1")
    await assert_alike(house, "inv_2")
    assert (await house.in_xero("N-inv_1"))["Reference"] == "a namesake"
    await house.edit("inv_2", number="N-9")
    await house.drain()
    assert await house.held_as("inv_2") == "number_taken"
    await house.edit("inv_2", number="N-3")
    await house.drain()
    await assert_alike(house, "inv_2")


async def test_a_strangers_number_is_named_and_waited_for(house: House) -> None:
    """Who has it in Xero is said by its address; it goes out when that one is renumbered, and not before."""
    await house.choose(import_from_xero="off")
    await write_in_xero(house, "N-inv_1")
    stranger = (await house.in_xero("N-inv_1"))["InvoiceID"]
    await house.write("inv_1")
    await house.drain()
    assert await house.held_as("inv_1") == "number_taken"
    assert f"invoicing/view/{stranger}" in (await house.resource("inv_1"))["reason"]["message"]
    before = await house.last_call()
    await house.edit_xero("N-inv_1", Reference="still a stranger")
    await write_in_xero(house, "X-2")
    await house.drain()
    assert {call["method"] for call in await house.calls(before)} == {"GET"}
    await house.edit_xero("N-inv_1", InvoiceNumber="X-1")
    await house.drain()
    await assert_alike(house, "inv_1")


async def test_a_number_in_another_case_is_named_and_waited_for_too(house: House) -> None:
    """Xero takes the two for one: who has it is said all the same, and nothing is tried until it is renumbered."""
    await house.choose(import_from_xero="off")
    await write_in_xero(house, "N-INV_1")
    stranger = (await house.in_xero("N-INV_1"))["InvoiceID"]
    await house.write("inv_1", number="n-inv_1 ")
    await house.drain()
    assert await house.held_as("inv_1") == "number_taken"
    assert f"invoicing/view/{stranger}" in (await house.resource("inv_1"))["reason"]["message"]
    before = await house.last_call()
    await house.edit_xero("N-INV_1", Reference="still a stranger")
    await house.drain()
    assert {call["method"] for call in await house.calls(before)} == {"GET"}
    await house.edit_xero("N-INV_1", InvoiceNumber="X-1")
    await house.drain()
    await assert_alike(house, "inv_1")


async def test_what_waits_for_a_strangers_number_is_not_offered_again_and_is_adopted_once_alike(
    house: House,
) -> None:
    """Each look reads who has it, and writes nothing; the app's edit that makes the two the same one joins them."""
    await house.choose(import_from_xero="off")
    await house.write("inv_0")
    await house.drain()
    line = {"Description": "Call-out", "Quantity": 1, "UnitAmount": 99, "AccountCode": "200"}
    customer, today = {"Name": "Kim Tran"}, (await house.in_xero("N-inv_0"))["Date"]
    stranger = await house.write_in_xero("N-inv_1", Contact=customer, Date=today, LineItems=[line])
    await house.write("inv_1")
    await house.drain()
    before = await house.last_call()
    await house.edit("inv_1", reference="edited while it waits")
    await house.drain()
    await ask(house.api.post(f"{house.path}/invoices/inv_1/retry"))
    await house.drain()
    await house.sweep()
    assert await house.held_as("inv_1") == "number_taken"
    assert await writes_since(house, before) == []
    priced = {"id": "l1", "description": "Call-out", "quantity": "1", "unit_price": "108.90", "tax": "gst"}
    await house.edit("inv_1", lines=[priced])
    await house.drain()
    assert (await house.resource("inv_1"))["xero"]["xero_invoice_id"] == stranger["InvoiceID"]
    await assert_alike(house, "inv_1")


@pytest.mark.proof
async def test_t16_xeros_own_numbers_beside_the_apps(house: House) -> None:
    """Each side keeps and edits its own; both are found, the partner is told, and what stood before keeps its one."""
    await house.write("inv_0")
    await house.drain()
    await house.choose(numbering="xero")
    await house.write("inv_1")
    await house.drain()
    assert (await house.in_app("inv_1"))["number"] == "N-inv_1"
    assert (await house.in_xero("INV-0001"))["Reference"] == "PO 1"
    shown = await house.resource("inv_1")
    assert (shown["state"], shown["partner"]["number"], shown["xero"]["number"]) == (
        "settled",
        "N-inv_1",
        "INV-0001",
    )
    assert await find_by_number(house, "N-inv_1") == await find_by_number(house, "INV-0001") == ["inv_1"]
    assert await list_numbered(house) == [
        {"invoice_id": "inv_1", "number": "N-inv_1", "xero_number": "INV-0001"}
    ]
    await house.edit("inv_1", number="A-1", reference="from the app")
    await house.drain()
    await house.edit_xero("INV-0001", InvoiceNumber="X-1")
    await house.drain()
    assert (await house.in_app("inv_1"))["number"] == "A-1"
    assert (await house.in_xero("X-1"))["Reference"] == "from the app"
    assert (await list_numbered(house))[-1]["xero_number"] == "X-1"
    await assert_alike(house, "inv_0")
    await house.edit("inv_0", number="A-0")
    await house.drain()
    assert (await house.in_xero("N-inv_0"))["Status"] == "AUTHORISED"
    assert await find_by_number(house, "A-0") == ["inv_0"]
    assert (await house.resource("inv_0"))["state"] == "settled"


async def test_t16_where_every_suffix_is_taken_nothing_is_offered_until_one_is_free(house: House) -> None:
    """Each look reads who has them, in one call; the first that is free is taken without a refusal."""
    await house.choose(numbering="partner_with_suffix", import_from_xero="off")
    for number in ("N-1", *(f"N-1-{suffix}" for suffix in range(2, 10))):
        await write_in_xero(house, number)
    await house.write("inv_1", number="N-1")
    await house.drain()
    assert await house.held_as() == "number_taken"
    told, seen = (await house.resource())["reason"], await house.last_call()
    await house.edit(reference="edited while it waits")
    await house.drain()
    await ask(house.api.post(f"{house.path}/held/retry", json={"all": True}))
    await house.drain()
    assert (await house.resource())["reason"] == told
    assert await writes_since(house, seen) == []
    await house.edit_xero("N-1-5", InvoiceNumber="X-5")
    seen = await house.last_call()
    await ask(house.api.post(f"{house.path}/held/retry", json={"all": True}))
    await house.drain()
    assert await writes_since(house, seen) == [("PUT", "/Invoices")]
    assert (await house.resource())["xero"]["number"] == "N-1-5"
    assert (await house.in_xero("N-1-5"))["Reference"] == "edited while it waits"
    assert await standing(house) == ("settled", None)


@pytest.mark.proof
async def test_t16_a_number_that_is_taken_gets_a_suffix(house: House) -> None:
    """The first free one, past those that strangers and our own have; the app keeps its number and is told Xero's."""
    await house.choose(numbering="partner_with_suffix", import_from_xero="off")
    await write_in_xero(house, "N-1")
    await write_in_xero(house, "N-1-2")
    await house.write("inv_1", number="N-1")
    await house.drain()
    assert (await house.resource("inv_1"))["xero"]["number"] == "N-1-3"
    assert (await house.in_app("inv_1"))["number"] == "N-1"
    await house.write("inv_2", number="N-1-3")
    await house.write("inv_3", number="free")
    await house.drain()
    assert (await house.resource("inv_2"))["xero"]["number"] == "N-1-3-2"
    assert [invoice["xero_number"] for invoice in await list_numbered(house)] == ["N-1-3", "N-1-3-2"]
    await assert_alike(house, "inv_3")
    await house.edit("inv_1", reference="PO 2")
    await house.drain()
    assert (await house.in_xero("N-1-3"))["Reference"] == "PO 2"
    assert (await house.resource("inv_1"))["state"] == "settled"
