"""What Prometheus is shown of a story: what happened in the processes, and what the database holds."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from prometheus_client.parser import text_string_to_metric_families

from app.reconcile.lease import LEASE_SPAN
from tests.house import operations
from tests.scenarios.house import House
from tests.scenarios.test_leases_and_restarts import take_lease_as_another

Figures = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


async def test_metrics_tell_the_story(house: House) -> None:
    """One invoice goes both ways, one is held, one waits for its worker: each is told by its labels and no id."""
    before = await scrape(house)
    await house.write()
    await house.write(
        "inv_2", due_on=None, lines=[{"id": "l1", "description": "Tap", "unit_price": "1", "category": "odd"}]
    )
    await house.drain()
    await house.edit_xero(Reference="PO 2")
    await house.drain()
    await house.write("inv_3")
    await take_lease_as_another(house)
    await house.parts.reconciler.reconcile(UUID(house.connection_id))
    shown = await scrape(house)

    def grown(name: str, **labels: str) -> float:
        key = (name, frozenset(labels.items()))
        return shown.get(key, 0.0) - before.get(key, 0.0)

    assert grown("plumbline_events_total", source="xero", kind="invoice") >= 1
    assert grown("plumbline_documents_total", kind="invoice", outcome="created") == 3
    assert grown("plumbline_attempts_total", action="create", outcome="done") >= 1
    assert grown("plumbline_xero_call_seconds_count", entity="Invoices", status="2xx") >= 2
    assert grown("plumbline_invoice_settling_seconds_count") >= 2
    assert grown("plumbline_reconcile_seconds_count", outcome="done") >= 2
    assert grown("plumbline_leases_total", outcome="taken") >= 2
    assert grown("plumbline_leases_total", outcome="busy") == 1
    assert grown("plumbline_deliveries_total", message="change", outcome="applied") >= 1
    assert grown("plumbline_change_applied_seconds_count") >= 1
    assert pick(shown, "plumbline_links_held", thing="invoice", code="category_unmapped") == 1
    assert pick(shown, "plumbline_links_behind", thing="invoice", waits_for="work", connection="active") == 1
    assert pick(shown, "plumbline_connections", state="active") == 1
    assert pick(shown, "plumbline_xero_subscriptions", state="heard") == 1
    assert pick(shown, "plumbline_leases_held", state="held") == 1
    assert pick(shown, "plumbline_xero_calls_left", window="day", of="lowest") < pick(
        shown, "plumbline_xero_calls_limit", window="day"
    )
    assert_is_bounded(house, shown, before)
    assert_alerts_can_be_computed(shown)
    house.clock.advance(LEASE_SPAN + timedelta(seconds=1))
    await house.drain()
    assert grown_since(shown, await scrape(house), "plumbline_leases_total", outcome="taken_over") == 1


def assert_is_bounded(house: House, shown: Figures, before: Figures) -> None:
    """No label has an id or anything that somebody chose; few series are new, whatever else this process has done."""
    values = {value for _, labels in shown for _, value in labels}
    secret = {house.connection_id, house.tenant_id, house.partner["partner_id"], "inv_1", "N-inv_1", "PO 2"}
    assert values & secret == set()
    assert len(shown.keys() - before.keys()) < 100


def assert_alerts_can_be_computed(shown: Figures) -> None:
    """Every metric of every alert and every panel stands in this very scrape."""
    names = {name for name, _ in shown}
    needed = {
        each.family for query in operations.list_expressions() for each in operations.list_selectors(query)
    }
    families = {operations.Selector(name, frozenset()).family for name in names}
    assert needed - families - MAY_BE_ABSENT == set()


MAY_BE_ABSENT = {"plumbline_connections_postponed"}
"""Without a line while there is none of it."""


async def scrape(house: House) -> Figures:
    """What a worker shows, read anew, by name and labels; in a story the API counts in the same process."""
    house.parts.metrics._read_at = float("-inf")
    text = (await house.parts.metrics.show()).decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def pick(shown: Figures, name: str, **labels: str) -> float:
    """One figure, which must be there."""
    return shown[name, frozenset(labels.items())]


def grown_since(before: Figures, after: Figures, name: str, **labels: str) -> float:
    """By how much a counter grew."""
    key = (name, frozenset(labels.items()))
    return after.get(key, 0.0) - before.get(key, 0.0)
