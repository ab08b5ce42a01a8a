"""What simulations stand on, without a database: histories as text, shrinking, gates, and a loop without time."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any

import pytest

from app.clock import ManualClock
from tests.simulation.drawing import ACTS, CALM, Step, draw_history, read_history, write_history
from tests.simulation.joined import BEGINNING
from tests.simulation.loop import LoopClock, SimulatedLoop
from tests.simulation.scheduler import Actor, Scheduler, Stuck, Way
from tests.simulation.seeded import Chance, seeded
from tests.simulation.shrinking import Shrinker


def test_a_history_is_its_seeds_and_can_be_written_down() -> None:
    """The same seed draws the same steps, another others; as text and back nothing is lost."""
    assert draw_history(7) == draw_history(7) != draw_history(8)
    assert {step.act for seed in range(200) for step in draw_history(seed)} == set(ACTS)
    for seed in range(20):
        assert read_history(write_history(draw_history(seed))) == draw_history(seed)
    assert read_history("app_edit:17:calm wait:3:4") == [Step("app_edit", 17, CALM), Step("wait", 3, 4)]


def test_a_failure_is_shrunk_to_what_it_takes() -> None:
    """What is not needed is left out, and what needs no disorder is made calm; the trials are limited."""
    trials: list[int] = []

    async def fails(steps: Sequence[Step]) -> bool:
        trials.append(len(steps))
        acts = [(step.act, step.moves > 3) for step in steps]
        return ("app_edit", True) in acts and any(act == "xero_edit" for act, _ in acts)

    steps = [Step("wait", n, 8) for n in range(30)]
    steps[11], steps[23] = Step("app_edit", 11, 8), Step("xero_edit", 23, 8)
    shortest = asyncio.run(Shrinker(fails).shrink(steps))
    assert shortest == [Step("app_edit", 11, 4), Step("xero_edit", 23, CALM)]
    trials.clear()
    asyncio.run(Shrinker(fails, most_trials=5).shrink(steps))
    assert len(trials) == 5


def test_a_timer_is_reached_however_near_it_is() -> None:
    """Nearer than the smallest span that a clock can be moved by: time passes all the same, and the timer runs."""

    async def live() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SimulatedLoop)
        scheduler = Scheduler(loop, LoopClock(loop, BEGINNING), lambda _: None)
        await scheduler.until_done(asyncio.sleep(4e-9))

    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        runner.run(live())


def test_nobody_passes_a_gate_unless_it_is_opened() -> None:
    """Each goes on when he is let, in the order that somebody else chose; a call may be cut there."""
    told: list[str] = []

    async def live(loop: SimulatedLoop) -> None:
        scheduler = Scheduler(loop, LoopClock(loop, BEGINNING), told.append)
        seen: list[object] = []

        async def act(actor: Actor) -> None:
            async with scheduler.step(actor, "reads"):
                seen.append(f"{actor.name} reads")
                await asyncio.sleep(0)
                async with scheduler.step(actor, "reads within it"):
                    pass
            seen.append(await scheduler.wait(actor, "calls"))

        first, second = Actor("first"), Actor("second")
        tasks = [actor.spawn(act(actor)) for actor in (first, second)]
        await scheduler.idle()
        assert [gate.actor for gate in scheduler.waiting] == [first, second]
        assert seen == []
        scheduler.open(scheduler.waiting[1])
        await scheduler.idle()
        scheduler.open(next(gate for gate in scheduler.waiting if gate.actor is second), Way.CUT)
        await scheduler.idle()
        assert seen == ["second reads", Way.CUT]
        first.die()
        await asyncio.wait(tasks)
        assert tasks[0].cancelled()
        assert scheduler.waiting == []
        with pytest.raises(asyncio.CancelledError):
            await scheduler.wait(first, "calls")

    _run(live)
    assert [line.partition(" ")[2].partition(" ")[2] for line in told] == [
        "second: reads",
        "second: calls, cut",
    ]


def test_time_stands_until_it_is_moved() -> None:
    """Who waits for time waits for the clock of the house; where nobody can ever go on, that is told."""

    async def live(loop: SimulatedLoop) -> None:
        clock = LoopClock(loop, BEGINNING)
        scheduler = Scheduler(loop, clock, lambda _: None)
        await scheduler.until_done(asyncio.sleep(3600))
        assert clock.now() == BEGINNING + timedelta(hours=1)
        with pytest.raises(Stuck):
            await scheduler.until_done(_forever(loop))

    _run(live)


async def _forever(loop: SimulatedLoop) -> None:
    await loop.create_future()


def _run(live: Callable[[SimulatedLoop], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, SimulatedLoop)
        runner.run(live(loop))


def test_chance_and_time_of_the_process_are_the_seeds() -> None:
    """Ids, secrets and what was drawn to spread retries; and nothing of it stays when the block ends."""
    import secrets
    from uuid import uuid4

    from app.clock import SystemClock

    clock, chance = ManualClock(), Chance()

    def draw(seed: str) -> tuple[object, ...]:
        chance.draw_again(seed)
        return uuid4(), secrets.token_urlsafe(8), SystemClock().now()

    with seeded(chance, clock):
        assert draw("1") == draw("1") != draw("2")
        assert SystemClock().now() == clock.now()
    assert SystemClock().now() != clock.now()
    assert uuid4() != uuid4()
