"""The full compare: what moves no timestamp in Xero is found all the same, at a price that is known."""

from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.house import House
from tests.scenarios.troubles import assert_in_step, connection, later, writes_since


async def compare(house: House) -> dict[str, Any]:
    """The partner asks for a compare, and the work is done; the connection as it then stands."""
    await house._json(house.api.post(f"{house.path}/compare"))
    await house.drain()
    return await connection(house)


async def lists_since(house: House, since: int) -> int:
    """How many lists of invoices were read after a call's number."""
    calls = await house.calls(since)
    return len([call for call in calls if call["path"].endswith("/Invoices") and call["method"] == "GET"])


async def part_paid(house: House, invoice_id: str = "inv_1") -> None:
    """An invoice stands on both sides, and part of it was paid in Xero."""
    await house.write(invoice_id)
    await house.drain()
    await house.at_xero(f"invoices/N-{invoice_id}/payments", Amount=40)
    await house.drain()


@pytest.mark.proof
async def test_what_moves_no_timestamp_is_found_by_the_compare_alone(house: House) -> None:
    """A due date on a part-paid invoice, and the sent mark of one born in Xero: no event, and no sweep can see it.

    One page for all invoices is the whole price, and the reads that a merge would need were made by it. What is known
    is not found again.
    """
    await part_paid(house)
    line = {"Description": "Theirs", "Quantity": 1, "UnitAmount": 70, "AccountCode": "200"}
    made = await house.write_in_xero("X-1", LineItems=[line])
    await house.at_xero("invoices/X-1/payments", Amount=20)
    await later(house, timedelta(minutes=20))
    await house.edit_xero(Reference="PO later")
    await house.sweep()
    await house.edit_xero(DueDate="2077-03-01")
    await house.edit_xero("X-1", SentToContact=True)
    await house.sweep()
    assert (await house.in_app())["due_on"] != "2077-03-01"
    assert len(await house.list_in_app()) == 1
    before = await house.last_call()
    shown = await compare(house)
    assert (await house.in_app())["due_on"] == "2077-03-01"
    assert (await house.in_app(f"xero-{made['InvoiceID']}"))["number"] == "X-1"
    await assert_in_step(house)
    assert (shown["compared_differing"], shown["is_behind"]) == (1, False)
    assert await lists_since(house, before) == 1
    assert await writes_since(house, before) == []
    before = await house.last_call()
    again = await compare(house)
    assert again["compared_differing"] == 0
    assert await lists_since(house, before) == len(await house.calls(before)) == 1


@pytest.mark.proof
async def test_the_timer_compares_once_a_day_and_an_edit_of_the_partner_meets_what_it_finds(
    house: House,
) -> None:
    """No call of the API is needed; both sides' edits are merged as ever, and neither is lost."""
    await part_paid(house)
    await house.edit_xero(DueDate="2077-03-01")
    house.clock.advance(timedelta(hours=23))
    assert await house.parts.sweep.ask_for_compares() == 0
    house.clock.advance(timedelta(hours=2))
    assert await house.parts.sweep.ask_for_compares() == 1
    await house.edit(reference="PO 2")
    await house.drain()
    assert (await house.in_app())["due_on"] == "2077-03-01"
    assert (await house.in_xero())["Reference"] == "PO 2"
    await assert_in_step(house)
    assert await house.conflicts() == []
    assert await house.parts.sweep.ask_for_compares() == 0
