"""A figure: what was measured, what it was measured against in the same run, and how it is shown."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One measured number; `ratio` is value by the comparison's value, the median over rounds, None without one.

    Absolute values are of the machine, and of what else ran on it; a ratio is of the two that ran side by side.
    """

    figure: str
    value: float
    unit: str
    against: str | None = None
    """In words, what ran beside it."""
    ratio: float | None = None
    rounds: int = 1
    note: str = field(default="", compare=False)
    """What a reader of the table must know: scaled, simulated, a goal and whether it is met."""

    def to_line(self) -> str:
        """The line on stdout; the note is for people."""
        said = asdict(self)
        del said["note"]
        return json.dumps(said | {"value": _short(self.value), "ratio": _short(self.ratio)})


def compare(
    name: str, unit: str, ours: Sequence[float], against: str, theirs: Sequence[float], note: str = ""
) -> Figure:
    """The median of ours beside the median of the ratios, round by round: what slowed a round slowed both."""
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True) if other]
    shown = f"{against}: {_say(median(theirs))} {unit}"
    return Figure(name, median(ours), unit, shown, median(ratios) if ratios else None, len(ours), note)


def alone(name: str, unit: str, values: Sequence[float], note: str = "") -> Figure:
    """A figure that nothing ran beside."""
    return Figure(name, median(values), unit, rounds=len(values), note=note)


def show(console: Console, figures: Iterable[Figure]) -> None:
    """All figures as a table for people."""
    table = Table(title="Benchmarks", title_justify="left")
    for heading, justify in (("Figure", "left"), ("Value", "right"), ("Unit", "left"), ("Ratio", "right")):
        table.add_column(heading, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column("Against")
    table.add_column("Rounds", justify="right")
    table.add_column("Note")
    for each in figures:
        ratio = "-" if each.ratio is None else _say(each.ratio)
        row = (each.figure, _say(each.value), each.unit, ratio, each.against or "-", str(each.rounds))
        table.add_row(*row, each.note)
    console.print(table)


def _say(value: float) -> str:
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _short(value: float | None) -> float | int | None:
    if value is None:
        return None
    return int(value) if value == int(value) else round(value, 4)
