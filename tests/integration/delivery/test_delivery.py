"""A change on its way to the sandbox's partner app, over HTTP: taken, refused, failed, lost and superseded."""

from datetime import timedelta
from typing import Any

import httpx

from app.delivery.backoff import DELAYS
from app.domain.connections.connection import ConnectionState
from tests.integration.delivery.world import World

REFERENCE = ("reference", None, "PO 1178")
FIVE_SECONDS, HALF_A_MINUTE = DELAYS[:2]


async def show(app: httpx.AsyncClient) -> dict[str, Any]:
    """The app's document as it stands."""
    document: dict[str, Any] = (await app.get("/invoices/inv_1")).json()
    return document


async def list_received(app: httpx.AsyncClient) -> list[dict[str, Any]]:
    """What came to the app, and what became of it."""
    received: list[dict[str, Any]] = (await app.get("/log")).json()["received"]
    return received


async def test_a_change_is_delivered_and_its_acknowledgement_recorded(
    world: World, app: httpx.AsyncClient
) -> None:
    """A 2xx means applied: revision and version are known, and the connection is looked at again."""
    await world.put_change("inv_1", 1, REFERENCE)
    generation = await world.show_generation()
    await world.build_delivery().deliver(world.connection_id)
    assert (await show(app))["reference"] == "PO 1178"
    change, link = await world.show_change("inv_1", 1), await world.show_link("inv_1")
    assert (change.state, change.last_answer, change.claimed_until) == (
        "applied",
        "applied as version 2",
        None,
    )
    assert (link.acked_revision, link.acked_version) == (1, 2)
    assert await world.show_generation() == generation + 1


async def test_the_message_names_its_cursor_and_keeps_its_id_over_retries(
    world: World, app: httpx.AsyncClient
) -> None:
    """A webhook's id is the change's own, so that the app can tell a repeat."""
    await world.put_change("inv_1", 1, REFERENCE)
    await app.put("/faults", json={"refuse_incoming_next": 1})
    await world.build_delivery().deliver(world.connection_id)
    world.clock.advance(FIVE_SECONDS)
    await world.build_delivery().deliver(world.connection_id)
    cursor = (await world.show_change("inv_1", 1)).id
    received = await list_received(app)
    assert [(entry["webhook_id"], entry["cursor"]) for entry in received] == [(f"chg_{cursor}", cursor)] * 2


async def test_a_refused_change_leaves_the_apps_document_stored(world: World, app: httpx.AsyncClient) -> None:
    """A 409 brings the document of the edit that stood in the way, and the loop merges it."""
    await app.patch("/invoices/inv_1", json={"reference": "PO 9", "send": False})
    await world.put_change("inv_1", 1, REFERENCE)
    generation = await world.show_generation()
    await world.build_delivery().deliver(world.connection_id)
    change, link = await world.show_change("inv_1", 1), await world.show_link("inv_1")
    assert change.state == "refused"
    assert link.document is not None
    assert (link.document["reference"], link.document_version, link.acked_revision) == ("PO 9", 2, 0)
    assert await world.show_generation() > generation


async def test_a_refusal_with_a_document_that_is_held_already_stays_due(
    world: World, app: httpx.AsyncClient
) -> None:
    """The loop is about to send another change; should it not, the invoice must not be left with nothing under way."""
    edited = await app.patch("/invoices/inv_1", json={"reference": "PO 9", "send": False})
    await world.hold(edited.json()["document"])
    await world.put_change("inv_1", 1, REFERENCE)
    await world.build_delivery().deliver(world.connection_id)
    change = await world.show_change("inv_1", 1)
    assert (change.state, change.attempts) == ("pending", 1)
    assert change.last_answer == "refused with a document that does not help: version 2 is held already"


async def test_a_failed_change_is_tried_again_later_by_whoever_runs_then(
    world: World, app: httpx.AsyncClient
) -> None:
    """Retries are in the database: they survive the process, wait longer each time and never end."""
    await world.put_change("inv_1", 1, REFERENCE)
    await app.put("/faults", json={"refuse_incoming_next": 2})
    for attempts, wait in enumerate((FIVE_SECONDS, HALF_A_MINUTE), start=1):
        await world.build_delivery().deliver(world.connection_id)
        change = await world.show_change("inv_1", 1)
        assert (change.state, change.attempts) == ("pending", attempts)
        assert change.last_answer == 'answered 500: {"error":"a fault was set"}'
        assert wait * 0.8 <= change.due_at - world.clock.now() <= wait
        await world.build_delivery().deliver(world.connection_id)
        assert len(await list_received(app)) == attempts
        world.clock.advance(wait)
    await world.build_delivery().deliver(world.connection_id)
    assert (await world.show_change("inv_1", 1)).state == "applied"


async def test_a_newer_change_takes_the_place_of_one_that_failed(
    world: World, app: httpx.AsyncClient
) -> None:
    """What arrives of an invoice is always its newest, and the old one never comes after it."""
    await world.put_change("inv_1", 1, REFERENCE)
    await app.put("/faults", json={"refuse_incoming_next": 1})
    await world.build_delivery().deliver(world.connection_id)
    await world.put_change("inv_1", 2, ("reference", None, "PO 1179"))
    await world.build_delivery().deliver(world.connection_id)
    world.clock.advance(timedelta(hours=7))
    await world.build_delivery().deliver(world.connection_id)
    assert [entry["revision"] for entry in await list_received(app)] == [1, 2]
    assert (await show(app))["reference"] == "PO 1179"
    assert (await world.show_change("inv_1", 1)).state == "superseded"


async def test_a_change_whose_answer_was_lost_is_sent_again_and_applied_once(
    world: World, app: httpx.AsyncClient
) -> None:
    """The app knows the revision that it applied, and answers the repeat as it did the first."""
    await world.put_change("inv_1", 1, REFERENCE)
    await app.put("/faults", json={"lose_answer_next": 1})
    await world.build_delivery().deliver(world.connection_id)
    assert (await world.show_link("inv_1")).acked_revision == 0
    world.clock.advance(FIVE_SECONDS)
    await world.build_delivery().deliver(world.connection_id)
    link = await world.show_link("inv_1")
    assert (link.acked_revision, link.acked_version) == (1, 2)
    assert (await show(app))["version"] == 2
    assert [entry["outcome"] for entry in await list_received(app)] == ["applied", "already_applied"]


async def test_a_change_whose_worker_died_is_sent_by_another_once_the_claim_ran_out(
    world: World, app: httpx.AsyncClient
) -> None:
    """A claim is a stamp that ends by itself; until then nobody else sends the change."""
    await world.put_change("inv_1", 1, REFERENCE)
    (claim,) = await world.claim()
    await world.build_delivery().deliver(world.connection_id)
    assert await list_received(app) == []
    world.clock.set(claim.until + timedelta(milliseconds=1))
    await world.build_delivery().deliver(world.connection_id)
    assert (await world.show_change("inv_1", 1)).state == "applied"


async def test_a_paused_connection_sends_nothing_and_loses_nothing(
    world: World, app: httpx.AsyncClient
) -> None:
    """Pausing stores; resuming catches up."""
    await world.put_change("inv_1", 1, REFERENCE)
    await world.set_state(ConnectionState.PAUSED)
    delivery = world.build_delivery()
    assert await delivery.nudge_due() == 0
    await delivery.deliver(world.connection_id)
    assert await list_received(app) == []
    await world.set_state(ConnectionState.ACTIVE)
    assert await delivery.nudge_due() == 1
    await delivery.deliver(world.connection_id)
    assert (await world.show_change("inv_1", 1)).state == "applied"
