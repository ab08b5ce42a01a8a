"""An update whose answer never came, and an edit in the very middle of one: no edit is lost in silence."""

from datetime import timedelta

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House
from tests.scenarios.test_lines import TAP, XERO_TAP, named, two_lines
from tests.scenarios.troubles import (
    ask,
    assert_in_step,
    discrepancies,
    flush,
    in_the_middle,
    later,
    reconcile,
    restarted,
    standing,
    writes_since,
)

SOON = timedelta(seconds=30)
UPDATES = ("POST", "/Invoices")


@pytest.mark.proof
async def test_an_unanswered_update_is_nobodys_edit(house: House) -> None:
    """What we wrote is ours when it is found in Xero: it is no conflict with what the app says next."""
    await house.write()
    await house.drain()
    for kind in ("cut_after", "unavailable_after", "cut_before"):
        await house.fault(kind, *UPDATES)
        await house.edit(reference=f"{kind} lost")
        await house.drain()
        assert await standing(house) == ("behind", "outcome_unknown")
        await house.edit(reference=f"{kind} next")
        async with restarted(house):
            await later(house, SOON)
        assert (await house.in_xero())["Reference"] == f"{kind} next"
        assert (await house.in_app())["reference"] == f"{kind} next"
        assert await house.conflicts() == []
        await assert_in_step(house)


async def test_a_persons_edit_after_an_unanswered_update_survives(house: House) -> None:
    """We wrote PO 2 unheard; a person then writes PO 9 and another date, and both stand on both sides.

    Nothing tells whether our write was there before the person's, so the reference is kept as a conflict.
    """
    await house.write()
    await house.drain()
    await house.fault("cut_after", *UPDATES)
    await house.edit(reference="PO 2")
    await house.drain()
    await house.edit_xero(Reference="PO 9", DueDate="2077-05-05")
    async with restarted(house):
        await later(house, SOON)
    document = await house.in_app()
    assert (document["reference"], document["due_on"]) == ("PO 9", "2077-05-05")
    [kept] = await house.conflicts()
    assert (kept["path"], kept["values"]) == (
        "reference",
        {"base": "PO 1", "xero": "PO 9", "partner": "PO 2"},
    )
    await assert_in_step(house)


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
async def test_a_persons_line_is_not_taken_for_ours(house: House, kind: str) -> None:
    """The app's new line may or may not have arrived unheard when a person adds another one: both stand, each once."""
    await two_lines(house)
    await house.fault(kind, *UPDATES)
    await house.edit(lines={"l3": TAP})
    await house.drain()
    await house.edit_xero(LineItems=[{**XERO_TAP, "Description": "Washer", "UnitAmount": 5}])
    async with restarted(house):
        await later(house, SOON)
    assert sorted(named(await house.in_xero())) == ["Call-out", "Pipe", "Tap", "Washer"]
    prices = {line["id"]: line["unit_price"] for line in (await house.in_app())["lines"]}
    assert prices["l3"] == "80.00"
    assert sorted(prices.values()) == ["110.00", "12.50", "5.00", "80.00"]
    await assert_alike(house)


async def edit_in_the_middle(house: House, **changes: str) -> None:
    """A person edits in Xero after our read and before our write of the same invoice."""
    seen = await house.last_call()
    async with in_the_middle(house, "GET", "/Invoices"):
        await house.edit_xero(**changes)
    assert await writes_since(house, seen) == [UPDATES]


async def test_an_edit_of_another_field_in_the_middle_of_a_write_survives(house: House) -> None:
    """Only what moves is sent, so a person's due date stays, and is flagged since it was overwritten perhaps."""
    await house.write()
    await house.drain()
    await house.edit(reference="PO 2")
    await edit_in_the_middle(house, DueDate="2077-06-06")
    await house.drain()
    assert (await house.in_xero())["Reference"] == "PO 2"
    assert (await house.in_app())["due_on"] == "2077-06-06"
    assert [found["kind"] for found in await discrepancies(house)] == ["overwritten_in_xero"]
    await assert_in_step(house)


