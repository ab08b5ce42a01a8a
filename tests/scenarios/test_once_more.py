"""Events and changes sent through again: harmless for whoever keeps the rules, and told apart; and a pre-flight."""

from datetime import timedelta

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.test_delivery_troubles import received
from tests.scenarios.test_legality import allow
from tests.scenarios.troubles import app_fault, ask


async def events(house: House, **wanted: str) -> list[Json]:
    """What both sides sent, newest first."""
    return list((await ask(house.api.get(f"{house.path}/events", params=wanted)))["data"])


async def test_stored_events_are_looked_at_again(house: House) -> None:
    """Xero's is read anew whatever its date says; the app's is taken in by the same rules, and a stale one says so."""
    known = await ask(house.app.get("/plumbline"))
    await ask(house.app.put("/plumbline", json=known | {"send": "webhook"}))
    await house.write()
    await house.edit(reference="PO 2")
    await house.drain()
    first, second = [each for each in await events(house, side="partner") if each["category"] == "invoice"][
        ::-1
    ]
    assert (second["outcome"], second["resource_id"]) == ("updated", "inv_1")
    stale = await ask(house.api.post(f"{house.path}/events/{first['id']}/replay"))
    assert (stale["did"], stale["event"]["replay_outcome"]) == ("stale", "stale")
    same = await ask(house.api.post(f"{house.path}/events/{second['id']}/replay"))
    assert same["did"] == "unchanged"

    echo = (await events(house, side="xero", category="invoice"))[0]
    assert echo["state"] == "taken"
    body = (await ask(house.api.get(f"{house.path}/events/{echo['id']}")))["body"]
    assert body["resourceId"] == (await house.in_xero())["InvoiceID"]
    await house.drain()
    before = await house.last_call()
    looked = await ask(house.api.post(f"{house.path}/events/{echo['id']}/replay"))
    assert (looked["did"], looked["event"]["state"]) == ("looks_again", "waiting")
    await house.drain()
    reads = [call["path"] for call in await house.calls(before)]
    assert reads == ["/api.xro/2.0/Invoices"]
    assert await events(house, state="waiting") == []
    await assert_alike(house)


@pytest.mark.proof
async def test_a_change_is_sent_again_whatever_became_of_it(house: House) -> None:
    """The newest of its invoice goes: an app that has it moves nothing, one that lost it gets it."""
    await house.write()
    await house.drain()
    for reference in ("PO 2", "PO 3"):
        await house.edit_xero(Reference=reference)
        await house.drain()
    first, second = (await ask(house.api.get(f"{house.path}/changes")))["data"]
    again = await ask(house.api.post(f"{house.path}/changes/{first['cursor']}/resend"))
    assert (again["state"], again["sends"], again["by"]) == ("applied", second["cursor"], "webhook")
    await house.drain()
    outcomes = [(entry["revision"], entry["outcome"]) for entry in await received(house)]
    assert outcomes[-1] == (second["revision"], "already_applied")
    await assert_alike(house)

    await app_fault(house, refuse_incoming_next=1)
    await house.edit_xero(Reference="PO 4")
    await house.drain()
    waiting = (await ask(house.api.get(f"{house.path}/changes")))["data"][-1]
    now = await ask(house.api.post(f"{house.path}/changes/{waiting['cursor']}/resend"))
    assert (now["state"], now["sends"]) == ("pending", waiting["cursor"])
    await house.drain()
    await assert_alike(house)


async def test_t4_t24_e13_e14_a_preflight_tells_what_is_left_to_do(house: House) -> None:
    """Ready; then an account is archived, the plan is used up and the consent lost: each is named with its cure
    (T4, T24, E13, E14).
    """
    ready = await ask(house.api.post(f"{house.path}/preflight"))
    assert (ready["ready"], ready["is_fresh"], ready["failed"]) == (True, True, 0)
    assert ready["next_step"]["code"] == "ready"
    assert {check["about"] for check in ready["checks"] if check["code"] == "scope"} >= {
        "accounting.invoices"
    }

    account = (await ask(house.api.get(f"{house.path}/settings")))["revenue_accounts"]["general"]
    await house.at_xero(f"accounts/{account}/archive")
    await allow(house, CreateApprovedInvoice=False)
    known = await ask(house.api.get(f"{house.path}/checkup"))
    assert known["ready"]
    fresh = await ask(house.api.post(f"{house.path}/preflight"))
    failed = {(check["code"], check["about"]) for check in fresh["checks"] if check["outcome"] == "failed"}
    assert ("mappings", "revenue_accounts.general") in failed
    assert ("plan", None) in failed
    assert (fresh["ready"], fresh["next_step"]["code"]) == (False, "mend_settings")
    assert all(check["cure"] for check in fresh["checks"] if check["outcome"] == "failed")

    await house.write()
    await house.drain()
    assert (await house.list_in_xero(), (await house.in_app())["status"]) == ([], "sent")
    await house.wait(timedelta(hours=3))
    shown = await ask(house.api.get(f"{house.path}/checkup"))
    [held] = [check for check in shown["checks"] if check["code"] == "held"]
    assert (held["outcome"], held["about"]) == ("warning", await house.held_as())
    await house.fault("unavailable_before", method="GET", path="/Organisation", times=9)
    silent = await ask(house.api.post(f"{house.path}/preflight"))
    [organisation] = [check for check in silent["checks"] if check["code"] == "organisation"]
    assert (organisation["outcome"], silent["is_fresh"]) == ("failed", False)
