"""An invoice of the app's that is said to be another one of Xero's: what becomes of the one that it was (E11)."""

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.test_agreement import make_in_xero
from tests.scenarios.test_decisions import clash, resolve, state_of, undo
from tests.scenarios.troubles import ask, writes_since


async def link_to_other(house: House, **more: str) -> tuple[Json, Json]:
    """An invoice stands on both sides, and a person says that it is another one of Xero's; with what was decided."""
    await house.write(url="https://app.example/i/inv_1")
    await house.drain()
    other = await make_in_xero(house, "X-9")
    conflict = await clash(house)
    return other, await resolve(house, conflict, "relink", xero_id=other["InvoiceID"], **more)


async def look_in_every_way(house: House) -> None:
    """All that makes an invoice that waits be looked at again, with edits on both sides among it."""
    await house.edit(reference="edited in the app")
    await house.drain()
    await house.edit_xero("X-9", Reference="edited in Xero")
    await house.drain()
    await ask(house.api.post(f"{house.path}/invoices/inv_1/retry"))
    await house.drain()
    await ask(house.api.post(f"{house.path}/compare"))
    await house.sweep()


async def test_e11_the_invoice_that_a_relink_left_is_not_brought_in_and_can_be_had_back(house: House) -> None:
    """It was sent to the customer, and somebody touches it in Xero: it stays there, and says why, until the undo."""
    await house.write()
    await house.drain()
    other = await make_in_xero(house, "X-9")
    linked = await resolve(house, await clash(house), "relink", xero_id=other["InvoiceID"])
    await house.drain()
    assert (await state_of(house, linked)) == ("done", None)
    await house.edit_xero("N-inv_1", Reference="left alone")
    await house.drain()
    await house.sweep()
    assert [document["id"] for document in await house.list_in_app()] == ["inv_1"]
    [why] = (await ask(house.api.get(f"{house.path}/why", params={"number": "N-inv_1"})))["data"]
    assert (why["code"], "inv_1" in why["verdict"]) == ("left_by_relink", True)
    undone = await undo(house, linked)
    await house.drain()
    assert await state_of(house, undone) == ("done", None)
    assert (
        (await house.in_xero("N-inv_1"))["Reference"] == (await house.in_app())["reference"] == "left alone"
    )
    await assert_alike(house)


async def test_e11_the_number_that_an_invoice_left_by_a_relink_keeps_is_waited_for(house: House) -> None:
    """The app's words are to stand, its number with them, which the other one has: nothing is written until it is free,
    however often it is looked at, and the link is not taken back for the mark that the other one carries.
    """
    other, linked = await link_to_other(house, content="partner")
    before = await house.last_call()
    await house.drain()
    assert (await state_of(house, linked), await house.held_as()) == (("done", None), "number_taken")
    await look_in_every_way(house)
    shown = await house.resource()
    assert (shown["xero"]["xero_invoice_id"], shown["reason"]["code"]) == (other["InvoiceID"], "number_taken")
    assert await writes_since(house, before) == []
    assert (await house.in_app())["reference"] == "edited in Xero"
    await house.edit_xero("N-inv_1", InvoiceNumber="L-1")
    await house.drain()
    assert (await house.in_xero())["InvoiceID"] == other["InvoiceID"]
    await assert_alike(house)


async def test_e11_a_number_stays_taken_by_a_left_invoice_that_is_voided(house: House) -> None:
    """Xero gives no number twice, so voiding it helps nothing, as the cure says; another number in the app does."""
    other, _ = await link_to_other(house, content="partner")
    before = await house.last_call()
    await house.drain()
    await house.at_xero("invoices/N-inv_1/void")
    await house.drain()
    await look_in_every_way(house)
    shown = await house.resource()
    assert (shown["state"], "voided" in shown["reason"]["cure"]) == ("held", True)
    assert await writes_since(house, before) == []
    await house.edit(number="N-2")
    await house.drain()
    assert (await house.in_xero("N-2"))["InvoiceID"] == other["InvoiceID"]
    await assert_alike(house)


async def test_e11_what_is_edited_in_xero_after_a_relink_was_decided_is_not_replaced(house: House) -> None:
    """The app's words were to stand in place of what the person saw there: the decision is overtaken, the link
    stands for what it stood for, and whoever looks again can decide the same.
    """
    other, linked = await link_to_other(house, content="partner")
    await house.edit_xero("X-9", Reference="edited since")
    before = await house.last_call()
    await house.drain()
    state, reason = await state_of(house, linked)
    assert (state, "decide again" in str(reason)) == ("overtaken", True)
    assert await writes_since(house, before) == []
    assert (await house.in_xero("X-9"))["Reference"] == "edited since"
    assert (await house.resource())["xero"]["number"] == "N-inv_1"
    await assert_alike(house)
    [conflict] = await house.conflicts()
    wish = {"xero_id": other["InvoiceID"], "content": "partner"}
    again = await resolve(house, conflict, "relink", **wish)
    await house.edit_xero("N-inv_1", InvoiceNumber="L-1")
    await house.drain()
    assert await state_of(house, again) == ("done", None)
    assert (await house.in_xero())["InvoiceID"] == other["InvoiceID"]
    assert (await house.in_app())["reference"] == "PO xero"
    await assert_alike(house)


async def test_e11_another_word_on_whose_content_stands_is_another_decision(house: House) -> None:
    """While the first one waits, the same invoice is chosen with the app's words in place of Xero's: the second is told
    that it came too late, and is not taken for the first.
    """
    other, first = await link_to_other(house, content="xero")
    [conflict] = await house.conflicts()
    second = await resolve(house, conflict, "relink", xero_id=other["InvoiceID"], content="partner")
    await house.drain()
    assert await state_of(house, first) == ("done", None)
    assert await state_of(house, second) == ("not_possible", "It is linked to that invoice already.")
    await assert_alike(house)