async def test_an_edit_of_the_same_field_in_the_middle_of_a_write_is_kept_for_a_person(house: House) -> None:
    """Xero has no compare-and-set: what may have been overwritten is told, with what we wrote over it."""
    await house.write()
    await house.drain()
    await house.edit(reference="PO 2")
    await edit_in_the_middle(house, Reference="PO person")
    await house.drain()
    [found] = await discrepancies(house)
    assert found["kind"] == "overwritten_in_xero"
    assert (found["path"], found["values"]) == ("reference", {"base": "PO 1", "partner": "PO 2"})
    assert (await house.in_xero())["Reference"] == "PO 2"
    await assert_in_step(house)


@pytest.mark.parametrize("is_answer_lost", [False, True])
async def test_an_edit_of_a_line_that_went_along_is_told(house: House, is_answer_lost: bool) -> None:
    """Xero may drop discounts that it is not sent, so discounted lines go with any write, as they were read."""
    await house.write()
    await house.edit(lines={"l1": {"discount_rate": "10"}})
    await house.drain()
    if is_answer_lost:
        await house.fault("cut_after", *UPDATES)
    await house.edit(reference="PO 2")
    seen = await house.last_call()
    async with in_the_middle(house, "GET", "/Invoices"):
        await house.edit_xero(LineItems=[{"index": 0, "Description": "Call-out, evening"}])
    assert await writes_since(house, seen) == [UPDATES]
    await flush(house)
    async with restarted(house):
        await later(house, SOON)
    found = {each["path"]: each["message"] for each in await discrepancies(house)}
    assert set(found) == {"", "reference"}
    assert "perhaps a line was overwritten" in found[""]
    assert (await house.in_xero())["LineItems"][0]["Description"] == "Call-out"
    attempts = (await ask(house.api.get(f"{house.path}/invoices/inv_1/attempts")))["data"]
    assert attempts[-1]["moves"] == {"reference": {"before": "PO 1", "after": "PO 2"}, "lines": {}}
    await assert_in_step(house)
    listed = (await ask(house.api.get(f"{house.path}/discrepancies")))["data"]
    [whole] = [each["id"] for each in listed if each["path"] is None]
    given = {"action": "merged", "values": {"lines/l1/description": "Call-out, evening"}}
    await ask(house.api.post(f"{house.path}/discrepancies/{whole}/resolve", json=given))
    await house.drain()
    assert (await house.in_xero())["LineItems"][0]["Description"] == "Call-out, evening"
    assert (await house.in_app())["lines"][0]["description"] == "Call-out, evening"


async def test_an_edit_under_a_write_whose_answer_was_lost_is_told(house: House) -> None:
    """Its event is followed in the very round that finds out that the write had landed, and before that."""
    await house.write()
    await house.drain()
    await house.fault("cut_after", *UPDATES)
    await house.edit(reference="PO 2")
    await edit_in_the_middle(house, Reference="PO person")
    await flush(house)
    async with restarted(house):
        await later(house, SOON)
    [found] = await discrepancies(house)
    assert (found["kind"], found["path"]) == ("overwritten_in_xero", "reference")
    assert found["values"] == {"base": "PO 1", "partner": "PO 2"}
    await assert_in_step(house)


async def test_an_overwritten_edit_is_told_also_when_we_have_written_again_since(house: House) -> None:
    """Its event comes after two writes of ours; it fell between the read and the write of the first."""
    await house.write()
    await house.drain()
    await house.edit(reference="PO 2")
    await edit_in_the_middle(house, Reference="PO person")
    await house.edit(reference="PO 3")
    await reconcile(house)
    await house.drain()
    assert [found["kind"] for found in await discrepancies(house)] == ["overwritten_in_xero"]
