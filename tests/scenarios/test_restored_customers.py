"""Customers whose contacts in Xero an older copy of the database does not know, once it is put back."""

import re
from pathlib import Path

import pytest

from tests.round_trips import counting_round_trips
from tests.scenarios.contact_sides import (
    KIM,
    contact_in_app,
    contact_in_xero,
    edit_contact,
    edit_contact_in_xero,
    shown_contact,
)
from tests.scenarios.house import House, Json
from tests.scenarios.test_restore import PROGRAMS, put_back, save_copy
from tests.scenarios.troubles import ask, contacts_in_xero, restarted, standing, writes_since

pytestmark = pytest.mark.skipif(PROGRAMS is None, reason="there is no pg_dump to rehearse with")

BY_ID = re.compile(r"SELECT contact_links\..*WHERE .*contact_links\.id = ", re.DOTALL)
"""A question for contacts by the ids of their links."""

BEA = {"id": "cus_2", "name": "Bea Fox", "email": "bea@example.com", "phone": None}
LEE = {"id": "cus_3", "name": "Lee Wong", "email": None, "phone": None}


@pytest.mark.proof
async def test_a_customer_that_was_renamed_since_the_copy_is_known_by_its_invoice(
    house: House, tmp_path: Path
) -> None:
    """It is not made again, its invoice keeps it in the app, and what is edited of it reaches the one that it is."""
    await house.write("inv_draft", status="draft", contact=KIM)
    await save_copy(house, tmp_path / "copy")
    await house.write("inv_1", contact=BEA)
    await house.drain()
    await edit_contact_in_xero(house, "Bea Fox", Name="Beatrice Fox")
    await house.drain()
    await put_back(house, tmp_path / "copy")
    async with restarted(house):
        await take_up(house)
        assert [each["Name"] for each in await contacts_in_xero(house)] == ["Beatrice Fox"]
        assert (await house.in_app())["contact"]["id"] == "cus_2"
        assert (await contact_in_app(house, "cus_2"))["name"] == "Beatrice Fox"
        assert await standing(house) == ("settled", None)
        await edit_contact(house, "cus_2", first_name="Beatrice")
        await house.write("inv_2", contact=BEA)
        await house.drain()
        assert (await contact_in_xero(house, "Beatrice Fox"))["FirstName"] == "Beatrice"
        assert (await house.in_xero("N-inv_2"))["Contact"]["Name"] == "Beatrice Fox"


@pytest.mark.proof
@pytest.mark.parametrize("customer", [BEA, LEE], ids=["with e-mail", "without"])
async def test_an_invoice_without_a_number_is_known_with_its_renamed_customer(
    house: House, tmp_path: Path, customer: Json
) -> None:
    """The mark of its link tells, which is the same once its document comes again: neither is made a second time."""
    await house.choose(numbering="xero")
    await house.write("inv_draft", status="draft", contact=KIM)
    await save_copy(house, tmp_path / "copy")
    await house.write("inv_1", contact=customer, number=None, url=None)
    await house.write("inv_2", contact=customer, number=None, url=None, reference="PO 2")
    await house.drain()
    await edit_contact_in_xero(house, customer["name"], Name="Somebody Else", EmailAddress="new@example.com")
    await house.drain()
    await put_back(house, tmp_path / "copy")
    async with restarted(house):
        await take_up(house)
        assert [each["Name"] for each in await contacts_in_xero(house)] == ["Somebody Else"]
        assert len(await house.list_in_xero()) == 2
        assert (await contact_in_app(house, customer["id"]))["name"] == "Somebody Else"
        for invoice_id in ("inv_1", "inv_2"):
            assert await standing(house, invoice_id) == ("settled", None)
        await house.write("inv_3", contact=customer, number=None)
        await house.drain()
        assert [each["Contact"]["Name"] for each in await house.list_in_xero()] == ["Somebody Else"] * 3


@pytest.mark.proof
async def test_a_customer_that_was_pushed_since_the_copy_is_known_though_it_was_renamed(
    house: House, tmp_path: Path
) -> None:
    """No invoice of it was in Xero: its own mark stands in the way of a second one, and tells whose it is."""
    await house.write("inv_draft", status="draft", contact=KIM)
    await house.write("inv_0")
    await house.drain()
    await save_copy(house, tmp_path / "copy")
    await house.write("inv_1", contact=BEA, status="draft")
    await house.drain()
    await ask(house.api.post(f"{house.path}/contacts/cus_2/push"))
    await house.drain()
    await edit_contact_in_xero(house, "Bea Fox", Name="Beatrice Fox")
    await house.drain()
    await put_back(house, tmp_path / "copy")
    async with restarted(house):
        await take_up(house)
        await house.edit("inv_1", status="sent")
        await house.drain()
        names = sorted(each["Name"] for each in await contacts_in_xero(house))
        assert names == ["Beatrice Fox", "Kim Tran"]
        assert (await house.in_xero("N-inv_1"))["Contact"]["Name"] == "Beatrice Fox"


