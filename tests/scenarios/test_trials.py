"""A test transaction: sent through Xero and taken away again, whatever happens on the way (FEATURES E8)."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.clock import SystemClock
from app.db.life.trials import claim_trials, save_trial
from app.domain.trials.trial import Outcome, StepName, TrialState
from tests.scenarios.house import House, Json
from tests.scenarios.troubles import contacts_in_xero, held_up, in_the_middle, restarted, writes_since

NEXT = timedelta(minutes=5)
"""Later than a claim runs out, and than a look that finds nothing counts."""


async def begin(house: House) -> Json:
    """An admin asks for a test."""
    answer = await house.api.post(f"{house.path}/test-transactions")
    assert answer.status_code == 202, answer.text
    # The API has a clock of its own: what the workers do comes after it.
    house.clock.advance(max(timedelta(0), SystemClock().now() - house.clock.now()))
    return dict(answer.json())


async def shown(house: House) -> Json:
    """The newest test as it is told."""
    listed = await house._json(house.api.get(f"{house.path}/test-transactions"))
    one = listed["data"][-1]
    assert one == await house._json(house.api.get(f"{house.path}/test-transactions/{one['id']}"))
    return dict(one)


def outcomes(test: Json) -> dict[str, str]:
    """What became of each step."""
    return {step["name"]: step["outcome"] for step in test["steps"]}


async def left_in_xero(house: House) -> tuple[list[str], list[str]]:
    """The statuses of every invoice there, and the tests' contacts that are in use."""
    contacts = [c for c in await contacts_in_xero(house) if c["Name"].startswith("Plumbline test")]
    statuses = [invoice["Status"] for invoice in await house.list_in_xero()]
    return statuses, [c["Name"] for c in contacts if c["ContactStatus"] == "ACTIVE"]


async def test_e8_a_test_goes_through_xero_and_leaves_nothing(house: House) -> None:
    """Each step is told with its time, one test at a time, and what it did in Xero brings nothing into the app (E8)."""
    await house.choose(import_from_xero="authorised")
    test = await begin(house)
    assert (test["state"], set(outcomes(test).values())) == ("waiting", {"pending"})
    assert (await begin(house))["id"] == test["id"]
    assert await house.parts.trials.run_due() == 1
    told = await shown(house)
    assert (told["id"], told["state"], told["left_behind"]) == (test["id"], "passed", [])
    assert set(outcomes(told).values()) == {"done"}
    assert all(step["milliseconds"] is not None for step in told["steps"] if step["name"] != "compare")
    assert told["invoice_deep_link"].startswith("https://go.xero.com/app/!")
    assert await left_in_xero(house) == (["DELETED"], [])
    [invoice] = await house.list_in_xero()
    assert len(invoice["LineItems"]) == 3
    await house.drain()
    await house.sweep()
    assert await house.list_in_app() == []
    assert (await house._json(house.api.get(f"{house.path}/contacts")))["data"] == []
    assert await house.parts.trials.run_due() == 0
    assert (await begin(house))["id"] != test["id"]


async def test_a_map_that_xero_does_not_take_comes_to_light(house: House) -> None:
    """The step says it in Xero's words; its contact is taken away all the same."""
    await house.set_facts(period_lock_date="2099-12-31")
    await begin(house)
    await house.parts.trials.run_due()
    told = await shown(house)
    assert told["state"] == "failed"
    assert outcomes(told) == {
        "contact": "done", "invoice": "failed", "read_back": "skipped", "compare": "skipped",
        "delete_invoice": "skipped", "archive_contact": "done",
    }  # fmt: skip
    assert await left_in_xero(house) == ([], [])


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (("PUT", "/Contacts"), "cut_after"),
        (("PUT", "/Contacts"), "cut_before"),
        (("PUT", "/Invoices"), "cut_after"),
        (("PUT", "/Invoices"), "cut_before"),
        (("POST", "/Invoices"), "cut_after"),
        (("POST", "/Contacts"), "cut_after"),
        (("POST", "/Contacts"), "unavailable_before"),
    ],
)
async def test_whatever_is_cut_off_is_found_and_taken_away(
    house: House, call: tuple[str, str], kind: str
) -> None:
    """An answer that never came, at each write: by another worker, by our mark, no thing left and none made twice."""
    await house.fault(kind, *call, seconds=0)
    await begin(house)
    await house.parts.trials.run_due()
    async with restarted(house):
        for _ in range(3):
            house.clock.advance(NEXT)
            await house.parts.trials.run_due()
    told = await shown(house)
    assert told["state"] == ("failed" if call[0] == "PUT" else "passed"), told
    assert told["left_behind"] == []
    statuses, contacts = await left_in_xero(house)
    assert set(statuses) <= {"DELETED"}
    assert len(statuses) <= 1
    assert contacts == []


