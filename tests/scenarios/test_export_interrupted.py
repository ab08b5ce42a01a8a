"""An export that is paused, watched, cancelled, and whose worker dies: nothing is lost, and nothing is made twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.reconcile.lease import LEASE_SPAN
from tests.scenarios.exporting import counts, exported, let_wait, look, order, outcomes, report, tell
from tests.scenarios.house import House, Json
from tests.scenarios.opening import open_parts
from tests.scenarios.test_call_budget import count_places
from tests.scenarios.troubles import ask, held_up, later, numbers_in_xero, reconcile, restarted


async def write_backlog(house: House, prefix: str = "bulk") -> None:
    """Ten invoices of four customers that wait for their hour."""
    await ask(house.app.post("/invoices/bulk", json={"count": 10, "customers": 4, "prefix": prefix}))
    await let_wait(house)
    await house.drain()


@asynccontextmanager
async def worker_that_dies_in(house: House, path: str) -> AsyncIterator[None]:
    """A worker that is killed while it waits for Xero's answer to a write, after what its block does."""
    async with held_up(house, "PUT", path) as arrival:
        task = asyncio.create_task(reconcile(house))
        await arrival()
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Watcher:
    """Somebody who looks at an export's events, one after the other."""

    def __init__(self, stream: httpx.Response) -> None:
        self._lines = stream.aiter_lines()

    async def next(self) -> tuple[str, int, Json]:
        """The next event: its name, its id and the export."""
        fields: dict[str, str] = {}
        async for line in self._lines:
            if not line and "data" in fields:
                return fields["event"], int(fields["id"]), json.loads(fields["data"])
            name, _, value = line.partition(": ")
            fields[name] = value
        raise AssertionError("the stream ended without its end")


