"""A connection that works at set times: when the next run is, why things wait, and a run by call."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.db.connections.connections import list_due
from app.db.connections.leases import take_lease
from app.db.connections.runs import begin_runs
from app.domain.connections.connection import ConnectionState
from tests.integration.api.driver import Plumbline, document

WEEKLY = {"mode": "weekly", "at": "06:15", "weekday": "friday", "time_zone": "Australia/Perth"}


async def begin(plumbline: Plumbline, now: datetime) -> list[UUID]:
    """The timer, at that moment."""
    async with plumbline.database.writing() as session:
        begun, _ = await begin_runs(session, now, 100)
    return begun


async def is_due(plumbline: Plumbline, path: str) -> bool:
    """Whether the sweep would wake a worker for the connection, and the worker get its lease."""
    now, connection = datetime.now(UTC), await plumbline.get_connection(path)
    async with plumbline.database.writing() as session:
        due = await list_due(session, now, 10)
    async with plumbline.database.writing_bare() as driver:
        taken = await take_lease(driver, connection.id, "test", now, now)
    assert (connection.id in due) is (taken.connection is not None)
    return taken.connection is not None


async def test_documents_wait_for_their_time_and_say_so(plumbline: Plumbline) -> None:
    """Stored and answered as ever; the link and the connection tell that they wait, and until when (E6, I10)."""
    path = await plumbline.open_active()
    await plumbline.http.patch(f"{path}/settings", json=WEEKLY)
    answer = await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    assert answer.status_code == 201
    shown = (await plumbline.http.get(path)).json()
    run_at = datetime.fromisoformat(shown["next_run_at"])
    assert timedelta(0) < run_at - datetime.now(UTC) <= timedelta(days=7)
    assert (run_at.weekday(), run_at.hour, run_at.minute) == (3, 22, 15)
    assert (shown["is_behind"], shown["waits_for"]["code"]) == (True, "scheduled")
    assert "every Friday at 06:15 (Australia/Perth)" in shown["waits_for"]["message"]
    link = (await plumbline.http.get(f"{path}/invoices/inv_1")).json()
    assert (link["state"], link["reason"]["code"]) == ("behind", "scheduled")
    assert datetime.fromisoformat(link["reason"]["until"]) == run_at
    assert not await is_due(plumbline, path)


async def test_a_run_begins_once_at_its_time(plumbline: Plumbline) -> None:
    """However often the timer looks; nothing runs before, and where nothing waits the time moves on alone."""
    path = await plumbline.open_active()
    await plumbline.http.patch(f"{path}/settings", json=WEEKLY)
    connection = await plumbline.get_connection(path)
    run_at = connection.next_run_at
    assert run_at is not None
    assert await begin(plumbline, run_at - timedelta(seconds=1)) == []
    assert await begin(plumbline, run_at) == [connection.id]
    assert await begin(plumbline, run_at + timedelta(minutes=1)) == []
    assert (await plumbline.get_connection(path)).next_run_at == run_at + timedelta(days=7)
    assert await is_due(plumbline, path)
    await plumbline.execute("UPDATE connections SET settled_generation = generation, run_due = false")
    assert await begin(plumbline, run_at + timedelta(days=7)) == []
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    assert not await is_due(plumbline, path)


async def test_a_run_can_be_asked_for(plumbline: Plumbline) -> None:
    """Everything that waits, once; where nothing waits there is nothing to begin, in real time neither."""
    path = await plumbline.open_active()
    assert (await plumbline.http.post(f"{path}/run")).status_code == 202
    assert not (await plumbline.get_connection(path)).run_due
    await plumbline.http.patch(f"{path}/settings", json={"mode": "hourly"})
    await plumbline.execute("UPDATE connections SET settled_generation = generation")
    await plumbline.http.post(f"{path}/run")
    assert not (await plumbline.get_connection(path)).run_due
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    shown = (await plumbline.http.post(f"{path}/run")).json()
    assert (shown["is_behind"], shown["waits_for"]) == (True, None)
    assert await is_due(plumbline, path)
    await plumbline.set_state(path, ConnectionState.PAUSED)
    refused = await plumbline.http.post(f"{path}/run")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/wrong_state")


@pytest.mark.parametrize(
    "change", [{"mode": "real_time"}, {"mode": "hourly", "at": "00:30"}, {"due_days": 7}]
)
async def test_a_run_whose_time_has_come_is_not_lost_by_another_choice(
    plumbline: Plumbline, change: dict[str, Any]
) -> None:
    """The timer looks once a minute, and settings may change right before it does."""
    path = await plumbline.open_active()
    await plumbline.http.patch(f"{path}/settings", json={"mode": "daily"})
    await plumbline.execute("UPDATE connections SET next_run_at = now() - interval '30 seconds'")
    await plumbline.http.patch(f"{path}/settings", json=change)
    assert await is_due(plumbline, path)
    now = datetime.now(UTC)
    assert ((await plumbline.get_connection(path)).next_run_at or now + timedelta(1)) > now


async def test_a_paused_connection_has_no_run(plumbline: Plumbline) -> None:
    """Its time moves on, so that resuming waits for the next one like anything else."""
    path = await plumbline.open_active()
    await plumbline.http.patch(f"{path}/settings", json={"mode": "daily"})
    await plumbline.http.post(f"{path}/pause")
    run_at = (await plumbline.get_connection(path)).next_run_at
    assert run_at is not None
    assert await begin(plumbline, run_at) == []
    await plumbline.http.post(f"{path}/resume")
    connection = await plumbline.get_connection(path)
    assert connection.next_run_at is not None
    assert (connection.next_run_at > run_at, connection.waits_for_run) == (True, True)
