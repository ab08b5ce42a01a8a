"""An invoice of the app's that is said to be another one of Xero's: what becomes of the one that it was (E11)."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.test_agreement import make_in_xero
from tests.scenarios.test_credits import credit, credit_in_xero, sent
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


@pytest.mark.proof
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


@pytest.mark.proof
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


@pytest.mark.proof
async def test_n12_our_mark_that_it_was_sent_goes_with_an_undone_relink(house: House) -> None:
    """The office never sent the chosen invoice; linked, it was marked as sent, as the app's is. Taken back, it is as it
    was, and stays in Xero, as it would have; once somebody sends it there, it comes.
    """
    _, linked = await link_to_other(house)
    await house.drain()
    assert (await house.in_xero("X-9"))["SentToContact"] is True
    undone = await undo(house, linked)
    await house.drain()
    assert await state_of(house, undone) == ("done", None)
    await look_at_all(house)
    assert await ids_in_app(house) == ["inv_1"]
    assert (await house.in_xero("X-9"))["SentToContact"] is False
    assert await why_of(house, "X-9") == "not_sent_in_xero"
    assert (await house.in_xero("N-inv_1"))["SentToContact"] is True
    await assert_alike(house)
    await house.edit_xero("X-9", SentToContact=True)
    await house.drain()
    assert len(await ids_in_app(house)) == 2


async def test_n12_what_an_undone_relink_gives_back_comes_as_settings_have_it(house: House) -> None:
    """All approved invoices of Xero are to come, as somebody chose while it was linked: this one comes then, without
    having been sent, and nothing of it was lost on the way.
    """
    other, linked = await link_to_other(house)
    await house.drain()
    await house.choose(import_from_xero="authorised")
    await house.drain()
    assert await ids_in_app(house) == ["inv_1"]
    await undo(house, linked)
    await house.drain()
    assert await ids_in_app(house) == ["inv_1", f"xero-{other['InvoiceID']}"]
    born = await house.in_app(f"xero-{other['InvoiceID']}")
    assert (born["status"], born["sent_at"], born["number"]) == ("sent", None, "X-9")
    await assert_alike(house)


async def test_n12_a_mark_of_the_offices_stays_with_an_undone_relink(house: House) -> None:
    """It was sent in Xero while none was to come to the app: taken back, it still was, and comes as settings have it
    now, though nobody touched it again.
    """
    await house.choose(import_from_xero="off")
    await house.write()
    await house.drain()
    other = await make_in_xero(house, "X-9", SentToContact=True)
    linked = await resolve(house, await clash(house), "relink", xero_id=other["InvoiceID"])
    await house.drain()
    await house.choose(import_from_xero="sent")
    await house.drain()
    before = await house.last_call()
    await undo(house, linked)
    await house.drain()
    assert await writes_since(house, before) == []
    assert (await house.in_xero("X-9"))["SentToContact"] is True
    assert await ids_in_app(house) == ["inv_1", f"xero-{other['InvoiceID']}"]
    await assert_alike(house)


async def test_n12_a_mark_that_xero_keeps_is_told_by_the_undo(house: House) -> None:
    """The books were locked since, so Xero takes the mark off no more: the undo is done, and says so."""
    _, linked = await link_to_other(house)
    await house.drain()
    await house.set_facts(period_lock_date="2077-06-30")
    undone = await undo(house, linked)
    await house.drain()
    state, reason = await state_of(house, undone)
    assert (state, "stays marked as sent" in str(reason)) == ("done", True)
    assert (await house.in_app())["lines"][0]["unit_price"] == "110.00"
    assert (await house.resource())["xero"]["number"] == "N-inv_1"


async def credits_of(house: House, number: str) -> list[tuple[str, float]]:
    """What is set against an invoice in Xero, by the numbers of the notes."""
    notes = (await house.in_xero(number))["CreditNotes"]
    return [(note["CreditNoteNumber"], note["AppliedAmount"]) for note in notes]


async def test_e11_a_credit_is_not_made_again_where_an_invoice_is_linked_back(house: House) -> None:
    """An invoice with a credit note is said to be another one, and then to be the first after all: the note that Xero
    has is the app's, and stands on both sides once.
    """
    await sent(house)
    await credit(house, "40.00")
    await house.drain()
    first, other = await house.in_xero(), await make_in_xero(house, "X-9")
    conflict = await clash(house)
    await resolve(house, conflict, "relink", xero_id=other["InvoiceID"])
    await house.drain()
    back = await resolve(house, conflict, "relink", xero_id=first["InvoiceID"])
    await house.drain()
    assert await state_of(house, back) == ("done", None)
    assert await credits_of(house, "N-inv_1") == [("CN-0001", 40)]
    assert [each["id"] for each in (await house.in_app())["credits"]] == ["c1"]
    await assert_alike(house)


@pytest.mark.proof
async def test_n12_a_credit_is_not_made_again_where_a_relink_is_undone(house: House) -> None:
    """A deposit is set against the chosen invoice, goes to the first one as that is chosen again, and both decisions
    are taken back: the first one has it, as the app's, and once.
    """
    await sent(house)
    first, other = await house.in_xero(), await make_in_xero(house, "X-9")
    conflict = await clash(house)
    there = await resolve(house, conflict, "relink", xero_id=other["InvoiceID"])
    await house.drain()
    await credit(house, "40.00", "prepayment")
    await house.drain()
    back = await resolve(house, conflict, "relink", xero_id=first["InvoiceID"])
    await house.drain()
    for decided in (back, there):
        undone = await undo(house, decided)
        await house.drain()
        assert await state_of(house, undone) == ("done", None)
    deposits = (await house.in_xero("N-inv_1"))["Prepayments"]
    assert [each["AppliedAmount"] for each in deposits] == [40]
    assert [each["id"] for each in (await house.in_app())["credits"]] == ["c1"]
    await assert_alike(house)


async def test_e11_a_credit_that_stands_in_the_chosen_invoice_is_the_apps(house: House) -> None:
    """The office made the note, and the app names it too: they are one, and nothing waits for its number any more."""
    await sent(house)
    other = await make_in_xero(house, "X-9")
    note = await credit_in_xero(house, 40, "X-9")
    await credit(house, "40.00", number=note["CreditNoteNumber"])
    await house.drain()
    assert await house.held_as() == "credit_number_taken"
    linked = await resolve(house, await clash(house), "relink", xero_id=other["InvoiceID"])
    await house.drain()
    assert await state_of(house, linked) == ("done", None)
    assert await credits_of(house, "X-9") == [("CN-0001", 40)]
    assert [each["id"] for each in (await house.in_app())["credits"]] == ["c1"]
    await assert_alike(house)


async def look_at_all(house: House) -> None:
    """A search, and a compare of everything."""
    await ask(house.api.post(f"{house.path}/compare"))
    await house.sweep()
    await house.drain()


async def ids_in_app(house: House) -> list[str]:
    """What stands in the app."""
    return [document["id"] for document in await house.list_in_app()]


async def why_of(house: House, number: str) -> str:
    """Why that invoice of Xero's is not in the app."""
    [why] = (await ask(house.api.get(f"{house.path}/why", params={"number": number})))["data"]
    return str(why["code"])


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
