"""What waited for the app when its way was closed in the settings stays, and goes when the way opens (E5)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.contact_sides import contact_in_app, edit_contact_in_xero
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import app_fault, ask, connection, flush, in_the_middle, standing

LONG = timedelta(hours=12)
"""Longer than the app, after a few failures, is left alone."""


async def applied(house: House) -> list[Json]:
    """What the app took of what it was sent, in order."""
    received = (await ask(house.app.get("/log")))["received"]
    return [each for each in received if each["outcome"] == "applied"]


async def leave_waiting(house: House, **edited: Any) -> None:
    """An edit in Xero of an invoice that both sides show, which the app, down for a moment, did not take."""
    await house.write()
    await house.drain()
    await app_fault(house, refuse_incoming_next=1)
    await house.edit_xero(**edited)
    await house.drain()
    assert await standing(house) == ("behind", "awaiting_partner")


@pytest.mark.parametrize("closed", ["to_xero", "off"])
async def test_e5_a_change_that_waits_is_not_delivered_once_its_way_is_closed(
    house: House, closed: str
) -> None:
    """The app was down, and invoices stopped going to it meanwhile: it keeps its own, until the way opens again."""
    await leave_waiting(house, Reference="PO xero")
    others = {"payments": "off", "credits": "off"} if closed == "off" else {}
    await house.choose(directions={"invoices": closed, **others})
    await house.wait(LONG)
    assert await applied(house) == []
    assert (await house.in_app())["reference"] == "PO 1"
    assert await standing(house) == ("settled", "kept_apart")
    await house.choose(directions=dict.fromkeys(("invoices", *others)))
    await house.wait(LONG)
    assert (await house.in_app())["reference"] == "PO xero"
    await assert_alike(house)


async def test_e5_of_a_change_that_waits_only_what_still_travels_is_delivered(house: House) -> None:
    """One of its two fields was closed: the other arrives alone."""
    await leave_waiting(house, Reference="PO xero", DueDate="2077-03-01")
    await house.choose(fields={"reference": "to_xero"})
    await house.wait(LONG)
    document = await house.in_app()
    assert (document["reference"], document["due_on"]) == ("PO 1", "2077-03-01")
    assert await standing(house) == ("settled", "kept_apart")
    assert (await house.in_xero())["Reference"] == "PO xero"


async def test_a_way_that_is_closed_is_closed_while_xero_lets_nobody_in(house: House) -> None:
    """The connection is lost, so nothing is looked at anew; what waited for the app waits on, and what it says then
    is as the settings are by then.
    """
    await leave_waiting(house, Reference="PO xero")
    await ask(house.xero.post("/disconnect", json={"tenant_id": house.tenant_id}))
    await house.sweep()
    assert (await connection(house))["state"] == "disconnected"
    await house.choose(directions={"invoices": "to_xero"})
    house.clock.advance(LONG)
    await house.parts.delivery.deliver(UUID(house.connection_id))
    assert await house.parts.delivery.nudge_due() == 0
    assert (await ask(house.api.get(f"{house.path}/changes")))["data"] == []
    assert await applied(house) == []
    again = await ask(house.api.post(f"{house.path}/authorise"))
    assert (await house.consent(again["authorise_url"])).is_success
    await house.wait(LONG)
    assert await applied(house) == []
    assert await standing(house) == ("settled", "kept_apart")


async def test_a_way_that_is_closed_in_the_middle_of_a_look_is_closed(house: House) -> None:
    """The look began by the settings of before: what it finds for the app is not put on its way."""
    await house.write()
    await house.drain()
    await house.edit_xero(Reference="PO xero")
    await flush(house)
    async with in_the_middle(house, "GET", "/Invoices"):
        await house.choose(directions={"invoices": "to_xero"})
    await house.parts.delivery.deliver(UUID(house.connection_id))
    await house.drain()
    assert await applied(house) == []
    assert await standing(house) == ("settled", "kept_apart")


async def test_an_answer_that_was_lost_before_its_way_was_closed_undoes_nothing(house: House) -> None:
    """The app had applied it, and nobody heard: what both sides show by then stays so, and neither is edited back."""
    await house.write()
    await house.drain()
    await app_fault(house, lose_answer_next=1)
    await house.edit_xero(Reference="PO xero")
    await house.drain()
    assert (await house.in_app())["reference"] == "PO xero"
    await house.choose(directions={"invoices": "to_xero"})
    await house.wait(LONG)
    await house.edit(due_on="2077-05-01")
    await house.wait(LONG)
    assert (await house.in_xero())["DueDateString"][:10] == "2077-05-01"
    assert (await house.in_app())["reference"] == (await house.in_xero())["Reference"] == "PO xero"
    assert await house.conflicts() == []


async def test_a_contacts_change_that_waits_is_not_delivered_once_its_way_is_closed(house: House) -> None:
    """As of an invoice."""
    await house.write()
    await house.drain()
    await app_fault(house, refuse_incoming_next=1)
    await edit_contact_in_xero(house, FirstName="Kim")
    await house.drain()
    await house.choose(directions={"contacts": "to_xero"})
    await house.wait(LONG)
    assert await applied(house) == []
    assert (await contact_in_app(house)).get("first_name") != "Kim"