@pytest.mark.proof
async def test_customers_that_come_back_together_are_asked_for_together(house: House, tmp_path: Path) -> None:
    """The database is asked as often for many of them as for one."""
    await house.write("inv_draft", status="draft", contact=KIM)
    await save_copy(house, tmp_path / "copy")
    for number in range(6):
        customer = {**LEE, "id": f"cus_{number}", "name": f"Customer {number}"}
        await house.write(f"inv_{number}", contact=customer)
    await house.drain()
    for number in range(6):
        await edit_contact_in_xero(house, f"Customer {number}", Name=f"Client {number}")
    await house.drain()
    await put_back(house, tmp_path / "copy")
    async with restarted(house):
        with counting_round_trips() as asked:
            await take_up(house)
        names = sorted(each["Name"] for each in await contacts_in_xero(house))
        assert names == [f"Client {number}" for number in range(6)]
    by_mark = {text: count for text, count in asked.texts.items() if BY_ID.match(text)}
    assert list(by_mark.values()) == [1], by_mark


@pytest.mark.proof
async def test_a_contact_to_which_an_invoice_was_moved_since_the_copy_is_not_taken_for_its_customer(
    house: House, tmp_path: Path
) -> None:
    """Somebody chose another customer in Xero: the app hears of that one, and its own keeps what it is."""
    await house.write("inv_draft", status="draft", contact=KIM)
    await house.at_xero("contacts", Name="Ari Wood")
    await save_copy(house, tmp_path / "copy")
    await house.write("inv_1", contact=LEE)
    await house.drain()
    await house.edit_xero(Contact={"Name": "Ari Wood"})
    await put_back(house, tmp_path / "copy")
    async with restarted(house):
        await take_up(house)
        assert (await house.in_app())["contact"]["name"] == "Ari Wood"
        assert (await contact_in_app(house, "cus_3"))["name"] == "Lee Wong"
        assert sorted(each["Name"] for each in await contacts_in_xero(house)) == ["Ari Wood", "Lee Wong"]


@pytest.mark.proof
@pytest.mark.parametrize("goes", ["the lost one", "the known one"])
@pytest.mark.parametrize("policy", ["xero_wins", "partner_wins"])
async def test_a_customer_that_was_merged_with_another_since_the_copy_shares_its_contact(
    house: House, tmp_path: Path, policy: str, goes: str
) -> None:
    """Whichever of the two the office kept: as after any merge the app's two stay two, each keeps its invoice, nothing
    is taken for a move of an invoice, and the customer is not offered to Xero.
    """
    await house.choose(conflict_policy=policy)
    await house.write("inv_draft", status="draft", contact=KIM)
    await house.write("inv_1", contact=KIM)
    await house.drain()
    await save_copy(house, tmp_path / "copy")
    await house.write("inv_2", contact=BEA)
    await house.drain()
    gone, stays = ("Bea Fox", "Kim Tran") if goes == "the lost one" else ("Kim Tran", "Bea Fox")
    await house.at_xero(f"contacts/{gone}/merge", Into=stays)
    await put_back(house, tmp_path / "copy")
    async with restarted(house):
        await house.drain()
        since = await house.last_call()
        await take_up(house)
        assert [write for write in await writes_since(house, since) if write[1].endswith("/Contacts")] == []
        shown = [await shown_contact(house, key) for key in ("cus_1", "cus_2")]
        kept = (await contact_in_xero(house, stays))["ContactID"]
        assert [each["xero"]["xero_contact_id"] for each in shown] == [kept, kept]
        assert [each["xero"]["is_shared"] for each in shown] == [False, True]
        for invoice_id, key in (("inv_1", "cus_1"), ("inv_2", "cus_2")):
            assert await standing(house, invoice_id) == ("settled", None)
            assert (await house.in_app(invoice_id))["contact"]["id"] == key
            assert (await house.in_xero(f"N-{invoice_id}"))["Contact"]["ContactID"] == kept
            assert (await contact_in_app(house, key))["name"] == stays
        assert await house.conflicts() == []


