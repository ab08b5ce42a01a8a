"""Who sends what at a moment: claims, the order of one invoice's changes, and how many calls are under way."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from arq.connections import ArqRedis

from app.db.delivery import claims
from app.db.delivery.claims import Claim, Said
from app.ending import Ending
from app.room import Room
from app.waker import DELIVER, QUEUE, RECONCILE
from tests.integration.delivery.odd_app import OddApp
from tests.integration.delivery.world import World

REFERENCE = ("reference", None, "PO 1178")


async def save(world: World, claim: Claim, state: str = "applied") -> bool:
    """Record an answer to a claim."""
    now = world.clock.now()
    async with world.database.writing() as session:
        return bool(await claims.save_answers(session, [Said(claim, state, "said", now, now)]))


async def test_two_workers_never_hold_the_same_claim(odd_world: World) -> None:
    """Of any number that ask at once, each change is one's, and one has them all where they are more than may go."""
    for number in range(1, 10):
        await odd_world.put_change(f"inv_{number}", 1, REFERENCE)
    taken = await asyncio.gather(*(odd_world.claim() for _ in range(6)))
    cursors = [claim.change.cursor for claims in taken for claim in claims]
    assert len(cursors) == len(set(cursors)) == 9
    assert cursors == sorted(cursors)


async def test_what_one_worker_holds_is_counted_against_the_next(odd_world: World) -> None:
    """Together they never send more at a time than one alone may."""
    for number in range(1, 10):
        await odd_world.put_change(f"inv_{number}", 1, REFERENCE)
    taken = [await odd_world.claim_at_once(most=3) for _ in range(4)]
    assert [(len(each.claims), each.at_once) for each in taken] == [(3, 8), (3, 5), (3, 2), (0, 0)]


async def test_an_answer_after_the_claim_ran_out_is_not_recorded_over_the_next_holders(
    odd_world: World,
) -> None:
    """Whoever holds the change now will hear from the app itself."""
    await odd_world.put_change("inv_1", 1, REFERENCE)
    (late,) = await odd_world.claim()
    odd_world.clock.set(late.until + timedelta(milliseconds=1))
    (held,) = await odd_world.claim()
    assert not await save(odd_world, late, "pending")
    assert (await odd_world.show_change("inv_1", 1)).claimed_until == held.until
    assert await save(odd_world, held)


async def test_eight_calls_at_a_time_go_to_one_connections_app(odd_world: World, odd: OddApp) -> None:
    """However many changes are due and however many workers were nudged."""
    odd.gate.clear()
    for number in range(1, 10):
        await odd_world.put_change(f"inv_{number}", 1, REFERENCE)
    workers = [
        asyncio.create_task(odd_world.build_delivery().deliver(odd_world.connection_id)) for _ in range(3)
    ]
    await odd.wait_for(8)
    odd.gate.set()
    await asyncio.gather(*workers)
    assert (odd.most_in_flight, len(odd.received)) == (8, 9)


async def test_a_worker_that_is_to_end_sends_nothing_more_and_calls_another(
    odd_world: World, odd: OddApp, queue: ArqRedis
) -> None:
    """What is under way is answered and recorded; the rest was given back, and is the next worker's at once."""
    odd.gate.clear()
    for number in range(1, 10):
        await odd_world.put_change(f"inv_{number}", 1, REFERENCE)
    ending = Ending()
    working = asyncio.create_task(odd_world.build_delivery(ending=ending).deliver(odd_world.connection_id))
    await odd.wait_for(8)
    ending.announce()
    odd.gate.set()
    await working
    assert len(odd.received) == 8
    assert await list_jobs(queue) == [DELIVER, RECONCILE]
    await odd_world.build_delivery().deliver(odd_world.connection_id)
    assert sorted(odd.list_revisions()) == sorted((f"inv_{number}", 1) for number in range(1, 10))


async def test_an_app_that_hangs_keeps_no_more_than_its_share_of_a_worker(
    odd_world: World, odd: OddApp, queue: ArqRedis
) -> None:
    """Beyond it a connection's changes are left as they are, and it is called for when a call has ended."""
    odd.gate.clear()
    await odd_world.put_change("inv_1", 1, REFERENCE)
    delivery = odd_world.build_delivery()
    delivery._room = Room("test", 2, odd_world.waker.deliver_soon, most_of_one=1)
    hanging = asyncio.create_task(delivery.deliver(odd_world.connection_id))
    await odd.wait_for(1)
    await odd_world.put_change("inv_2", 1, REFERENCE)
    await delivery.deliver(odd_world.connection_id)
    assert (odd.list_revisions(), await list_jobs(queue)) == ([("inv_1", 1)], [])
    async with delivery._room.open_place(uuid4()) as of_another:
        assert of_another.take()
    odd.gate.set()
    await hanging
    assert await list_jobs(queue) == [DELIVER, RECONCILE]
    await delivery.deliver(odd_world.connection_id)
    assert (await odd_world.show_change("inv_2", 1)).state == "applied"


