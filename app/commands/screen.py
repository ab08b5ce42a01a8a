"""Tables for people: what they look like, and how single values are written."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

MARKS = {
    "passed": ("✓", "green"),
    "warning": ("!", "yellow"),
    "failed": ("✗", "red"),
    "not_reached": ("·", "dim"),
}
"""How an outcome is marked."""


def build_facts(title: str | None, facts: Mapping[str, object]) -> Table:
    """A name and a value in each row; a value that is None is left out."""
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        if value is not None:
            table.add_row(name, write(value))
    return table


def build_table(
    title: str | None, columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[str] = ()
) -> Table:
    """A table with a head; the columns in `right` are set to the right, as sums are."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(write(value) for value in row))
    return table


def write(value: object) -> Text:
    """A value as a person reads it: nothing of it is taken for markup."""
    if isinstance(value, Text):
        return value
    if isinstance(value, datetime):
        return Text(write_instant(value))
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    return Text("" if value is None else str(value))


def write_instant(at: datetime) -> str:
    """To the second, in UTC."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def write_value(value: Any) -> str:
    """A field's value, cut where it is a whole address or list."""
    text = "not there" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def mark(outcome: str) -> Text:
    """An outcome as a mark."""
    return Text(*MARKS[outcome])
