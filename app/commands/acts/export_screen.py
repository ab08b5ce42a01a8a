"""An export for a person's eyes: a bar for each stage while it goes on, then counts, totals and what is held."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from app.api.exports.report import ExportSum, ExportThing
from app.api.exports.resource import ExportShown
from app.api.exports.resource import Progress as StageShown
from app.commands.screen import build_facts, build_table, write_instant
from app.domain.exports.export import AT_REST, ExportOutcome, ExportState, Stage

MOST_HELD = 50
"""Shown in a table; the report has all of them."""

STYLES = {
    ExportOutcome.CREATED: "green",
    ExportOutcome.ADOPTED: "cyan",
    ExportOutcome.CHANGED: "yellow",
    ExportOutcome.UNCHANGED: "dim",
    ExportOutcome.HELD: "red",
    ExportOutcome.SKIPPED: "dim",
}


class Counts(ProgressColumn):
    """How many are done of how many; while things are listed, how many there are so far."""

    def render(self, task: Task) -> Text:
        found = int(task.completed)
        return Text(f"{found} found" if task.total is None else f"{found}/{int(task.total)}")


class Outcomes(ProgressColumn):
    """What came of those that are done, or is foreseen of those that are listed."""

    def render(self, task: Task) -> Text:
        return write_counts(task.fields.get("counts", {}))


@contextmanager
def watched(*, is_silent: bool) -> Iterator[Callable[[ExportShown], None]]:
    """Bars on stderr until the block ends; none where nobody looks."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(24), Counts(), Outcomes(), TimeElapsedColumn())
    is_unseen = is_silent or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=is_unseen) as progress:
        bars = Bars(progress)
        yield bars.show


class Bars:
    """One line for the whole, and one for each stage that has anything."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._whole = progress.add_task("Waiting for a worker", total=None)
        self._stages: dict[Stage, TaskID] = {}

    def show(self, shown: ExportShown) -> None:
        """Bring the lines up to an export as it is now."""
        is_listing = shown.planned_at is None or shown.dry_run
        done, total = (sum(getattr(each, name) for each in shown.progress) for name in ("done", "total"))
        self._bring(self._whole, is_listing, done, total, description=describe(shown))
        for each in shown.progress:
            if each.total:
                self._show_stage(each, is_listing)

    def _show_stage(self, stage: StageShown, is_listing: bool) -> None:
        if stage.stage not in self._stages:
            self._stages[stage.stage] = self._progress.add_task(f"  {write_stage(stage.stage)}", total=None)
        counts = count_outcomes(stage, foreseen=is_listing)
        self._bring(self._stages[stage.stage], is_listing, stage.done, stage.total, counts=counts)

    def _bring(self, task: TaskID, is_listing: bool, done: int, total: int, **more: Any) -> None:
        """While things are listed nobody knows how many they will be."""
        if is_listing:
            self._progress.update(task, completed=total, total=None, **more)
        else:
            self._progress.update(task, completed=done, total=total, **more)


def describe(shown: ExportShown) -> str:
    """What an export is at, in a few words."""
    if shown.waiting_for is not None:
        return f"Waiting: {shown.waiting_for.code}"
    if shown.state is not ExportState.RUNNING:
        return shown.state.value.capitalize()
    if shown.planned_at is None:
        return "Listing what is in scope" if shown.progress else "Waiting for a worker"
    return f"Exporting {write_stage(shown.stage)}" if shown.stage else "Exporting"


def write_stage(stage: Stage) -> str:
    """A stage in words."""
    return stage.value.replace("_", " ")


def count_outcomes(stage: StageShown, *, foreseen: bool) -> dict[ExportOutcome, int]:
    """What came of a stage's things, or is foreseen of them; those outcomes that there are."""
    counts = {
        outcome: stage.foreseen.get(outcome, 0) if foreseen else getattr(stage, outcome.value)
        for outcome in ExportOutcome
    }
    return {outcome: things for outcome, things in counts.items() if things}


def write_counts(counts: Mapping[ExportOutcome, int]) -> Text:
    """Counts in words, each in the colour of its outcome."""
    parts = [Text(f"{things} {outcome.value}", STYLES[outcome]) for outcome, things in counts.items()]
    return Text(" · ").join(parts)


