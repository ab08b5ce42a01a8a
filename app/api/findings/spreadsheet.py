"""A list as CSV for a spreadsheet: streamed page by page, and harmless when it is opened.

A cell that begins like a formula would be run by a spreadsheet, and whoever may edit an invoice chooses such cells. So
every one of them gets an apostrophe in front, which spreadsheets show as text; plain numbers are left as they are.
"""

import csv
import io
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from fastapi.responses import StreamingResponse

MEDIA_TYPE = "text/csv"

_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What spreadsheets take for the beginning of a formula, full-width forms among them."""


def to_cell(value: Any) -> str:
    """A value as a cell: nothing as an empty one, lists and objects as JSON."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if text.lstrip(" ").startswith(_FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def write_rows(rows: Sequence[Sequence[Any]]) -> str:
    """The rows as CSV (RFC 4180)."""
    written = io.StringIO()
    csv.writer(written).writerows([[to_cell(value) for value in row] for row in rows])
    return written.getvalue()


def stream(
    name: str,
    header: Sequence[str],
    fetch_page: Callable[[int], Awaitable[tuple[list[Sequence[Any]], int | None]]],
) -> StreamingResponse:
    """The answer that streams every page; `fetch_page` answers the rows after a number, and where the next begins."""
    return StreamingResponse(
        _pages(header, fetch_page),
        media_type=f"{MEDIA_TYPE}; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}.csv"'},
    )


async def _pages(
    header: Sequence[str], fetch_page: Callable[[int], Awaitable[tuple[list[Sequence[Any]], int | None]]]
) -> AsyncIterator[str]:
    yield write_rows([header])
    after: int | None = 0
    while after is not None:
        rows, after = await fetch_page(after)
        if rows:
            yield write_rows(rows)
