"""Xero's `where` and `order` for lists: a small reader of its filter language.

Comparisons (`==`, `!=`, `<`, `<=`, `>`, `>=`) of a property with a string, number, boolean, null, `Guid("...")` or
`DateTime(y, m, d)`, and `.Contains`, `.StartsWith`, `.EndsWith`, joined by `AND`/`&&`, `OR`/`||` and brackets. Text is
compared without regard to case and accents (FACTS 5, Contacts). Anything else raises QueryNotUnderstood, as Xero's
ErrorNumber 16 does.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from app.sandbox.xero.forms.refusals import QueryNotUnderstood

Getter = Callable[[Any], Any]
Predicate = Callable[[Any], bool]
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<sign>==|!=|>=|<=|&&|\|\||[=<>(),])"""
    r"""|(?P<name>[A-Za-z][A-Za-z0-9_.]*))"""
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda left, right: left == right,
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
}
_METHODS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
}


def build_where(text: str | None, getters: Mapping[str, Getter]) -> Predicate:
    """A predicate over rows. `getters` maps lower-case property names to functions of a row."""
    if not text or not text.strip():
        return lambda row: True
    reader = _Reader(text, getters)
    predicate = reader.alternatives()
    reader.expect_end()
    return predicate


def sort_rows(rows: list[Any], text: str | None, getters: Mapping[str, Getter], default: Getter) -> list[Any]:
    """Rows in the asked order (`UpdatedDateUTC DESC, InvoiceID`), or in the endpoint's own."""
    ordered = sorted(rows, key=default)
    for term in reversed([term for term in (text or "").split(",") if term.strip()]):
        words = term.split()
        getter = getters.get(words[0].lower())
        if getter is None or len(words) > 2 or (len(words) == 2 and words[1].upper() not in ("ASC", "DESC")):
            raise QueryNotUnderstood(f"No property or field '{words[0]}' can be ordered by")
        descending = len(words) == 2 and words[1].upper() == "DESC"
        ordered = sorted(ordered, key=_null_first(getter), reverse=descending)
    return ordered


def _null_first(getter: Getter) -> Getter:
    def key(row: Any) -> tuple[bool, Any]:
        value = _plain(getter(row))
        return (value is not None, value if value is not None else 0)

    return key


def _plain(value: Any) -> Any:
    """The comparable form of a value: text without case and accents, dates as instants."""
    if isinstance(value, str):
        if value.isascii():
            return value.casefold()
        letters = unicodedata.normalize("NFKD", value.casefold())
        return "".join(letter for letter in letters if not unicodedata.combining(letter))
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


class _Reader:
    """A recursive reader over the tokens of one filter."""

    def __init__(self, text: str, getters: Mapping[str, Getter]) -> None:
        self._getters = getters
        self._tokens: list[tuple[str, str]] = []
        self._at = 0
        position, text = 0, text.rstrip()
        while position < len(text):
            found = _TOKEN.match(text, position)
            if found is None:
                raise QueryNotUnderstood(f"Syntax error (at index {position})")
            self._tokens.append((str(found.lastgroup), found.group().strip()))
            position = found.end()

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise QueryNotUnderstood("Expression expected (at the end)")
        self._at += 1
        return self._tokens[self._at - 1]

    def _need(self, sign: str) -> None:
        if self._take()[1] != sign:
            raise QueryNotUnderstood(f"'{sign}' expected")

    def expect_end(self) -> None:
        """Raise when something is left over."""
        if self._at < len(self._tokens):
            raise QueryNotUnderstood(f"Syntax error at '{self._peek()}'")

    def alternatives(self) -> Predicate:
        """Terms joined by OR."""
        options = [self._conjunction()]
        while self._peek().upper() in ("OR", "||"):
            self._take()
            options.append(self._conjunction())
        return lambda row: any(option(row) for option in options)

    def _conjunction(self) -> Predicate:
        terms = [self._term()]
        while self._peek().upper() in ("AND", "&&"):
            self._take()
            terms.append(self._term())
        return lambda row: all(term(row) for term in terms)

    def _term(self) -> Predicate:
        if self._peek() == "(":
            self._take()
            inner = self.alternatives()
            self._need(")")
            return inner
        kind, name = self._take()
        if kind != "name":
            raise QueryNotUnderstood(f"A property was expected instead of {name}")
        head, _, method = name.rpartition(".")
        if method.lower() in _METHODS and self._peek() == "(":
            return self._method(self._getter(head), _METHODS[method.lower()])
        return self._comparison(self._getter(name))

    def _getter(self, name: str) -> Getter:
        getter = self._getters.get(name.lower())
        if getter is None:
            raise QueryNotUnderstood(f"No property or field '{name}' exists (at index 0)")
        return getter

    def _method(self, getter: Getter, method: Callable[[str, str], bool]) -> Predicate:
        self._need("(")
        part = _plain(self._literal())
        self._need(")")
        return lambda row: method(_plain(getter(row)) or "", str(part))

    def _comparison(self, getter: Getter) -> Predicate:
        sign = self._take()[1]
        if sign not in _COMPARE:
            raise QueryNotUnderstood(f"Operator expected instead of '{sign}'")
        compare, wanted = _COMPARE[sign], _plain(self._literal())

        def predicate(row: Any) -> bool:
            value = _plain(getter(row))
            if value is None or wanted is None:
                return compare(value, wanted) if sign in ("==", "=", "!=") else False
            try:
                return compare(value, wanted)
            except TypeError:
                raise QueryNotUnderstood(f"Operator '{sign}' incompatible with operand types") from None

        return predicate

    def _literal(self) -> Any:
        kind, text = self._take()
        if kind == "string":
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        if kind == "number":
            return Decimal(text)
        words: dict[str, Any] = {"true": True, "false": False, "null": None}
        if text.lower() in words:
            return words[text.lower()]
        if text.lower() in ("guid", "datetime") and self._peek() == "(":
            return self._constructed(text.lower())
        raise QueryNotUnderstood(f"Unknown value '{text}'")

    def _constructed(self, kind: str) -> Any:
        self._need("(")
        values = [self._literal()]
        while self._peek() == ",":
            self._take()
            values.append(self._literal())
        self._need(")")
        if kind == "guid":
            return str(values[0])
        try:
            year, month, day, *clock = (int(value) for value in values)
            hour, minute, second = (*clock, 0, 0, 0)[:3]
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except (TypeError, ValueError):
            raise QueryNotUnderstood("DateTime needs a year, a month and a day") from None
