"""Room: how many are inside at a time, who is called when one leaves, and what a failure leaves behind."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import UUID

import pytest

from app.room import Place, Room

ANN, BEA, CEM, DOT = (UUID(int=number) for number in range(1, 5))
HUNG, WELL = UUID(int=100), UUID(int=101)


class Called(list[UUID]):
    """Who was called, in order."""

    async def call(self, who: UUID) -> None:
        """Called."""
        self.append(who)


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    """What is left by the end of a test at the latest."""
    async with AsyncExitStack() as opened:
        yield opened


async def enter(room: Room, stack: AsyncExitStack, who: UUID, owner: UUID | None = None) -> Place | None:
    """A place that is kept until the stack is closed; None where there is no room."""
    place = await stack.enter_async_context(room.open_place(who, owner))
    return place if place.take() else None


async def test_who_finds_no_room_is_called_when_one_leaves() -> None:
    """Whoever waited longest first, each once, and only as many as there is room for."""
    called = Called()
    room = Room("test", 1, called.call)
    async with room.open_place(ANN) as place:
        assert place.take()
        for who in (BEA, CEM, BEA):
            async with room.open_place(who) as other:
                assert not other.take()
        assert (place.is_wanted, called) == (True, [])
    assert called == [BEA]
    async with room.open_place(BEA) as place:
        assert place.take()
    assert called == [BEA, CEM]
    assert not room.is_wanted


async def test_of_one_owners_only_so_many_are_inside(stack: AsyncExitStack) -> None:
    """Another's pass by those that wait; they are called once one of theirs has left."""
    called = Called()
    room = Room("test", 3, called.call, most_of_one=1)
    async with room.open_place(ANN, HUNG) as first:
        assert first.take()
        assert await enter(room, stack, BEA, HUNG) is None
        assert await enter(room, stack, DOT, HUNG) is None
        async with room.open_place(CEM, WELL) as other:
            assert other.take()
        assert called == []
    assert called == [BEA]
    async with room.open_place(BEA, HUNG) as first:
        assert first.take()
    assert called == [BEA, DOT]
    assert await enter(room, stack, DOT, HUNG)


async def test_a_place_is_taken_once_and_is_free_after_a_failure(stack: AsyncExitStack) -> None:
    """Asked for again it is the same one; whoever breaks off leaves it as everybody does."""
    called = Called()
    room = Room("test", 2, called.call)

    async def break_off() -> None:
        async with room.open_place(ANN) as place:
            assert place.take()
            assert place.take()
            assert await enter(room, stack, BEA)
            assert await enter(room, stack, CEM) is None
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await break_off()
    assert called == [CEM]
    assert await enter(room, stack, CEM)
    assert await enter(room, stack, DOT) is None


async def test_who_never_asks_for_his_place_takes_none() -> None:
    """A place that was only opened is nobody's, and its end calls nobody."""
    called = Called()
    room = Room("test", 1, called.call)
    async with room.open_place(ANN), room.open_place(BEA) as place:
        assert place.take()
        async with room.open_place(CEM) as other:
            assert not other.take()
    assert called == [CEM]
