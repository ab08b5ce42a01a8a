"""Run many random histories of the hub: `python -m tests.histories --runs 20000 --seed 1`."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from random import Random
from typing import Annotated

import typer
from rich.progress import track

from app.domain.record.direction import OPEN, Direction, Lanes
from app.domain.record.field_names import CONTACTS, INVOICES, PAYMENTS
from app.domain.record.policy import ConflictPolicy
from tests.histories.deciding import DecidingWorld
from tests.histories.ending import EndingWorld
from tests.histories.ending_decided import DecidedEndingWorld
from tests.histories.settings import Settings
from tests.histories.world import World

POLICIES = tuple(ConflictPolicy)
KINDS = list(product(POLICIES, (True, False), (None, 3)))
CLOSED = (Direction.TO_XERO, Direction.TO_PARTNER, Direction.OFF)
INVOICE_NAMES = ("reference", "due_on", "lines", "lines/*/description")
ENDING_NAMES = ("status", "reference", "lines", "lines/*/description")
CONTACT_NAMES = ("contact.phone", "contact.email")


def kind_of(seed: int) -> Settings:
    """The settings of a seed: every policy, with and without lines, with unique and with recurring values in turn.

    In the second half of each hundred, people decide about conflicts.
    """
    policy, with_lines, tokens = KINDS[seed % len(KINDS)]
    return Settings(
        policy, with_lines=with_lines, tokens=tokens, steps=20 + seed % 40, with_decisions=seed % 100 >= 50
    )


def build_world(seed: int, settings: Settings) -> World:
    """The world in which the history of a seed is lived."""
    if settings.has_ends:
        return (DecidedEndingWorld if settings.with_decisions else EndingWorld)(seed, settings)
    return DecidingWorld(seed, settings) if settings.with_decisions else World(seed, settings)


def contact_kind_of(seed: int) -> Settings:
    """The same of a contact, which has no lines."""
    return replace(kind_of(seed), with_lines=False, of_contact=True)


def directed_kind_of(seed: int) -> Settings:
    """The same with directions that change on the way: of the whole thing, of its lines or of a field."""
    kind = contact_kind_of(seed) if seed % 3 == 0 else kind_of(seed)
    return replace(kind, lanes=_lanes_of(seed, of_contact=kind.of_contact))


def busy_kind_of(seed: int) -> Settings:
    """The same of an invoice to which people do whatever can be done, half of them with directions that change."""
    kind = replace(kind_of(seed), with_lines=True, is_busy=True)
    return replace(kind, lanes=_lanes_of(seed, of_contact=False)) if seed % 2 else kind


def ending_kind_of(seed: int) -> Settings:
    """The same of an invoice that ends, and is perhaps sent again, under every policy; nobody decides."""
    return replace(kind_of(seed), with_lines=True, tokens=None, with_decisions=False, has_ends=True)


def decided_ending_kind_of(seed: int) -> Settings:
    """The same in which people decide whose word stands, which most is left to, half of them with directions that
    change.
    """
    kind = replace(ending_kind_of(seed), with_decisions=True, steps=30 + seed % 50)
    kind = replace(kind, policy=ConflictPolicy.HOLD) if seed % 3 else kind
    return replace(kind, lanes=_draw_lanes(seed, (INVOICES, PAYMENTS), ENDING_NAMES)) if seed % 2 else kind


def directed_ending_kind_of(seed: int) -> Settings:
    """The same with directions that change, in which nobody decides."""
    return replace(ending_kind_of(seed), lanes=_draw_lanes(seed, (INVOICES, PAYMENTS), ENDING_NAMES))


def _lanes_of(seed: int, *, of_contact: bool) -> tuple[Lanes, ...]:
    return _draw_lanes(seed, *(((CONTACTS,), CONTACT_NAMES) if of_contact else ((INVOICES,), INVOICE_NAMES)))


def _draw_lanes(seed: int, entities: Sequence[str], fields: Sequence[str]) -> tuple[Lanes, ...]:
    random = Random(seed)
    choices = [
        OPEN,
        *(Lanes({entity: direction}) for entity in entities for direction in CLOSED),
        *(Lanes(fields={name: direction}) for name in fields for direction in CLOSED),
    ]
    return tuple(random.choice(choices) for _ in range(1 + seed % 3))


def main(runs: Annotated[int, typer.Option(min=1)] = 20_000, seed: int = 1) -> None:
    """Exit status 1 when any history lost an edit or did not settle; the first of them are shown.

    Every seed is the history of an invoice; every fourth is that of a contact too, every second one with directions,
    every third one to which people do whatever can be done, and every fifth one that ends; in the next one people
    decide over ends, and in the one after it ends travel as directions let them.
    """
    bad = []
    for number in track(range(seed, seed + runs), "histories"):
        kinds = [
            kind_of(number),
            *([contact_kind_of(number)] if number % 4 == 0 else []),
            *([directed_kind_of(number)] if number % 2 == 0 else []),
            *([busy_kind_of(number)] if number % 3 == 0 else []),
            *([ending_kind_of(number)] if number % 5 == 0 else []),
            *([decided_ending_kind_of(number)] if number % 5 == 1 else []),
            *([directed_ending_kind_of(number)] if number % 5 == 2 else []),
        ]
        bad += [(number, fault) for kind in kinds if (fault := build_world(number, kind).run()) is not None]
    for number, fault in bad[:5]:
        print(f"seed {number}: {fault}", file=sys.stderr)  # noqa: T201
    print(f'{{"histories": {runs}, "seed": {seed}, "bad": {len(bad)}}}')  # noqa: T201
    raise typer.Exit(bool(bad))


if __name__ == "__main__":
    typer.run(main)
