"""All that the demo prints: set-up, steps with what moved, progress of the long parts, figures, addresses.

On a terminal in colour, elsewhere as plain lines; nothing here decides anything.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.demo.sides import Movement

PLAIN_WIDTH = 140
QUARTERS = 4
VERDICTS = {True: "[green]✓ met[/green]", False: "[red]✗ missed[/red]", None: ""}


class Screen:
    """Where the demo is told."""

    def __init__(self) -> None:
        console = Console(highlight=False)
        # What is not a terminal has no width to keep to; eighty columns would break every line of a log.
        self._console = console if console.is_terminal else Console(highlight=False, width=PLAIN_WIDTH)

    def say(self, sentence: str) -> None:
        """One line in passing."""
        self._console.print(f"[dim]{escape(sentence)}[/dim]")

    def head(self, title: str) -> None:
        """The beginning of a part."""
        self._console.rule(f"[bold]{escape(title)}[/bold]", align="left")

    @contextmanager
    def setting_up(self, what: str) -> Iterator[None]:
        """A part of the set-up: shown while it lasts, and how long it took when it is there."""
        started = time.monotonic()
        with self._console.status(escape(what)):
            yield
        self._show_done(what, started)

    def show_step(self, number: int, sentence: str, movements: Iterable[Movement], seconds: float) -> None:
        """A step that held: its sentence, what moved on which side, and how long it took."""
        took = f"[dim]{seconds * 1000:.0f} ms[/dim]"
        self._console.print(f"[green]✓[/green] [bold]{number:>2}[/bold]  {escape(sentence)}  {took}")
        table = Table.grid(padding=(0, 2))
        table.add_column(width=4)
        for movement in movements:
            change = f"[dim]{escape(movement.before)}[/dim] → {escape(movement.after)}"
            table.add_row("", f"[cyan]{movement.side}[/cyan]", escape(movement.field), change)
        if table.row_count:
            self._console.print(table)

    def show_failure(self, where: str, why: str, logs: str) -> None:
        """The last words of the processes, and below them, where the eye is, what did not hold and why."""
        if logs:
            self._console.print(f"[dim]{escape(logs)}[/dim]", soft_wrap=True)
        self._console.print(f"[red]✗ {escape(where)}[/red]\n  {escape(why)}")

    @contextmanager
    def counting(self, what: str, total: int) -> Iterator["Count"]:
        """A bar for something that takes a while; where there is no terminal, a line at every quarter."""
        started = time.monotonic()
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        if self._console.is_terminal:
            with Progress(*columns, console=self._console, transient=True) as progress:
                task = progress.add_task(escape(what), total=total)
                yield Count(lambda done: progress.update(task, completed=done))
        else:
            yield Count(Quarters(what, total, self.say).reach)
        self._show_done(f"{what}: {total}", started)

    def show_figures(self, figures: Iterable[tuple[str, str, str, bool | None]]) -> None:
        """The table of figures: what, measured, target, and whether it is met."""
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for column in ("What", "Measured", "Target", ""):
            table.add_column(column)
        for what, measured, target, is_met in figures:
            table.add_row(what, measured, target, VERDICTS[is_met])
        self._console.print(table)

    def show_addresses(self, addresses: dict[str, str]) -> None:
        """Where to look around."""
        widest = max(map(len, addresses))
        for what, address in addresses.items():
            self.show_to_copy(f"{what:<{widest}}", address)

    def show_to_copy(self, what: str, text: str) -> None:
        """Something to be copied from the screen, so never broken into lines of our own."""
        self._console.print(f"  [dim]{escape(what)}[/dim]  {escape(text)}", soft_wrap=True)

    def _show_done(self, what: str, started: float) -> None:
        took = f"[dim]{time.monotonic() - started:.1f} s[/dim]"
        self._console.print(f"  [green]✓[/green] {escape(what)} {took}")


@dataclass(frozen=True)
class Count:
    """How far a counted thing has come."""

    reach: Callable[[int], object]
    """Tell that so many are done."""


class Quarters:
    """Tells of every quarter once, where a bar cannot be drawn."""

    def __init__(self, what: str, total: int, say: Callable[[str], None]) -> None:
        self._what = what
        self._total = total
        self._say = say
        self._told = 0

    def reach(self, done: int) -> None:
        """So many are done."""
        quarter = QUARTERS * done // self._total
        if self._told < quarter < QUARTERS:
            self._told = quarter
            self._say(f"    {self._what}: {done} of {self._total}")
