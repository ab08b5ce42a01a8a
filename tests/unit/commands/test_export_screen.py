"""An export's bars: what a person reads while it goes on."""

import io
from typing import Any

from rich.console import Console
from rich.progress import Progress, TextColumn

from app.api.exports.resource import EXAMPLE, ExportShown
from app.commands.acts.export_screen import Bars, Counts, Outcomes, describe


def shown(**changes: Any) -> ExportShown:
    """The API's own example, with some members otherwise."""
    return ExportShown.model_validate(
        EXAMPLE | {"issued_from": EXAMPLE["from"], "issued_to": EXAMPLE["to"]} | changes
    )


def draw(*exports: ExportShown) -> list[str]:
    """The lines that stand after these states of an export, without their bars."""
    console = Console(file=io.StringIO(), width=120)
    progress = Progress(TextColumn("{task.description}"), Counts(), Outcomes(), console=console)
    bars = Bars(progress)
    for export in exports:
        bars.show(export)
    with console.capture() as captured:
        console.print(progress.get_renderable())
    return [" ".join(line.split()) for line in captured.get().splitlines()]


def test_while_things_are_listed_nobody_knows_how_many_they_will_be() -> None:
    """What is found so far and foreseen of it, of a dry run to its end; no number stands for the whole."""
    assert draw(shown(dry_run=True, planned_at=None, stage=None)) == [
        "Listing what is in scope 120 found",
        "invoices 120 found 100 created · 17 adopted · 1 unchanged · 2 held",
    ]


def test_what_is_carried_out_is_told_by_stage() -> None:
    """How many are done of how many, and what came of those."""
    assert draw(shown(dry_run=True, planned_at=None, stage=None), shown()) == [
        "Exporting invoices 80/120",
        "invoices 80/120 60 created · 17 adopted · 1 unchanged · 2 held",
    ]


def test_what_it_waits_for_is_said() -> None:
    """A worker, Xero's calls, or a person."""
    reason = {"code": "rate_limited", "message": "Xero's calls of the minute are used up.", "cure": None}
    assert describe(shown(progress=[], planned_at=None)) == "Waiting for a worker"
    assert describe(shown(waiting_for=reason)) == "Waiting: rate_limited"
    assert describe(shown(state="paused")) == "Paused"
