"""`make bench`: every figure, or one group of them, side by side with what it is compared with.

A table for people goes to stderr, and one line of JSON for each figure to stdout:

    {"figure": "intake.xero", "value": 950, "unit": "requests/s", "against": "one insert per request: 1,900 requests/s",
     "ratio": 0.5, "rounds": 5}

Ratios count: both sides of one ran in the same minute on the same machine. Ends with 1 where a group failed, having
shown the others.
"""

import importlib
import time
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.figure import Figure, show
from benchmarks.machine import describe
from benchmarks.size import QUICK, Size

WIDTH_OF_A_FILE = 200

console = Console(stderr=True)
if not console.is_terminal:
    # Wide enough for what is beside a figure, in a file or a log.
    console = Console(stderr=True, width=WIDTH_OF_A_FILE)


class Group(StrEnum):
    """What can be measured by itself; in the order in which all are."""

    INTAKE = "intake"
    CALLS = "calls"
    THROUGHPUT = "throughput"
    REST = "rest"
    LATENCY = "latency"
    COMPARE = "compare"
    START = "start"


def main(
    only: Annotated[
        list[Group] | None, typer.Option(help="Measure this group alone; may be repeated.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="Less of everything, for a first look.")] = False,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of what is timed.")] = Size.rounds,
    links: Annotated[int, typer.Option(min=1000, help="Links at rest in the larger database.")] = Size.links,
    invoices: Annotated[
        int, typer.Option(min=100, help="Invoices on both sides in the compare.")
    ] = Size.invoices,
) -> None:
    """Measure, tell, and end with 1 where something failed."""
    size = QUICK if quick else Size(rounds=rounds, links=links, invoices=invoices)
    console.print(describe())
    figures: list[Figure] = []
    failed: list[str] = []
    for group in only or list(Group):
        began = time.monotonic()
        try:
            measure = importlib.import_module(f"benchmarks.{group}.group").measure
            for figure in measure(size):
                console.print(f"  {figure.figure}: {figure.value:,.4g} {figure.unit}")
                figures.append(figure)
        except Exception as failure:
            failed.append(group)
            console.print_exception(max_frames=4)
            console.print(f"[red]{group} failed: {type(failure).__name__}: {failure}")
        console.print(f"{group} took {time.monotonic() - began:.0f} s")
    show(console, figures)
    for figure in figures:
        print(figure.to_line(), flush=True)
    raise typer.Exit(1 if failed else 0)


if __name__ == "__main__":
    typer.run(main)
