"""DELETE: removed here at once and for good, and disconnected in Xero as soon as Xero can be reached."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from app.clock import ManualClock, SystemClock
from app.commands.acts.new_partner import create_partner
from app.domain.connections.connection import ConnectionState
from app.wiring import WorkerParts, open_worker
from tests.integration.api.browser import Browser
from tests.integration.api.driver import document


@pytest.fixture
def clock() -> ManualClock:
    """The worker's time, a little ahead, so that what the API just asked for is due."""
    return ManualClock(SystemClock().now() + timedelta(minutes=1))


@pytest.fixture
async def worker(browser: Browser, clock: ManualClock) -> AsyncIterator[WorkerParts]:
    """What runs the timers."""
    async with open_worker(browser.plumbline.settings, clock) as parts:
        yield parts


async def remove(browser: Browser, path: str) -> dict[str, Any]:
    """The partner ends a connection."""
    answer = await browser.plumbline.http.delete(path)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_connection_is_removed_for_good_and_disconnected_in_xero(
    browser: Browser, worker: WorkerParts
) -> None:
    """Everything is kept to be looked at; that organisation alone is disconnected, and the tokens are forgotten."""
    path = await browser.open_active()
    await browser.plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    removed = await remove(browser, path)
    assert (removed["state"], removed["next_step"]) == ("removed", None)
    assert "Xero is being told" in str(removed["reason"])
    assert await worker.closings.close_due() == 1
    again = await remove(browser, path)
    told = "Removed by the partner, and disconnected in Xero."
    assert again["waits_for"] == {**removed["waits_for"], "message": told}
    assert again == removed | {"reason": told, "waits_for": again["waits_for"]}
    assert await browser.list_open() == []
    assert await browser.plumbline.count("token_sets") == 0
    assert await browser.list_notices(path) == ["connected", "removed"]
    assert (await browser.get(f"{path}/invoices/inv_1"))["id"] == "inv_1"
    assert await worker.closings.close_due() == 0


async def test_an_organisation_that_was_removed_can_be_connected_anew(
    browser: Browser, worker: WorkerParts
) -> None:
    """By a new connection, before or after Xero was told; what it came to use is not closed under it."""
    path = await browser.open_active()
    await remove(browser, path)
    other = await browser.open_active("biz_2")
    await worker.closings.close_due()
    assert await browser.list_open() == [browser.xero.tenant_id]
    assert (await browser.get(other))["state"] == "active"
    assert await browser.plumbline.count("token_sets") == 1
    assert (await browser.get(path))["reason"] == "Removed by the partner."


async def test_a_xero_that_is_down_is_told_later(
    browser: Browser, worker: WorkerParts, clock: ManualClock
) -> None:
    """Removed here all the same; the closing is on disk and is tried until Xero says that it is gone."""
    path = await browser.open_active()
    await browser.control("/faults", kind="unavailable_before", path="/connections", times=2)
    assert (await remove(browser, path))["state"] == "removed"
    for _ in range(2):
        assert await worker.closings.close_due() == 1
        assert await worker.closings.close_due() == 0
        assert await browser.list_open() == [browser.xero.tenant_id]
        clock.advance(timedelta(minutes=5))
    assert await worker.closings.close_due() == 1
    assert await browser.list_open() == []
    assert "and disconnected in Xero" in (await browser.get(path))["reason"]


@pytest.mark.parametrize("fault", ["cut_before", "cut_after"])
async def test_a_deletion_whose_answer_was_lost_is_made_again(
    browser: Browser, worker: WorkerParts, clock: ManualClock, fault: str
) -> None:
    """Deleting what is gone does nothing."""
    path = await browser.open_active()
    await browser.control("/faults", kind=fault, method="DELETE", path="/connections")
    await remove(browser, path)
    await worker.closings.close_due()
    clock.advance(timedelta(minutes=5))
    await worker.closings.close_due()
    assert await browser.list_open() == []
    assert "and disconnected in Xero" in (await browser.get(path))["reason"]


