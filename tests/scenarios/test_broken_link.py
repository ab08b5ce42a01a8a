"""A bug of ours that one invoice meets does not stop the others."""

from sqlalchemy import text

from tests.scenarios.house import House


async def test_an_invoice_that_we_fail_on_is_held_alone(house: House) -> None:
    """A stored document that cannot be read holds its own link, says so, and its neighbour goes through."""
    await house.write("inv_broken")
    await house.write("inv_1")
    async with house.database.writing() as session:
        await session.execute(
            text(
                "UPDATE invoice_links SET document = document - 'lines' WHERE partner_invoice_id = 'inv_broken'"
            )
        )
    await house.drain()
    broken = await house.resource("inv_broken")
    assert (broken["state"], broken["reason"]["code"]) == ("held", "internal_error")
    assert (await house.resource("inv_1"))["state"] == "settled"
    assert [invoice["InvoiceNumber"] for invoice in await house.list_in_xero()] == ["N-inv_1"]
    await house.edit("inv_broken", reference="PO 2")
    await house.drain()
    assert (await house.in_xero("N-inv_broken"))["Reference"] == "PO 2"
