"""Group commit: what comes meanwhile is saved together, each caller hears of his own part."""

import asyncio
from collections.abc import Callable, Hashable, Sequence

import pytest

from app.batcher import MOST_TOGETHER, Batcher


async def turn(times: int) -> None:
    """Let everybody else go on so many times."""
    for _ in range(times):
        await asyncio.sleep(0)


class Book:
    """Saves numbers and answers twice each; `gate` holds every save up, a number in `poison` fails what holds it."""

    def __init__(
        self, at_once: int = 1, most: int = MOST_TOGETHER, apart: Callable[[int], Hashable] | None = None
    ) -> None:
        self.saved: list[list[int]] = []
        self.poison: set[int] = set()
        self.gate = asyncio.Event()
        self.gate.set()
        self.batcher = Batcher(self._save_all, at_once=at_once, most=most, apart=apart)

    async def _save_all(self, numbers: Sequence[int]) -> list[int]:
        await self.gate.wait()
        if self.poison & set(numbers):
            raise ValueError(f"poisoned: {sorted(self.poison & set(numbers))}")
        self.saved.append(list(numbers))
        return [2 * number for number in numbers]

    async def begin(self, numbers: Sequence[int]) -> list["asyncio.Task[int]"]:
        """Callers that have given their numbers and wait, in a transaction that has begun if there was none."""
        callers = [asyncio.create_task(self.batcher.join(number)) for number in numbers]
        await turn(10)
        return callers


async def test_one_that_comes_alone_is_saved_alone() -> None:
    """Nothing waits for company."""
    book = Book()
    assert await book.batcher.join(1) == 2
    assert book.saved == [[1]]


async def test_what_comes_while_one_is_saved_is_saved_together_after_it() -> None:
    """Two transactions for any number of callers, and each hears of his own."""
    book = Book()
    book.gate.clear()
    first = await book.begin([1])
    others = await book.begin([2, 3, 4])
    book.gate.set()
    assert await asyncio.gather(*first, *others) == [2, 4, 6, 8]
    assert book.saved == [[1], [2, 3, 4]]


async def test_who_is_just_coming_is_let_in() -> None:
    """A request that is read one turn of the loop after the first one is saved with it, and none is kept waiting."""
    book = Book()
    callers = []
    for number in range(5):
        callers.append(asyncio.create_task(book.batcher.join(number)))
        await turn(1)
    assert await asyncio.gather(*callers) == [0, 2, 4, 6, 8]
    assert book.saved == [[0, 1, 2, 3, 4]]


async def test_a_second_one_is_under_way_while_the_first_waits_for_the_database() -> None:
    """Where two may be: each has callers, and a third waits for one of them to end."""
    book = Book(at_once=2)
    book.gate.clear()
    callers = [
        *await book.begin([1]),
        *await book.begin([2, 3]),
        *await book.begin([4]),
        *await book.begin([5]),
    ]
    book.gate.set()
    assert await asyncio.gather(*callers) == [2, 4, 6, 8, 10]
    assert book.saved == [[1], [2, 3], [4, 5]]


async def test_what_must_not_go_beside_the_one_under_way_goes_after_it() -> None:
    """The tens are to be apart: those of the first wait for it, whatever room there is, and others do not."""
    book = Book(at_once=2, apart=lambda number: number // 10)
    book.gate.clear()
    callers = [*await book.begin([11]), *await book.begin([12, 21, 13]), *await book.begin([14, 22])]
    book.gate.set()
    assert await asyncio.gather(*callers) == [22, 24, 42, 26, 28, 44]
    assert book.saved == [[11], [21], [12, 13, 14, 22]]


async def test_what_may_go_beside_anything_is_kept_apart_from_nothing() -> None:
    """None is no name."""
    book = Book(at_once=2, apart=lambda _: None)
    book.gate.clear()
    callers = [*await book.begin([1]), *await book.begin([2])]
    book.gate.set()
    assert await asyncio.gather(*callers) == [2, 4]
    assert book.saved == [[1], [2]]


async def test_who_waits_behind_one_that_fails_is_saved_after_it() -> None:
    """Nobody is forgotten there."""
    book = Book(at_once=2, apart=lambda number: number // 10)
    book.poison = {11}
    book.gate.clear()
    callers = [*await book.begin([11]), *await book.begin([12])]
    book.gate.set()
    failed, saved = await asyncio.gather(*callers, return_exceptions=True)
    assert isinstance(failed, ValueError)
    assert saved == 24


async def test_so_many_and_no_more_are_saved_together() -> None:
    """A storm does not become one endless transaction."""
    book = Book()
    callers = await book.begin(range(MOST_TOGETHER + 5))
    await asyncio.gather(*callers)
    assert [len(each) for each in book.saved] == [MOST_TOGETHER, 5]


async def test_who_gathers_few_at_a_time_waits_for_no_more() -> None:
    """One transaction begins as soon as it has its callers, and beside it the next."""
    book = Book(at_once=2, most=2)
    book.gate.clear()
    callers = await book.begin(range(5))
    book.gate.set()
    await asyncio.gather(*callers)
    assert book.saved == [[0, 1], [2, 3], [4]]


async def test_what_cannot_be_saved_fails_for_its_own_caller_alone() -> None:
    """The others of the same transaction are saved, each by itself."""
    book = Book()
    book.gate.clear()
    first = await book.begin([1])
    book.poison = {3}
    others = await book.begin([2, 3, 4])
    book.gate.set()
    heard = await asyncio.gather(*first, *others, return_exceptions=True)
    assert [heard[0], heard[1], heard[3]] == [2, 4, 8]
    assert isinstance(heard[2], ValueError)
    assert book.saved == [[1], [2], [4]]


async def test_who_stops_waiting_stops_nothing() -> None:
    """A caller that hangs up has its part saved, and the others hear."""
    book = Book()
    book.gate.clear()
    gone, stays = await book.begin([1, 2])
    gone.cancel()
    book.gate.set()
    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert sorted(number for each in book.saved for number in each) == [1, 2]


async def test_it_saves_on_after_a_failure() -> None:
    """One bad transaction ends nothing."""
    book = Book()
    book.poison = {1}
    with pytest.raises(ValueError, match="poisoned"):
        await book.batcher.join(1)
    assert await book.batcher.join(2) == 4