async def test_a_consent_that_died_leaves_a_word(browser: Browser, worker: WorkerParts) -> None:
    """Nobody can tell Xero any more: the reason says so, and what to do; the tokens are forgotten all the same."""
    path = await browser.open_active()
    await browser.control("/clock", advance_seconds=61 * 24 * 3600)
    await browser.plumbline.execute("UPDATE token_sets SET expires_at = now() - interval '1 day'")
    await remove(browser, path)
    await worker.closings.close_due()
    reason = (await browser.get(path))["reason"]
    assert "Xero could not be told" in reason
    assert "disconnect it there" in reason
    assert (await browser.get(path))["state"] == "removed"
    assert await browser.plumbline.count("token_sets") == 0


async def test_what_shares_a_consent_goes_on(browser: Browser, worker: WorkerParts) -> None:
    """The same person's other organisation stays connected, by the same tokens: nothing is revoked (FACTS 1)."""
    first = await browser.open_active()
    other = await browser.add_organisation("Other Books")
    second = await browser.open_active("biz_2", tenant_id=other)
    await remove(browser, first)
    await worker.closings.close_due()
    assert await browser.list_open() == [other]
    assert await browser.plumbline.count("token_sets") == 1
    assert (await browser.get(second))["state"] == "active"


async def test_what_another_partner_uses_stays_open(browser: Browser, worker: WorkerParts) -> None:
    """One person connected one organisation for two partners: Xero has one entry, which the other one needs."""
    path = await browser.open_active()
    stranger = await create_partner(browser.plumbline.settings, "Another", None)
    async with browser.plumbline.as_partner(stranger["api_key"]) as them:
        opened = (await them.post("/v1/connections", json={"business_id": "b"})).json()
        assert (await browser.consent(opened["authorise_url"])).status_code == 200
    await remove(browser, path)
    await worker.closings.close_due()
    assert await browser.list_open() == [browser.xero.tenant_id]
    assert (await browser.get(path))["reason"] == "Removed by the partner."


@pytest.mark.parametrize("state", list(ConnectionState))
async def test_a_connection_can_be_removed_from_any_state(browser: Browser, state: ConnectionState) -> None:
    """Also before it was ever authorised; afterwards nothing is taken and nothing can be authorised."""
    path = await browser.plumbline.open_active()
    await browser.plumbline.set_state(path, state, "why")
    assert (await remove(browser, path))["state"] == "removed"
    assert (await browser.plumbline.http.post(f"{path}/authorise")).status_code == 409
    assert (await browser.plumbline.http.put(f"{path}/invoices/i", json=document(id="i"))).status_code == 409


async def test_a_consent_given_after_the_removal_joins_nothing(browser: Browser) -> None:
    """The page was open meanwhile; what it opened in Xero is closed again."""
    opened = await browser.plumbline.open_connection()
    address = await browser.decide(opened["authorise_url"])
    await remove(browser, f"/v1/connections/{opened['id']}")
    page = await browser.plumbline.http.get(address)
    assert (page.status_code, "was removed" in page.text) == (400, True)
    assert await browser.list_open() == []
    assert await browser.plumbline.count("token_sets") == 0


async def test_an_offer_that_nobody_chose_is_closed_with_its_connection(
    browser: Browser, worker: WorkerParts
) -> None:
    """Every open connection in Xero is counted and paid for."""
    other = await browser.add_organisation("Other Books")
    opened = await browser.plumbline.open_connection()
    await browser.consent(opened["authorise_url"], tenant_id=[browser.xero.tenant_id, other])
    await remove(browser, f"/v1/connections/{opened['id']}")
    await worker.closings.close_due()
    assert await browser.list_open() == []
    assert await browser.plumbline.count("token_sets") == 0


async def test_another_partners_connection_is_not_there(browser: Browser) -> None:
    """404, and nothing happens to it."""
    path = await browser.open_active()
    stranger = await create_partner(browser.plumbline.settings, "Another", None)
    async with browser.plumbline.as_partner(stranger["api_key"]) as them:
        assert (await them.delete(path)).status_code == 404
    assert (await browser.get(path))["state"] == "active"
