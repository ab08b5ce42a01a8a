"""A connection that works at set times: what comes waits on both sides, is done once, and the answers end the run."""

from datetime import datetime, timedelta

import pytest

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.house import House, Json
from tests.scenarios.operator import type_in


async def connection(house: House) -> Json:
    """The connection as the API shows it."""
    return dict(await house._json(house.api.get(house.path)))


async def reach_next_run(house: House) -> datetime:
    """Time passes up to the next run, and the timer looks as it does every minute; answers when that is."""
    next_run_at = datetime.fromisoformat((await connection(house))["next_run_at"])
    house.clock.advance(max(timedelta(0), next_run_at - house.clock.now()))
    await house.parts.sweep.begin_runs()
    await house.drain()
    return next_run_at


@pytest.mark.proof
async def test_i10_e6_a_day_of_work_is_done_at_its_time(house: House) -> None:
    """Real time unless a business says otherwise. Daily: edits of both sides wait without a call to Xero, and are
    merged at the time; `run` does the same at once. Hourly and weekly are worked at theirs (I10, E6).
    """
    unsaid = await house._json(house.api.get(f"{house.path}/settings"))
    assert (unsaid["mode"], unsaid["at"], unsaid["time_zone"]) == ("real_time", "00:00", None)
    await house.write("inv_1")
    await house.drain()
    await house.choose(
        mode="daily", at="02:00", time_zone="Australia/Sydney", revenue_accounts={"extra": "200"}
    )
    await house.drain()
    calls = await house.last_call()
    await house.write("inv_2")
    await house.edit("inv_1", due_on="2077-05-01")
    await house.edit_xero("N-inv_1", Reference="PO xero")
    await house.drain()
    await house.parts.sweep.begin_runs()
    await house.drain()
    assert await house.last_call() == calls
    for invoice_id in ("inv_1", "inv_2"):
        assert (await house.resource(invoice_id))["reason"]["code"] == "scheduled"
    assert (await connection(house))["waits_for"]["code"] == "scheduled"

    await reach_next_run(house)
    await assert_alike(house, "inv_1")
    await assert_alike(house, "inv_2")
    assert (await house.in_xero("N-inv_1"))["DueDateString"][:10] == "2077-05-01"
    await house.edit("inv_2", reference="PO later")
    await house.drain()
    assert (await house.in_xero("N-inv_2"))["Reference"] == "PO 1"
    asked = await type_in(house, "connection", "run", house.connection_id)
    assert (asked.code, "active" in asked.words) == (0, True)
    await house.drain()
    await assert_alike(house, "inv_2")
    await house.edit("inv_2", reference="PO latest")
    await house.drain()
    assert (await house.in_xero("N-inv_2"))["Reference"] == "PO later"
    for mode, moment, said in (("hourly", "%M", "20"), ("weekly", "%A %H:%M", "Friday 02:20")):
        await house.choose(mode=mode, at="02:20", weekday="friday", time_zone="UTC")
        await house.edit_xero("N-inv_2", Reference=f"PO {mode}")
        await house.drain()
        assert (await house.in_app("inv_2"))["reference"] != f"PO {mode}"
        run_at = await reach_next_run(house)
        assert run_at.strftime(moment) == said
        assert (await house.in_app("inv_2"))["reference"] == f"PO {mode}"
        await assert_alike(house, "inv_2")
    await house.choose(mode="real_time")
    await house.edit("inv_2", reference="PO at once")
    await house.drain()
    await assert_alike(house, "inv_2")


@pytest.mark.proof
async def test_the_apps_answers_end_a_run_and_open_nothing_else(house: House) -> None:
    """The app was down at the time: its answer settles what waited for it, while newer work waits for the next run."""
    await house.write("inv_1")
    await house.write("inv_2")
    await house.drain()
    await house.choose(mode="daily", at="02:00", time_zone="UTC")
    await house.edit_xero("N-inv_1", Reference="PO xero")
    await house._json(house.app.put("/faults", json={"refuse_incoming_next": 1}))
    await reach_next_run(house)
    assert (await house.resource("inv_1"))["reason"]["code"] in ("awaiting_partner", "scheduled")
    await house.edit("inv_2", reference="PO later")
    await house.wait(timedelta(minutes=1))
    assert (await house.in_app("inv_1"))["reference"] == "PO xero"
    await assert_alike(house, "inv_1")
    assert (await house.resource("inv_2"))["reason"]["code"] == "scheduled"
    assert (await house.in_xero("N-inv_2"))["Reference"] == "PO 1"
    await reach_next_run(house)
    await assert_alike(house, "inv_2")
