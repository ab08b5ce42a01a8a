"""A compare for a person's eyes: how far it is while it runs, then totals, doubts and differences."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.api.findings.comparison_report import ComparisonReport, CurrencyTotals
from app.api.findings.discrepancy_resource import Discrepancy
from app.commands.screen import build_facts, build_table, write_instant, write_value
from app.domain.connections.connection import Connection

MOST_ROWS = 200
"""Differences shown in a table; JSON and the sheet have all of them."""

_SUMS = ("invoiced", "paid", "credited", "due")


@contextmanager
def watched(*, is_silent: bool) -> Iterator[Callable[[Connection, ComparisonReport], None]]:
    """A bar on stderr until the block ends; none where nobody looks."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    is_unseen = is_silent or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=is_unseen) as progress:
        task = progress.add_task("Waiting for a worker", total=None)

        def watch(connection: Connection, report: ComparisonReport) -> None:
            far = report.under_way
            if connection.retry_reason and connection.compare_due:
                progress.update(task, description=f"Waiting: {connection.retry_reason}")
            elif far is not None:
                total = far.compared + far.left
                progress.update(task, description="Reading Xero", completed=far.compared, total=total)
            elif report.state == "done":
                progress.update(task, description=f"Bringing into step: {report.invoices.behind} left")

        yield watch


def build_parts(report: ComparisonReport, found: Sequence[Discrepancy]) -> list[RenderableType]:
    """Every table of it; those that would be empty are left out."""
    parts: list[RenderableType] = [_show_verdict(report)]
    if report.totals:
        parts.append(_show_totals(report.totals))
    if report.against:
        rows = [(doubt.count, doubt.message, doubt.list) for doubt in report.against]
        parts.append(build_table("Against it", ["count", "what", "listed by"], rows, right=["count"]))
    if found:
        parts.append(_show_differences(found))
    return parts


def _show_verdict(report: ComparisonReport) -> RenderableType:
    last = report.last
    equal = write_instant(report.equal_as_of) if report.equal_as_of else None
    facts = {
        "equal as of": equal or "not equal, as far as is known",
        "app known as of": report.partner_known_at,
        "compared": f"{last.invoices} invoices by {last.calls} calls" if last else "never",
        "finished": last.finished_at if last else None,
        "differed": f"{last.differing}, brought into step unless they stand below" if last else None,
        "invoices": _count(report.invoices.linked, report.invoices.behind, report.invoices.held),
        "contacts": _count(report.contacts.linked, report.contacts.behind, report.contacts.held),
    }
    return build_facts("Both sides", facts)


def _count(linked: int, behind: int, held: int) -> str:
    return f"{linked} linked, {behind} behind, {held} held"


def _show_totals(totals: Sequence[CurrencyTotals]) -> RenderableType:
    rows = [
        (total.currency, side, *(getattr(getattr(total, side), name) for name in _SUMS), missing)
        for total in totals
        for side, missing in (
            ("partner", total.unknown_to_partner),
            ("xero", total.unknown_to_xero),
            ("difference", ""),
        )
    ]
    return build_table(
        "Totals", ["currency", "side", *_SUMS, "not known there"], rows, right=[*_SUMS, "not known there"]
    )


def _show_differences(found: Sequence[Discrepancy]) -> RenderableType:
    rows = [
        (
            one.id,
            one.number or one.invoice_id or one.contact_id,
            one.kind,
            one.path or "the whole",
            *(write_value(one.values.get(side)) for side in ("base", "partner", "xero")),
            one.moved_by,
            one.closed_because or one.state,
        )
        for one in found[:MOST_ROWS]
    ]
    left = len(found) - MOST_ROWS
    more = f"; {left} more: `--json` prints all, `GET .../discrepancies.csv` is a sheet" if left > 0 else ""
    columns = ["id", "invoice", "kind", "field", "agreed on", "partner", "xero", "moved by", "now"]
    return build_table(f"Differences{more}", columns, rows)
