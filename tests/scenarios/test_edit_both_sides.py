"""Edits on both sides: each survives, or stands in a conflict."""

from tests.scenarios.house import House


async def test_a_sent_invoice_stands_in_xero_approved_and_marked_as_sent(house: House) -> None:
    """What was sent to the customer reaches Xero once, whole and equal to the cent."""
    await house.write()
    await house.drain()
    invoice = await house.in_xero()
    assert (invoice["Status"], invoice["SentToContact"], invoice["Total"]) == ("AUTHORISED", True, 110.0)
    assert invoice["Contact"]["Name"] == "Kim Tran"
    assert (await house.resource())["state"] == "settled"
    assert len(await house.list_in_xero()) == 1


async def test_t1_an_edit_in_xero_reaches_the_app(house: House) -> None:
    """Reference and price, edited by a person in Xero, show in the app: by a signed webhook, and in the feed (T1)."""
    await house.write()
    await house.drain()
    await house.edit_xero(Reference="PO 2", LineItems=[{"index": 0, "UnitAmount": 220}])
    await house.drain()
    document = await house.in_app()
    assert (document["reference"], document["lines"][0]["unit_price"]) == ("PO 2", "220.00")
    assert (await house.resource())["state"] == "settled"
    [change] = (await house._json(house.api.get(f"{house.path}/changes")))["data"]
    moves = {entry["path"]: (entry["before"], entry["after"]) for entry in change["fields"]}
    # A price is said with how it is meant.
    basis = {"amounts_are": ("tax_inclusive", "tax_inclusive")}
    assert moves == basis | {"reference": ("PO 1", "PO 2"), "lines/l1/unit_price": ("110.00", "220.00")}
    assert (change["invoice_id"], change["caused_by"]["side"]) == ("inv_1", "xero")
    [verified] = (await house._json(house.app.get("/log")))["received"]
    assert (verified["cursor"], verified["outcome"]) == (change["cursor"], "applied")


async def test_edits_of_different_fields_both_survive(house: House) -> None:
    """One person edits the due date in Xero while another edits the reference in the app."""
    await house.write()
    await house.drain()
    await house.edit_xero(DueDate="2077-03-01")
    await house.edit(reference="PO app")
    await house.drain()
    document, invoice = await house.in_app(), await house.in_xero()
    assert (document["reference"], invoice["Reference"]) == ("PO app", "PO app")
    assert (document["due_on"], invoice["DueDateString"][:10]) == ("2077-03-01", "2077-03-01")
    assert await house.conflicts() == []


async def test_marked_as_unsent_in_xero_it_stays_so_until_it_is_sent_again(house: House) -> None:
    """A person wants it on the list of what is still to go out; the app's next edit of something else lets it be."""
    await house.write()
    await house.drain()
    await house.edit_xero(SentToContact=False)
    await house.drain()
    await house.edit(reference="PO 2")
    await house.drain()
    invoice = await house.in_xero()
    assert (invoice["Reference"], invoice["SentToContact"]) == ("PO 2", False)
    await house.edit(sent_at="2077-01-05T01:00:00Z")
    await house.drain()
    assert (await house.in_xero())["SentToContact"] is True
    assert (await house.resource())["state"] == "settled"


async def test_an_app_that_says_nothing_by_an_empty_text_or_a_zero_takes_xeros_edits(house: House) -> None:
    """It compares to the letter, so a change names what it holds there by its own word; and again after that."""
    await house.write()
    await house.drain()
    await house.edit(reference="", lines={"l1": {"discount_rate": "0"}})
    await house.drain()
    for rate in (5, 0, 7):
        await house.edit_xero(Reference=f"PO {rate}", LineItems=[{"index": 0, "DiscountRate": rate}])
        await house.drain()
        document = await house.in_app()
        assert (document["reference"], float(document["lines"][0]["discount_rate"] or 0)) == (
            f"PO {rate}",
            rate,
        )
        assert (await house.resource())["state"] == "settled"
