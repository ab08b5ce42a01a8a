"""Which contact of Xero a customer is: matched, merged, archived, chosen by hand, grouped, and created once."""

from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.contact_sides import (
    KIM,
    assert_contacts_alike,
    contact_in_app,
    contact_in_xero,
    edit_contact,
    edit_contact_in_xero,
    part,
    shown_contact,
)
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import SIX_MINUTES, later, restarted

SOON, LATE = timedelta(seconds=30), SIX_MINUTES + timedelta(minutes=1)
PUT_CONTACTS = ("PUT", "/Contacts")
POST_CONTACTS = ("POST", "/Contacts")


async def people(house: House) -> list[Json]:
    """Every contact of the organisation."""
    return list((await house._json(house.xero.get(f"/people/{house.tenant_id}/contacts")))["Contacts"])


async def contact_calls(house: House, since: int) -> list[tuple[str, str]]:
    """The calls about contacts that Xero took after a number."""
    calls = [(call["method"], call["path"]) for call in await house.calls(since)]
    return [(method, path) for method, path in calls if "/Contact" in path]


async def put(house: House, path: str, body: Json) -> Any:
    """A call of the app's to Plumbline."""
    return await house._json(house.api.put(f"{house.path}/{path}", json=body))


@pytest.mark.proof
async def test_two_hundred_known_customers_are_joined_without_a_search_for_each(house: House) -> None:
    """Names that Xero has already are matched from one read of its contacts; both sides are told, blanks are filled."""
    for n in range(1, 31):
        email = f"bulk.{n}@example.com" if n % 2 else ""
        number = {"ContactNumber": f"other-{n}"} if n == 1 else {}
        phones = [{"PhoneType": "MOBILE", "PhoneNumber": f"04{n:08}"}]
        await house.at_xero(
            "contacts", Name=f"Bulk Customer {n}", EmailAddress=email, Phones=phones, **number
        )
    await house.drain()
    since = await house.last_call()
    await house._json(house.app.post("/invoices/bulk", json={"count": 60, "customers": 30, "prefix": "bulk"}))
    await house.drain()
    assert len(await people(house)) == 30
    assert len(await contact_calls(house, since)) <= 4
    first, second = (
        await contact_in_xero(house, "Bulk Customer 1"),
        await contact_in_xero(house, "Bulk Customer 2"),
    )
    assert (first["ContactNumber"], second["ContactNumber"][:10]) == ("other-1", "plumbline:")
    assert second["EmailAddress"] == "bulk.2@example.com"
    for n in (1, 2, 30):
        await assert_contacts_alike(house, f"bulk_cus_{n}", f"Bulk Customer {n}")
    assert (await contact_in_app(house, "bulk_cus_30"))["mobile"] == "0400000030"


@pytest.mark.proof
async def test_i8_i9_a_customer_is_matched_by_its_account_number_and_joins_its_groups(house: House) -> None:
    """The number finds it under another name, the groups must exist, and the settings' number is told to the app."""
    await house.at_xero("contacts", Name="Tran Plumbing", AccountNumber="A-17")
    await house.at_xero("contactgroups", Name="Trade customers")
    refused = await house.api.patch(f"{house.path}/settings", json={"contact_groups": {"trade": "Nobody"}})
    assert refused.json()["errors"][0]["field"] == "contact_groups.trade"
    refused = await house.api.patch(f"{house.path}/settings", json={"contact_account_number": "constant"})
    assert refused.status_code == 422
    chosen = {"contact_groups": {"trade": "trade customers"}, "contact_account_number": "APP-{id}"}
    await house.choose(**chosen)
    await put(house, "contacts/cus_9", {"id": "cus_9", "version": 1, "name": "Lee Wong", "groups": ["trade"]})
    await house.drain()
    shown = await shown_contact(house, "cus_9")
    assert (shown["state"], shown["reason"]["code"], shown["xero"]) == ("settled", "no_invoice_yet", None)
    assert len(await people(house)) == 1
    await house._json(
        house.app.post("/contacts", json={**KIM, "account_number": "A-17", "groups": ["trade", "vip"]})
    )
    await house.write("inv_1", contact=KIM)
    await house.write("inv_2", contact={**KIM, "id": "cus_9", "name": "Lee Wong", "email": None})
    await house.drain()
    assert sorted(contact["Name"] for contact in await people(house)) == ["Lee Wong", "Tran Plumbing"]
    assert (await contact_in_app(house))["name"] == "Tran Plumbing"
    assert (await contact_in_app(house, "cus_9"))["account_number"] == "APP-cus_9"
    groups = await house._json(house.xero.get(f"/people/{house.tenant_id}/contactgroups"))
    assert len(groups["ContactGroups"][0]["Contacts"]) == 2
    await house.write("inv_3", contact={**KIM, "id": "cus_10", "name": "Robin Hood"})
    await house.drain()
    await edit_contact(house, "cus_10", account_number="A-17")
    await house.drain()
    assert (await shown_contact(house, "cus_10"))["reason"]["code"] == "contact_account_number_taken"
    await edit_contact(house, "cus_10", account_number="A-18", email="not an address")
    await house.drain()
    assert (await shown_contact(house, "cus_10"))["reason"]["code"] == "contact_email_invalid"
    await edit_contact(house, "cus_10", email=None)
    await house.drain()
    assert (await contact_in_xero(house, "Robin Hood"))["AccountNumber"] == "A-18"


