"""A connection that asks Xero for nothing, because it is paused or works at set times, hears of its end in a day."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.reconcile.timers.roll_call import AT_ONCE
from tests.scenarios.house import House, Json
from tests.scenarios.test_consent_races import go_by_own_app
from tests.scenarios.troubles import ask, assert_in_step, connection, in_the_middle, later

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEKLY = {"mode": "weekly", "at": "02:00", "weekday": "monday", "time_zone": "UTC"}

OTHERS = text(
    """
    INSERT INTO connections (
        id, partner_id, business_id, display_name, state, tenant_id, token_set_id, consent_seen_at, created_at)
    SELECT gen_random_uuid(), partner_id, 'biz_' || n, 'Quiet ' || n, state, gen_random_uuid(), token_set_id,
        consent_seen_at, created_at
    FROM connections, generate_series(2, 1 + :others) n WHERE id = CAST(:of_connection AS uuid)
    """
)


async def call_roll(house: House, span: timedelta = DAY, step: timedelta = HOUR) -> list[Json]:
    """Both clocks move on, and the timer comes meanwhile; answers the calls that Xero was asked for it."""
    before, passed = await house.last_call(), timedelta()
    while passed < span:
        passed += step
        await later(house, step)
        await house.parts.roll_call.call_roll()
    await house.drain()
    return await house.calls(before)


async def leave_quiet(house: House, way: str) -> None:
    """An invoice stands on both sides, and then the connection asks Xero for nothing by itself."""
    await house.write()
    await house.drain()
    if way == "paused":
        await ask(house.api.post(f"{house.path}/pause"))
    else:
        await house.choose(**WEEKLY)
    await house.drain()


async def disconnect(house: House) -> None:
    """Somebody disconnects the app in Xero."""
    await ask(house.xero.post("/disconnect", json={"tenant_id": house.tenant_id}))


async def told(house: House) -> list[str]:
    """The kinds of notices that the partner got."""
    notices = (await ask(house.app.get("/notices")))["data"]
    return [each["type"].removeprefix("connection.") for each in notices]


@pytest.mark.proof
@pytest.mark.parametrize(("way", "after"), [("weekly", "active"), ("paused", "paused")])
async def test_t12_a_quiet_connection_that_is_disconnected_in_xero_is_told_of_it_within_a_day(
    house: House, way: str, after: str
) -> None:
    """With a reason, once, and for two cheap calls a day; a new consent goes on as it was before."""
    await leave_quiet(house, way)
    calls = await call_roll(house, 3 * DAY)
    assert not [call for call in calls if call["path"].startswith("/api.xro")]
    assert 2 <= [call["path"] for call in calls].count("/connections") <= 3
    assert len(calls) <= 6
    await disconnect(house)
    await call_roll(house, DAY + HOUR)
    lost = await connection(house)
    assert (lost["state"], "disconnected in Xero" in lost["reason"]) == ("disconnected", True)
    assert (await told(house)).count("disconnected") == 1
    assert await call_roll(house, 2 * DAY) == []
    again = await ask(house.api.post(f"{house.path}/authorise"))
    assert (await house.consent(again["authorise_url"])).is_success
    assert (await connection(house))["state"] == after


async def test_one_look_asks_about_all_whose_time_has_come(house: House) -> None:
    """More than are looked up together: each has the consent of the first, and none is listed by Xero any more."""
    await leave_quiet(house, "paused")
    others = AT_ONCE + 5
    async with house.database.writing() as session:
        await session.execute(OTHERS, {"of_connection": house.connection_id, "others": others})
    assert await house.parts.roll_call.call_roll() == 0
    await later(house, DAY)
    assert await house.parts.roll_call.call_roll() == others + 1
    listed = await ask(house.api.get("/v1/connections", params={"limit": 500}))
    states = Counter(each["state"] for each in listed["data"])
    assert states == {"paused": 1, "disconnected": others}


async def test_a_connection_that_works_as_things_come_is_not_asked_about(house: House) -> None:
    """Its searches would show it."""
    await house.write()
    await house.drain()
    assert await call_roll(house, 2 * DAY) == []


@pytest.mark.proof
async def test_a_run_at_a_set_time_shows_it_too(house: House) -> None:
    """For a day after it nobody asks."""
    await leave_quiet(house, "weekly")
    await call_roll(house, DAY - HOUR)
    await house.parts.sweep.ask_for_sweeps()
    await ask(house.api.post(f"{house.path}/run"))
    await house.drain()
    assert await call_roll(house, DAY - HOUR) == []


async def test_xero_that_gives_no_answer_loses_nobody(house: House) -> None:
    """It is asked again after an hour, not at every look, and the loss is found then."""
    await leave_quiet(house, "weekly")
    await call_roll(house, DAY - HOUR)
    await disconnect(house)
    await house.fault("unavailable_before", "GET", "/connections", times=2)
    calls = await call_roll(house, 2 * HOUR, timedelta(minutes=10))
    assert [call["status"] for call in calls if call["path"] == "/connections"][:1] == [503]
    assert len([call for call in calls if call["path"] == "/connections"]) <= 2
    assert (await connection(house))["state"] == "active"
    await call_roll(house, 2 * HOUR)
    assert (await connection(house))["state"] == "disconnected"


async def test_a_consent_given_while_xero_is_asked_stands(house: House) -> None:
    """Xero answers that the app was disconnected; meanwhile it is connected again."""
    await leave_quiet(house, "weekly")
    await house.edit(reference="PO 2")
    address = (await ask(house.api.post(f"{house.path}/authorise")))["authorise_url"]
    await disconnect(house)
    await ask(house.xero.post("/clock", json={"advance_seconds": int(DAY.total_seconds()) + 60}))
    house.clock.advance(DAY + timedelta(minutes=1))
    async with in_the_middle(house, "GET", "/connections", work=house.parts.roll_call.call_roll):
        assert (await house.consent(address)).is_success
    assert (await connection(house))["state"] == "active"
    await ask(house.api.post(f"{house.path}/run"))
    await house.drain()
    await assert_in_step(house)


@pytest.mark.proof
@pytest.mark.parametrize("way", ["weekly", "paused"])
async def test_a_quiet_connection_whose_xero_app_is_refused_is_told_of_it_within_a_day(
    house: House, way: str
) -> None:
    """Once, with what mends it; nothing ends. The right secret has it asked again, and it is as before."""
    await leave_quiet(house, way)
    address = await go_by_own_app(house, "not the secret any more")
    await call_roll(house, 2 * DAY)
    refused = await connection(house)
    assert refused["state"] == ("paused" if way == "paused" else "active")
    assert (refused["next_step"]["code"], refused["next_step"]["call"]) == (
        "mend_xero_app",
        f"PATCH {address}",
    )
    assert (await told(house)).count("attention") == 1
    right = house.settings.xero_client_secret.get_secret_value()
    await ask(house.api.patch(address, json={"client_secret": right}))
    assert (await connection(house))["next_step"]["code"] != "mend_xero_app"
    await call_roll(house, 2 * DAY)
    assert (await connection(house))["retry_reason"] is None
    assert (await told(house)).count("attention") == 1


async def test_a_xero_app_that_xero_takes_again_is_seen_to_be_mended(house: House) -> None:
    """Nobody told us anything: Xero refused it for some hours."""
    await leave_quiet(house, "paused")
    await house.fault("token_unknown", "POST", "/connect/token", times=3)
    await call_roll(house, DAY + HOUR)
    assert (await connection(house))["next_step"]["code"] == "mend_xero_app"
    await call_roll(house, 4 * HOUR)
    assert (await connection(house))["next_step"]["code"] == "resume"
    assert (await told(house)).count("attention") == 1
