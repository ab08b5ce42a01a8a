"""Rounds: contenders one after the other, again and again, so that what slows the machine slows all of them."""

from collections.abc import Callable, Mapping
from typing import TypeVar

T = TypeVar("T")


def interleave(contenders: Mapping[str, Callable[[int], T]], rounds: int) -> dict[str, list[T]]:
    """What each contender came to in each round; a contender is called with the number of the round, from 1.

    Each round begins with another contender, so that nobody always comes first.
    """
    names = list(contenders)
    found: dict[str, list[T]] = {name: [] for name in names}
    for number in range(1, rounds + 1):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            found[name].append(contenders[name](number))
    return found