@pytest.mark.proof
async def test_contacts_that_were_merged_in_xero_stay_two_in_the_app(house: House) -> None:
    """Both follow to the one that stays; every invoice keeps its customer, and an edit of one reaches the other."""
    await house.write("inv_1", contact=KIM)
    await house.write(
        "inv_2", contact={**KIM, "id": "cus_2", "name": "K. Tran", "email": None, "phone": None}
    )
    await house.drain()
    await house.at_xero("contacts/K. Tran/merge", Into="Kim Tran")
    await house.drain()
    one, two = await shown_contact(house), await shown_contact(house, "cus_2")
    assert one["xero"]["xero_contact_id"] == two["xero"]["xero_contact_id"]
    assert (one["xero"]["is_shared"], two["xero"]["is_shared"]) == (False, True)
    assert (await contact_in_app(house, "cus_2"))["name"] == "Kim Tran"
    await edit_contact(house, "cus_2", email="both@example.com")
    await house.drain()
    for contact_id in ("cus_1", "cus_2"):
        await assert_contacts_alike(house, contact_id)
        assert (await contact_in_app(house, contact_id))["email"] == "both@example.com"
    await house.write("inv_3", contact={**KIM, "id": "cus_2"})
    await house.edit("inv_2", reference="PO 2")
    await house.drain()
    await house.sweep()
    for number, contact_id in ((1, "cus_1"), (2, "cus_2"), (3, "cus_2")):
        assert (await house.in_app(f"inv_{number}"))["contact"]["id"] == contact_id
        resource = await house.resource(f"inv_{number}")
        assert (resource["state"], resource["record"]["contact"]["id"]) == ("settled", contact_id)
        assert (await house.in_xero(f"N-inv_{number}"))["Contact"]["Name"] == "Kim Tran"


async def test_an_archived_contact_waits_and_goes_on_by_itself(house: House) -> None:
    """Its edits and new invoices are held without a write; restored in Xero, both go, though the webhook was lost."""
    await house.write(contact=KIM)
    await house.drain()
    await house.at_xero("contacts/Kim Tran/archive")
    await house.drain()
    since = await house.last_call()
    await edit_contact(house, mobile="0411 111 111")
    await house.write("inv_2", contact=KIM)
    await house.drain()
    assert (await shown_contact(house))["reason"]["code"] == "contact_archived"
    assert (await shown_contact(house))["xero"]["status"] == "archived"
    assert await house.held_as("inv_2") == "contact_archived"
    assert {method for method, _ in await contact_calls(house, since)} <= {"GET"}
    await house._json(house.xero.put("/webhooks", json={"lose_next": 10}))
    contact = (await people(house))[0]
    await house.at_xero(f"contacts/{contact['ContactID']}/restore")
    await house.sweep()
    await assert_contacts_alike(house)
    await assert_alike(house, "inv_2")


