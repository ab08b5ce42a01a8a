"""Sheets are safe to open: no cell is taken for a formula."""

import csv
import io

import pytest

from app.api.findings.spreadsheet import to_cell, write_rows


@pytest.mark.parametrize(
    "text", ["=1+1", "+61 400", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\uff1d1", "-", '=HYPERLINK("x")']
)
def test_what_begins_like_a_formula_is_text(text: str) -> None:
    """An apostrophe goes before it, which spreadsheets show as text."""
    assert to_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("PO 1177", "PO 1177"),
        ("-12.50", "-12.50"),
        ("12.50", "12.50"),
        (7, "7"),
        (True, "true"),
        ({"city": "Perth"}, '{"city": "Perth"}'),
        (["=1"], '["=1"]'),
    ],
)
def test_everything_else_is_shown_as_it_is(value: object, cell: str) -> None:
    """Plain numbers stay numbers; lists and objects are JSON."""
    assert to_cell(value) == cell


def test_a_row_is_read_back_as_it_was_written() -> None:
    """Commas, quotes and line breaks are quoted (RFC 4180)."""
    row = ["a,b", 'say "hi"', "two\nlines"]
    assert list(csv.reader(io.StringIO(write_rows([row]), newline=""))) == [row]
