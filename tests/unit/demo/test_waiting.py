"""Waiting: until it is right and no longer, and with the last thing seen when it never is."""

import pytest

from app.demo.failures import StepFailed
from app.demo.waiting import wait_for


def test_waiting_ends_as_soon_as_it_is_right() -> None:
    """Nothing is read again after that."""
    seen = iter([1, 2, 3])
    assert wait_for(lambda: next(seen), lambda one: one == 2, str, pause=0) == 2
    assert next(seen) == 3


def test_what_is_never_right_is_told_as_it_was_last_seen() -> None:
    """The message is for whoever sits before the screen."""
    with pytest.raises(StepFailed, match=r"it is 1 \(waited 0 s\)"):
        wait_for(lambda: 1, lambda one: one == 2, lambda one: f"it is {one}", seconds=0, pause=0)
