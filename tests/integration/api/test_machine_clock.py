"""A machine whose clock is wrong: the operator is told, and nothing that the API keeps is dated by it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from app.api.dependencies import Services
from app.clock import SharedClock
from app.db.postgres.session import Database
from app.db.postgres.timekeeper import Timekeeper
from tests.integration.api.driver import Plumbline, build_settings, open_plumbline
from tests.machines import MachineApart

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

A_DAY_AHEAD = (
    "CREATE SCHEMA ahead",
    """CREATE FUNCTION ahead.clock_timestamp() RETURNS timestamptz VOLATILE LANGUAGE sql AS
    $$ SELECT pg_catalog.clock_timestamp() + interval '1 day' $$""",
    """DO $$ BEGIN EXECUTE
    format('ALTER DATABASE %I SET search_path = public, ahead, pg_catalog', current_database()); END $$""",
)
"""What has a database tell the time of tomorrow to whoever connects from then on."""


def move_to(plumbline: Plumbline, machine: MachineApart) -> None:
    """Have the API be on that machine, where it has not asked the time yet."""
    services: Services = plumbline.app.state.services
    clock = SharedClock(machine)
    timekeeper = Timekeeper(plumbline.database, clock)
    plumbline.app.state.services = replace(services, clock=clock, timekeeper=timekeeper)


async def read_gauge(plumbline: Plumbline) -> float:
    """What the metrics tell of the machine's clock."""
    shown = (await plumbline.http.get("/metrics")).text
    [line] = [line for line in shown.splitlines() if line.startswith("plumbline_machine_clock_ahead_seconds")]
    return float(line.rpartition(" ")[2])


@pytest.mark.parametrize(
    ("ahead", "told"), [(MINUTE, "ahead of the database's."), (-MINUTE, "behind the database's.")]
)
async def test_a_machine_clock_that_is_wrong_is_told_once_and_shown_as_long_as_it_is(
    plumbline: Plumbline, ahead: timedelta, told: str
) -> None:
    """It is no reason not to be ready; when it was put right that is told too."""
    machine = MachineApart(ahead)
    move_to(plumbline, machine)
    services: Services = plumbline.app.state.services
    with capture_logs() as lines:
        for _ in range(2):
            shown = (await plumbline.http.get("/readyz")).json()
            assert shown["status"] == "ok"
            assert shown["machine_clock"]["state"] == "wrong"
            assert shown["machine_clock"]["ahead_seconds"] == pytest.approx(ahead.total_seconds(), abs=1)
            await services.timekeeper.look()
        assert await read_gauge(plumbline) == pytest.approx(ahead.total_seconds(), abs=1)
        machine.ahead = timedelta()
        await services.timekeeper.look()
    assert (await plumbline.http.get("/readyz")).json()["machine_clock"]["state"] == "right"
    [wrong, right] = [line for line in lines if line["event"].startswith("machine_clock")]
    assert wrong["told"].endswith(told)
    assert right["event"] == "machine_clock_right"


async def test_a_ready_api_keeps_the_databases_time(plumbline: Plumbline) -> None:
    """It asked when it started; one whose machine is ahead dates nothing into the future."""
    own: Services = plumbline.app.state.services
    assert own.timekeeper.ahead is not None
    move_to(plumbline, MachineApart(MINUTE))
    services: Services = plumbline.app.state.services
    assert (await plumbline.http.get("/readyz")).is_success
    assert abs(services.clock.now() - datetime.now(UTC)) < MINUTE / 2


async def test_what_an_api_keeps_is_dated_by_its_database(database_url: str, redis_url: str) -> None:
    """The database is a day ahead of the machine, and so is all that is kept: states, secrets, what was done."""
    database = Database(database_url)
    async with database.writing() as session:
        for statement in A_DAY_AHEAD:
            await session.execute(text(statement))
    await database.close()
    async with open_plumbline(build_settings(database_url, redis_url)) as plumbline:
        path = await plumbline.open_active()
        assert (await plumbline.http.post(f"{path}/pause")).is_success
        [connection] = await plumbline.execute("SELECT state, since_at FROM connections")
        [secret] = await plumbline.execute("SELECT made_at FROM webhook_secrets")
        done = await plumbline.execute("SELECT action, at FROM audit_entries ORDER BY id")
    assert connection.state == "paused"
    kept = [connection.since_at, secret.made_at, *(entry.at for entry in done)]
    assert "connection_opened" in [entry.action for entry in done]
    tomorrow = datetime.now(UTC) + DAY
    assert [at for at in kept if abs(at - tomorrow) > MINUTE] == []
