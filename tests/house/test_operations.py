"""docs/operations keeps up with the product: what its alerts, its dashboard and its pages name is there."""

import re

import pytest
import typer
from prometheus_client.metrics import MetricWrapperBase
from starlette.routing import Route

from app.__main__ import cli
from app.api.metrics.families import build_families, build_up
from app.db.upkeep.gauges import Gauges, LinksLeft, Waiting, Webhooks
from app.domain.xero.pricing import PlanInForce, XeroPlan
from app.metrics import REGISTRY
from tests.house import operations
from tests.served import build_bare, build_contract

SOME = Gauges(
    links=[
        LinksLeft("invoice", "active", "work", None, 1, 1.0),
        LinksLeft("invoice", "active", "held", "x", 1, 1.0),
    ],
    connections=[("active", 1)],
    postponed=[("rate_limited", 1)],
    leases_held=1,
    leases_expired=0,
    events=[Waiting("active", 1, 1.0)],
    changes=[Waiting("enabled", 1, 1.0)],
    copies=Waiting("copy", 1, 1.0),
    endpoints=[("applies", "well", 1)],
    oldest_token_seconds=1.0,
    webhooks=[Webhooks("heard", 1, 1.0, 0)],
    tenants=[],
)
"""One of everything that is counted."""


def list_known() -> dict[str, frozenset[str]]:
    """Every family that the product shows, with its labels."""
    counted = {collector._name: frozenset(collector._labelnames) for collector in list_counted()}
    families = [build_up(True), *build_families(SOME, [], PlanInForce(XeroPlan.CORE, 60, 5000))]
    read = {family.name: frozenset(family.samples[0].labels) for family in families}
    return counted | read


def list_counted() -> list[MetricWrapperBase]:
    """What a process counts."""
    return [each for each in REGISTRY._collector_to_names if isinstance(each, MetricWrapperBase)]


@pytest.mark.parametrize("expression", operations.list_expressions())
def test_every_query_reads_what_there_is(expression: str) -> None:
    """It parses by Prometheus's grammar, and each metric and label in it is one that the product has."""
    known = list_known()
    selectors = operations.list_selectors(expression)
    assert selectors
    assert [each.metric for each in selectors if each.family not in known] == []
    assert [
        (each.metric, each.labels - known[each.family])
        for each in selectors
        if each.labels - known[each.family]
    ] == []


def test_every_metric_has_a_place_on_the_dashboard() -> None:
    """What nobody looks at need not be counted."""
    drawn = {
        selector.family
        for panel in operations.list_panels()
        for target in panel["targets"]
        for selector in operations.list_selectors(operations._fill_in(target["expr"]))
    }
    assert set(list_known()) - drawn == set()


def test_every_alert_has_what_whoever_it_wakes_needs() -> None:
    """A severity, a sentence, and a place in the runbook; names come once."""
    alerts = operations.list_alerts()
    assert len({rule["alert"] for rule in alerts}) == len(alerts)
    for rule in alerts:
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert {"summary", "description"} <= rule["annotations"].keys()
        page, _, anchor = rule["annotations"]["runbook_url"].rpartition("/")[2].partition("#")
        assert anchor == rule["alert"].lower()
        assert rule["alert"] in operations.list_headings(page)


def test_every_section_of_the_runbook_is_of_an_alert() -> None:
    """In the order of the alerts; each says what it means, what to do, and when it is over."""
    headings = operations.list_headings("runbook.md")[1:]
    assert headings == [rule["alert"] for rule in operations.list_alerts()]
    sections = re.split(r"^## ", operations.read_pages()["runbook.md"], flags=re.MULTILINE)[1:]
    for section in sections:
        assert [part for part in ("**It means**", "**Look", "**It is over**") if part not in section] == [], (
            section[:40]
        )


@pytest.mark.parametrize("page", sorted(operations.read_pages()))
def test_commands_and_calls_of_a_page_exist(page: str) -> None:
    """Somebody types them at night."""
    text = operations.read_pages()[page]
    known = list_known_commands()
    assert [command for command in operations.list_commands(text) if not is_known(command, known)] == []
    assert operations.list_calls(text) - list_known_calls() == set()


def list_known_commands() -> set[tuple[str, ...]]:
    """Every command, in words."""
    root = typer.main.get_group(cli)
    known: set[tuple[str, ...]] = set()
    for name, command in root.commands.items():
        known.add((name,))
        known |= {(name, inner) for inner in getattr(command, "commands", {})}
    return known


def is_known(words: list[str], known: set[tuple[str, ...]]) -> bool:
    """Whether a command begins with these words; what follows it is prose."""
    of_group = any(len(command) == 2 and command[0] == words[0] for command in known)
    return tuple(words[:2]) in known if of_group else (words[0],) in known


def list_known_calls() -> set[tuple[str, str]]:
    """Every method and path that is served, the plain routes too."""
    paths = build_contract()["paths"]
    known = {(method.upper(), path) for path, operations_ in paths.items() for method in operations_}
    plain = {
        (method, route.path)
        for route in build_bare().routes
        if isinstance(route, Route)
        for method in route.methods or ()
    }
    return known | plain
