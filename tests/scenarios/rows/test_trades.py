"""Section T, of invoices, where no other story shows a row whole: several of one job, and tax by invoice and line."""

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.rows.steps import FREE, GST, booked, line
from tests.scenarios.troubles import ask

JOB: Json = {"id": "job_311", "name": "Hot water system, 4 Wattle St"}


async def statuses(house: House) -> tuple[list[str], dict[str, str]]:
    """The status of each invoice in the app, and in Xero by number."""
    in_xero = {invoice["InvoiceNumber"]: invoice["Status"] for invoice in await house.list_in_xero()}
    return [(await house.in_app(f"inv_{n}"))["status"] for n in range(1, 5)], in_xero


@pytest.mark.proof
async def test_t19_four_invoices_of_one_job_live_through_every_state(house: House) -> None:
    """Draft, sent, paid and cancelled beside each other; each goes on by itself, whichever side moves it."""
    await house.write("inv_1", status="draft", job=JOB)
    for n in (2, 3, 4):
        await house.write(f"inv_{n}", job=JOB)
    await house.drain()
    await house.at_xero("invoices/N-inv_3/payments")
    await house.edit("inv_4", status="cancelled")
    await house.drain()
    assert await statuses(house) == (
        ["draft", "sent", "paid", "cancelled"],
        {"N-inv_2": "AUTHORISED", "N-inv_3": "PAID", "N-inv_4": "VOIDED"},
    )
    await ask(house.app.post("/invoices/inv_1/send-to-customer", json={}))
    await house.at_xero("invoices/N-inv_2/void")
    await house.unpay_at_xero("N-inv_3")
    await house.drain()
    assert await statuses(house) == (
        ["sent", "cancelled", "sent", "cancelled"],
        {"N-inv_1": "AUTHORISED", "N-inv_2": "VOIDED", "N-inv_3": "AUTHORISED", "N-inv_4": "VOIDED"},
    )
    for n in range(1, 5):
        await assert_alike(house, f"inv_{n}")
        assert (await house.resource(f"inv_{n}"))["record"]["job"] == JOB
        assert (await house.in_app(f"inv_{n}"))["job"] == JOB


@pytest.mark.proof
async def test_t20_tax_is_in_the_prices_or_on_top_and_on_each_line_or_not(house: House) -> None:
    """One invoice with tax in its prices, one with tax on top, both with a line without: right to the cent there, and a
    line's tax that is changed in Xero comes back.
    """
    lines = [line("l1", "110.00"), line("l2", "50.00", tax="none")]
    await house.write("inv_1", amounts_are="tax_inclusive", lines=lines)
    await house.write("inv_2", amounts_are="tax_exclusive", lines=lines)
    await house.drain()
    for number, tax, total in (("N-inv_1", 10, 160), ("N-inv_2", 11, 171)):
        invoice = await house.in_xero(number)
        assert (invoice["TotalTax"], invoice["Total"]) == (tax, total)
        assert await booked(house, number) == [("200", GST), ("200", FREE)]
    await house.edit_xero("N-inv_2", LineItems=[{"index": 1, "TaxType": GST}])
    await house.edit("inv_1", lines={"l1": {"tax": "none"}})
    await house.drain()
    assert [each["tax"] for each in (await house.in_app("inv_2"))["lines"]] == ["gst", "gst"]
    assert ((await house.in_xero("N-inv_1"))["TotalTax"], (await house.in_xero("N-inv_2"))["Total"]) == (
        0,
        176,
    )
    await assert_alike(house, "inv_1")
    await assert_alike(house, "inv_2")
