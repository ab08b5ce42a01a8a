"""What Xero forbids is known before the call, said in words, and goes through once the cause has lifted."""

from datetime import timedelta

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json

LONGER_THAN_FACTS_ARE_KEPT = timedelta(hours=7)
AN_HOUR = timedelta(minutes=61)
LINE = {"id": "l1", "unit_price": "110.00", "category": "materials"}


async def pass_timer(house: House, span: timedelta = AN_HOUR) -> list[Json]:
    """Time passes, the timer of what is held runs, and its work is done; answers the calls to Xero's API for it."""
    before = await house.last_call()
    await house.wait(span)
    await house.parts.retries.retry_held()
    await house.drain()
    return [call for call in await house.calls(before) if "/api.xro/" in call["path"]]


async def pass_the_turn_of_the_month(house: House) -> None:
    """It is the middle of a month then, whatever day it is: where a month turns, a plan's limit is tried at once."""
    now = house.clock.now()
    await house.wait(now.replace(day=28) + timedelta(days=17) - now)


async def allow(house: House, **actions: bool) -> None:
    """Xero's plan allows something from now on, or no more."""
    await house._json(house.xero.put(f"/organisations/{house.tenant_id}/actions", json=actions))


async def list_codes(house: House) -> list[str]:
    """The accounts that are offered for sales."""
    listed = await house._json(house.api.get(f"{house.path}/accounts", params={"fit_for": "sales"}))
    return [account["code"] for account in listed["data"]]


@pytest.mark.proof
async def test_a_locked_period_holds_until_the_lock_date_moves(house: House) -> None:
    """An edit and a new invoice in locked books wait; one dated later goes; unlocking frees them within the hour.

    What is held costs the reads of the facts that can lift it, and no write.
    """
    await house.write("inv_1", issued_on="2026-06-15", due_on="2026-07-01")
    await house.drain()
    await house.set_facts(period_lock_date="2026-06-30")
    await house.wait(LONGER_THAN_FACTS_ARE_KEPT)
    await house.edit("inv_1", reference="in locked books")
    await house.write("inv_2", issued_on="2026-06-20", due_on="2026-07-01")
    await house.write("inv_3")
    await house.drain()
    assert [await house.held_as(f"inv_{n}") for n in (1, 2, 3)] == ["locked_period", "locked_period", None]
    reason = (await house.resource("inv_1"))["reason"]
    assert ("2026-06-30" in reason["message"], reason["way"]) == (True, "person")
    assert (await house.in_xero("N-inv_1"))["Reference"] == "PO 1"
    await assert_alike(house, "inv_3")
    calls = await pass_timer(house)
    assert sorted(call["path"].rpartition("2.0")[2] for call in calls) == [
        "/Organisation",
        "/Organisation/Actions",
    ]
    await house.set_facts(period_lock_date=None)
    await pass_timer(house)
    await assert_alike(house, "inv_1")
    await assert_alike(house, "inv_2")


async def test_a_lock_that_we_did_not_know_of_is_told_in_xeros_words_and_retried_on_demand(
    house: House,
) -> None:
    """A refusal by Xero is mapped to the same reason; who has mended the cause need not wait for the timer."""
    await house.write(issued_on="2026-06-15", due_on="2026-07-01")
    await house.drain()
    await house.set_facts(end_of_year_lock_date="2026-06-30")
    await house.edit(reference="in locked books")
    await house.drain()
    assert await house.held_as() == "locked_period"
    assert "30 June 2026" in (await house.resource())["reason"]["message"]
    await pass_timer(house)
    assert "2026-06-30" in (await house.resource())["reason"]["message"]
    await house.set_facts(end_of_year_lock_date=None)
    answer = await house.api.post(f"{house.path}/invoices/inv_1/retry")
    assert (answer.status_code, answer.json()["id"]) == (200, "inv_1")
    await house.drain()
    await assert_alike(house)
    assert (await house.api.post(f"{house.path}/invoices/inv_9/retry")).status_code == 404


@pytest.mark.proof
async def test_e13_an_archived_account_is_told_and_holds_what_needs_it(house: House) -> None:
    """The chart is read anew, the stale mapping named and told once, before it fails an invoice; what stood before is
    let be. Restored, or another account chosen, what was held goes (E13).
    """
    await house.choose(revenue_accounts={"materials": "220"})
    await house.write("inv_1", lines=[LINE])
    await house.drain()
    await house.at_xero("accounts/220/archive")
    assert "220" in await list_codes(house)
    await house.wait(LONGER_THAN_FACTS_ARE_KEPT)
    await house.sweep()
    assert "220" not in await list_codes(house)
    shown = await house._json(house.api.get(house.path))
    [problem] = shown["problems"]
    assert (problem["code"], problem["setting"]) == ("account_stale", "revenue_accounts.materials")
    assert (await house._json(house.api.get(f"{house.path}/settings")))["problems"] == [problem]
    await house.wait(LONGER_THAN_FACTS_ARE_KEPT)
    await house.sweep()
    notices = (await house._json(house.app.get("/notices")))["data"]
    told = [notice for notice in notices if notice["type"] == "connection.attention"]
    assert [notice["problems"] for notice in told] == [[problem]]
    await house.write("inv_2", lines=[LINE])
    await house.edit("inv_1", reference="lines untouched")
    await house.drain()
    assert await house.held_as("inv_2") == "account_unusable"
    await assert_alike(house, "inv_1")
    await house.at_xero("accounts/220/restore")
    await pass_timer(house)
    await assert_alike(house, "inv_2")
    await house.at_xero("accounts/220/archive")
    await house.write("inv_3", lines=[LINE])
    await house.drain()
    assert await house.held_as("inv_3") == "account_unusable"
    await house.choose(revenue_accounts={"materials": "200"})
    await house.drain()
    await assert_alike(house, "inv_3")
    assert (await house.in_xero("N-inv_3"))["LineItems"][0]["AccountCode"] == "200"
    assert (await house._json(house.api.get(house.path)))["problems"] == []


