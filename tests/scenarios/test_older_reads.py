"""Reads of Xero that come late: what shows an invoice or a customer as it was before what Xero has shown of it since is
no edit of anybody.
"""

from datetime import timedelta

from tests.scenarios.contact_sides import (
    KIM,
    assert_contacts_alike,
    contact_in_app,
    contact_in_xero,
    edit_contact,
    shown_contact,
)
from tests.scenarios.house import House
from tests.scenarios.test_compare import compare
from tests.scenarios.troubles import assert_in_step, discrepancies, standing, writes_since

OLDER = ("held", "older_in_xero")


async def late_reads(house: House, path: str, times: int) -> None:
    """An edit of the app is read for and written; so many reads after that show what was before it."""
    await house.fault("stale", "GET", path, nth=2, times=times)


async def written_to_xero(house: House) -> None:
    """The app's due date, which stands in Xero when it is looked at next."""
    await house.edit(due_on="2077-03-01")
    await house.drain()
    assert (await house.in_xero())["DueDateString"][:10] == "2077-03-01"


async def test_what_xero_showed_before_our_write_does_not_undo_it(house: House) -> None:
    """The second edit of the app is written beside the first, and the app is told nothing."""
    await house.write()
    await house.drain()
    await late_reads(house, "/Invoices", times=1)
    await written_to_xero(house)
    version = (await house.in_app())["version"]
    await house.edit(reference="PO late")
    await house.drain()
    app = await house.in_app()
    assert (app["due_on"], app["reference"], app["version"]) == ("2077-03-01", "PO late", version + 1)
    await assert_in_step(house)


async def test_where_xero_goes_on_showing_it_the_invoice_waits_for_what_is_newer(house: House) -> None:
    """Nothing is taken from it and nothing is written over it; the other invoice goes on."""
    await house.write()
    await house.write("inv_2")
    await house.drain()
    await late_reads(house, "/Invoices", times=2)
    await written_to_xero(house)
    before = await house.last_call()
    await house.edit(reference="PO late")
    await house.drain()
    assert await standing(house) == OLDER
    assert "later edits" in (await house.resource())["reason"]["message"]
    assert await writes_since(house, before) == []
    assert (await house.in_app())["due_on"] == "2077-03-01"
    await house.edit("inv_2", reference="PO 2")
    await house.drain()
    await assert_in_step(house, "inv_2", "N-inv_2")
    house.clock.advance(timedelta(minutes=11))
    await house.parts.retries.retry_held()
    await house.drain()
    await assert_in_step(house)
    assert (await house.in_xero())["Reference"] == "PO late"


async def test_a_compare_finds_no_difference_in_what_was_before(house: House) -> None:
    """It is read again, and nobody is told of an edit that nobody made."""
    await house.write()
    await house.drain()
    await late_reads(house, "/Invoices", times=1)
    await written_to_xero(house)
    await compare(house)
    assert (await house.in_app())["due_on"] == "2077-03-01"
    assert await discrepancies(house) == []
    await assert_in_step(house)


async def test_what_xero_shows_for_longer_than_a_day_is_how_it_is(house: House) -> None:
    """Its clock may have been set back: nothing is held for ever."""
    await house.write()
    await house.drain()
    await late_reads(house, "/Invoices", times=100)
    await written_to_xero(house)
    await house.edit(reference="PO late")
    await house.drain()
    assert await standing(house) == OLDER
    house.clock.advance(timedelta(hours=25))
    await house.parts.retries.retry_held()
    await house.drain()
    assert (await house.in_xero())["Reference"] == "PO late"
    await assert_in_step(house)


async def test_what_xero_showed_of_a_customer_before_our_write_does_not_undo_it(house: House) -> None:
    """One late read is made again; where a second one comes late too, the customer waits for the next sweep."""
    await house.write(contact=KIM)
    await house.drain()
    for times, mobile in ((1, "0411 111 111"), (2, "0422 222 222")):
        await late_reads(house, "/Contacts", times)
        await edit_contact(house, mobile=mobile)
        await house.drain()
        await edit_contact(house, account_number=f"A{times}")
        await house.drain()
        assert (await contact_in_app(house))["mobile"] == mobile
        if times > 1:
            assert (await shown_contact(house))["reason"]["code"] == "older_in_xero"
            assert (await contact_in_xero(house))["AccountNumber"] == "A1"
            await house.sweep()
        await assert_contacts_alike(house)
        assert (await contact_in_app(house))["account_number"] == f"A{times}"


async def test_what_a_late_read_does_not_show_yet_is_not_missing(house: House) -> None:
    """An invoice and a customer that were made a moment ago: the read is made once more before they are held."""
    await house.write("inv_2")
    await house.drain()
    for path in ("/Invoices", "/Contacts"):
        await house.fault("stale", "GET", path)
    await house.write(contact=KIM)
    await house.drain()
    await edit_contact(house, mobile="0411 111 111")
    await house.edit(reference="PO late")
    await house.drain()
    assert (await house.in_xero())["Reference"] == "PO late"
    await assert_in_step(house)
    await assert_contacts_alike(house)
