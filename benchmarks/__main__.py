"""`make bench`: every figure, or one group of them, side by side with what it is compared with.

A table for people goes to stderr, and one line of JSON for each figure to stdout:

    {"figure": "intake.xero", "value": 950, "unit": "requests/s", "against": "one insert per request: 1,900 requests/s",
     "ratio": 0.5, "rounds": 5}

Ratios count: both sides of one ran in the same minute on the same machine. Ends with 1 where a group failed, having
shown the others.
"""

from typing import Annotated

import typer

from benchmarks.console import console
from benchmarks.figure import show
from benchmarks.groups import Group, measure_all
from benchmarks.machine import describe
from benchmarks.size import QUICK, Size


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
    outcomes = sorted(measure_all(only or list(Group), size), key=lambda each: list(Group).index(each.group))
    figures = [figure for outcome in outcomes for figure in outcome.figures]
    show(console, figures)
    for figure in figures:
        print(figure.to_line(), flush=True)
    raise typer.Exit(1 if any(outcome.has_failed for outcome in outcomes) else 0)


if __name__ == "__main__":
    typer.run(main)
