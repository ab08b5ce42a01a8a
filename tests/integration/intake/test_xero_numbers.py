"""The numbers of Xero's deliveries and the silence between them: what the operator hears of lost webhooks, and when."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from app.clock import ManualClock
from app.db.inboxes.subscriptions import list_subscriptions, note_untold
from app.domain.connections.connection import ConnectionState
from app.reconcile.timers.watch import FINDS, GAP_GRACE, SPREAD, TOLD_WITHIN, Watch
from tests.integration.api.driver import Plumbline, sign_as_xero

TENANT = "c2cc9b6e-9458-4c7d-93cc-f02b81b0594f"
LONG = timedelta(days=1)


async def deliver(plumbline: Plumbline, first: Any, last: Any) -> int:
    """One delivery of Xero's with an event of its own and these numbers; the status of its answer."""
    event = {
        "resourceId": f"r{first}",
        "eventDateUtc": "2026-11-20T01:15:39.902",
        "eventType": "UPDATE",
        "eventCategory": "INVOICE",
        "tenantId": TENANT,
    }
    envelope = {"events": [event], "firstEventSequence": first, "lastEventSequence": last, "entropy": "S0m3"}
    body = json.dumps(envelope).encode()
    async with plumbline.as_partner(None) as xero:
        answer = await xero.post(
            "/webhooks/xero", content=body, headers={"x-xero-signature": sign_as_xero(body)}
        )
    await plumbline.take_in()
    return answer.status_code


async def join(plumbline: Plumbline, tenant: str = TENANT) -> str:
    """An active connection of that tenant, swept just now."""
    path = await plumbline.open_active()
    await plumbline.execute(
        "UPDATE connections SET tenant_id = :tenant, sweep_at = now() + interval '15 minutes'"
        " WHERE id = CAST(:id AS uuid)",
        tenant=tenant,
        id=path.split("/")[3],
    )
    return path


async def readiness(plumbline: Plumbline) -> dict[str, Any]:
    """What the operator sees of the one subscription."""
    answer = (await plumbline.http.get("/readyz")).json()
    assert answer["status"] == "ok"
    [shown] = answer["xero_webhooks"]
    return dict(shown)


async def sweeps_at(plumbline: Plumbline) -> list[datetime | None]:
    """When each connection is swept next."""
    return [row[0] for row in await plumbline.execute("SELECT sweep_at FROM connections ORDER BY created_at")]


def later(span: timedelta = LONG) -> ManualClock:
    """A clock that is ahead of the intake's."""
    return ManualClock(datetime.now(UTC) + span)


async def test_a_gap_brings_the_sweep_of_every_active_connection_forward_once(plumbline: Plumbline) -> None:
    """Each to a moment of its own, a paused one's for when it goes on; one that is lost is swept with its new consent,
    and what is due earlier stays so. The log says it once.
    """
    for n in range(4):
        await join(plumbline, f"tenant-{n}")
    await plumbline.set_state(await join(plumbline, "tenant-paused"), ConnectionState.PAUSED)
    await plumbline.set_state(await join(plumbline, "tenant-lost"), ConnectionState.DISCONNECTED)
    before = await sweeps_at(plumbline)
    await deliver(plumbline, 1, 3)
    await deliver(plumbline, 7, 7)
    clock = ManualClock(datetime.now(UTC) + GAP_GRACE + timedelta(seconds=5))
    watch = Watch(plumbline.database, clock)
    with capture_logs() as logs:
        await watch.look()
        await watch.look()
    told = [line for line in logs if line["event"] == "xero_webhook_gap"]
    assert [(line["first"], line["last"], line["connections_to_sweep"]) for line in told] == [(4, 6, 5)]
    *coming_back, of_lost = await sweeps_at(plumbline)
    assert of_lost == before[-1]
    assert len(set(coming_back)) == 5
    assert all(at is not None and clock.now() <= at <= clock.now() + SPREAD for at in coming_back)
    shown = await readiness(plumbline)
    assert (shown["gaps"], shown["events_missed"], shown["state"]) == (1, 3, "heard")


async def test_a_late_delivery_fills_its_gap_and_nobody_is_told(plumbline: Plumbline) -> None:
    """Deliveries that overtake each other, and doubles of them, cost neither a sweep nor a line."""
    await join(plumbline)
    before = await sweeps_at(plumbline)
    for first, last in ((1, 1), (5, 6), (2, 4), (5, 6), (2, 4)):
        assert await deliver(plumbline, first, last) == 200
    with capture_logs() as logs:
        await Watch(plumbline.database, later()).look()
    assert logs == []
    assert await sweeps_at(plumbline) == before