@pytest.mark.parametrize("goes", ["the lost one", "the known one"])
async def test_a_customer_without_an_invoice_that_was_merged_since_the_copy_shares_its_contact(
    house: House, tmp_path: Path, goes: str
) -> None:
    """Its mark, which Xero refuses a second time, tells it; its first invoice goes to the contact that stays."""
    await house.write("inv_draft", status="draft", contact=KIM)
    await house.write("inv_1", contact=KIM)
    await house.drain()
    await save_copy(house, tmp_path / "copy")
    await house.write("inv_2", contact=BEA, status="draft")
    await house.drain()
    await ask(house.api.post(f"{house.path}/contacts/cus_2/push"))
    await house.drain()
    gone, stays = ("Bea Fox", "Kim Tran") if goes == "the lost one" else ("Kim Tran", "Bea Fox")
    await house.at_xero(f"contacts/{gone}/merge", Into=stays)
    await put_back(house, tmp_path / "copy")
    async with restarted(house):
        await take_up(house)
        await house.edit("inv_2", status="sent")
        await house.drain()
        kept = (await contact_in_xero(house, stays))["ContactID"]
        assert (await house.in_xero("N-inv_2"))["Contact"]["ContactID"] == kept
        assert (await shown_contact(house, "cus_2"))["xero"]["is_shared"] is True
        assert (await contact_in_app(house, "cus_2"))["name"] == stays
        assert await standing(house, "inv_2") == ("settled", None)
        assert len(await contacts_in_xero(house)) == 2


@pytest.mark.parametrize("into", ["Kim Tran", "Ari Wood"])
async def test_a_lost_customer_is_the_one_that_it_was_merged_into_though_that_is_unknown_too(
    house: House, tmp_path: Path, into: str
) -> None:
    """Another customer that the copy lacks, or a contact that the app never had: no second one comes to the app."""
    await house.write("inv_draft", status="draft", contact={**LEE, "id": "cus_9"})
    await house.at_xero("contacts", Name="Ari Wood")
    await save_copy(house, tmp_path / "copy")
    await house.write("inv_1", contact=KIM)
    await house.write("inv_2", contact=BEA)
    await house.drain()
    await house.at_xero("contacts/Bea Fox/merge", Into=into)
    await put_back(house, tmp_path / "copy")
    async with restarted(house):
        await take_up(house)
        kept = (await contact_in_xero(house, into))["ContactID"]
        shown = (await shown_contact(house, "cus_2"))["xero"]
        assert (shown["xero_contact_id"], shown["is_shared"]) == (kept, into == "Kim Tran")
        for invoice_id, key, name in (("inv_1", "cus_1", "Kim Tran"), ("inv_2", "cus_2", into)):
            assert await standing(house, invoice_id) == ("settled", None)
            assert (await house.in_app(invoice_id))["contact"]["id"] == key
            assert (await contact_in_app(house, key))["name"] == name
        await edit_contact(house, "cus_2", mobile="0411 111 111")
        await house.drain()
        assert (await shown_contact(house, "cus_2"))["state"] == "settled"
        told = (await ask(house.app.get("/contacts")))["data"]
        assert sorted(each["id"] for each in told) == ["cus_1", "cus_2", "cus_9"]


@pytest.mark.proof
async def test_a_customer_that_was_given_another_contact_since_the_copy_keeps_it(
    house: House, tmp_path: Path
) -> None:
    """Its invoice was moved there, and so was our mark, one further: unlinked later, it gets one that nobody has."""
    await house.write("inv_draft", status="draft", contact=KIM)
    await save_copy(house, tmp_path / "copy")
    await house.write("inv_1", contact=BEA)
    await house.drain()
    await house.at_xero("contacts", Name="Fox Holdings", EmailAddress=BEA["email"])
    chosen = (await contact_in_xero(house, "Fox Holdings"))["ContactID"]
    choice = {"xero_contact_id": chosen, "with_invoices": True}
    await ask(house.api.put(f"{house.path}/contacts/cus_2/link", json=choice))
    await house.drain()
    await put_back(house, tmp_path / "copy")
    async with restarted(house):
        await take_up(house)
        assert (await shown_contact(house, "cus_2"))["xero"]["xero_contact_id"] == chosen
        assert (await house.in_app())["contact"]["id"] == "cus_2"
        assert await standing(house) == ("settled", None)
        await ask(house.api.delete(f"{house.path}/contacts/cus_2/link", params={"with_invoices": "true"}))
        await edit_contact(house, "cus_2", name="Beatrice Fox")
        await house.drain()
        names = sorted(each["Name"] for each in await contacts_in_xero(house))
        assert names == ["Bea Fox", "Beatrice Fox", "Fox Holdings"]
        assert (await house.in_xero("N-inv_1"))["Contact"]["Name"] == "Beatrice Fox"


async def take_up(house: House) -> None:
    """The work goes on, and the app says what it holds."""
    await house.drain()
    await ask(house.app.post("/manifest"))
    await house.drain()
    await house.sweep()
