"""A customer that the app has twice and Xero once: both are linked to the one by hand, until the app merges its own."""

from typing import Any

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.contact_sides import (
    assert_contacts_alike,
    contact_in_app,
    contact_in_xero,
    edit_contact,
    edit_contact_in_xero,
    shown_contact,
)
from tests.scenarios.house import House, Json
from tests.scenarios.test_agreement import make_in_xero
from tests.scenarios.test_decisions import clash, resolve, state_of

NAME = "Bob's Plumbing"
BOB: Json = {"id": "cus_1", "name": NAME, "email": "bob@example.com", "phone": None}
AGAIN: Json = {**BOB, "id": "cus_2", "phone": "0400 000 000"}


async def link(house: House, contact_id: str, xero_contact_id: str, **more: Any) -> Any:
    """A person says which contact of Xero's it is."""
    choice = {"xero_contact_id": xero_contact_id, **more}
    return await house.api.put(f"{house.path}/contacts/{contact_id}/link", json=choice)


async def meet_twice(house: House) -> str:
    """Invoices of both; the second is held, since its name is the first one's in Xero. Xero's id of the contact."""
    await house.write("inv_1", contact=BOB)
    await house.drain()
    await house.write("inv_2", contact=AGAIN)
    await house.drain()
    assert await house.held_as("inv_2") == "contact_name_taken"
    return str((await contact_in_xero(house, NAME))["ContactID"])


async def people(house: House) -> list[str]:
    """The names of the organisation's contacts."""
    found = await house._json(house.xero.get(f"/people/{house.tenant_id}/contacts"))
    return [each["Name"] for each in found["Contacts"]]


async def count_writes(house: House, since: int) -> int:
    """The writes that Xero took after a number."""
    return sum(call["method"] != "GET" for call in await house.calls(since))


async def test_o8_a_customer_that_the_app_has_twice_is_one_in_xero(house: House) -> None:
    """The cure says how; without saying so nothing is shared. Then both invoices stand under the one contact, each
    keeps its own customer in the app, and a call that is repeated changes nothing.
    """
    xero_id = await meet_twice(house)
    reason = (await house.resource("inv_2"))["reason"]
    assert "link this one to the same contact of Xero by hand, with is_shared" in reason["cure"]
    refused = await link(house, "cus_2", xero_id)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "xero_contact_id")
    assert reason["cure"] in refused.json()["errors"][0]["message"]
    for _ in range(2):
        assert (await link(house, "cus_2", xero_id, is_shared=True)).status_code == 200
        await house.drain()
    for invoice_id, contact_id in (("inv_1", "cus_1"), ("inv_2", "cus_2")):
        await assert_alike(house, invoice_id)
        assert (await house.in_app(invoice_id))["contact"]["id"] == contact_id
        assert (await house.in_xero(f"N-{invoice_id}"))["Contact"]["ContactID"] == xero_id
        shown = await shown_contact(house, contact_id)
        assert (shown["state"], shown["xero"]["is_shared"]) == ("settled", contact_id == "cus_2")
    assert await people(house) == [NAME]
    kept = await house._json(house.api.get(f"{house.path}/contacts/cus_2/attempts"))
    assert f"Linked by hand to {NAME!r}, which is the app's cus_1 too." in {
        each["message"] for each in kept["data"]
    }
    # What it has already it may be given again, without a word of sharing.
    for contact_id in ("cus_1", "cus_2"):
        assert (await link(house, contact_id, xero_id)).status_code == 200
        await house.drain()
        assert (await shown_contact(house, contact_id))["xero"]["is_shared"] == (contact_id == "cus_2")


