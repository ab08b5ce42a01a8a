"""Whatever happens, both sides end equal or held, and every edit is accounted for: a small part of `make chaos`."""

from random import Random

import pytest

from app.settings import Settings
from tests.chaos.crashes import choose_deaths
from tests.chaos.ground import Ground
from tests.chaos.history import draw_history, run_history
from tests.chaos.parts import die, look, run_story
from tests.chaos.stages import STAGES
from tests.chaos.stages.stage import Stage
from tests.chaos.torment import run_torment
from tests.scenarios.house import House
from tests.scenarios.left import Left

MANY = 40
"""Of so many points of a stage the proofs die at one more; `make chaos` at each."""


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
@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
async def test_every_step_is_a_listed_crash_point_and_some_are_died_at(ground: Ground, stage: Stage) -> None:
    """A new step that nobody listed, and so nobody kills, fails; a process killed at a few of them costs nothing."""
    looked = await look(stage, ground, 0)
    assert not looked.findings, str(looked.findings)
    numbers = choose_deaths(stage, looked.points, seed=1)
    for number in Random(stage.name).sample(numbers, 1 + len(numbers) // MANY):
        crash = await die(stage, ground, number)
        assert not crash.findings, f"{crash.title}: {crash.findings}"


@pytest.mark.proof
@pytest.mark.timeout(900)
async def test_every_2xx_is_honoured_though_servers_and_processes_die_under_load(ground: Ground) -> None:
    """An API and PostgreSQL are killed, in this seed's order, while people edit and a clerk calls."""
    outcome = await run_torment(ground, seed=4, most=2)
    assert not outcome.findings, str(outcome.findings)
    assert outcome.faults == 2
