"""A create whose answer never came: there is exactly one in Xero, at once and at any later time."""

from datetime import timedelta

import pytest

from tests.scenarios.house import House
from tests.scenarios.troubles import (
    SIX_MINUTES,
    contacts_in_xero,
    later,
    numbers_in_xero,
    restarted,
    standing,
)

SOON, LATE = timedelta(seconds=30), SIX_MINUTES + timedelta(minutes=1)
INVOICES, CONTACTS, PAYMENTS = ("PUT", "/Invoices"), ("PUT", "/Contacts"), ("PUT", "/Payments")


@pytest.mark.parametrize(
    ("kind", "span"),
    [
        ("cut_after", SOON),
        ("cut_after", LATE),
        ("unavailable_after", LATE),
        ("timeout_after", SOON),
        ("truncated", LATE),
        ("cut_before", SOON),
        ("unavailable_before", LATE),
    ],
)
async def test_an_invoice_is_created_once_whatever_became_of_the_answer(
    house: House, kind: str, span: timedelta
) -> None:
    """With a number and without one, in one batch: a new worker looks before it creates again."""
    await house.fault(kind, *INVOICES, seconds=0)
    await house.write()
    await house.write("inv_2", number=None, reference="no number")
    await house.drain()
    assert [await standing(house, each) for each in ("inv_1", "inv_2")] == [("behind", "outcome_unknown")] * 2
    async with restarted(house):
        await later(house, span)
        await later(house, LATE)
        await house.sweep()
        invoices = {invoice["Reference"]: invoice for invoice in await house.list_in_xero()}
        assert sorted(invoices) == ["PO 1", "no number"] and len(await house.list_in_xero()) == 2
        assert {each["Status"] for each in invoices.values()} == {"AUTHORISED"}
        assert (await house.in_app("inv_2"))["number"] == invoices["no number"]["InvoiceNumber"]
        assert [await standing(house, each) for each in ("inv_1", "inv_2")] == [("settled", None)] * 2
        assert len((await house.app.get("/invoices")).json()["data"]) == 2


async def test_alike_invoices_stay_as_many_as_they_are(house: House) -> None:
    """Same customer, same work, answer lost: each finds its own in Xero, the one with a number that number."""
    await house.fault("cut_after", *INVOICES)
    for each, number in (("inv_1", None), ("inv_2", "N-2"), ("inv_3", None)):
        await house.write(each, number=number)
    await house.drain()
    await later(house, SOON)
    numbers = await numbers_in_xero(house)
    assert len(numbers) == len(set(numbers)) == 3
    shown = [(await house.in_app(each))["number"] for each in ("inv_1", "inv_2", "inv_3")]
    assert sorted(shown) == numbers and shown[1] == "N-2"
    assert [await standing(house, each) for each in ("inv_1", "inv_2", "inv_3")] == [("settled", None)] * 3


async def test_an_invoice_that_another_link_has_is_not_adopted(house: House) -> None:
    """A second one alike, whose create never arrived, is not taken for the first, which stands in Xero already."""
    await house.write(number=None)
    await house.drain()
    await house.fault("cut_before", *INVOICES)
    await house.write("inv_2", number=None)
    await house.drain()
    await later(house, SOON)
    assert len(set(await numbers_in_xero(house))) == 2
    assert [await standing(house, each) for each in ("inv_1", "inv_2")] == [("settled", None)] * 2


async def test_a_number_that_another_link_has_is_held(house: House) -> None:
    """The app gave one number twice, and the second create never arrived: the first is not taken for it."""
    await house.write()
    await house.drain()
    await house.fault("cut_before", *INVOICES)
    await house.write("inv_2", number="N-inv_1", reference="other")
    await house.drain()
    await later(house, SOON)
    assert await numbers_in_xero(house) == ["N-inv_1"]
    assert (await house.in_xero())["Reference"] == "PO 1"
    assert await standing(house) == ("settled", None)
    assert await standing(house, "inv_2") == ("held", "number_taken")


@pytest.mark.parametrize("kind", ["cut_after", "unavailable_before", "timeout_after"])
async def test_a_contact_is_created_once_whatever_became_of_the_answer(house: House, kind: str) -> None:
    """The contact's own mark is looked for before it is created again."""
    before = len(await contacts_in_xero(house))
    await house.fault(kind, *CONTACTS, seconds=0)
    await house.write()
    await house.drain()
    assert await standing(house) == ("behind", "outcome_unknown")
    async with restarted(house):
        await later(house, LATE)
    names = [contact["Name"] for contact in await contacts_in_xero(house)]
    assert names.count("Kim Tran") == 1 and len(names) == before + 1
    assert await standing(house) == ("settled", None)
    assert (await house.in_xero())["Contact"]["Name"] == "Kim Tran"


@pytest.mark.parametrize("kind", ["cut_after", "cut_before", "unavailable_after"])
async def test_a_payment_is_created_once_whatever_became_of_the_answer(house: House, kind: str) -> None:
    """Money is never booked twice: the payment's mark in its reference is looked for first."""
    await house.write()
    await house.drain()
    await house.fault(kind, *PAYMENTS)
    (await house.app.post("/invoices/inv_1/payments", json={"amount": "40.00"})).raise_for_status()
    await house.drain()
    assert await standing(house) == ("behind", "outcome_unknown")
    async with restarted(house):
        await later(house, LATE)
        await house.sweep()
    invoice = await house.in_xero()
    assert [payment["Amount"] for payment in invoice["Payments"]] == [40.0]
    assert (invoice["AmountPaid"], invoice["AmountDue"]) == (40.0, 70.0)
    assert len((await house.in_app())["payments"]) == 1
    assert await standing(house) == ("settled", None)
