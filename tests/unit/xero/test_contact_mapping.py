"""Contacts to and from Xero's JSON."""

from typing import Any

import pytest

from app.domain.contacts.contact import CONTACT, SAID_TOGETHER, blank, from_contact_document, observed_contact
from app.domain.record.sides import Side
from app.domain.xero.xero_contact import ContactWrite
from app.intake.contact_document import CONTACT_EXAMPLE
from app.xero.contact_from_xero import ADDRESS_TYPES, PHONE_TYPES, contact_from_xero, group_from_xero
from app.xero.contact_to_xero import contact_to_xero
from tests.unit.xero.test_from_xero import example

HELD: dict[str, Any] = {
    "ContactID": "c-1",
    "Name": "Kim Tran",
    "Phones": [
        {"PhoneType": "DEFAULT", "PhoneNumber": "9876 5432", "PhoneAreaCode": "2", "PhoneCountryCode": "61"},
        {"PhoneType": "FAX", "PhoneNumber": "1", "PhoneAreaCode": "", "PhoneCountryCode": ""},
    ],
    "Addresses": [
        {"AddressType": "STREET", "AddressLine1": "Shed 2"},
        {"AddressType": "POBOX", "AddressLine1": "PO Box 1", "City": "Orange", "AttentionTo": "Accounts"},
    ],
    "ContactGroups": [{"ContactGroupID": "g-1", "Name": "Trade"}],
}
WATTLE = {
    "lines": ["4 Wattle St"],
    "city": "Parramatta",
    "region": "NSW",
    "postal_code": None,
    "country": None,
}


def test_xeros_example_contacts_are_read() -> None:
    """A phone number is put together from its parts; empty texts are nothing."""
    katherine, _ = map(contact_from_xero, example("Contacts_get_response_200", "Contacts"))
    assert (katherine.name, katherine.email) == ("Katherine Warren", "kat.warren@clampett.com")
    assert katherine.phone == "(626) 847-1294"
    assert (katherine.contact_number, katherine.is_archived, katherine.merged_into_id) == (None, False, None)


@pytest.mark.parametrize(
    ("element", "is_archived"),
    [
        ({"ContactStatus": "ACTIVE"}, False),
        ({"ContactStatus": "ARCHIVED"}, True),
        ({"ContactStatus": "GDPRREQUEST"}, True),
        ({"ContactStatus": "SOMETHINGNEW"}, False),
        ({"ContactStatus": "ACTIVE", "MergedToContactID": "c-2"}, True),
    ],
)
def test_contacts_that_xero_takes_for_no_invoice_are_archived(
    element: dict[str, Any], is_archived: bool
) -> None:
    """Merged contacts are archived, and erased ones are as unusable (FACTS 5)."""
    contact = contact_from_xero({"ContactID": "c-1", "Name": "Kim"} | element)
    assert (contact.is_archived, contact.is_usable) == (is_archived, not is_archived)
    assert contact.is_erased is (element["ContactStatus"] == "GDPRREQUEST")


def test_the_postal_address_and_the_groups_are_read() -> None:
    """Xero prints the POBOX address on invoices (FACTS 4.3); the street is where the work is."""
    contact = contact_from_xero(HELD)
    assert contact.phone == "61 2 9876 5432"
    assert contact.address == {
        "lines": ["PO Box 1"],
        "city": "Orange",
        "region": None,
        "postal_code": None,
        "country": None,
    }
    assert (contact.delivery_address or {})["lines"] == ["Shed 2"]
    assert contact.group_ids == ("g-1",)
    assert contact_from_xero(HELD | {"Addresses": [{"AddressType": "POBOX", "City": ""}]}).address is None
    group = group_from_xero({"ContactGroupID": "g-1", "Name": "Trade", "Contacts": [{"ContactID": "c-1"}]})
    assert (group.group_id, group.name) == ("g-1", "Trade")


