"""What a command answers: the same for machines and for people, and the code with which it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from app.errors import PlumblineError

if TYPE_CHECKING:
    from rich.console import RenderableType


class Exit(IntEnum):
    """How a command ends."""

    WELL = 0
    """Done, and all is well with what was looked at."""
    NOT_WELL = 1
    """Done, and something stands in the way: a gate, a check that failed, a difference."""
    REFUSED = 2
    """Not done: what was asked for cannot be. Ask otherwise."""
    NOT_NOW = 3
    """Not done, or not yet: Xero, a worker or a server of ours gave no answer. Ask again."""


class NotYet(PlumblineError):
    """What was asked for was stored and goes on by itself; there is nothing to show of it so far."""


@dataclass(frozen=True, slots=True)
class Shown:
    """`data` is what the API would answer: a model, or what JSON can hold. `parts` are the same for people."""

    data: Any
    parts: "Sequence[RenderableType]"
    code: Exit = Exit.WELL