@pytest.mark.proof
async def test_what_is_edited_of_a_shared_customer_reaches_all_and_comes_to_rest(house: House) -> None:
    """In Xero, or in either of the app's two, or in both of these at once: all three show the same in the end, nobody
    goes on writing, and no edit is lost but to a conflict that is kept.
    """
    xero_id = await meet_twice(house)
    await link(house, "cus_2", xero_id, is_shared=True)
    await house.drain()
    await edit_contact_in_xero(house, NAME, EmailAddress="office@bob.example")
    await house.drain()
    await edit_contact(house, "cus_2", mobile="0411 111 111")
    await house.drain()
    await edit_contact(house, "cus_1", first_name="Bob")
    await edit_contact(house, "cus_2", last_name="Stone")
    await house.drain()
    await edit_contact(house, "cus_1", name="Bob's Plumbing North")
    await edit_contact(house, "cus_2", name="Bob's Plumbing South")
    await house.drain()
    name = (await contact_in_app(house, "cus_1"))["name"]
    assert name in ("Bob's Plumbing North", "Bob's Plumbing South")
    for contact_id in ("cus_1", "cus_2"):
        await assert_contacts_alike(house, contact_id, name)
        told = await contact_in_app(house, contact_id)
        assert (told["email"], told["mobile"]) == ("office@bob.example", "0411 111 111")
        assert (told["first_name"], told["last_name"], told["name"]) == ("Bob", "Stone", name)
    since = await house.last_call()
    await house.sweep()
    assert await count_writes(house, since) == 0
    assert [each["path"] for each in await house.conflicts()] == ["name"]


async def test_two_wishes_for_one_contact_at_once_are_carried_out_or_refused(house: House) -> None:
    """Neither had it when they were asked: the first gets it, the second only if it said that it shares."""
    made = await house.at_xero("contacts", Name="Somebody", EmailAddress="x@example.com")
    xero_id = str((await contact_in_xero(house, "Somebody"))["ContactID"])
    assert made is not None
    for contact in (BOB, AGAIN, {**BOB, "id": "cus_3"}):
        await house._json(house.app.post("/contacts", json=contact))
    for contact_id, more in (("cus_1", {}), ("cus_2", {"is_shared": True}), ("cus_3", {})):
        assert (await link(house, contact_id, xero_id, **more)).status_code == 200
    await house.drain()
    shown = {n: await shown_contact(house, f"cus_{n}") for n in (1, 2, 3)}
    linked = [n for n, one in shown.items() if one["xero"]]
    assert 2 in linked
    assert len(linked) == 2
    assert sum(not shown[n]["xero"]["is_shared"] for n in linked) == 1
    [held] = [one for one in shown.values() if not one["xero"]]
    assert held["reason"]["code"] == "contact_link_refused"
    assert "with is_shared" in held["reason"]["cure"]


async def test_a_contact_is_chosen_while_another_customer_comes_to_be_it_by_a_merge(house: House) -> None:
    """Nobody has it when it is chosen, and the office has merged another one's contact into it: both are it, in one
    turn, and everything goes on.
    """
    await house.write("inv_1", contact=BOB)
    await house.write("inv_2", contact={**AGAIN, "name": "Bob's Plumbing South"})
    await house.drain()
    await house.at_xero("contacts", Name="Somebody", EmailAddress="x@example.com")
    xero_id = str((await contact_in_xero(house, "Somebody"))["ContactID"])
    await house.at_xero(f"contacts/{NAME}/merge", Into="Somebody")
    assert (await link(house, "cus_2", xero_id, with_invoices=True)).status_code == 200
    await house.drain()
    shown = [await shown_contact(house, contact_id) for contact_id in ("cus_1", "cus_2")]
    assert [each["xero"]["xero_contact_id"] for each in shown] == [xero_id] * 2
    assert sorted(each["xero"]["is_shared"] for each in shown) == [False, True]
    for invoice_id, contact_id in (("inv_1", "cus_1"), ("inv_2", "cus_2")):
        assert (await house.in_app(invoice_id))["contact"]["id"] == contact_id
        assert (await house.in_xero(f"N-{invoice_id}"))["Contact"]["ContactID"] == xero_id


async def clash_over_the_second(house: House) -> tuple[Json, str]:
    """Two customers of two names, each with an invoice in Xero, and a conflict over the second; then Xero's id of the
    first, which the second turns out to be as well.
    """
    south = "Bob's Plumbing South"
    await house.write("inv_1", contact=BOB)
    await house.write("inv_2", contact={**AGAIN, "name": south})
    await house.drain()
    await edit_contact(house, "cus_2", email="bob@south.example")
    await edit_contact_in_xero(house, south, EmailAddress="office@south.example")
    await house.drain()
    return (await house.conflicts())[-1], str((await contact_in_xero(house, NAME))["ContactID"])