@asynccontextmanager
async def watching(house: House, export: Json, after: int | None = None) -> AsyncIterator[Watcher]:
    """The export's events from the one after a number."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    address = f"{house.path}/exports/{export['id']}/events"
    async with house.api.stream("GET", address, headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        yield Watcher(stream)


@pytest.mark.proof
async def test_a_paused_export_whose_workers_die_goes_on_where_it_was(house: House) -> None:
    """Killed in the customers' write and paused: that portion is done by the next worker, and no other. Resumed and cut
    in the invoices' write: each is made once, and the report says so.
    """
    await write_backlog(house)
    export = await order(house, "invoices", dry_run=False)
    async with worker_that_dies_in(house, "/Contacts"):
        assert (await tell(house, export, "pause"))["state"] == "paused"
    async with restarted(house):
        await later(house, LEASE_SPAN + timedelta(seconds=1))
        paused = await look(house, export)
        assert (paused["state"], paused["estimated_end"]) == ("paused", None)
        assert counts(paused, "contacts") == {"total": 4, "done": 4, "created": 4}
        assert counts(paused, "invoices") == {"total": 10}
        assert await house.list_in_xero() == []
        other = await house.api.post(f"{house.path}/exports", json={"stages": ["items"]})
        assert (other.status_code, other.json()["export_id"]) == (409, export["id"])

        async with watching(house, export) as watcher:
            name, seen, shown = await watcher.next()
            assert (name, seen, shown["state"]) == ("progress", paused["number"], "paused")
        await tell(house, export, "resume")
        async with worker_that_dies_in(house, "/Invoices"):
            pass
    async with restarted(house):
        await later(house, LEASE_SPAN + timedelta(seconds=1))
        await house.sweep()
    async with watching(house, export, after=seen) as watcher:
        name, number, done = await watcher.next()
        assert (name, number > seen, done["state"]) == ("end", True, "done")
    assert counts(done, "invoices") == {"total": 10, "done": 10, "created": 10}
    assert len(set(await numbers_in_xero(house))) == len(await house.list_in_xero()) == 10
    refused = await house.api.post(f"{house.path}/exports/{export['id']}/pause")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/wrong_state")


@pytest.mark.proof
async def test_a_cancelled_export_ends_with_the_portion_that_is_under_way(house: House) -> None:
    """Its customers are in Xero and recorded, the rest has no outcome; a dry run is cancelled before anything of it."""
    await write_backlog(house)
    export = await order(house, "invoices", dry_run=False)
    async with worker_that_dies_in(house, "/Contacts"):
        assert (await tell(house, export, "cancel"))["state"] == "cancelled"
    await house.wait(LEASE_SPAN + timedelta(seconds=1))
    cancelled = await look(house, export)
    assert (cancelled["state"], await house.list_in_xero()) == ("cancelled", [])
    things = await report(house, export)
    assert set(outcomes(things, "contact").values()) == {"created"}
    assert set(outcomes(things, "invoice").values()) == {None}
    dry = await exported(house, "contacts")
    assert (dry["state"], set(outcomes(await report(house, dry), "contact", "planned").values())) == (
        "planned",
        {"unchanged"},
    )
    assert (await tell(house, dry, "cancel"))["state"] == (await tell(house, dry, "cancel"))["state"]
    refused = await house.api.post(f"{house.path}/exports/{dry['id']}/start")
    assert refused.status_code == 409


@pytest.mark.proof
async def test_people_go_before_an_export_that_waits_for_its_calls(house: House) -> None:
    """It leaves them a reserve of the minute: its customers are in Xero, its invoices wait, and an edit goes through;
    when the minute is over it goes on, and says so all the while.
    """
    await house.write()
    await ask(house.app.post("/invoices/bulk", json={"count": 60, "customers": 60, "prefix": "bulk"}))
    async with house.database._sessions.begin() as session:
        wait = "UPDATE {} SET settled_generation = generation, touched_at = touched_at - interval '1 hour'"
        for table, name in (("invoice_links", "partner_invoice_id"), ("contact_links", "partner_contact_id")):
            await session.execute(text(wait.format(table) + f" WHERE {name} LIKE 'bulk%'"))
    # A sixth of the calls is people's: so many that an edit, a read and a write, fits into it.
    for turn in range(8):
        await house.edit(reference=f"turn {turn}")
        await house.drain()
    made = await count_places(house) + 2  # for the customers
    limit = next(limit for limit in range(made, 100) if limit - limit // 6 >= made)
    assert limit // 6 >= 2
    settings = house.settings.model_copy(update={"xero_minute_limit": limit})
    async with open_parts(settings, house.clock) as house.parts:
        export = await order(house, "invoices", dry_run=False)
        await house.drain()
        waiting = await look(house, export)
        assert (waiting["state"], waiting["stage"], waiting["waiting_for"]["code"]) == (
            "running", "invoices", "rate_limited",
        )  # fmt: skip
        assert waiting["estimated_end"] >= waiting["waiting_for"]["until"]
        assert len(await house.list_in_xero()) == 1
        await house.edit(reference="A person's")
        await house.drain()
        assert (await house.in_xero())["Reference"] == "A person's"
        assert len(await house.list_in_xero()) == 1
        await later(house, timedelta(minutes=2))
        done = await look(house, export)
    assert (done["state"], counts(done, "invoices")) == (
        "done", {"total": 61, "done": 61, "created": 60, "changed": 1},
    )  # fmt: skip


REFUSE_THINGS = """
CREATE FUNCTION refuse_things() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'not now' USING ERRCODE = '{sqlstate}';
END
$$
"""
ON_THINGS = "CREATE TRIGGER refuse BEFORE INSERT ON export_things EXECUTE FUNCTION refuse_things()"


@pytest.mark.parametrize(("sqlstate", "stumbles"), [("53100", 0), ("57P01", 0), ("P0001", 1)])
async def test_a_database_that_is_full_or_gone_is_no_fault_of_an_exports(
    house: House, sqlstate: str, stumbles: int
) -> None:
    """It may last as long as it likes; a failure of ours counts, and after some of them the export is given up."""
    await write_backlog(house)
    export = await order(house, "invoices", dry_run=False)
    async with house.database.writing() as session:
        await session.execute(text(REFUSE_THINGS.format(sqlstate=sqlstate)))
        await session.execute(text(ON_THINGS))
    with pytest.raises(DBAPIError):
        await reconcile(house)
    async with house.database.writing() as session:
        assert (await session.execute(text("SELECT stumbles FROM exports"))).scalar_one() == stumbles
        await session.execute(text("DROP TRIGGER refuse ON export_things"))
    await later(house, timedelta(minutes=5))
    await house.drain()
    assert (await look(house, export))["state"] == "done"