def build_parts(
    shown: ExportShown, sums: Sequence[ExportSum], held: Sequence[ExportThing]
) -> list[RenderableType]:
    """Every table of it; those that would be empty are left out."""
    parts: list[RenderableType] = [_build_facts(shown)]
    if shown.progress:
        parts.append(_build_stages(shown))
    if sums:
        parts.append(_build_sums(sums))
    if held:
        parts.append(_build_held(shown, held))
    parts.append(Text(_tell_next(shown)))
    return parts


def _build_facts(shown: ExportShown) -> RenderableType:
    implied = ", ".join(write_stage(stage) for stage in shown.implied)
    asked = ", ".join(write_stage(stage) for stage in shown.stages if stage not in shown.implied)
    calls = shown.calls
    facts = {
        "export": shown.id,
        "state": shown.state.value,
        "asked for": asked,
        "added, as those need them": implied or None,
        "invoices from": shown.issued_from or "the start",
        "note": shown.note,
        "calls made": calls.spent,
        "calls still needed": None if calls.needed is None else f"about {calls.needed}",
        "calls left today": None if calls.needed is None else _write_left(calls.left_today, calls.fits_today),
        "likely to end": shown.estimated_end,
        "waits": shown.waiting_for.message if shown.waiting_for else None,
        "failed": shown.reason.message if shown.reason else None,
        "ended": shown.ended_at,
    }
    return build_facts("What an export would do" if shown.dry_run else "Export", facts)


def _write_left(left: int, fits: bool | None) -> str:
    return f"{left}, {'enough' if fits else 'not enough for a bulk: it goes on tomorrow'}"


def _build_stages(shown: ExportShown) -> RenderableType:
    rows = []
    for each in shown.progress:
        counts = count_outcomes(each, foreseen=shown.dry_run)
        far = () if shown.dry_run else (each.done,)
        rows.append(
            (
                write_stage(each.stage),
                each.total,
                *far,
                *(counts.get(outcome) or "" for outcome in ExportOutcome),
            )
        )
    names = ["in scope", *([] if shown.dry_run else ["done"]), *(outcome.value for outcome in ExportOutcome)]
    return build_table("As foreseen" if shown.dry_run else "Stages", ["stage", *names], rows, right=names)


def _build_sums(sums: Sequence[ExportSum]) -> RenderableType:
    rows = [
        (
            one.kind.value.replace("_", " "),
            one.outcome.value,
            one.things,
            one.currency,
            one.total,
            one.xero_total,
        )
        for one in sums
    ]
    columns = ["what", "outcome", "things", "currency", "in the app", "in Xero"]
    return build_table("Totals", columns, rows, right=["things", "in the app", "in Xero"])


def _build_held(shown: ExportShown, held: Sequence[ExportThing]) -> RenderableType:
    rows = [
        (one.kind.value.replace("_", " "), one.id, one.partner_number, one.customer, one.message, one.cure)
        for one in held
    ]
    more = f"; these are the first {MOST_HELD}, the report has all" if len(held) == MOST_HELD else ""
    title = "Would be held" if shown.dry_run else "Held"
    return build_table(f"{title}{more}", ["what", "id", "number", "customer", "because", "cure"], rows)


def _tell_next(shown: ExportShown) -> str:
    sheet = f"Every row: `export report {shown.id} > export.csv`"
    if shown.state is ExportState.PLANNED:
        return f"Carry it out: `export start {shown.id}`. {sheet}"
    if shown.state is ExportState.PAUSED:
        return f"Go on: `export resume {shown.id}`."
    if shown.state in AT_REST:
        return sheet
    return f"Look on: `export watch {shown.id}`. Stop it: `export pause {shown.id}` or `export cancel {shown.id}`."


def build_list(exports: Sequence[ExportShown]) -> RenderableType:
    """Exports, one a row."""
    rows = [
        (
            one.id,
            f"{one.state.value}{', a dry run' if one.dry_run else ''}",
            ", ".join(write_stage(stage) for stage in one.stages if stage not in one.implied),
            one.issued_from or "the start",
            sum(each.done for each in one.progress),
            sum(each.total for each in one.progress),
            write_instant(one.created_at),
            one.note,
        )
        for one in exports
    ]
    columns = ["export", "state", "asked for", "from", "done", "in scope", "ordered", "note"]
    return build_table("Exports, newest first", columns, rows, right=["done", "in scope"])
