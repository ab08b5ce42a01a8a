"""What was read of the database and of Xero's budgets, as metric families. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.db.upkeep.gauges import Gauges, Waiting
from app.domain.connections.connection import ConnectionState
from app.domain.connections.usage import CallsLeft
from app.domain.xero.pricing import PlanInForce

LOW_SHARE = 0.1
"""Of its limit; an organisation with less than that left is low."""


STATES = (*(state.value for state in ConnectionState), "scheduled")
KINDS = {"connection": ("active", "unread"), "endpoint": ("enabled", "disabled", "none"), "kind": ("copy",)}
"""What is told as none where there is none, so that a rise from nothing can be seen."""


class Families(Collector):
    """Families that are there already, for a registry."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def write_families(families: Iterable[Metric]) -> bytes:
    """Their text."""
    registry = CollectorRegistry()
    registry.register(Families(families))
    return generate_latest(registry)


def build_up(is_up: bool) -> Metric:
    """Whether the database could be read for this scrape."""
    return _gauge("plumbline_database_up", "1 where the database answered this scrape.", [], [((), is_up)])


def build_families(gauges: Gauges, left: Sequence[CallsLeft], plan: PlanInForce) -> Iterator[Metric]:
    """Everything that is read when asked."""
    yield from _links(gauges)
    yield from _connections(gauges)
    yield from _waiting(
        "plumbline_events_waiting",
        "Xero's events not looked at yet, by their connection's state; `unread` are webhooks not taken apart yet",
        "connection",
        gauges.events,
    )
    yield from _waiting(
        "plumbline_changes_waiting", "Changes that no app applied yet", "endpoint", gauges.changes
    )
    yield from _waiting(
        "plumbline_copies_waiting", "Copies of messages not taken yet", "kind", [gauges.copies]
    )
    yield from _sides(gauges)
    yield from _budget(left, plan)


def _links(gauges: Gauges) -> Iterator[Metric]:
    behind = [one for one in gauges.links if one.waits_for != "held"]
    labels = ["thing", "waits_for", "connection"]
    named = [((one.thing, one.waits_for, one.connection), one) for one in behind]
    yield _gauge(
        "plumbline_links_behind",
        "Links of which work is due, or that wait for the partner's app, by their connection's state.",
        labels,
        [(name, one.number) for name, one in named],
    )
    yield _gauge(
        "plumbline_links_behind_oldest_seconds",
        "How long ago the one of these that waits longest was touched.",
        labels,
        [(name, one.oldest_seconds) for name, one in named],
    )
    held: dict[tuple[str, ...], float] = {}
    for one in gauges.links:
        if one.waits_for == "held":
            key = (one.thing, one.code or "unknown")
            held[key] = held.get(key, 0) + one.number
    yield _gauge(
        "plumbline_links_held", "Links that wait for a cause to be lifted.", ["thing", "code"], held.items()
    )


def _connections(gauges: Gauges) -> Iterator[Metric]:
    yield _gauge(
        "plumbline_connections",
        "Connections by state; `scheduled` are active ones that wait for their set time.",
        ["state"],
        [((state,), count) for state, count in (dict.fromkeys(STATES, 0) | dict(gauges.connections)).items()],
    )
    yield _gauge(
        "plumbline_connections_postponed",
        "Active connections whose work was put off, by the reason's code.",
        ["code"],
        [((code,), count) for code, count in gauges.postponed],
    )
    yield _gauge(
        "plumbline_leases_held",
        "Leases by whether they are in force; one that expired is taken over by the next worker.",
        ["state"],
        [(("held",), gauges.leases_held), (("expired",), gauges.leases_expired)],
    )


def _waiting(name: str, what: str, label: str, waiting: Sequence[Waiting]) -> Iterator[Metric]:
    every = {kind: Waiting(kind, 0, 0.0) for kind in KINDS[label]} | {one.kind: one for one in waiting}
    yield _gauge(name, f"{what}.", [label], [((one.kind,), one.number) for one in every.values()])
    ages = [((one.kind,), one.oldest_seconds) for one in every.values()]
    yield _gauge(f"{name}_oldest_seconds", f"{what}: the age of the oldest.", [label], ages)


def _sides(gauges: Gauges) -> Iterator[Metric]:
    yield _gauge(
        "plumbline_endpoints",
        "Partners' endpoints by how they fare.",
        ["part", "state"],
        [((part, state), count) for part, state, count in gauges.endpoints],
    )
    yield _gauge(
        "plumbline_oldest_token_seconds",
        "Since the refresh of the token set in use that was refreshed longest ago; Xero ends one after 60 days.",
        [],
        [((), gauges.oldest_token_seconds)],
    )
    states = dict.fromkeys(("waiting", "heard", "silent"), 0) | {
        one.state: one.number for one in gauges.webhooks
    }
    yield _gauge(
        "plumbline_xero_subscriptions",
        "Xero's webhook subscriptions by state.",
        ["state"],
        [((state,), number) for state, number in states.items()],
    )
    yield _gauge(
        "plumbline_xero_events_missed",
        "Events whose numbers never came, ever.",
        [],
        [((), sum(one.events_missed for one in gauges.webhooks))],
    )


def _budget(left: Sequence[CallsLeft], plan: PlanInForce) -> Iterator[Metric]:
    windows = {
        "minute": (plan.minute_calls, [one.minute for one in left if one.minute is not None]),
        "day": (plan.day_calls, [one.day for one in left if one.day is not None]),
    }
    limits = [((window,), limit) for window, (limit, _) in windows.items()]
    yield _gauge("plumbline_xero_calls_limit", "Calls of an organisation in a window.", ["window"], limits)
    samples: list[tuple[tuple[str, ...], float]] = []
    for window, (limit, known) in windows.items():
        samples.append(((window, "lowest"), min(known, default=limit)))
        samples.append(((window, "median"), median(known) if known else limit))
    yield _gauge(
        "plumbline_xero_calls_left",
        "Calls left by Xero's last word, over the organisations of which it said anything lately.",
        ["window", "of"],
        samples,
    )
    low = [
        ((window,), sum(one < LOW_SHARE * limit for one in known))
        for window, (limit, known) in windows.items()
    ]
    yield _gauge(
        "plumbline_xero_organisations_low", "Organisations with less than a tenth left.", ["window"], low
    )


def _gauge(
    name: str, documentation: str, labels: Sequence[str], samples: Iterable[tuple[tuple[str, ...], float]]
) -> Metric:
    family = GaugeMetricFamily(name, documentation, labels=labels)
    for values, number in samples:
        family.add_metric(values, float(number))
    return family
