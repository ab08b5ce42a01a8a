"""What one process counts of its own doing, for Prometheus: constant names and labels with few values.

No label holds an id, an address or anything that somebody outside chooses, so the number of series is bounded. What
lives in the database is not counted here but read when asked (`app.db.upkeep.gauges`). Where several processes share a
port, prometheus-client adds their counts up through files in `PROMETHEUS_MULTIPROC_DIR`, which `serve` sees to.
"""

import os
from datetime import timedelta

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

# A series more for each of ours, with the time of its birth, which nobody asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()
"""Ours alone, so that nothing is shown that is not meant."""

_QUICK = (0.005, 0.025, 0.1, 0.25, 1.0, 5.0, 30.0)
_CALL = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
_LAG = (0.1, 0.25, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0, 86400.0)

EVENTS = Counter(
    "plumbline_events",
    "Events of webhooks that were stored, or were stored before.",
    ["source", "kind"],
    registry=REGISTRY,
)
DOCUMENTS = Counter(
    "plumbline_documents",
    "Documents of partners, by what storing came to.",
    ["kind", "outcome"],
    registry=REGISTRY,
)
SETTLING = Histogram(
    "plumbline_invoice_settling_seconds",
    "From what touched an invoice until Xero held it and the partner's feed told it; held ones are left out.",
    buckets=_LAG,
    registry=REGISTRY,
)
ATTEMPTS = Counter("plumbline_attempts", "Acts on Xero.", ["action", "outcome"], registry=REGISTRY)
RECONCILES = Histogram(
    "plumbline_reconcile_seconds",
    "Reconciles of a connection: done, or the code for which the rest was put off.",
    ["outcome"],
    buckets=_CALL,
    registry=REGISTRY,
)
LEASES = Counter(
    "plumbline_leases",
    "Leases: taken, taken_over from a worker that did not give it back, busy with another worker, lost to another.",
    ["outcome"],
    registry=REGISTRY,
)
TURNED_AWAY = Counter(
    "plumbline_turned_away",
    "What found no room in a worker that has as much of its kind to do as it does at a time, and comes again.",
    ["work"],
    registry=REGISTRY,
)
XERO_CALLS = Histogram(
    "plumbline_xero_call_seconds",
    "Requests to Xero's accounting API, by what they are about and the class of the status.",
    ["entity", "status"],
    buckets=_CALL,
    registry=REGISTRY,
)
DELIVERIES = Counter(
    "plumbline_deliveries", "Calls to partners' endpoints.", ["message", "outcome"], registry=REGISTRY
)
CHANGES_APPLIED = Histogram(
    "plumbline_change_applied_seconds",
    "From a change's place in the feed until the partner's app had applied it.",
    buckets=_LAG,
    registry=REGISTRY,
)
MACHINE_CLOCK = Gauge(
    "plumbline_machine_clock_ahead_seconds",
    "How far this machine's clock is ahead of PostgreSQL's, by which every process goes.",
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)
REQUESTS = Histogram(
    "plumbline_request_seconds",
    "Requests until their answer began, by the route's template.",
    ["method", "route", "status"],
    buckets=_QUICK,
    registry=REGISTRY,
)

if SHARED_FOLDER not in os.environ:
    ProcessCollector(registry=REGISTRY)


def show_counts() -> bytes:
    """The text of what this process counted, or all that share its port."""
    if SHARED_FOLDER not in os.environ:
        return generate_latest(REGISTRY)
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return generate_latest(shared)


def count_xero_call(entity: str, status: int | None, took: timedelta) -> None:
    """One request to Xero; without a whole answer its status is `none`. A 429 is told from other refusals."""
    kind = "none" if status is None else "429" if status == 429 else f"{status // 100}xx"
    XERO_CALLS.labels(entity, kind).observe(took.total_seconds())
