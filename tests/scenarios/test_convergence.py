"""Whatever happens, both sides end equal or held, and every edit is accounted for: a small part of `make chaos`."""

import pytest

from app.settings import Settings
from tests.chaos.crashes import choose_numbers
from tests.chaos.ground import Ground
from tests.chaos.history import draw_history, run_history
from tests.chaos.parts import VICTIMS, Victim, run_story
from tests.chaos.torment import run_torment
from tests.scenarios.house import House
from tests.scenarios.left import Left


@pytest.fixture
def ground(servers: Settings, left: Left) -> Ground:
    """The joined house that every story goes on from."""
    return Ground(servers, left)


async def test_a_random_history_ends_with_both_sides_equal_or_held(house: House) -> None:
    """Lost, doubled and late messages, failing calls, a worker cut off, edits on both sides; then nothing moves."""
    verdict = await run_history(house, draw_history(1))
    assert not verdict.findings, str(verdict.findings)
    assert verdict.faults > 0


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(2, 8))
async def test_random_histories_end_with_both_sides_equal_or_held(ground: Ground, seed: int) -> None:
    """The same for more seeds."""
    outcome = await run_story(ground, seed)
    assert not outcome.findings, str(outcome.findings)


@pytest.mark.proof
@pytest.mark.timeout(600)
@pytest.mark.parametrize("victim", VICTIMS, ids=lambda victim: victim.name)
async def test_every_step_is_a_listed_crash_point_and_some_are_died_at(
    ground: Ground, victim: Victim
) -> None:
    """A new step that nobody listed, and so nobody kills, fails; a process killed at a few of them costs nothing."""
    looked = await victim.look(ground, 0)
    assert not looked.findings, str(looked.findings)
    for number in choose_numbers(looked.points, seed=1)[::40]:
        crash = await victim.die(ground, number)
        assert not crash.findings, f"{crash.title}: {crash.findings}"


@pytest.mark.proof
@pytest.mark.timeout(900)
async def test_every_2xx_is_honoured_though_servers_and_processes_die_under_load(ground: Ground) -> None:
    """An API and PostgreSQL are killed, in this seed's order, while people edit and a clerk calls."""
    outcome = await run_torment(ground, seed=4, most=2)
    assert not outcome.findings, str(outcome.findings)
    assert outcome.faults == 2
