"""Changes on their way to an app that refuses, fails, or answers into the void: merged, in order, nothing twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.integration.delivery.odd_app import OddApp, serve_odd_app
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import (
    app_fault,
    ask,
    assert_in_step,
    connection,
    flush,
    reconcile,
    restarted,
    standing,
)

HOUR = timedelta(hours=1)


async def received(house: House) -> list[Json]:
    """What the app took in, in order."""
    return list((await ask(house.app.get("/log")))["received"])


@pytest.mark.parametrize(("policy", "winner"), [("xero_wins", "PO xero"), ("partner_wins", "PO app")])
async def test_an_edit_that_meets_a_change_is_merged_by_policy(
    house: House, policy: str, winner: str
) -> None:
    """The app refuses the change with its document: the policy decides, and both values are kept."""
    await ask(house.api.patch(f"{house.path}/settings", json={"conflict_policy": policy}))
    await house.write()
    await house.drain()
    edit = {"invoice_id": "inv_1", "changes": {"reference": "PO app", "due_on": "2077-02-02"}, "send": False}
    await app_fault(house, edit_before_applying=edit)
    await house.edit_xero(Reference="PO xero", LineItems=[{"index": 0, "UnitAmount": 220}])
    await house.drain()
    assert (await received(house))[0]["status"] == 409
    document = await house.in_app()
    assert (document["reference"], document["due_on"]) == (winner, "2077-02-02")
    assert document["lines"][0]["unit_price"] == "220.00"
    [kept] = await house.conflicts()
    assert kept["path"] == "reference"
    assert kept["values"] == {"base": "PO 1", "partner": "PO app", "xero": "PO xero"}
    await assert_in_step(house)


@pytest.mark.proof
async def test_an_app_that_fails_for_a_while_gets_everything_in_order(house: House) -> None:
    """It answers 500 for some time; the link says what it waits for, then the newest state arrives, oldest first."""
    await house.write()
    await house.write("inv_2")
    await house.drain()
    await app_fault(house, refuse_incoming_next=4)
    await house.edit_xero(Reference="PO 2")
    await house.drain()
    assert await standing(house) == ("behind", "awaiting_partner")
    await house.edit_xero(Reference="PO 3")
    await house.edit_xero("N-inv_2", Reference="PO 22")
    await house.drain()
    assert (await house.in_app())["reference"] == "PO 1"
    for _ in range(4):
        await house.wait(HOUR)
    for each in ("inv_1", "inv_2"):
        came = [entry["revision"] for entry in await received(house) if entry["invoice_id"] == each]
        assert came == sorted(came)
    assert [entry["outcome"] for entry in await received(house)].count("applied") == 2
    assert (await house.in_app())["reference"] == "PO 3"
    await assert_in_step(house)
    await assert_in_step(house, "inv_2", "N-inv_2")


async def test_a_lost_answer_applies_nothing_twice(house: House) -> None:
    """The app applied the change and its answer was lost; a person then edits; the repeat moves nothing."""
    await house.write()
    await house.drain()
    await app_fault(house, lose_answer_next=2)
    extra = {
        "Description": "Extra",
        "Quantity": 1,
        "UnitAmount": 5,
        "AccountCode": "200",
        "TaxType": "OUTPUT",
    }
    await house.edit_xero(Reference="PO 2", LineItems=[extra])
    await house.drain()
    assert (await house.in_app())["reference"] == "PO 2"
    assert await standing(house) == ("behind", "awaiting_partner")
    await house.edit(reference="PO app")
    await house.drain()
    for _ in range(3):
        await house.wait(HOUR)
    document = await house.in_app()
    assert (document["reference"], len(document["lines"])) == ("PO app", 2)
    assert (await house.in_xero())["Reference"] == "PO app"
    assert await house.conflicts() == []
    await assert_in_step(house)


async def test_a_change_set_back_while_its_answer_was_lost_reaches_the_app(house: House) -> None:
    """A to B, applied unheard, and back to A: the app does not stay at B."""
    await house.write()
    await house.drain()
    await app_fault(house, lose_answer_next=1)
    await house.edit_xero(Reference="PO 2")
    await house.drain()
    await house.edit_xero(Reference="PO 1")
    await house.drain()
    await house.wait(HOUR)
    assert (await house.in_app())["reference"] == "PO 1"
    assert await house.conflicts() == []
    await assert_in_step(house)


@asynccontextmanager
async def stubborn_app(house: House) -> AsyncIterator[OddApp]:
    """In place of the partner's app: one that says what it is told to."""
    async with serve_odd_app() as odd, restarted(house):
        async with house.database.writing() as session:
            await session.execute(text("UPDATE webhook_endpoints SET url = :url"), {"url": odd.webhook_url})
        yield odd


@pytest.mark.proof
async def test_an_app_that_refuses_for_ever_is_held(house: House) -> None:
    """Three refusals of the very change that its document expects: a person must look; other invoices go on."""
    await house.write()
    await house.write("inv_2")
    await house.drain()
    document = await house.in_app()
    async with stubborn_app(house) as odd:
        await house.edit_xero(Reference="PO 2")
        for version in range(2, 5):
            odd.say(409, {"document": document | {"version": version}})
            await house.wait(timedelta(hours=7))
        assert await standing(house) == ("held", "partner_refuses")
        assert (await house.resource())["reason"]["cure"]
        assert len({revision for _, revision in odd.list_revisions()}) == 3
        came = len(odd.received)
        await house.wait(timedelta(days=1))
        assert len(odd.received) == came
        assert (await connection(house))["state"] == "active"
        odd.say(200, {})
        await house.edit_xero("N-inv_2", Reference="PO 22")
        await house.drain()
        assert await standing(house, "inv_2") == ("settled", None)
        assert (await house.in_xero())["Reference"] == "PO 2"


async def test_a_document_that_was_overtaken_by_our_change_undoes_nothing(house: House) -> None:
    """An edit is under way when the app takes a change of another field: the late document knows nothing of it.

    It says that it was based on none of our revisions, so the old due date in it is no edit.
    """
    await house.write()
    await house.drain()
    await app_fault(house, hold_outgoing=True)
    await house.edit(reference="PO app")
    await house.edit_xero(DueDate="2077-04-04")
    await flush(house)
    await reconcile(house)
    await house.parts.delivery.deliver(UUID(house.connection_id))
    assert (await house.in_app())["due_on"] == "2077-04-04"
    await house.drain()
    assert (await house.in_app())["due_on"] == "2077-04-04"
    assert (await house.in_xero())["Reference"] == "PO app"
    assert await house.conflicts() == []
    await assert_in_step(house)