async def test_e11_a_customer_that_is_linked_anew_by_a_decision_is_shared(house: House) -> None:
    """In the same form as by hand: without a word of sharing it is refused, and the refusal says how."""
    conflict, xero_id = await clash_over_the_second(house)
    call = f"{house.path}/conflicts/{conflict['id']}/resolve"
    wish = {"action": "relink", "xero_id": xero_id, "with_invoices": True}
    refused = (await house.api.post(call, json=wish)).json()["errors"]
    assert [each["field"] for each in refused] == ["xero_id"]
    assert "is the app's contact cus_1 already" in refused[0]["message"]
    assert "with is_shared" in refused[0]["message"]
    decided = await resolve(house, conflict, "relink", xero_id=xero_id, with_invoices=True, is_shared=True)
    assert decided["is_shared"] is True
    await house.drain()
    assert await state_of(house, decided) == ("done", None)
    for invoice_id, contact_id in (("inv_1", "cus_1"), ("inv_2", "cus_2")):
        await assert_contacts_alike(house, contact_id, NAME)
        assert (await house.resource(invoice_id))["state"] == "settled"
        assert (await house.in_app(invoice_id))["contact"]["id"] == contact_id
        assert (await house.in_xero(f"N-{invoice_id}"))["Contact"]["ContactID"] == xero_id
        shown = await shown_contact(house, contact_id)
        assert (shown["xero"]["xero_contact_id"], shown["xero"]["is_shared"]) == (
            xero_id,
            contact_id == "cus_2",
        )


@pytest.mark.proof
async def test_a_decision_to_share_is_another_than_one_that_does_not(house: House) -> None:
    """Both wait until the work is done, and the later one counts; said twice, it is the one that is there."""
    conflict, _ = await clash_over_the_second(house)
    await house.app.post("/contacts", json={**BOB, "id": "cus_3", "name": "Bob"})
    made = await house.at_xero("contacts", Name="Bob Stone", EmailAddress="stone@example.com")
    assert made is not None
    free = str((await contact_in_xero(house, "Bob Stone"))["ContactID"])
    first = await resolve(house, conflict, "relink", xero_id=free, with_invoices=True)
    # Another customer is linked to it meanwhile, and is there first.
    await link(house, "cus_3", free)
    second = await resolve(house, conflict, "relink", xero_id=free, with_invoices=True, is_shared=True)
    again = await resolve(house, conflict, "relink", xero_id=free, with_invoices=True, is_shared=True)
    assert (first["id"] != second["id"], again["id"]) == (True, second["id"])
    await house.drain()
    assert await state_of(house, second) == ("done", None)
    shown = {n: (await shown_contact(house, f"cus_{n}"))["xero"] for n in (2, 3)}
    assert [shown[n]["xero_contact_id"] for n in (2, 3)] == [free, free]
    assert sorted(shown[n]["is_shared"] for n in (2, 3)) == [False, True]


async def test_what_is_no_customer_is_not_shared(house: House) -> None:
    """One invoice of Xero's is one of the app's; other decisions have nothing to share. Both are told by the field."""
    await house.write()
    await house.drain()
    conflict = await clash(house)
    other = (await make_in_xero(house, "X-9", Contact={"Name": "Kim Tran"}))["InvoiceID"]
    call = f"{house.path}/conflicts/{conflict['id']}/resolve"
    for wish in ({"action": "relink", "xero_id": other}, {"action": "take_xero"}):
        refused = await house.api.post(call, json=wish | {"is_shared": True})
        named = [each["field"] for each in refused.json()["errors"]]
        assert (refused.status_code, named) == (422, ["is_shared"])


@pytest.mark.proof
@pytest.mark.parametrize("leaving", ["cus_1", "cus_2"])
async def test_one_of_two_that_share_is_parted_again(house: House, leaving: str) -> None:
    """With its invoices it gets a contact of its own, and the other keeps the one that was shared: no third is made."""
    xero_id = await meet_twice(house)
    await link(house, "cus_2", xero_id, is_shared=True)
    await house.drain()
    path = f"{house.path}/contacts/{leaving}"
    refused = await house.api.delete(f"{path}/link")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/contact_in_use")
    await edit_contact(house, leaving, name="Bob's Roofing")
    await house._json(house.api.delete(f"{path}/link", params={"with_invoices": "true"}))
    await house.drain()
    staying = "cus_1" if leaving == "cus_2" else "cus_2"
    assert sorted(await people(house)) == [NAME, "Bob's Roofing"]
    await assert_contacts_alike(house, leaving, "Bob's Roofing")
    await assert_contacts_alike(house, staying, NAME)
    for invoice_id, contact_id in (("inv_1", "cus_1"), ("inv_2", "cus_2")):
        assert (await house.resource(invoice_id))["state"] == "settled"
        assert (await house.in_app(invoice_id))["contact"]["id"] == contact_id
        stands_with = (await house.in_xero(f"N-{invoice_id}"))["Contact"]["Name"]
        assert stands_with == ("Bob's Roofing" if contact_id == leaving else NAME)
    listed = (await house._json(house.api.get(f"{house.path}/contacts")))["data"]
    assert [each["id"] for each in listed] == ["cus_1", "cus_2"]


