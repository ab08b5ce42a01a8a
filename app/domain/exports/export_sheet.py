"""An export's report as a sheet: one row a thing, then one a sum, as CSV that a spreadsheet opens and does not run.

A spreadsheet takes a cell that begins with certain signs for a formula, whoever wrote it: a customer may be named
`=HYPERLINK(...)`. Such a cell gets an apostrophe in front, which makes it text. Amounts are written by us from
decimals, and stay numbers, also below zero.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.domain.exports.export import ExportOutcome, ThingKind

COLUMNS = (
    "kind",
    "stage",
    "partner_id",
    "invoice_id",
    "xero_id",
    "partner_number",
    "xero_number",
    "customer",
    "currency",
    "total",
    "xero_total",
    "planned",
    "outcome",
    "code",
    "message",
    "cure",
    "deep_link",
)
SUM = "sum"
"""The kind of the rows at the end, whose `partner_id` says what was summed."""

BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes the text for its own code page."""

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Cell = str | Decimal | None


@dataclass(frozen=True, slots=True)
class Sum:
    """What the things of one kind, outcome and currency come to on each side; `outcome` as planned, of a dry run."""

    kind: ThingKind
    outcome: ExportOutcome
    currency: str
    things: int
    total: Decimal
    xero_total: Decimal


def build_head() -> str:
    """The first line: the names of the columns."""
    return BYTE_ORDER_MARK + _lines([COLUMNS])


def build_rows(rows: Iterable[Mapping[str, Cell]]) -> str:
    """One line for each row; what a row does not say is empty."""
    return _lines([[_write(row.get(column)) for column in COLUMNS] for row in rows])


def build_sums(sums: Iterable[Sum]) -> str:
    """The lines at the end."""
    return build_rows(
        {
            "kind": SUM,
            "partner_id": f"{each.things} {each.kind}",
            "currency": each.currency,
            "total": each.total,
            "xero_total": each.xero_total,
            "outcome": each.outcome,
        }
        for each in sums
    )


def _write(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:.2f}"
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell


def _lines(rows: Sequence[Sequence[str]]) -> str:
    sheet = io.StringIO()
    csv.writer(sheet, lineterminator="\r\n").writerows(rows)
    return sheet.getvalue()
