"""What docs/operations says: the queries of its dashboard and its alerts, and the commands and calls of its pages."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import promql_parser
import yaml

from tests.house import house

FOLDER = house.ROOT / "docs" / "operations"

_GRAFANA = {"$__rate_interval": "5m", "$__interval": "1m", "$__range": "1h"}
_SUFFIXES = ("_bucket", "_count", "_sum", "_total")


@dataclass(frozen=True)
class Selector:
    """One metric that a query reads, with the labels that it names; `le` is of every histogram."""

    metric: str
    labels: frozenset[str]

    @property
    def family(self) -> str:
        """The metric's name without what Prometheus adds to it."""
        return next((self.metric.removesuffix(s) for s in _SUFFIXES if self.metric.endswith(s)), self.metric)


def list_alerts() -> list[dict[str, Any]]:
    """Every rule."""
    groups = yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def list_panels() -> list[dict[str, Any]]:
    """Every panel."""
    panels: list[dict[str, Any]] = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
    return panels


def list_expressions() -> list[str]:
    """Every PromQL expression, with Grafana's own variables filled in."""
    found = [rule["expr"] for rule in list_alerts()]
    for panel in list_panels():
        found += [target["expr"] for target in panel["targets"]]
    return [_fill_in(expression) for expression in found]


def list_selectors(expression: str) -> list[Selector]:
    """What an expression reads; the labels by which it groups count for every metric in it."""
    return list(_walk(promql_parser.parse(expression), frozenset()))


def _walk(part: Any, grouped: frozenset[str]) -> Iterator[Selector]:
    if isinstance(part, promql_parser.VectorSelector):
        named = {matcher.name for matcher in part.matchers.matchers}
        assert part.name is not None, part
        yield Selector(part.name, (frozenset(named) | grouped) - {"le"})
        return
    if isinstance(part, promql_parser.AggregateExpr) and part.modifier is not None:
        grouped = grouped | frozenset(part.modifier.labels)
    for name in ("expr", "lhs", "rhs", "vs", "vector_selector"):
        if (inner := getattr(part, name, None)) is not None:
            yield from _walk(inner, grouped)
    for argument in getattr(part, "args", None) or []:
        yield from _walk(argument, grouped)


def _fill_in(expression: str) -> str:
    for name, value in _GRAFANA.items():
        expression = expression.replace(name, value)
    return expression


def list_headings(page: str) -> list[str]:
    """The headings of a page."""
    return re.findall(r"^#+ (.+)$", (FOLDER / page).read_text(), re.MULTILINE)


def read_pages() -> dict[str, str]:
    """Every page by its name."""
    return {path.name: path.read_text() for path in sorted(FOLDER.glob("*.md"))}


def list_commands(text: str) -> list[list[str]]:
    """The commands of ours that a page names, in words: `python -m app export pause EXPORT` is `export pause`."""
    named = re.findall(r"python -m app ((?:[a-z]+(?:-[a-z]+)* ?)+)", text)
    return [each.split() for each in named]


def list_calls(text: str) -> set[tuple[str, str]]:
    """The calls that a page names, with their whole path."""
    return set(re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[\w/{}.-]*)`", text))