def test_a_new_contact_says_only_what_is_known() -> None:
    """Details that the app lacks are left out, never sent empty; a name goes without doubled blanks (FACTS 5)."""
    blank = dict.fromkeys(("email", "phone", "mobile", "address", "account_number"))
    assert contact_to_xero(ContactWrite({"name": "Kim  Tran ", **blank}, "pl-1")) == {
        "Name": "Kim Tran",
        "ContactNumber": "pl-1",
    }
    said = contact_to_xero(ContactWrite({"name": "Kim Tran", "phone": "0400", "address": WATTLE}, "pl-1"))
    assert [phone["PhoneNumber"] for phone in said["Phones"]] == ["0400"]
    assert [(a["AddressType"], a["AddressLine1"], a["City"]) for a in said["Addresses"]] == [
        ("POBOX", "4 Wattle St", "Parramatta")
    ]


def test_every_phone_and_person_has_its_place() -> None:
    """What the app's document says of a customer is said to Xero, and reads back as it was (O9)."""
    said = from_contact_document(CONTACT_EXAMPLE, blank(Side.PARTNER))
    fields = CONTACT.project(Side.XERO, said)
    element = contact_to_xero(ContactWrite(fields, "pl-1"))
    assert {phone["PhoneType"]: phone["PhoneNumber"] for phone in element["Phones"]} == {
        "DEFAULT": "0400 000 000",
        "DDI": "02 9000 0001",
    }
    assert element["ContactPersons"] == [
        {
            "FirstName": "Lee",
            "LastName": "Tran",
            "EmailAddress": "lee@example.com",
            "IncludeInEmails": True,
        }
    ]
    assert observed_contact(contact_from_xero({"ContactID": "c-1"} | element)) == fields


def test_persons_are_named_only_where_they_move() -> None:
    """Naming them replaces them, and an answer that does not carry them says nothing of them (FACTS 5)."""
    held = contact_from_xero(HELD | {"ContactPersons": [{"FirstName": "Ann"}]})
    assert "ContactPersons" not in contact_to_xero(ContactWrite({"email": "k@example.com"}, None, held))
    assert contact_to_xero(ContactWrite({"persons": []}, None, held))["ContactPersons"] == []
    ann = {"first_name": "Ann", "last_name": None, "email": None, "gets_emails": False}
    assert observed_contact(held)["persons"] == [ann]
    assert observed_contact(contact_from_xero(HELD), {"persons": [ann]})["persons"] == [ann]
    assert contact_to_xero(ContactWrite({"persons": [ann]}, None, held))["ContactPersons"] == [
        {"FirstName": "Ann", "LastName": "", "EmailAddress": "", "IncludeInEmails": False}
    ]


def test_an_update_names_what_moves_and_sends_back_what_stands_beside_it() -> None:
    """Phones and addresses are taken whole, so the others go back (FACTS 5)."""
    held = contact_from_xero(HELD)
    said = contact_to_xero(ContactWrite({"email": None, "phone": "0400"}, None, held))
    assert said == {
        "ContactID": "c-1",
        "EmailAddress": "",
        "Phones": [
            {"PhoneType": "DEFAULT", "PhoneNumber": "0400", "PhoneAreaCode": "", "PhoneCountryCode": ""},
            HELD["Phones"][1],
        ],
    }
    moved = contact_to_xero(ContactWrite({"address": WATTLE}, "pl-1", held))
    postal, street = moved["Addresses"]
    assert (postal["City"], postal["AttentionTo"], postal["PostalCode"]) == ("Parramatta", "Accounts", "")
    assert street == HELD["Addresses"][0]
    assert (moved["ContactNumber"], "Phones" in moved) == ("pl-1", False)
    cleared = contact_to_xero(ContactWrite({"address": None}, None, held))["Addresses"][0]
    assert {cleared[f"AddressLine{n}"] for n in range(1, 5)} == {""}


def test_what_is_said_to_go_along_is_what_xero_has_in_one_list() -> None:
    """An edit that a write may have gone over is told of just these; a kind that one of the two forgot would not be."""
    assert {frozenset(PHONE_TYPES), frozenset(ADDRESS_TYPES)} == set(SAID_TOGETHER)
