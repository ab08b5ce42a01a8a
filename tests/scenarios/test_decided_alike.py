"""A person decides what somebody else says too, on a side of its own: taken back, the decision takes nothing from that
one, whose word stands (N12).
"""

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.test_decisions import clash, references, resolve, start, state_of, undo
from tests.scenarios.troubles import app_fault


async def dispute_an_end(house: House) -> Json:
    """The app goes back to draft while the office voids the invoice; both wait for a person."""
    await house.choose(conflict_policies={"status": "hold"})
    await house.write()
    await house.drain()
    await house.at_xero("invoices/N-inv_1/void")
    await house.edit(status="draft")
    await house.drain()
    [conflict] = [each for each in await house.conflicts() if each["path"] == "status"]
    assert conflict["state"] == "held"
    return conflict


async def cancel(house: House) -> None:
    """Somebody cancels it in the app."""
    await house._json(house.app.post("/invoices/inv_1/cancel", json={}))


async def assert_stays_cancelled(house: House, decided: Json) -> None:
    """The decision cannot be taken back, and the undo names what stands."""
    late = await undo(house, decided)
    await house.drain()
    state, reason = await state_of(house, late)
    assert (await house.in_app())["status"] == "cancelled"
    assert (state, "status" in str(reason)) == ("not_possible", True)
    await assert_alike(house)


async def test_n12_an_end_that_the_app_said_too_is_not_taken_back(house: House) -> None:
    """It is decided that the void stands; the change is on its way to the app as somebody cancels it there."""
    decided = await resolve(house, await dispute_an_end(house), "take_xero")
    await app_fault(house, refuse_incoming_next=1)
    await house.drain()
    await cancel(house)
    await house.wait()
    assert (await house.in_app())["status"] == "cancelled"
    await assert_stays_cancelled(house, decided)


async def test_n12_an_end_that_the_app_said_before_it_was_carried_out_is_not_taken_back(house: House) -> None:
    """Somebody cancels it between the decision and its being carried out."""
    decided = await resolve(house, await dispute_an_end(house), "take_xero")
    await cancel(house)
    await house.drain()
    assert (await state_of(house, decided))[0] == "done"
    await assert_stays_cancelled(house, decided)


async def test_n12_a_word_that_xero_said_too_is_not_taken_back(house: House) -> None:
    """The app's reference is to be written to Xero, and somebody in the office types the same before that."""
    await start(house, "xero_wins")
    decided = await resolve(house, await clash(house), "take_partner")
    await house.edit_xero(Reference="PO app")
    await house.drain()
    late = await undo(house, decided)
    await house.drain()
    assert (await state_of(house, late))[0] == "not_possible"
    assert await references(house) == ("PO app", "PO app")
    await assert_alike(house)
