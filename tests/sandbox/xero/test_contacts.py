"""Contacts: create by PUT, upsert by POST, unique names, persons, archiving (FACTS 5, Contacts)."""

from typing import Any

import pytest

from app.sandbox.xero.writes.contact_writes import NOT_IDENTIFIED
from tests.sandbox.xero.driver import XeroApp, messages_of

TAKEN = (
    "The contact name Ada is already assigned to another contact. "
    "The contact name must be unique across all active contacts."
)


def put(app: XeroApp, **contact: object) -> dict[str, Any]:
    """Create one contact."""
    answer = app.call("PUT", "/Contacts", {"Contacts": [contact]})
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["Contacts"][0])


def test_a_new_contact_has_every_phone_and_both_addresses(app: XeroApp) -> None:
    """Blank ones included, as Xero shows them."""
    phones = [{"PhoneType": "MOBILE", "PhoneNumber": "0400 000 000"}]
    made = put(app, Name="Ada", EmailAddress="ada@example.com", Phones=phones)
    assert [phone["PhoneType"] for phone in made["Phones"]] == ["DDI", "DEFAULT", "FAX", "MOBILE"]
    assert made["Phones"][3]["PhoneNumber"] == "0400 000 000"
    assert [address["AddressType"] for address in made["Addresses"]] == ["STREET", "POBOX"]
    assert (made["ContactStatus"], made["IsCustomer"]) == ("ACTIVE", False)


def test_put_never_updates_and_post_does(app: XeroApp) -> None:
    """PUT fails on a known name or contact number; POST finds by either and keeps what was not sent."""
    made = put(app, Name="Ada", ContactNumber="c1", EmailAddress="ada@example.com")
    assert messages_of(app.call("PUT", "/Contacts", {"Name": "Ada"})) == [TAKEN]
    assert app.call("PUT", "/Contacts", {"Name": "B", "ContactNumber": "c1"}).status_code == 400
    after = app.call("POST", "/Contacts", {"Name": "ADA", "FirstName": "A"}).json()["Contacts"][0]
    assert (after["ContactID"], after["Name"], after["EmailAddress"]) == (
        made["ContactID"],
        "ADA",
        "ada@example.com",
    )
    renamed = app.call("POST", "/Contacts", {"ContactNumber": "c1", "Name": "Ada L"}).json()["Contacts"][0]
    assert (renamed["ContactID"], renamed["FirstName"]) == (made["ContactID"], "A")


def test_names_lose_their_spare_blanks(app: XeroApp) -> None:
    """No leading, trailing or double ones."""
    assert put(app, Name="  Ada   Lovelace ")["Name"] == "Ada Lovelace"


@pytest.mark.parametrize(
    ("contact", "message"),
    [
        ({"EmailAddress": "x@y.zz"}, NOT_IDENTIFIED),
        ({"Name": "A<b>"}, "The contact name cannot contain the characters < or >."),
        ({"Name": "A", "EmailAddress": "nonsense"}, "Email address must be valid."),
        ({"Name": "A", "EmailAddress": "kim@m\u00fcller.example"}, "Email address must be valid."),
        ({"Name": "A", "Phones": [{"PhoneType": "FAX", "PhoneNumber": "1" * 51}]},
         "The field PhoneNumber must be a string with a maximum length of 50."),
        ({"Name": "A", "Addresses": [{"AddressType": "STREET", "AddressLine2": "1" * 501}]},
         "The field AddressLine2 must be a string with a maximum length of 500."),
        ({"Name": "A", "ContactPersons": [{"FirstName": "B"}]},
         "Additional people cannot be added when the primary person has no email address set"),
        ({"ContactID": "11111111-2222-3333-4444-555555555555"},
         "An existing Contact with the specified ContactID could not be found"),
    ],
)  # fmt: skip
def test_refusals(app: XeroApp, contact: dict[str, Any], message: str) -> None:
    """What Xero refuses of a contact."""
    assert message in messages_of(app.call("POST", "/Contacts", contact))


def test_contact_persons_are_replaced_whole(app: XeroApp) -> None:
    """The list that is sent is the list that stays."""
    persons = [{"FirstName": "B", "EmailAddress": "b@example.com"}]
    made = put(app, Name="Ada", EmailAddress="ada@example.com", ContactPersons=persons)
    path = f"/Contacts/{made['ContactID']}"
    after = app.call("POST", path, {"ContactPersons": [{"FirstName": "C"}]}).json()["Contacts"][0]
    assert [person["FirstName"] for person in after["ContactPersons"]] == ["C"]


def test_an_archived_name_is_free_and_archived_contacts_hide(app: XeroApp) -> None:
    """Unique among active ones only; listed when asked for."""
    made = put(app, Name="Ada")
    app.call("POST", f"/Contacts/{made['ContactID']}", {"ContactStatus": "ARCHIVED"})
    second = put(app, Name="Ada")
    assert [row["ContactID"] for row in app.get("/Contacts")["Contacts"]] == [second["ContactID"]]
    assert len(app.get("/Contacts", includeArchived="true")["Contacts"]) == 2
    assert app.get(f"/Contacts/{made['ContactID']}")["Contacts"][0]["ContactStatus"] == "ARCHIVED"
    restore = app.call("POST", f"/Contacts/{made['ContactID']}", {"ContactStatus": "ACTIVE"})
    assert messages_of(restore) == [TAKEN]


def test_contacts_are_found_by_many_ways(app: XeroApp) -> None:
    """Number in the path, where, SearchTerm, IDs, pages."""
    made = put(app, Name="Ada", ContactNumber="c1", EmailAddress="Ada@Example.com")
    put(app, Name="Bob")
    assert app.get("/Contacts/c1")["Contacts"][0]["Name"] == "Ada"
    for query in (
        {"where": 'EmailAddress=="ada@example.com"'},
        {"SearchTerm": "example"},
        {"IDs": made["ContactID"]},
    ):
        assert [row["Name"] for row in app.get("/Contacts", **query)["Contacts"]] == ["Ada"]
    paged = app.get("/Contacts", page=1, pageSize=1, order="Name DESC")
    assert [row["Name"] for row in paged["Contacts"]] == ["Bob"]
    assert paged["pagination"]["itemCount"] == 2
    assert app.call("GET", "/Contacts/nobody").status_code == 404


def test_account_numbers_are_unique(app: XeroApp) -> None:
    """With Xero's own words."""
    put(app, Name="Ada", AccountNumber="7")
    assert messages_of(app.call("PUT", "/Contacts", {"Name": "Bob", "AccountNumber": "7"})) == [
        "The Account Number already exists. Please enter a different Account Number"
    ]


def test_becoming_a_customer_does_not_move_the_contacts_instant(app: XeroApp) -> None:
    """IsCustomer is set by the first invoice and bumps nothing (FACTS 5)."""
    made = put(app, Name="Ada")
    app.put_invoice(Contact={"ContactID": made["ContactID"]})
    after = app.get(f"/Contacts/{made['ContactID']}")["Contacts"][0]
    assert after["IsCustomer"] is True
    assert after["UpdatedDateUTC"] == made["UpdatedDateUTC"]


def test_a_filter_by_name_knows_neither_case_nor_accents(app: XeroApp) -> None:
    """Who asks for one name may be given another, and must compare for himself."""
    for name in ("Zoë Müller", "ZOE MULLER", "Zoe Miller"):
        assert app.call("PUT", "/Contacts", {"Name": name}).status_code == 200
    found = app.get("/Contacts", where='Name=="zoe müller"')["Contacts"]
    assert sorted(contact["Name"] for contact in found) == ["ZOE MULLER", "Zoë Müller"]