@pytest.mark.proof
async def test_the_app_merges_its_two_itself(house: House) -> None:
    """Every invoice names the one that stays, one with a payment too; Xero has nothing to change, and the one that went
    is unlinked without touching an invoice.
    """
    xero_id = await meet_twice(house)
    await link(house, "cus_2", xero_id, is_shared=True)
    await house.drain()
    await house.edit("inv_1", contact={**BOB, "id": "cus_2"})
    await house.drain()
    await assert_alike(house, "inv_1")
    assert (await house.in_app("inv_1"))["contact"]["id"] == "cus_2"
    assert (await house.in_xero("N-inv_1"))["Contact"]["ContactID"] == xero_id
    assert (await house.api.delete(f"{house.path}/contacts/cus_1/link")).status_code == 200
    await house.drain()
    assert (await shown_contact(house, "cus_1"))["xero"] is None
    await edit_contact_in_xero(house, NAME, EmailAddress="office@bob.example")
    await house.edit("inv_2", reference="PO 2")
    await house.drain()
    for invoice_id in ("inv_1", "inv_2"):
        await assert_alike(house, invoice_id)
        assert (await house.in_app(invoice_id))["contact"]["id"] == "cus_2"
    await assert_contacts_alike(house, "cus_2", NAME)
    assert await people(house) == [NAME]


async def test_locked_books_are_no_matter_where_the_app_merges_its_two(house: House) -> None:
    """Xero's customer stays the one that it is, so there is nothing that locked books, or a credit, could refuse."""
    xero_id = await meet_twice(house)
    await link(house, "cus_2", xero_id, is_shared=True)
    await house.drain()
    await house.set_facts(period_lock_date="2026-12-31")
    await house.sweep()
    since = await house.last_call()
    await house.edit("inv_1", contact={**BOB, "id": "cus_2"})
    await house.drain()
    await assert_alike(house, "inv_1")
    assert (await house.in_app("inv_1"))["contact"]["id"] == "cus_2"
    assert await count_writes(house, since) == 0


async def test_a_shared_customer_is_credited(house: House) -> None:
    """On an invoice that stands in Xero, and with one that comes with its credit at once: under the one contact."""
    xero_id = await meet_twice(house)
    await link(house, "cus_2", xero_id, is_shared=True)
    await house.drain()
    note = {"id": "c1", "kind": "credit_note", "amount": "10.00", "applied_on": "2026-11-20"}
    await house._json(
        house.app.post("/invoices/inv_2/credits", json={"kind": "credit_note", "amount": "10.00"})
    )
    await house.write("inv_3", contact=AGAIN, credits=[note])
    await house.drain()
    for invoice_id in ("inv_2", "inv_3"):
        await assert_alike(house, invoice_id)
        assert (await house.in_app(invoice_id))["contact"]["id"] == "cus_2"
        [credit] = (await house.in_xero(f"N-{invoice_id}"))["CreditNotes"]
        assert credit["AppliedAmount"] == 10


async def test_an_invoice_that_is_linked_anew_keeps_its_own_of_two_that_share(house: House) -> None:
    """Xero's words win, and the customer that Xero shows is the invoice's own already."""
    await house.write("inv_0", contact=BOB)
    await house.drain()
    await house.write("inv_1", contact=AGAIN)
    await house.drain()
    await link(house, "cus_2", str((await contact_in_xero(house, NAME))["ContactID"]), is_shared=True)
    await house.drain()
    other = await make_in_xero(house, "X-9", Contact={"Name": NAME})
    linked = await resolve(house, await clash(house), "relink", xero_id=other["InvoiceID"])
    await house.drain()
    assert (await state_of(house, linked)) == ("done", None)
    shown = await house.resource()
    assert (shown["xero"]["xero_invoice_id"], shown["record"]["contact"]["id"]) == (
        other["InvoiceID"],
        "cus_2",
    )
    assert (await house.in_app())["contact"]["id"] == "cus_2"