async def test_an_archived_tracking_option_is_told_and_left_out_of_what_is_new(house: House) -> None:
    """A new invoice goes without it by itself; an edit of a line that has it waits until somebody there gives it
    another.
    """
    await house.at_xero("trackingcategories", Name="Region", Options=["North", "South"])
    await house.sweep()
    await house.choose(tracking={"Region": "North"})
    await house.write("inv_1")
    await house.drain()
    await house.at_xero("trackingcategories/Region/archive", Option="North")
    await house.write("inv_2")
    await house.edit("inv_1", lines={"l1": {"quantity": "2"}})
    await house.drain()
    held = [await house.held_as(each) for each in ("inv_1", "inv_2")]
    assert held == ["tracking_unusable", "tracking_unusable"]
    calls = await pass_timer(house)
    assert [call["path"] for call in calls if "Tracking" in call["path"]] == [
        "/api.xro/2.0/TrackingCategories"
    ]
    await assert_alike(house, "inv_2")
    assert (await house.in_xero("N-inv_2"))["LineItems"][0]["Tracking"] == []
    assert await house.held_as("inv_1") == "tracking_unusable"
    await house.edit_xero(
        "N-inv_1", LineItems=[{"index": 0, "Tracking": [{"Name": "Region", "Option": "South"}]}]
    )
    await house.drain()
    await assert_alike(house, "inv_1")
    assert (await house.in_app("inv_1"))["lines"][0]["quantity"] == "2"


@pytest.mark.proof
async def test_t4_t24_a_plans_limit_is_named_and_retried_by_itself(house: House) -> None:
    """Refused once, then known before the call; freed when the plan is raised, and tried daily where nothing tells
    (T4, T24).
    """
    await pass_the_turn_of_the_month(house)
    await allow(house, CreateApprovedInvoice=False)
    await house.write("inv_1")
    await house.drain()
    assert await house.held_as("inv_1") == "plan_limit"
    assert (await house.resource("inv_1"))["reason"]["until"] is not None
    waiting = await house._json(house.api.get(f"{house.path}/held"))
    assert [(each["code"], each["count"]) for each in waiting["reasons"]] == [("plan_limit", 1)]
    assert await house.list_in_xero() == []
    await pass_timer(house)
    before = await house.last_call()
    await house.write("inv_2")
    await house.drain()
    assert [await house.held_as(name) for name in ("inv_1", "inv_2")] == ["plan_limit", "plan_limit"]
    assert await house.calls(before) == []
    await allow(house, CreateApprovedInvoice=True)
    calls = await pass_timer(house)
    assert calls[0]["path"].endswith("/Organisation/Actions")
    await assert_alike(house, "inv_1")
    await assert_alike(house, "inv_2")

    await allow(house, CreateApprovedInvoice=False)
    await house.write("inv_3")
    await house.drain()
    await allow(house, CreateApprovedInvoice=True)
    calls = await pass_timer(house)
    assert await house.held_as("inv_3") == "plan_limit"
    assert [call["method"] for call in calls] == ["GET"]
    await pass_timer(house, timedelta(days=1))
    await assert_alike(house, "inv_3")


async def test_what_xero_will_not_take_is_said_with_its_cure(house: House) -> None:
    """A number that it cannot hold, without a call; and an address that names Xero, which is left out."""
    before = await house.last_call()
    await house.write("inv_1", number="Nº 1")
    await house.drain()
    assert await house.held_as("inv_1") == "number_unusable"
    assert await house.calls(before) == []
    await house.write("inv_2", url="https://app.example/xero/inv_2")
    await house.edit("inv_1", number="N-inv_1")
    await house.drain()
    await assert_alike(house, "inv_1")
    await assert_alike(house, "inv_2")


async def test_a_currency_that_the_organisation_lacks_is_refused_by_name(house: House) -> None:
    """The document is refused and says why; once the organisation has the currency it is taken."""
    answer = await house._json(
        house.app.post("/invoices", json={"id": "inv_1", "status": "sent", "currency": "USD"})
    )
    [sent] = answer["sent"]
    assert (sent["outcome"], sent["answer"]["errors"][0]["field"]) == ("rejected", "currency")
    await house.set_facts(currencies=["USD"])
    await house.wait(LONGER_THAN_FACTS_ARE_KEPT)
    await house.sweep()
    await house._json(house.app.post("/invoices/inv_1/resend", json={}))
    await house.drain()
    assert (await house.list_in_xero())[0]["CurrencyCode"] == "USD"
    await assert_alike(house)
