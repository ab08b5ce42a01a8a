"""What all lists of the API have in common: the query they were asked with, If-Modified-Since, pages.

A list is paged when `page` is sent (or, for invoices, `Statuses` or `summaryOnly`); then it says so in `pagination`.
Default page size 100, at most 1,000. If-Modified-Since compares whole seconds; whether Xero includes the very second
that was asked for is not documented (`Behaviour` says), so a reader must overlap (FACTS 4.7).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.sandbox.xero.forms.dates import parse_modified_since
from app.sandbox.xero.forms.refusals import QueryNotUnderstood
from app.sandbox.xero.forms.where import Getter, build_where, sort_rows


@dataclass(frozen=True, slots=True)
class Question:
    """The query string and headers of one read, both with lower-case names."""

    query: Mapping[str, str]
    headers: Mapping[str, str]
    includes_since: bool = False
    """Whether If-Modified-Since includes its own second."""

    def text(self, name: str) -> str:
        """A query value, "" when absent."""
        return self.query.get(name.lower(), "").strip()

    def flag(self, name: str) -> bool:
        """Whether a query value says true."""
        return self.text(name).lower() == "true"

    def values(self, name: str) -> list[str]:
        """A comma list."""
        return [value.strip() for value in self.text(name).split(",") if value.strip()]

    def count(self, name: str, default: int) -> int:
        """A positive whole number."""
        text = self.text(name)
        if not text:
            return default
        if not text.isdigit() or int(text) < 1:
            raise QueryNotUnderstood(f"'{text}' is not a valid value for {name}")
        return int(text)

    @property
    def unit_places(self) -> int:
        """Places of unit prices: 4 when `unitdp=4`, else 2."""
        return 4 if self.text("unitdp") == "4" else 2


_OF_A_PAGE = frozenset({"page", "pagesize", "summaryonly", "unitdp"})
"""What says which rows are shown, and how; not which there are."""


@dataclass(slots=True)
class LastList:
    """The rows that were asked for last: the pages of a list come one after the other, and are cut from one look."""

    _asked: object = None
    _rows: list[Any] = field(default_factory=list)

    def rows(self, question: Question, changes: int, look: Callable[[], list[Any]]) -> list[Any]:
        """The same rows as long as the same is asked and nothing changed."""
        query = {name: value for name, value in question.query.items() if name not in _OF_A_PAGE}
        asked = (query, question.headers.get("if-modified-since"), question.includes_since, changes)
        if asked != self._asked:
            self._asked, self._rows = asked, look()
        return self._rows


@dataclass(frozen=True, slots=True)
class Page:
    """The rows to show, and what to say of the pages (None: the list is not paged)."""

    rows: list[Any]
    pagination: dict[str, int] | None


def select_rows(
    rows: Iterable[Any],
    question: Question,
    getters: Mapping[str, Getter],
    updated_at: Getter,
    identity: Getter,
) -> list[Any]:
    """Rows that pass `where` and If-Modified-Since, in the asked order (own order: updated, then id)."""
    predicate = build_where(question.text("where"), getters)
    since = parse_modified_since(question.headers.get("if-modified-since"))
    if since is not None and not question.includes_since:
        since += timedelta(seconds=1)
    chosen = [row for row in rows if (since is None or updated_at(row) >= since) and predicate(row)]
    return sort_rows(chosen, question.text("order"), getters, lambda row: (updated_at(row), identity(row)))


def cut_page(rows: list[Any], question: Question, is_paged: bool) -> Page:
    """One page of the rows, or all of them when the list is not paged."""
    if not is_paged:
        return Page(rows, None)
    page = question.count("page", 1)
    size = min(question.count("pageSize", 100), 1000)
    shown = rows[(page - 1) * size : page * size]
    count = -(-len(rows) // size)
    return Page(shown, {"page": page, "pageSize": size, "pageCount": count, "itemCount": len(rows)})