@pytest.mark.proof
async def test_o8_a_contact_is_chosen_by_hand_and_chosen_again(house: House) -> None:
    """Found by a search, linked, both told; linked anew only when its invoices are to be moved, which then happens."""
    await house.at_xero("contacts", Name="Kim Tran Pty Ltd", EmailAddress="office@tran.example")
    await house.at_xero("contacts", Name="Tran Holdings")
    await put(house, "contacts/cus_1", {**KIM, "version": 1})
    found = await house._json(house.api.get(f"{house.path}/xero-contacts", params={"search": "tran"}))
    ids = {one["name"]: one["xero_contact_id"] for one in found["data"]}
    assert sorted(ids) == ["Kim Tran Pty Ltd", "Tran Holdings"]
    paged, query = [], {"search": "tran", "limit": "1"}
    while True:
        page = await house._json(house.api.get(f"{house.path}/xero-contacts", params=query))
        paged += [one["name"] for one in page["data"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert sorted(paged) == sorted(ids)
    other = await house.api.get(f"{house.path}/xero-contacts", params=query | {"search": "kim"})
    assert other.json()["errors"][0]["field"] == "cursor"
    await put(house, "contacts/cus_1/link", {"xero_contact_id": ids["Kim Tran Pty Ltd"]})
    await house.write(contact=KIM)
    await house.drain()
    assert len(await people(house)) == 2
    assert (await contact_in_app(house))["email"] == "office@tran.example"
    choice = {"xero_contact_id": ids["Tran Holdings"]}
    refused = await house.api.put(f"{house.path}/contacts/cus_1/link", json=choice)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/contact_in_use")
    nobody = {"xero_contact_id": "00000000-0000-0000-0000-000000000001"}
    refused = await house.api.put(f"{house.path}/contacts/cus_1/link", json=nobody | {"with_invoices": True})
    assert refused.json()["errors"] == [{"field": "xero_contact_id", "message": "Xero has no such contact"}]
    await put(house, "contacts/cus_1/link", choice | {"with_invoices": True})
    await house.drain()
    assert (await house.in_xero())["Contact"]["ContactID"] == ids["Tran Holdings"]
    assert (await house.in_app())["contact"]["id"] == "cus_1"
    assert (await house.resource())["state"] == "settled"
    await edit_contact(house, mobile="0411 111 111")
    await house.drain()
    await assert_contacts_alike(house, "cus_1", "Tran Holdings")


@pytest.mark.proof
async def test_whatever_becomes_of_an_answer_a_contact_is_made_and_edited_once(house: House) -> None:
    """A create or an edit cut off anywhere is found again by our mark or by its content, after a restart too."""
    for kind in ("cut_after", "cut_before"):
        await house.fault(kind, *PUT_CONTACTS)
        await house.write(kind, contact={**KIM, "id": f"cus_{kind}", "name": f"Kim {kind}"})
        await house.drain()
        async with restarted(house):
            await edit_contact(house, f"cus_{kind}", email="late@example.com")
            await later(house, LATE)
        assert [person["Name"] for person in await people(house)].count(f"Kim {kind}") == 1
        await assert_contacts_alike(house, f"cus_{kind}", f"Kim {kind}")
        await assert_alike(house, kind)

        await house.fault(kind, *POST_CONTACTS)
        await edit_contact(house, f"cus_{kind}", mobile="0400 000 001")
        await house.drain()
        await edit_contact_in_xero(house, f"Kim {kind}", FirstName="Kim")
        async with restarted(house):
            await later(house, SOON)
        await assert_contacts_alike(house, f"cus_{kind}", f"Kim {kind}")
        xero = await contact_in_xero(house, f"Kim {kind}")
        assert part(xero["Phones"], PhoneType="MOBILE")["PhoneNumber"] == "0400 000 001"
        assert (await contact_in_app(house, f"cus_{kind}"))["first_name"] == "Kim"
    assert await house.conflicts() == []


async def unlink(house: House, contact_id: str, **query: Any) -> Any:
    """A person says that the contact is none of Xero's."""
    return await house.api.delete(f"{house.path}/contacts/{contact_id}/link", params=query)


@pytest.mark.proof
async def test_a_link_is_undone_by_hand_and_the_next_invoice_finds_another(house: House) -> None:
    """A wrong match is parted without a call; the customer is made anew with the next invoice, and never the old one
    again. One that has invoices in Xero is parted only if they may move (O8).
    """
    await house.at_xero("contacts", Name="Wong Holdings")
    wrong = await contact_in_xero(house, "Wong Holdings")
    lee = {"id": "cus_9", "name": "Lee Wong", "email": "lee@example.com"}
    await house._json(house.app.post("/contacts", json=lee))
    await put(house, "contacts/cus_9/link", {"xero_contact_id": wrong["ContactID"]})
    await house.drain()
    await assert_contacts_alike(house, "cus_9", "Wong Holdings")
    since = await house.last_call()
    for _ in range(2):
        assert (await unlink(house, "cus_9")).status_code == 200
        await house.drain()
    assert await house.calls(since) == []
    parted = await shown_contact(house, "cus_9")
    assert (parted["xero"], parted["state"], parted["reason"]["code"]) == (None, "settled", "no_invoice_yet")

    await edit_contact(house, "cus_9", name="Lee Wong")
    await house.write(contact=lee)
    await house.drain()
    await assert_alike(house)
    await assert_contacts_alike(house, "cus_9", "Lee Wong")
    first = await contact_in_xero(house, "Lee Wong")
    assert first["ContactID"] != wrong["ContactID"]
    assert (await contact_in_xero(house, "Wong Holdings"))["ContactStatus"] == "ACTIVE"

    refused = await unlink(house, "cus_9")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/contact_in_use")
    assert (await unlink(house, "cus_9", with_invoices="true")).status_code == 200
    await house.drain()
    assert await house.held_as() == "contact_name_taken"
    await edit_contact_in_xero(house, first["ContactID"], Name="Lee Wong, before")
    await house.drain()
    await assert_alike(house)
    assert (await house.in_xero())["Contact"]["ContactID"] != first["ContactID"]
    actions = (await house._json(house.api.get(f"{house.path}/contacts/cus_9/attempts")))["data"]
    assert [action["action"] for action in actions if action["action"] in ("link", "unlink")] == [
        "link", "unlink", "unlink",
    ]  # fmt: skip
