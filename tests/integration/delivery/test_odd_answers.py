"""What a partner's app may answer beside the protocol, and what becomes of the change then: nothing is ever dropped."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.db.postgres.session import Database
from app.delivery.webhook import LARGEST_ANSWER
from app.vault import Vault
from app.waker import ArqWaker
from tests.integration.delivery.odd_app import OddApp
from tests.integration.delivery.world import World, open_world

REFERENCE = ("reference", None, "PO 1178")
HELD = b'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"version":'


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (302, b"", "answered 302"),
        (404, {"error": "who?"}, 'answered 404: {"error": "who?"}'),
        (500, b"\x00\xff\nboom", "answered 500: \ufffd boom"),
        (409, b"no", "refused without its document: no"),
        (409, {"document": None}, 'refused without its document: {"document": null}'),
        (409, b"[" * 100_000, "refused without its document: " + "[" * 200),
        (409, {"document": {"id": "inv_2", "version": 2}}, "refused with the document of another invoice"),
        (
            409,
            {"document": {"id": "inv_1", "version": 2}},
            "refused with a document that does not help: status",
        ),
        (409, b" " * (LARGEST_ANSWER + 1), "refused without its document"),
    ],
)
async def test_any_other_answer_is_a_failure_with_its_words_kept(
    odd_world: World, odd: OddApp, status: int, body: Any, reason: str
) -> None:
    """Only a 2xx and a 409 with the invoice's document say anything about the change; redirects are not followed."""
    odd.say(status, body, location=odd.webhook_url)
    await odd_world.put_change("inv_1", 1, REFERENCE)
    await odd_world.build_delivery().deliver(odd_world.connection_id)
    change = await odd_world.show_change("inv_1", 1)
    assert (change.state, change.attempts, len(odd.received)) == ("pending", 1, 1)
    assert change.last_answer is not None
    assert change.last_answer.startswith(reason)


@pytest.mark.parametrize(
    ("body", "acked_version"),
    [
        (b"", 0),
        (b"thanks", 0),
        ({"version": 2, "replaced_version": 1}, 2),
        ({"version": 9, "replaced_version": 8}, 0),
        ({"version": True, "replaced_version": 1}, 0),
        ({"version": 2**63, "replaced_version": 1}, 0),
        ({"version": "2", "replaced_version": 1}, 0),
        (b'{"version": 2, "replaced_version": 1}' + b" " * LARGEST_ANSWER, 2),
    ],
)
async def test_a_2xx_means_applied_whatever_its_body(
    odd_world: World, odd: OddApp, body: Any, acked_version: int
) -> None:
    """The versions in it are believed only where they are whole numbers and follow on what is held."""
    odd.say(202, body)
    await odd_world.put_change("inv_1", 1, REFERENCE)
    await odd_world.build_delivery().deliver(odd_world.connection_id)
    link = await odd_world.show_link("inv_1")
    assert (await odd_world.show_change("inv_1", 1)).state == "applied"
    assert (link.acked_revision, link.acked_version) == (1, acked_version)


async def test_an_app_that_begins_an_answer_and_never_ends_it_is_let_go(
    odd_world: World, odd: OddApp
) -> None:
    """The time is for the whole call: a byte now and then does not stretch it."""
    odd.answer, odd.then_hangs = HELD, True
    await odd_world.put_change("inv_1", 1, REFERENCE)
    await odd_world.build_delivery(timeout=timedelta(milliseconds=200)).deliver(odd_world.connection_id)
    assert (await odd_world.show_change("inv_1", 1)).last_answer == "no whole answer within 0.2 seconds"


async def test_a_signed_message_carries_the_three_headers(odd_world: World, odd: OddApp) -> None:
    """Standard Webhooks; the timestamp is that of the attempt."""
    await odd_world.put_change("inv_1", 1, REFERENCE)
    await odd_world.build_delivery().deliver(odd_world.connection_id)
    (headers,), (message,) = odd.headers, odd.received
    cursor = (await odd_world.show_change("inv_1", 1)).id
    assert headers["webhook-id"] == f"chg_{cursor}"
    assert headers["webhook-timestamp"] == str(int(odd_world.clock.now().timestamp()))
    assert headers["webhook-signature"].startswith("v1,")
    assert (message["type"], message["data"]["cursor"]) == ("invoice.changed", cursor)


async def test_an_app_that_is_not_there_is_left_to_the_next_sweep(
    odd_world: World, database: Database, vault: Vault, http: httpx.AsyncClient
) -> None:
    """One dead app must not keep a worker waiting for each of its changes."""
    world = await open_world(database, vault, odd_world.waker, http, "http://127.0.0.1:1/hook")
    for number in range(1, 13):
        await world.hold({"id": f"inv_{number}", "version": 1})
        await world.put_change(f"inv_{number}", 1, REFERENCE)
    delivery = world.build_delivery()
    # No look between the claim and the sends, however slow the machine is: some would begin after others have failed.
    delivery._changes.looked_at_every = timedelta(days=1)
    await delivery.deliver(world.connection_id)
    tried = [await world.show_change(f"inv_{number}", 1) for number in range(1, 13)]
    assert [change.attempts for change in tried] == [1] * 8 + [0] * 4
    assert tried[0].last_answer == "could not be reached (ConnectError)"
    assert await world.build_delivery().nudge_due() == 1


async def test_production_sends_to_https_alone(odd_world: World, odd: OddApp) -> None:
    """An address that must not be called is not called, and the change says why it waits."""
    await odd_world.put_change("inv_1", 1, REFERENCE)
    await odd_world.build_delivery(https_only=True).deliver(odd_world.connection_id)
    assert odd.received == []
    assert (await odd_world.show_change("inv_1", 1)).last_answer == "the address must be https"


async def test_a_partner_without_a_webhook_address_reads_the_feed(
    database: Database, vault: Vault, odd_world: World, http: httpx.AsyncClient
) -> None:
    """Its changes wait in the feed, and no worker is woken for them."""
    world = await open_world(database, vault, odd_world.waker, http, None)
    await world.hold({"id": "inv_1", "version": 1})
    await world.put_change("inv_1", 1, REFERENCE)
    await world.build_delivery().deliver(world.connection_id)
    assert (await world.show_change("inv_1", 1)).attempts == 0
    assert await world.build_delivery().nudge_due() == 0


async def test_no_nudge_fails_because_redis_is_gone(
    odd_world: World, odd: OddApp, dead_waker: ArqWaker
) -> None:
    """What was recorded is recorded; the sweep will find what nobody was woken for."""
    odd_world.waker = dead_waker
    await odd_world.put_change("inv_1", 1, REFERENCE)
    await odd_world.build_delivery().deliver(odd_world.connection_id)
    assert (await odd_world.show_change("inv_1", 1)).state == "applied"
