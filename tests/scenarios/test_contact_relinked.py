"""A customer that is said to be another contact of Xero's: what was found of the one before is over."""

from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.contact_sides import (
    KIM,
    assert_contacts_alike,
    contact_in_app,
    contact_in_xero,
    edit_contact,
    edit_contact_in_xero,
    shown_contact,
)
from tests.scenarios.house import House, Json
from tests.scenarios.test_decisions import resolve
from tests.scenarios.test_one_customer_twice import link
from tests.scenarios.troubles import ask, flush, in_the_middle, later


async def clash_over_the_address(house: House, *, is_xero_first: bool = False) -> Json:
    """The customer's e-mail address was changed on both sides, which waits for a person; of the two the app's is known
    first, or Xero's.
    """
    await house.choose(conflict_policies={"contact.email": "hold"})
    await house.write(contact=KIM)
    await house.drain()
    if is_xero_first:
        edit = {"contact_id": "cus_1", "changes": {"email": "app@example.com"}}
        await ask(house.app.put("/faults", json={"edit_before_applying": edit}))
    else:
        await edit_contact(house, email="app@example.com")
    await edit_contact_in_xero(house, EmailAddress="xero@example.com")
    await house.drain()
    [conflict] = await house.conflicts()
    assert (conflict["path"], conflict["state"]) == ("email", "held")
    return conflict


async def link_to_holdings(house: House, **details: Any) -> None:
    """A person says that the customer is that contact of Xero's, with its invoices."""
    await house.at_xero("contacts", Name="Tran Holdings", **details)
    xero_id = (await contact_in_xero(house, "Tran Holdings"))["ContactID"]
    assert (await link(house, "cus_1", xero_id, with_invoices=True)).status_code == 200
    await house.drain()


async def conflicts_over_the_address(house: House) -> list[Json]:
    """Those over the e-mail address; the two names differ too, which the policy settles."""
    return [each for each in await house.conflicts() if each["path"] == "email"]


async def list_discrepancies(house: House) -> list[Json]:
    """Every one as it is shown, the oldest first."""
    return list((await ask(house.api.get(f"{house.path}/discrepancies")))["data"])


@pytest.mark.parametrize(("is_ignored", "is_xero_first"), [(False, False), (False, True), (True, False)])
async def test_e11_a_conflict_with_the_contact_of_before_is_over_once_another_is_chosen(
    house: House, is_ignored: bool, is_xero_first: bool
) -> None:
    """The new one has no e-mail address, so nothing is in dispute: it gets the app's, and the one of before keeps its
    own.
    """
    conflict = await clash_over_the_address(house, is_xero_first=is_xero_first)
    if is_ignored:
        await resolve(house, conflict, "ignore")
        await house.drain()
    await link_to_holdings(house)
    assert [each["state"] for each in await conflicts_over_the_address(house)] == ["closed"]
    assert (await contact_in_app(house))["email"] == "app@example.com"
    await assert_contacts_alike(house, "cus_1", "Tran Holdings")
    assert (await contact_in_xero(house))["EmailAddress"] == "xero@example.com"


async def test_e11_what_the_chosen_contact_says_otherwise_is_a_conflict_of_its_own(house: House) -> None:
    """The one of before is closed; the new one has the app's value and that of the contact which was chosen."""
    await clash_over_the_address(house)
    await link_to_holdings(house, EmailAddress="office@tran.example")
    before, now = await conflicts_over_the_address(house)
    assert (before["state"], now["state"]) == ("closed", "held")
    assert now["values"] == {"partner": "app@example.com", "xero": "office@tran.example"}
    assert (await shown_contact(house))["reason"]["code"] == "conflict_held"
    assert (await contact_in_app(house))["email"] == "app@example.com"
    await resolve(house, now, "take_xero")
    await house.drain()
    assert (await contact_in_app(house))["email"] == "office@tran.example"
    await assert_contacts_alike(house, "cus_1", "Tran Holdings")


@pytest.mark.parametrize("is_xero_first", [False, True])
async def test_e11_a_conflict_is_over_once_the_customer_is_none_of_xeros(
    house: House, is_xero_first: bool
) -> None:
    """Unlinked, the app keeps what it says, and the contact that is made next is told it."""
    await clash_over_the_address(house, is_xero_first=is_xero_first)
    await ask(house.api.delete(f"{house.path}/contacts/cus_1/link", params={"with_invoices": "true"}))
    await edit_contact(house, name="Kim of the north")
    await house.drain()
    assert [each["state"] for each in await conflicts_over_the_address(house)] == ["closed"]
    assert (await contact_in_app(house))["email"] == "app@example.com"
    await assert_contacts_alike(house, "cus_1", "Kim of the north")
    assert (await contact_in_xero(house))["EmailAddress"] == "xero@example.com"


@pytest.mark.parametrize("is_unlinked", [False, True])
async def test_e11_what_was_perhaps_overwritten_in_the_contact_of_before_is_over(
    house: House, is_unlinked: bool
) -> None:
    """Nobody looks for it in a contact that is another customer's; what the app lacks stands as before."""
    await house.write(contact=KIM)
    await house.drain()
    await edit_contact(house, first_name="Kim")
    async with in_the_middle(house, "GET", "/Contacts"):
        await edit_contact_in_xero(house, FirstName="Kimberley")
    await flush(house)
    await later(house, timedelta(seconds=30))
    [found] = await list_discrepancies(house)
    assert (found["kind"], found["path"], found["state"]) == ("overwritten_in_xero", "first_name", "open")
    if is_unlinked:
        await ask(house.api.delete(f"{house.path}/contacts/cus_1/link", params={"with_invoices": "true"}))
        await edit_contact(house, name="Kim of the north")
        await house.drain()
    else:
        await link_to_holdings(house)
    [found] = await list_discrepancies(house)
    assert (found["state"], found["closed_because"]) == (
        "resolved",
        "It is another one in Xero since, or none.",
    )
    assert (await contact_in_app(house))["first_name"] == "Kim"