async def list_jobs(queue: ArqRedis) -> list[str]:
    """What workers are called for."""
    return sorted(job.function for job in await queue.queued_jobs(queue_name=QUEUE))


async def test_a_change_superseded_under_way_is_acknowledged_before_the_newer_one_is_sent(
    odd_world: World, odd: OddApp
) -> None:
    """Changes of one invoice arrive in order, and what the app applied counts though it was superseded."""
    odd.gate.clear()
    await odd_world.put_change("inv_1", 1, REFERENCE)
    first = asyncio.create_task(odd_world.build_delivery().deliver(odd_world.connection_id))
    await odd.wait_for(1)
    await odd_world.put_change("inv_1", 2, ("reference", "PO 1178", "PO 1179"))
    await odd_world.build_delivery().deliver(odd_world.connection_id)
    assert odd.list_revisions() == [("inv_1", 1)]
    odd.gate.set()
    await first
    assert odd.list_revisions() == [("inv_1", 1), ("inv_1", 2)]
    states = [(await odd_world.show_change("inv_1", revision)).state for revision in (1, 2)]
    assert states == ["superseded", "applied"]
    assert (await odd_world.show_link("inv_1")).acked_revision == 2


async def test_calls_with_changes_that_were_superseded_count_among_the_eight(
    odd_world: World, odd: OddApp
) -> None:
    """However many newer changes come while an app is slow, it is never called more often at a time."""
    odd.gate.clear()
    for number in range(1, 9):
        await odd_world.put_change(f"inv_{number}", 1, REFERENCE)
    first = asyncio.create_task(odd_world.build_delivery().deliver(odd_world.connection_id))
    await odd.wait_for(8)
    for number in range(1, 9):
        await odd_world.put_change(f"inv_{number}", 2, ("reference", "PO 1178", "PO 1179"))
    await odd_world.put_change("inv_9", 1, REFERENCE)
    assert await odd_world.claim_at_once(most=100) == claims.NOTHING
    await odd_world.build_delivery().deliver(odd_world.connection_id)
    assert len(odd.received) == 8
    odd.gate.set()
    await first
    assert (odd.most_in_flight, len(odd.received)) == (8, 17)


async def test_a_change_superseded_under_way_stays_superseded_when_its_call_fails(
    odd_world: World, odd: OddApp
) -> None:
    """A failure brings nothing back that a newer change replaced."""
    odd.gate.clear()
    odd.say(500)
    await odd_world.put_change("inv_1", 1, REFERENCE)
    first = asyncio.create_task(odd_world.build_delivery().deliver(odd_world.connection_id))
    await odd.wait_for(1)
    await odd_world.put_change("inv_1", 2, ("reference", None, "PO 1179"))
    odd.gate.set()
    await first
    old, new = await odd_world.show_change("inv_1", 1), await odd_world.show_change("inv_1", 2)
    assert (old.state, old.attempts, new.state, new.attempts) == ("superseded", 1, "pending", 1)


async def test_a_worker_that_is_told_to_stop_lets_go_of_its_calls(odd_world: World, odd: OddApp) -> None:
    """Nothing is recorded, the claim runs out, and the change is sent again."""
    odd.gate.clear()
    await odd_world.put_change("inv_1", 1, REFERENCE)
    working = asyncio.create_task(odd_world.build_delivery().deliver(odd_world.connection_id))
    await odd.wait_for(1)
    working.cancel()
    await asyncio.wait({working})
    assert working.cancelled()
    change = await odd_world.show_change("inv_1", 1)
    assert (change.state, change.attempts) == ("pending", 0)
    assert change.claimed_until is not None
    odd.gate.set()
    odd_world.clock.set(change.claimed_until + timedelta(milliseconds=1))
    await odd_world.build_delivery().deliver(odd_world.connection_id)
    assert (await odd_world.show_change("inv_1", 1)).state == "applied"
