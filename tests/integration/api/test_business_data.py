"""What is kept of one business: given out whole, and erased whole, whatever is cut off on the way."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from app.clock import ManualClock, SystemClock
from app.db.life.business_data import ERASED, KEPT
from app.db.tables import Table
from app.reconcile.timers import erasing
from app.wiring import WorkerParts, open_worker
from tests.integration.api.browser import Browser
from tests.integration.api.driver import Plumbline, document
from tests.integration.api.things import MARK, make_things

Json = dict[str, Any]


@pytest.fixture
def clock() -> ManualClock:
    """The worker's time, a little ahead, so that what the API just asked for is due."""
    return ManualClock(SystemClock().now() + timedelta(minutes=1))


@pytest.fixture
async def worker(plumbline: Plumbline, clock: ManualClock) -> AsyncIterator[WorkerParts]:
    """What runs the timers."""
    async with open_worker(plumbline.settings, clock) as parts:
        yield parts


def test_every_table_that_names_a_connection_is_erased_or_kept_on_purpose() -> None:
    """A new one that nobody thought of would outlive an erasure."""
    erased = {str(table.__tablename__) for table in ERASED}
    named = {table.name for table in Table.metadata.sorted_tables if "connection_id" in table.columns}
    assert named == erased | KEPT
    assert erased & KEPT == set()


async def count_rows(plumbline: Plumbline, connection_id: str) -> dict[str, int]:
    """How many rows each table has of a connection; those with none are left out."""
    found = {}
    for table in Table.metadata.sorted_tables:
        if "connection_id" in table.columns:
            wanted = f"SELECT count(*) FROM {table.name} WHERE connection_id = CAST(:id AS uuid)"  # noqa: S608 - ours
            found[table.name] = int((await plumbline.execute(wanted, id=connection_id))[0][0])
    return {name: count for name, count in found.items() if count}


async def test_everything_is_given_out_without_secrets(plumbline: Plumbline) -> None:
    """One line a row, of every table that has one; the log tells who took it."""
    things = await make_things(plumbline)
    connection_id = things.ids["connection_id"]
    answer = await plumbline.http.get(f"/v1/connections/{connection_id}/data")
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    given: dict[str, int] = {}
    for line in lines:
        given[line["table"]] = given.get(line["table"], 0) + 1
    there = await count_rows(plumbline, connection_id)
    assert {name: given.get(name) for name in there if name not in KEPT} == {
        name: count for name, count in there.items() if name not in KEPT
    }
    assert len(there) > 15
    assert given["connections"] == 1
    assert MARK in answer.text
    assert [
        key for line in lines for key in line["row"] if key in ("bearer", "code_verifier", "secret")
    ] == []
    log = (await plumbline.http.get("/v1/audit", params={"action": "data_exported"})).json()["data"]
    assert [entry["connection_id"] for entry in log] == [connection_id]


async def test_an_erasure_that_is_cut_off_goes_on_and_leaves_nothing(
    plumbline: Plumbline, worker: WorkerParts, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row by row, over workers that die; another business stays whole; asking again changes nothing."""
    things = await make_things(plumbline)
    connection_id = things.ids["connection_id"]
    path = f"/v1/connections/{connection_id}"
    other = f"/v1/connections/{(await plumbline.open_connection('biz_2'))['id']}"
    kept = await count_rows(plumbline, other.rpartition("/")[2])
    assert (await plumbline.http.get(f"{path}/erasure")).status_code == 404
    asked = await plumbline.http.delete(f"{path}/data")
    assert (asked.status_code, asked.json()["state"]) == (202, "erasing")
    assert (await plumbline.http.get(path)).json()["state"] == "removed"
    monkeypatch.setattr(erasing, "BATCH", 2)
    monkeypatch.setattr(erasing, "MOST_BATCHES", 3)
    assert await worker.erasures.erase_due() == 3
    assert await worker.erasures.erase_due() == 0, "the one that was cut off holds its claim"
    half = (await plumbline.http.get(f"{path}/erasure")).json()
    assert (half["state"], half["ended_at"]) == ("erasing", None)
    assert half["rows"] > 0
    monkeypatch.setattr(erasing, "MOST_BATCHES", 200)
    clock.advance(timedelta(minutes=5))
    assert await worker.erasures.erase_due() > 3
    erased = (await plumbline.http.delete(f"{path}/data")).json()
    assert (erased["state"], erased["ended_at"] is not None) == ("erased", True)
    assert await worker.erasures.erase_due() == 0
    assert set(await count_rows(plumbline, connection_id)) <= KEPT
    assert await count_rows(plumbline, other.rpartition("/")[2]) == kept
    shown = await plumbline.http.get(path)
    assert (shown.status_code, shown.json()["display_name"], shown.json()["state"]) == (
        200,
        "erased",
        "removed",
    )
    assert MARK not in shown.text
    whole = (await plumbline.execute("SELECT to_jsonb(c) FROM connections c ORDER BY created_at"))[0][0]
    assert "biz_1" not in str(whole)
    assert "Plumb Trades" not in str(whole)
    log = (await plumbline.http.get("/v1/audit", params={"connection_id": connection_id})).json()["data"]
    assert [entry["action"] for entry in log][-2:] == ["data_erasure_asked", "data_erased"]
    assert log[-1]["actor"] == "plumbline"
    assert (await plumbline.http.put(f"{path}/invoices/inv_1", json=document())).status_code == 409


async def test_xero_is_told_before_anything_is_erased(browser: Browser) -> None:
    """While Xero is down nothing goes; then it is disconnected there, the tokens are forgotten, and all is erased."""
    path = await browser.open_active()
    await browser.plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    clock = ManualClock(SystemClock().now() + timedelta(minutes=1))
    async with open_worker(browser.plumbline.settings, clock) as worker:
        await browser.control("/faults", kind="unavailable_before", path="/connections", times=1)
        asked = (await browser.plumbline.http.delete(f"{path}/data")).json()
        assert asked["state"] == "waiting_for_xero"
        await worker.closings.close_due()
        assert await worker.erasures.erase_due() == 0
        assert await browser.plumbline.count("invoice_links") == 1
        clock.advance(timedelta(minutes=5))
        await worker.closings.close_due()
        assert await browser.list_open() == []
        assert await worker.erasures.erase_due() > 0
    assert (await browser.get(f"{path}/erasure"))["state"] == "erased"
    assert await browser.plumbline.count("invoice_links") == 0
    assert await browser.plumbline.count("token_sets") == 0
