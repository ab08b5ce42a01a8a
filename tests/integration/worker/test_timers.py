"""The timers over a day: how often they ask for what, whatever the number of workers that run them."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.db.connections.connections import find_connection
from app.db.connections.runs import drop_answers_due
from app.db.connections.sweeps import save_swept
from app.domain.connections.connection import ConnectionState
from app.reconcile.timers.sweep import SWEEP_EVERY, Sweep
from app.wiring.ground import Ground
from tests.integration.delivery.world import World

DAY = timedelta(days=1)


def timers(ground: Ground, world: World, compare_every: timedelta = DAY) -> Sweep:
    """The timers of a worker."""
    return Sweep(ground.database, ground.waker, world.clock, compare_every)


@pytest.mark.proof
async def test_a_day_has_96_sweeps_however_often_the_timer_looks(ground: Ground, world: World) -> None:
    """One in a quarter of an hour, also when each is done only later, and with two workers' timers at a time."""
    asked = 0
    for _ in range(int(DAY / timedelta(minutes=5))):
        asked += await timers(ground, world).ask_for_sweeps()
        asked += await timers(ground, world).ask_for_sweeps()
        world.clock.advance(timedelta(minutes=5))
        async with ground.database.writing() as session:
            now = world.clock.now()
            await save_swept(session, world.connection_id, now, done_at=now)
    assert asked == DAY / SWEEP_EVERY == 96


@pytest.mark.parametrize(
    ("untold", "sequence", "sweeps"), [(0, '{"newest": 1}', 24), (1, '{"newest": 1}', 96), (0, None, 96)]
)
async def test_while_webhooks_are_well_heard_a_day_has_24_sweeps(
    ground: Ground, world: World, untold: int, sequence: str | None, sweeps: int
) -> None:
    """Well heard: events come, their numbers tell of lost ones, and no sweep found what they had not told."""
    await execute(
        ground,
        "INSERT INTO subscriptions (id, untold, sequence) VALUES (gen_random_uuid(), :untold, CAST(:s AS jsonb))",
        untold=untold,
        s=sequence,
    )
    asked = 0
    for _ in range(int(DAY / timedelta(minutes=15))):
        await execute(ground, "UPDATE subscriptions SET heard_at = :at", at=world.clock.now())
        asked += await timers(ground, world).ask_for_sweeps()
        world.clock.advance(timedelta(minutes=15))
    assert asked == sweeps


async def test_a_compare_comes_once_a_period_and_again_where_it_was_put_off(
    ground: Ground, world: World
) -> None:
    """A day after the connection was made or the last one was done; sooner for the rest of one that Xero refused."""
    sweep = timers(ground, world)
    assert await sweep.ask_for_compares() == 0
    world.clock.advance(DAY + timedelta(minutes=1))
    assert [await sweep.ask_for_compares() for _ in range(2)] == [1, 0]
    await execute(
        ground, "UPDATE connections SET compare_due = false, compare_at = :at", at=world.clock.now()
    )
    assert [await sweep.ask_for_compares() for _ in range(2)] == [1, 0]
    done = "UPDATE connections SET compare_due = false, compare_at = null, compared_at = :at"
    await execute(ground, done, at=world.clock.now())
    assert await sweep.ask_for_compares() == 0
    assert await timers(ground, world, timedelta(0)).ask_for_compares() == 1


async def test_only_active_connections_are_searched(ground: Ground, world: World) -> None:
    """A paused one does nothing and a lost one cannot be asked; both catch up when they work again."""
    world.clock.advance(2 * DAY)
    for state in ConnectionState:
        await world.set_state(state)
        is_active = state is ConnectionState.ACTIVE
        assert await timers(ground, world).ask_for_sweeps() == is_active
        assert await timers(ground, world).ask_for_compares() == is_active


async def execute(ground: Ground, statement: str, **values: object) -> None:
    """Run SQL."""
    async with ground.database.writing() as session:
        await session.execute(text(statement), values)


async def test_an_answer_that_came_meanwhile_is_not_dropped_with_those_that_were_taken_in(
    ground: Ground, world: World
) -> None:
    """Between two runs answers ask until they are recorded; one that raised the generation since then asks on."""
    await execute(ground, "UPDATE connections SET answers_due = true, generation = 5")
    for seen, left in ((4, True), (5, False)):
        async with ground.database.writing() as session:
            await drop_answers_due(session, world.connection_id, seen)
        async with ground.database.reading() as session:
            connection = await find_connection(session, world.connection_id)
        assert connection is not None
        assert connection.answers_due is left


async def test_what_joined_together_is_not_swept_together(ground: Ground, world: World) -> None:
    """Of a hundred whose time has come each look asks for a few, the longest waiting first, and for all in a while."""
    await execute(
        ground,
        "INSERT INTO connections (id, partner_id, business_id, display_name, state, sweep_at) SELECT"
        " gen_random_uuid(), partner_id, 'biz_' || n, 'Business', 'active', CAST(:at AS timestamptz)"
        " FROM connections, generate_series(1, 100) n",
        at=world.clock.now() - timedelta(minutes=1),
    )
    asked = [await timers(ground, world).ask_for_sweeps() for _ in range(25)]
    assert asked[:2] == [8, 7]
    assert sum(asked) == 101