@pytest.mark.parametrize("name", [StepName.CONTACT, StepName.INVOICE])
async def test_a_worker_that_dies_is_cleaned_up_after(house: House, name: StepName) -> None:
    """It died between a step's call and its answer: another takes the claim, and what the dead one saves is refused."""
    path = {StepName.CONTACT: "/Contacts", StepName.INVOICE: "/Invoices"}[name]
    async with held_up(house, "PUT", path) as arrival:
        await begin(house)
        running = asyncio.create_task(house.parts.trials.run_due())
        await arrival()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert outcomes(await shown(house))[name] == "begun"
    async with restarted(house):
        for _ in range(2):
            house.clock.advance(NEXT)
            await house.parts.trials.run_due()
    told = await shown(house)
    assert (told["state"], outcomes(told)[name], told["left_behind"]) == ("failed", "unknown", [])
    statuses, contacts = await left_in_xero(house)
    assert set(statuses) <= {"DELETED"}
    assert contacts == []


async def test_what_another_has_claimed_is_not_saved_over(house: House) -> None:
    """Two workers: the one whose claim ran out records nothing more."""
    await begin(house)
    now = house.clock.now()
    async with house.database.writing() as session:
        [mine] = await claim_trials(session, "one", now, now + NEXT, 5)
        assert await claim_trials(session, "two", now, now + NEXT, 5) == []
        [theirs] = await claim_trials(session, "two", now + NEXT, now + 2 * NEXT, 5)
        assert (mine.id, theirs.attempts) == (theirs.id, 2)
        begun = mine.with_step(StepName.CONTACT, outcome=Outcome.BEGUN)
        assert not await save_trial(session, begun, "one", now)
        assert await save_trial(session, begun.cleaning(), "two", now)
    told = await shown(house)
    assert (told["state"], outcomes(told)["contact"]) == (TrialState.CLEANING, "unknown")


async def test_what_cannot_be_taken_away_is_told_with_its_link(house: House) -> None:
    """A person approved the test's invoice before it was deleted: named, with a deep link; it stays out of the app."""
    await house.choose(import_from_xero="authorised")
    await house.fault("unavailable_before", "POST", "/Invoices")
    await begin(house)
    await house.parts.trials.run_due()
    [invoice] = await house.list_in_xero()
    await house.edit_xero(invoice["InvoiceNumber"], Status="AUTHORISED")
    house.clock.advance(NEXT)
    await house.parts.trials.run_due()
    told = await shown(house)
    [left] = told["left_behind"]
    assert (told["state"], left["made_by"], left["xero_id"]) == ("failed", "invoice", invoice["InvoiceID"])
    assert left["deep_link"].endswith(invoice["InvoiceID"])
    assert str(UUID(told["id"]).hex) in left["message"]
    await house.drain()
    await house.sweep()
    assert await house.list_in_app() == []


async def test_a_test_is_for_a_connection_that_works(house: House) -> None:
    """Paused before: refused. Paused before a worker began: nothing is tried, and that is said."""
    await begin(house)
    await house._json(house.api.post(f"{house.path}/pause"))
    refused = await house.api.post(f"{house.path}/test-transactions")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/wrong_state")
    await house.parts.trials.run_due()
    told = await shown(house)
    assert (told["state"], await left_in_xero(house)) == ("failed", ([], []))
    async with house.database.reading() as session:
        kept = await session.execute(text("SELECT count(*) FROM test_transactions WHERE ended_at IS NULL"))
        assert kept.scalar_one() == 0


async def test_a_pause_in_the_middle_of_a_test_ends_it(house: House) -> None:
    """What was made by then is taken away; nothing more is made, and the pause says that somebody is at Xero."""
    await begin(house)
    since = await house.last_call()
    async with in_the_middle(house, "PUT", "/Contacts", house.parts.trials.run_due):
        paused = await house._json(house.api.post(f"{house.path}/pause"))
        assert paused["under_way"]["xero"] is True
    told = await shown(house)
    assert (told["state"], outcomes(told)["contact"], outcomes(told)["invoice"]) == (
        "failed",
        "done",
        "failed",
    )
    assert await left_in_xero(house) == ([], [])
    assert ("PUT", "/Invoices") not in await writes_since(house, since)
    again = await house._json(house.api.post(f"{house.path}/pause"))
    assert again["under_way"]["xero"] is False
