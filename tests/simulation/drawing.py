"""The steps of a history, drawn from a seed or read from a script: acts, each with its number and moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.chaos import in_the_app, in_xero, of_lines, weather
from tests.chaos.story import Act
from tests.simulation import customers, deciding, ends, office, products, relinking

TROUBLES = (
    "look",
    "kill_worker",
    "kill_api",
    "replace_worker",
    "shut_down",
    "lose_nudges",
    "save_copy",
    "put_back",
)
PEOPLE: dict[str, Act] = {
    **in_the_app.ACTS,
    **of_lines.IN_THE_APP,
    **in_xero.ACTS,
    **of_lines.IN_XERO,
    **ends.IN_THE_APP,
    **ends.IN_XERO,
    **products.IN_THE_APP,
    **products.AT_XERO,
    **relinking.AT_XERO,
    **relinking.IN_THE_OFFICE,
    **customers.IN_THE_APP,
    **customers.AT_XERO,
    **customers.IN_THE_OFFICE,
    **deciding.AT_XERO,
    **deciding.IN_THE_OFFICE,
    **office.ACTS,
    **weather.ACTS,
}
AT_XERO = (
    *in_xero.ACTS,
    *of_lines.IN_XERO,
    *ends.IN_XERO,
    *products.AT_XERO,
    *relinking.AT_XERO,
    *customers.AT_XERO,
    *deciding.AT_XERO,
)
OFTEN = (
    *("app_write", "app_edit", "app_edit", "app_edit", "xero_edit", "xero_edit", "xero_edit"),
    *(
        "app_pay",
        "xero_pay",
        "app_credit",
        "app_line",
        "xero_line",
        "undo",
        "let_go",
        "let_go",
        "look",
        "pass_time",
        "break_xero",
        "wait",
        "wait",
    ),
)
"""What happens more often than once in a while; `wait` is no act at all, only moves."""

ACTS = (*PEOPLE, *TROUBLES, "wait")
COPYING = ("save_copy", "put_back")
MOST_STEPS = 26
FEWEST_STEPS = 8
CALM = -1
"""Moves of a step after which everybody goes on in order, nothing going wrong, until nothing is left to be done."""

MOVES = (0, 1, 2, 4, 8, 16, 32, 64, CALM, CALM)


@dataclass(frozen=True)
class Step:
    """One act, the number that decides everything in it, and the moves before the next."""

    act: str
    number: int
    moves: int

    def __str__(self) -> str:
        return f"{self.act}:{self.number}:{'calm' if self.moves == CALM else self.moves}"


def draw_history(seed: int) -> list[Step]:
    """The steps of a seed; a history begins with an invoice or two."""
    random = Random(f"history {seed}")
    acts = ["app_write"] * random.randint(1, 2)
    acts += [random.choice((*ACTS, *OFTEN)) for _ in range(random.randint(FEWEST_STEPS, MOST_STEPS))]
    return [Step(act, random.randrange(10**6), random.choice(MOVES)) for act in acts]


def read_history(script: str) -> list[Step]:
    """The steps of a history as it was printed."""
    said = (step.split(":") for step in script.split())
    return [Step(act, int(number), CALM if moves == "calm" else int(moves)) for act, number, moves in said]


def write_history(steps: Sequence[Step]) -> str:
    """A history as it is printed."""
    return " ".join(map(str, steps))
