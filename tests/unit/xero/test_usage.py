"""Calls are counted where they are made, by connection, day, entity and method."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

import pytest

from app.clock import ManualClock
from app.domain.connections.usage import Usage
from app.spending import list_spenders, spent_on
from app.xero.budget import CallMade, Remaining
from app.xero.usage import CallCounter, read_entity

ONE, TWO = UUID(int=1), UUID(int=2)
TODAY = date(2026, 11, 20)


def call(path: str = "/api.xro/2.0/Invoices", method: str = "GET", sent: int = 0, got: int = 100) -> CallMade:
    """A request that was made."""
    return CallMade("tenant", method, path, 200, sent, got, timedelta(), Remaining(), None)


async def count(counter: CallCounter) -> None:
    """A call, awaited."""
    counter.count(ONE, call())


async def failing() -> None:
    """A call that comes to nothing."""
    raise ZeroDivisionError


def by_key(counts: Sequence[Usage]) -> dict[tuple[UUID, date, str, str], tuple[int, int, int]]:
    """The numbers of each count."""
    return {
        (each.connection_id, each.used_on, each.entity, each.method): (
            each.calls,
            each.bytes_sent,
            each.bytes_received,
        )
        for each in counts
    }


@pytest.mark.parametrize(
    ("path", "entity"),
    [
        ("/api.xro/2.0/Invoices", "Invoices"),
        ("/api.xro/2.0/Invoices/0f2a/Attachments/a.pdf", "Invoices"),
        ("/api.xro/2.0/Organisation", "Organisation"),
        ("/proxied/api.xro/2.0/Contacts/c:9", "Contacts"),
        ("/connections", "connections"),
        ("/", "other"),
    ],
)
def test_a_path_tells_what_a_call_is_about(path: str, entity: str) -> None:
    """Whatever stands below it, so that ids make no entities."""
    assert read_entity(path) == entity


def test_calls_are_summed_until_they_are_taken() -> None:
    """Each connection, day, entity and method by itself; once taken they are gone."""
    clock = ManualClock()
    counter = CallCounter(clock)
    counter.count(ONE, call())
    counter.count(ONE, call("/api.xro/2.0/Invoices/0f2a", got=11))
    counter.count(ONE, call(method="PUT", sent=70, got=30))
    counter.count(TWO, call("/api.xro/2.0/Contacts"))
    clock.advance(timedelta(hours=21))
    counter.count(ONE, call())
    assert by_key(counter.take().usages) == {
        (ONE, TODAY, "Invoices", "GET"): (2, 0, 111),
        (ONE, TODAY, "Invoices", "PUT"): (1, 70, 30),
        (TWO, TODAY, "Contacts", "GET"): (1, 0, 100),
        (ONE, date(2026, 11, 21), "Invoices", "GET"): (1, 0, 100),
    }
    assert counter.take() == ([], [])
    assert [counter.count_made(each) for each in (ONE, TWO)] == [4, 1]


async def test_what_could_not_be_kept_is_counted_again() -> None:
    """Together with what came meanwhile, the shares of links too."""
    counter = CallCounter(ManualClock())
    await spent_on([TWO, ONE], count(counter))
    taken = counter.take()
    await spent_on([TWO], count(counter))
    counter.put_back(taken)
    counted = counter.take()
    assert by_key(counted.usages) == {(ONE, TODAY, "Invoices", "GET"): (2, 0, 200)}
    assert {each.link_id: (str(each.calls), each.bytes_received) for each in counted.shares} == {
        TWO: ("1.5", 150),
        ONE: ("0.5", 50),
    }


async def test_a_call_is_for_the_links_that_were_named_around_it_and_for_no_others() -> None:
    """Through tasks and threads, nested, and never longer than the call; of the rest nobody bears a share."""
    counter = CallCounter(ManualClock())

    async def nested() -> None:
        await asyncio.gather(*(asyncio.to_thread(counter.count, ONE, call()) for _ in range(2)))
        await spent_on([TWO], count(counter))

    await spent_on([ONE], nested())
    await count(counter)
    shares = {each.link_id: int(each.calls) for each in counter.take().shares}
    assert shares == {ONE: 2, TWO: 1}
    assert list_spenders() == ()
    with pytest.raises(ZeroDivisionError):
        await spent_on([ONE], failing())
    assert list_spenders() == ()


def test_threads_lose_no_count() -> None:
    """Calls are made in threads, and taken from another."""
    counter = CallCounter(ManualClock())
    taken: list[Usage] = []
    with ThreadPoolExecutor(8) as threads:
        for _ in range(400):
            threads.submit(counter.count, ONE, call())
            taken += counter.take().usages
    taken += counter.take().usages
    assert sum(each.calls for each in taken) == 400
