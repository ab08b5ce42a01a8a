"""A Xero app of a partner's own is deleted: once nothing goes through it, and then nothing of it is left."""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.db.connections.connections import insert_connection
from app.db.partners.xero_app_use import delete_xero_app, hold_xero_app, lock_use
from app.wiring import open_worker
from tests.integration.api.browser import Browser
from tests.integration.api.driver import Plumbline
from tests.integration.api.test_xero_apps import APP, KEY, events, open_own, post, register


async def delete(plumbline: Plumbline, app: dict[str, Any]) -> Any:
    """The partner's call."""
    return await plumbline.http.delete(f"/v1/xero-apps/{app['id']}")


async def test_an_app_that_nothing_uses_is_gone(plumbline: Plumbline) -> None:
    """With its secrets; the audit log tells it, no connection can be opened with it, and it may be registered anew."""
    app = await register(plumbline, webhook_key=KEY)
    answer = await delete(plumbline, app)
    assert (answer.status_code, answer.content) == (204, b"")
    assert await plumbline.count("xero_apps") == 0
    for again in (await delete(plumbline, app), await plumbline.http.get(f"/v1/xero-apps/{app['id']}")):
        assert (again.status_code, again.json()["type"]) == (404, "/problems/not_found")
    opened = await plumbline.http.post("/v1/connections", json={"business_id": "b", "xero_app_id": app["id"]})
    assert (opened.status_code, opened.json()["errors"][0]["field"]) == (422, "xero_app_id")
    told = (await plumbline.http.get("/v1/audit", params={"action": "xero_app_deleted"})).json()["data"]
    assert [(each["subject"], each["facts"]) for each in told] == [
        (app["id"], {"client_id": APP["client_id"]})
    ]
    assert (await register(plumbline))["id"] != app["id"]


async def test_an_app_that_is_used_stays_and_the_refusal_says_by_what(browser: Browser) -> None:
    """By how many connections, by which, and what to do; a pending one counts, one through another app does not."""
    plumbline = browser.plumbline
    app, path = await open_own(browser)
    pending = {"business_id": "biz_2", "xero_app_id": app["id"]}
    second = (await plumbline.http.post("/v1/connections", json=pending)).json()["id"]
    await plumbline.open_connection("biz_3")
    refused = await delete(plumbline, app)
    said = refused.json()
    assert (refused.status_code, said["type"]) == (409, "/problems/xero_app_in_use")
    assert (said["connections"], said["connection_ids"]) == (2, [path.rpartition("/")[2], second])
    assert "2 connections go through it" in said["detail"]
    assert "DELETE /v1/connections/{connection_id}" in said["detail"]
    assert (await browser.get(path))["state"] == "active"


async def test_what_is_removed_here_is_told_to_xero_before_its_app_may_go(browser: Browser) -> None:
    """The app's secret is needed for that. Then nothing of the app is left, and the removed connection says so."""
    plumbline = browser.plumbline
    app, path = await open_own(browser)
    await post(plumbline, f"/webhooks/xero/{app['id']}", events(browser.xero.tenant_id), KEY)
    await plumbline.take_in()
    assert (await plumbline.http.delete(path)).status_code == 200
    refused = await delete(plumbline, app)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/xero_app_in_use")
    assert refused.json()["connections"] == 1
    assert "being disconnected in Xero" in refused.json()["detail"]
    async with open_worker(plumbline.settings) as worker:
        await worker.closings.close_due()
    assert await browser.list_open() == []
    assert (await delete(plumbline, app)).status_code == 204
    assert [await plumbline.count(table) for table in ("xero_apps", "token_sets", "subscriptions")] == [
        0,
        0,
        0,
    ]
    shown = await browser.get(path)
    assert (shown["state"], shown["xero_app_id"]) == ("removed", None)


async def test_the_webhooks_of_a_deleted_app_are_those_of_an_unknown_one(plumbline: Plumbline) -> None:
    """Answered 401, whatever signs them. One that came a moment before does no harm, and holds nothing up."""
    app, kept = (
        await register(plumbline, webhook_key=KEY),
        await register(plumbline, client_id="other", webhook_key=KEY),
    )
    address = f"/webhooks/xero/{app['id']}"
    assert await post(plumbline, address, events("t"), KEY) == 200
    assert (await delete(plumbline, app)).status_code == 204
    assert await post(plumbline, address, events("t"), KEY) == 401
    assert await post(plumbline, f"/webhooks/xero/{kept['id']}", events("t"), KEY) == 200
    await plumbline.take_in()
    assert await plumbline.count("xero_webhooks") == 0
    assert await plumbline.execute("SELECT xero_app_id FROM subscriptions") == [(UUID(kept["id"]),)]


async def test_a_connection_that_is_being_opened_keeps_its_app(plumbline: Plumbline) -> None:
    """Whoever comes first is waited for: the app is in use then, and nothing is opened with one that is gone."""
    app = await register(plumbline)
    partner_id, app_id = UUID(plumbline.partner["partner_id"]), UUID(app["id"])
    async with plumbline.database.writing() as session:
        assert await hold_xero_app(session, partner_id, app_id)
        deleting = asyncio.create_task(delete(plumbline, app))
        await wait_for_lock(plumbline)
        await insert_connection(session, partner_id, "biz_1", "Business", app_id)
    assert (await deleting).status_code == 409
    async with plumbline.database.writing() as session:
        await session.execute(text("DELETE FROM settings_versions"))
        await session.execute(text("DELETE FROM connections"))
        assert await lock_use(session, partner_id, app_id) == ([], [])
        new = {"business_id": "biz_1", "xero_app_id": app["id"]}
        opening = asyncio.create_task(plumbline.http.post("/v1/connections", json=new))
        await wait_for_lock(plumbline)
        await delete_xero_app(session, partner_id, app_id)
    assert ((await opening).status_code, await plumbline.count("connections")) == (422, 0)


async def wait_for_lock(plumbline: Plumbline) -> None:
    """Until somebody waits for a row that another holds."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while not (await plumbline.execute(waiting))[0][0]:
        pass
