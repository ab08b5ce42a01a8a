"""Numbers of credit notes: the app's where it has one, Xero's where it has none, and never lost or stuck."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House
from tests.scenarios.test_credits import LATE, credit, held_in_xero, sent
from tests.scenarios.troubles import ask, later, standing, writes_since


async def numbers(house: House) -> dict[str, str]:
    """The credit notes in Xero: number and status."""
    return {note["CreditNoteNumber"]: note["Status"] for note in await held_in_xero(house)}


@pytest.mark.parametrize("fault", [None, "cut_after"])
async def test_a_credit_note_that_the_app_numbers_anew_has_that_number(
    house: House, fault: str | None
) -> None:
    """Xero had numbered it: it is made anew under the app's number, whatever was cut off in between."""
    await sent(house)
    await credit(house, "40.00")
    await house.drain()
    [given] = (await house.in_app())["credits"]
    if fault:
        await house.fault(fault, "DELETE", "/CreditNotes/")
    await house.edit(credits=[given | {"number": "CR-7"}])
    await house.drain()
    await later(house, LATE)
    assert await numbers(house) == {given["number"]: "VOIDED", "CR-7": "PAID"}
    assert [one["number"] for one in (await house.in_app())["credits"]] == ["CR-7"]
    assert await house.conflicts() == []
    await assert_alike(house)


async def test_a_number_that_is_taken_has_the_cures_that_are_named(house: House) -> None:
    """Another number; or the credit anew without one. Saying none of the same says nothing, and is not advised."""
    for invoice_id in ("inv_1", "inv_2", "inv_3"):
        await sent(house, invoice_id)
        await credit(house, "10.00", invoice_id=invoice_id, number="CR-7")
        await house.drain()
    assert [await house.held_as(name) for name in ("inv_2", "inv_3")] == ["credit_number_taken"] * 2
    [taken] = (await house.in_app("inv_2"))["credits"]
    assert "under another id" in (await house.resource("inv_2"))["reason"]["cure"]
    await house.edit("inv_2", credits=[taken | {"id": "c9", "number": None}])
    await house.edit("inv_3", credits=[taken | {"number": "CR-8"}])
    await house.drain()
    assert len(await numbers(house)) == 3
    await assert_alike(house, "inv_2")
    await assert_alike(house, "inv_3")


@pytest.mark.proof
async def test_what_waits_for_a_number_is_not_offered_again_while_it_is_taken(house: House) -> None:
    """However often it is looked at: the note that has it is read, and nothing is sent until that is gone."""
    await sent(house)
    await credit(house, "10.00", number="CR-7")
    await house.drain()
    await sent(house, "inv_2")
    await credit(house, "10.00", invoice_id="inv_2", number="CR-7")
    await house.drain()
    assert await house.held_as("inv_2") == "credit_number_taken"
    told, seen = (await house.resource("inv_2"))["reason"], await house.last_call()
    await ask(house.api.post(f"{house.path}/held/retry", json={"all": True}))
    await house.drain()
    await house.sweep()
    assert (await house.resource("inv_2"))["reason"] == told
    assert await writes_since(house, seen) == []
    [taken] = (await house.in_app("inv_1"))["credits"]
    await house.edit("inv_1", credits=[taken | {"number": "CR-8"}])
    await house.drain()
    seen = await house.last_call()
    await ask(house.api.post(f"{house.path}/held/retry", json={"all": True}))
    await house.drain()
    assert ("PUT", "/CreditNotes") in await writes_since(house, seen)


async def look_again(house: House) -> list[tuple[str, str]]:
    """All that is held is looked at again; answers the credit notes that were offered."""
    seen = await house.last_call()
    await ask(house.api.post(f"{house.path}/held/retry", json={"all": True}))
    await house.drain()
    await house.sweep()
    return [write for write in await writes_since(house, seen) if write == ("PUT", "/CreditNotes")]


@pytest.mark.proof
async def test_a_number_that_a_voided_note_keeps_is_offered_once(house: House) -> None:
    """Xero refuses it then too: nothing is sent again, however often it is looked at, until the app gives another."""
    await sent(house)
    await credit(house, "10.00", number="CR-7")
    await house.drain()
    await house.edit("inv_1", credits=[])
    await house.drain()
    assert await numbers(house) == {"CR-7": "VOIDED"}
    await sent(house, "inv_2")
    await credit(house, "10.00", invoice_id="inv_2", number="CR-7")
    await house.drain()
    assert await house.held_as("inv_2") == "credit_number_taken"
    assert [await look_again(house) for _ in range(2)] == [[], []]
    [taken] = (await house.in_app("inv_2"))["credits"]
    await house.edit("inv_2", credits=[taken | {"number": "CR-8"}])
    await house.drain()
    await assert_alike(house, "inv_2")


@pytest.mark.proof
async def test_a_number_that_is_waited_for_is_tried_once_after_its_note_is_voided(house: House) -> None:
    """Whether Xero gives it again nobody has told, so it is asked, and what it says is remembered."""
    await sent(house)
    await credit(house, "10.00", number="CR-7")
    await house.drain()
    await sent(house, "inv_2")
    await credit(house, "10.00", invoice_id="inv_2", number="CR-7")
    await house.drain()
    assert await look_again(house) == []
    await house.edit("inv_1", credits=[])
    await house.drain()
    assert [len(await look_again(house)) for _ in range(3)] == [1, 0, 0]
    assert await house.held_as("inv_2") == "credit_number_taken"


async def test_an_app_that_drops_the_number_is_told_what_it_holds(house: House) -> None:
    """A change that said the number as what the app has would be refused, for ever: the credit would never go."""
    await sent(house)
    await credit(house, "40.00", reason="Late")
    await house.drain()
    [given] = (await house.in_app())["credits"]
    assert given["number"] is not None
    await house.edit(credits=[given | {"number": None, "reason": None}], reference="PO 2")
    await house.drain()
    assert (await standing(house), list((await numbers(house)).values())) == (("settled", None), ["PAID"])
    [note] = await held_in_xero(house)
    [allocation] = note["Allocations"]
    await ask(house.xero.delete(f"/people/{house.tenant_id}/allocations/{allocation['AllocationID']}"))
    await house.drain()
    assert (await house.in_app())["credits"] == []
    await assert_alike(house)