async def test_a_gap_has_its_grace(plumbline: Plumbline) -> None:
    """Until it has passed nothing happens; what is missing after it is told, less what came meanwhile."""
    await join(plumbline)
    await deliver(plumbline, 1, 1)
    await deliver(plumbline, 5, 5)
    with capture_logs() as logs:
        await Watch(plumbline.database, ManualClock(datetime.now(UTC))).look()
        assert logs == []
        await deliver(plumbline, 2, 3)
        await Watch(plumbline.database, later()).look()
    assert [(line["first"], line["last"]) for line in logs] == [(4, 4)]


@pytest.mark.parametrize(
    ("first", "last"), [(None, None), ("1", "2"), (0, 0), (5, 2), (True, True), (-3, 4), (1, 2**70)]
)
async def test_numbers_that_are_none_do_no_harm(plumbline: Plumbline, first: Any, last: Any) -> None:
    """The events count all the same; the sequence stays where it was."""
    await join(plumbline)
    await deliver(plumbline, 10, 10)
    assert await deliver(plumbline, first, last) == 200
    await deliver(plumbline, 11, 11)
    with capture_logs() as logs:
        await Watch(plumbline.database, later()).look()
    assert logs == []
    assert await plumbline.count("xero_events") == 3


async def test_silence_is_told_once_and_ends_with_an_event(plumbline: Plumbline) -> None:
    """After a few finds of sweeps with nothing heard: at error, in readiness, and never again until it has ended."""
    await join(plumbline)
    await deliver(plumbline, 1, 1)
    an_hour = timedelta(hours=1)
    changed_at, watch = datetime.now(UTC) + an_hour, Watch(plumbline.database, later(an_hour))
    with capture_logs() as logs:
        for _ in range(FINDS):
            await watch.look()
            assert (await readiness(plumbline))["state"] == "heard"
            await find(plumbline, changed_at)
        await watch.look()
        await watch.look()
    assert [(line["event"], line["log_level"]) for line in logs] == [("xero_webhooks_silent", "error")]
    shown = await readiness(plumbline)
    assert shown["state"] == "silent"
    assert shown["silent_since"]
    with capture_logs() as logs:
        await deliver(plumbline, 2, 2)
    assert "xero_webhooks_heard_again" in [line["event"] for line in logs]
    assert (await readiness(plumbline))["state"] == "heard"
    with capture_logs() as logs:
        await watch.look()
    assert logs == []


async def test_one_find_is_told_before_xero_disables_the_subscription(plumbline: Plumbline) -> None:
    """Where little happens there may be no third one in 24 hours."""
    await find(plumbline, datetime.now(UTC))
    assert (await readiness(plumbline))["state"] == "waiting"
    with capture_logs() as logs:
        await Watch(plumbline.database, later(TOLD_WITHIN - timedelta(minutes=1))).look()
        assert logs == []
        await Watch(plumbline.database, later(TOLD_WITHIN + timedelta(minutes=1))).look()
    assert [line["event"] for line in logs] == ["xero_webhooks_silent"]


async def test_a_change_after_which_something_was_heard_is_no_silence(plumbline: Plumbline) -> None:
    """One webhook was lost, but the subscription lives; an intent to receive, which holds no event, proves nothing."""
    await deliver(plumbline, 1, 1)
    for _ in range(2 * FINDS):
        await find(plumbline, datetime.now(UTC) - timedelta(hours=1))
    with capture_logs() as logs:
        await Watch(plumbline.database, later()).look()
    assert logs == []
    await find(plumbline, datetime.now(UTC) + timedelta(hours=1))
    body = b'{"events":[],"lastEventSequence": 0,"firstEventSequence": 0, "entropy": "S0m3r4Nd0mt3xt"}'
    async with plumbline.as_partner(None) as xero:
        headers = {"x-xero-signature": sign_as_xero(body)}
        assert (await xero.post("/webhooks/xero", content=body, headers=headers)).status_code == 200
    await plumbline.take_in()
    async with plumbline.database.reading() as session:
        [subscription] = await list_subscriptions(session)
    assert subscription.untold == 1


async def find(plumbline: Plumbline, changed_at: datetime, xero_app_id: UUID | None = None) -> None:
    """A sweep found a change of that time of which no event had told."""
    async with plumbline.database.writing() as session:
        await note_untold(session, xero_app_id, changed_at, datetime.now(UTC))
