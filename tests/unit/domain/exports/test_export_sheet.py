"""The report as a sheet: whole, readable, and nothing in it that a spreadsheet would run."""

import csv
import io
from decimal import Decimal

import pytest

from app.domain.exports.export import ExportOutcome, ThingKind
from app.domain.exports.export_sheet import COLUMNS, Sum, build_head, build_rows, build_sums


def read(text: str) -> list[list[str]]:
    """The cells of a sheet."""
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize(
    "text", ["=1+1", "+61 400", "-2", "@SUM(A1)", "\tx", "\r=x", "\n=x", '=HYPERLINK("http://x")']
)
def test_a_cell_that_would_be_a_formula_becomes_text(text: str) -> None:
    """Whoever wrote it, in whichever column."""
    [row] = read(build_rows([dict.fromkeys(COLUMNS, text)]))
    assert set(row) == {f"'{text}"}


def test_rows_keep_commas_quotes_and_lines() -> None:
    """What is not said is empty; amounts are numbers of two places, also below zero."""
    said: dict[str, str | Decimal | None] = {
        "customer": 'Tran, "Kim"\nand sons',
        "total": Decimal("-5"),
        "xero_total": Decimal("1.005"),
        "code": None,
    }
    head, row = read(build_head() + build_rows([said]))
    shown = dict(zip(head, row, strict=True))
    assert shown["customer"] == said["customer"]
    assert (shown["total"], shown["xero_total"], shown["code"], shown["currency"]) == (
        "-5.00",
        "1.00",
        "",
        "",
    )
    assert head[0] == "\ufeffkind"
    assert build_rows([]) == ""


def test_sums_come_as_rows_of_their_own() -> None:
    """By kind, outcome and currency, with both sides."""
    each = Sum(ThingKind.INVOICE, ExportOutcome.CREATED, "AUD", 3, Decimal("330"), Decimal("330"))
    [row] = read(build_sums([each]))
    shown = dict(zip(COLUMNS, row, strict=True))
    assert [shown[name] for name in ("kind", "partner_id", "currency", "outcome", "total", "xero_total")] == [
        "sum", "3 invoice", "AUD", "created", "330.00", "330.00",
    ]  # fmt: skip
