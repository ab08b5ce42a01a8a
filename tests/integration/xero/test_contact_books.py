"""Contacts updated, searched, swept and grouped, asked of the sandbox over HTTP as the reconcile asks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.xero.xero_contact import ContactWrite, XeroContact
from app.domain.xero.xero_invoice import Refused
from app.xero.organisation import XeroSdkOrganisation
from tests.integration.xero.conftest import Xero
from tests.integration.xero.writes import LONG_AGO, make_contact


async def test_an_update_changes_what_it_names_and_nothing_else(
    xero: Xero, organisation: XeroSdkOrganisation
) -> None:
    """Other phones, addresses and persons stay; one refused element does not stop the others."""
    kim, lee = await make_contact(organisation), await make_contact(organisation, "Lee Wong", "pl-2")
    persons = [{"FirstName": "Ann", "EmailAddress": "ann@example.com", "IncludeInEmails": True}]
    fax = [{"PhoneType": "FAX", "PhoneNumber": "9999"}]
    await xero.act("PATCH", f"/contacts/{kim.xero_contact_id}", Phones=fax, ContactPersons=persons)
    [held] = await organisation.contacts.fetch([kim.xero_contact_id])
    place = {
        "lines": ["4 Wattle St", "Rear"],
        "city": "Orange",
        "region": None,
        "postal_code": None,
        "country": None,
    }
    moved = {"email": None, "phone": None, "mobile": "0411", "address": place, "tax_number": "51"}
    taken, done = await organisation.contacts.update(
        [
            ContactWrite({"name": "kim tran"}, None, lee),
            ContactWrite({**moved, "email": "new@example.com"}, None, held),
        ]
    )
    assert isinstance(taken, Refused)
    assert isinstance(done, XeroContact)
    assert (done.name, done.email, done.phone, done.mobile) == ("Kim Tran", "new@example.com", None, "0411")
    assert (done.address, done.tax_number, done.contact_number) == (place, "51", "pl-1")
    seen = await xero.act("GET", f"/contacts/{kim.xero_contact_id}")
    assert [phone["PhoneNumber"] for phone in seen["Phones"] if phone["PhoneType"] == "FAX"] == ["9999"]
    assert [person["FirstName"] for person in seen["ContactPersons"]] == ["Ann"]
    with pytest.raises(ValueError, match="by id"):
        await organisation.contacts.update([ContactWrite({"name": "Nobody"}, "pl-9")])


async def test_contacts_are_found_by_what_moved_by_account_number_and_all_at_once(
    xero: Xero, organisation: XeroSdkOrganisation
) -> None:
    """Archived ones too, for they may be what moved; a search leaves them out."""
    kim, lee = await make_contact(organisation), await make_contact(organisation, "Lee Wong", "pl-2")
    await xero.act("PATCH", f"/contacts/{lee.xero_contact_id}", AccountNumber="A-17")
    await xero.act("POST", f"/contacts/{lee.xero_contact_id}/archive")
    moved = await organisation.contacts.fetch_modified_since(LONG_AGO)
    assert [contact.name for contact in moved] == ["Kim Tran", "Lee Wong"]
    assert {contact.name for contact in await organisation.contacts.fetch_all()} == {"Kim Tran", "Lee Wong"}
    assert moved[1].updated_at is not None
    later = moved[1].updated_at + timedelta(minutes=1)
    assert await organisation.contacts.fetch_modified_since(later) == []
    [found] = await organisation.contacts.fetch_by_account_number(["A-17", "A-18", 'say "A"'])
    assert (found.name, found.is_archived) == ("Lee Wong", True)
    assert [contact.name for contact in await organisation.contacts.search("k@example", 1, 100)] == [
        "Kim Tran"
    ]
    assert await organisation.contacts.search("lee", 1, 100) == []
    assert replace(moved[0], updated_at=None) == replace(kim, updated_at=None)


async def test_a_merged_contact_names_the_one_that_stays(
    xero: Xero, organisation: XeroSdkOrganisation
) -> None:
    """Read by id it says where it went (FACTS 5)."""
    kim, lee = await make_contact(organisation), await make_contact(organisation, "Lee Wong", "pl-2")
    await xero.act("POST", f"/contacts/{lee.xero_contact_id}/merge", Into=kim.xero_contact_id)
    [gone] = await organisation.contacts.fetch([lee.xero_contact_id])
    assert (gone.merged_into_id, gone.is_usable) == (kim.xero_contact_id, False)


async def test_groups_are_listed_and_joined(xero: Xero, organisation: XeroSdkOrganisation) -> None:
    """Joining twice changes nothing; a group that is gone and a contact that cannot be used are refusals."""
    kim, lee = await make_contact(organisation), await make_contact(organisation, "Lee Wong", "pl-2")
    await xero.act("POST", "/contactgroups", Name="Trade")
    [group] = await organisation.contacts.fetch_groups()
    for _ in range(2):
        assert await organisation.contacts.join_group(group.group_id, [kim.xero_contact_id]) is None
    [seen] = await organisation.contacts.fetch([kim.xero_contact_id])
    assert (group.name, seen.group_ids) == ("Trade", (group.group_id,))
    gone = await organisation.contacts.join_group(
        "00000000-0000-0000-0000-000000000009", [kim.xero_contact_id]
    )
    assert isinstance(gone, Refused)
    await xero.act("POST", f"/contacts/{lee.xero_contact_id}/archive")
    assert isinstance(await organisation.contacts.join_group(group.group_id, [lee.xero_contact_id]), Refused)
