"""A create whose answer never came: there is exactly one in Xero, at once and at any later time."""

from datetime import timedelta

import pytest

from tests.scenarios.house import House
from tests.scenarios.troubles import (
    SIX_MINUTES,
    ask,
    contacts_in_xero,
    later,
    numbers_in_xero,
    restarted,
    standing,
)

SOON, LATE = timedelta(seconds=30), SIX_MINUTES + timedelta(minutes=1)
INVOICES, CONTACTS, PAYMENTS = ("PUT", "/Invoices"), ("PUT", "/Contacts"), ("PUT", "/Payments")


@pytest.mark.parametrize(
    ("span", "kinds"),
    [
        (SOON, ("cut_after", "timeout_after", "cut_before")),
        (LATE, ("cut_after", "unavailable_after", "truncated", "unavailable_before", "error_500")),
    ],
)
@pytest.mark.proof
async def test_an_invoice_is_created_once_whatever_became_of_the_answer(
    house: House, span: timedelta, kinds: tuple[str, ...]
) -> None:
    """With a number and without one, in one batch: a new worker looks before it creates again."""
    for kind in kinds:
        await house.fault(kind, *INVOICES, seconds=0)
        await house.write(f"{kind}_1", reference=f"{kind} 1")
        await house.write(f"{kind}_2", number=None, reference=f"{kind} 2")
        await house.drain()
        for n in (1, 2):
            assert await standing(house, f"{kind}_{n}") == ("behind", "outcome_unknown")
        async with restarted(house):
            await later(house, span)
    await later(house, LATE)
    await house.sweep()
    invoices = await house.list_in_xero()
    numbers = {invoice["Reference"]: invoice["InvoiceNumber"] for invoice in invoices}
    assert sorted(invoice["Reference"] for invoice in invoices) == sorted(
        f"{k} {n}" for k in kinds for n in (1, 2)
    )
    assert {invoice["Status"] for invoice in invoices} == {"AUTHORISED"}
    for kind in kinds:
        for n in (1, 2):
            assert await standing(house, f"{kind}_{n}") == ("settled", None)
            assert (await house.in_app(f"{kind}_{n}"))["number"] == numbers[f"{kind} {n}"]
    assert len((await ask(house.app.get("/invoices")))["data"]) == len(invoices)


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
    assert (sorted(shown), shown[1]) == (numbers, "N-2")
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


@pytest.mark.proof
async def test_a_contact_is_created_once_whatever_became_of_the_answer(house: House) -> None:
    """The contact's own mark is looked for before it is created again."""
    before = len(await contacts_in_xero(house))
    for kind in ("cut_after", "unavailable_before", "timeout_after"):
        await house.fault(kind, *CONTACTS, seconds=0)
        await house.write(
            kind, contact={"id": f"cus_{kind}", "name": f"Kim {kind}", "email": None, "phone": None}
        )
        await house.drain()
        assert await standing(house, kind) == ("behind", "outcome_unknown")
        async with restarted(house):
            await later(house, LATE)
        names = [contact["Name"] for contact in await contacts_in_xero(house)]
        assert names.count(f"Kim {kind}") == 1
        assert await standing(house, kind) == ("settled", None)
        assert (await house.in_xero(f"N-{kind}"))["Contact"]["Name"] == f"Kim {kind}"
    assert len(await contacts_in_xero(house)) == before + 3


@pytest.mark.proof
async def test_a_payment_is_created_once_whatever_became_of_the_answer(house: House) -> None:
    """Money is never booked twice: the payment's mark in its reference is looked for first."""
    for kind in ("cut_after", "cut_before", "unavailable_after"):
        await house.write(kind)
        await house.drain()
        await house.fault(kind, *PAYMENTS)
        await ask(house.app.post(f"/invoices/{kind}/payments", json={"amount": "40.00"}))
        await house.drain()
        assert await standing(house, kind) == ("behind", "outcome_unknown")
        async with restarted(house):
            await later(house, LATE)
            await house.sweep()
        invoice = await house.in_xero(f"N-{kind}")
        assert [payment["Amount"] for payment in invoice["Payments"]] == [40.0]
        assert (invoice["AmountPaid"], invoice["AmountDue"]) == (40.0, 70.0)
        assert len((await house.in_app(kind))["payments"]) == 1
        assert await standing(house, kind) == ("settled", None)


async def test_an_invoice_edited_before_we_looked_is_still_recognised(house: House) -> None:
    """It has no number and no address, its answer was lost, and a person edited it meanwhile: no second one is made."""
    await house.fault("cut_after", "PUT", "/Invoices")
    await house.write(number=None, url=None)
    await house.drain()
    [made] = await house.list_in_xero()
    await house.edit_xero(made["InvoiceNumber"], Reference="PO person")
    await later(house, timedelta(seconds=30))
    [invoice] = await house.list_in_xero()
    assert (invoice["Reference"], (await house.in_app())["reference"]) == ("PO person", "PO person")


async def test_an_edit_that_came_while_the_answer_was_lost_reaches_xero(house: House) -> None:
    """The create is settled first; the document that came meanwhile is still to be taken in, and no event says so."""
    await house.xero.put("/webhooks", json={"mode": "held", "lose_next": 100})
    await house.fault("cut_after", "PUT", "/Invoices")
    await house.write()
    await house.drain()
    await house.edit(reference="PO 2")
    await house.wait(timedelta(seconds=30))
    assert (await house.in_xero())["Reference"] == "PO 2"
    assert await standing(house) == ("settled", None)
