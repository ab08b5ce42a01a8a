"""A machine whose clock is wrong: the operator is told, and nothing that the API keeps is dated by it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from app.api.dependencies import Services
from app.clock import SharedClock
from app.db.postgres.timekeeper import Timekeeper
from tests.integration.api.driver import Plumbline
from tests.machines import MachineApart

MINUTE = timedelta(minutes=1)


def move_to(plumbline: Plumbline, machine: MachineApart) -> None:
    """Have the API be on that machine, where it has not asked the time yet."""
    services: Services = plumbline.app.state.services
    clock = SharedClock(machine)
    timekeeper = Timekeeper(plumbline.database, clock)
    plumbline.app.state.services = replace(services, clock=clock, timekeeper=timekeeper)


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
