"""A history of a seed as a task for the lanes of `tests.chaos`."""

from random import Random

from tests.chaos.ground import Ground
from tests.chaos.tally import Outcome
from tests.garbled.garbler import Garbler
from tests.garbled.history import Verdict, draw_history, open_garbled_house, run_history


async def run_seed(ground: Ground, seed: int, kind: str, only: tuple[str, ...] = ()) -> Verdict:
    """The history of a seed, of that kind."""
    garbler = Garbler(seed, kind, only=only)
    async with open_garbled_house(ground, garbler) as house:
        return await run_history(house, draw_history(Random(seed).randrange(10**9), kind), garbler)


async def run(kind: str, only: tuple[str, ...], is_told: bool, ground: Ground, seed: int) -> Outcome:
    """One history, with what was garbled where that is asked for or anything went wrong."""
    verdict = await run_seed(ground, seed, kind, only)
    told = "\n  ".join(verdict.told) if is_told or verdict.findings else ""
    title = f"garbled {seed} {kind}"
    return Outcome(title, verdict.findings, 1, faults=verdict.changed, told=told, held=verdict.held)
