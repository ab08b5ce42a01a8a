"""Xero apps of a partner's own: registered, used for consent, refresh and webhooks, and never shown their secrets."""

import json
from datetime import timedelta
from typing import Any

import pytest

from app.clock import ManualClock, SystemClock
from app.commands.acts.new_partner import create_partner
from app.wiring import open_worker
from app.wiring.ground import build_vault
from tests.integration.api.browser import Browser
from tests.integration.api.driver import WEBHOOK_KEY, Plumbline, name_faults, sign_as_xero

KEY = "the webhook key of their own app"
APP = {"name": "Tradie Tools", "client_id": "theirs", "client_secret": "a secret of theirs"}


async def register(plumbline: Plumbline, **changes: Any) -> dict[str, Any]:
    """Register an app."""
    answer = await plumbline.http.post("/v1/xero-apps", json=APP | changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def open_own(browser: Browser) -> tuple[dict[str, Any], str]:
    """An app that Xero knows, and a connection through it: the app, and the connection's address."""
    known = await browser.control("/apps")
    app = await register(browser.plumbline, **known, webhook_key=KEY)
    new = {"business_id": "biz_1", "xero_app_id": app["id"]}
    opened = (await browser.plumbline.http.post("/v1/connections", json=new)).json()
    assert known["client_id"] in await browser.open(opened["authorise_url"])
    page = await browser.consent(opened["authorise_url"])
    assert page.status_code == 200, page.text
    return app, f"/v1/connections/{opened['id']}"


def events(tenant_id: str) -> bytes:
    """A delivery of one event."""
    event = {
        "resourceId": "0f2a3b64-5a0c-4a40-8f61-6f6a3b1c9d21",
        "tenantId": tenant_id,
        "eventCategory": "INVOICE",
        "eventType": "UPDATE",
        "eventDateUtc": "2026-11-20T04:00:00.000",
    }
    return json.dumps({"events": [event], "firstEventSequence": 1, "lastEventSequence": 1}).encode()


async def post(plumbline: Plumbline, address: str, body: bytes, key: str) -> int:
    """Xero's delivery; the status of the answer."""
    headers = {"x-xero-signature": sign_as_xero(body, key)}
    return (await plumbline.http.post(address, content=body, headers=headers)).status_code


async def test_secrets_go_in_and_never_come_out(plumbline: Plumbline) -> None:
    """What is shown tells what to enter in Xero's portal, and whether there is a webhook key; all is encrypted."""
    shown = await register(plumbline)
    assert shown["redirect_url"] == "http://localhost:8000/oauth/xero/callback"
    assert shown["webhook_url"] == f"http://localhost:8000/webhooks/xero/{shown['id']}"
    assert shown["has_webhook_key"] is False
    changed = await plumbline.http.patch(f"/v1/xero-apps/{shown['id']}", json={"webhook_key": KEY})
    assert changed.json() == shown | {"has_webhook_key": True}
    listed = await plumbline.http.get("/v1/xero-apps")
    assert listed.json()["data"] == [changed.json()]
    for answer in (changed.text, listed.text, json.dumps(shown)):
        assert APP["client_secret"] not in answer
        assert KEY not in answer
    [row] = await plumbline.execute(
        "SELECT encode(client_secret, 'escape'), encode(webhook_key, 'escape') FROM xero_apps"
    )
    assert all(value.startswith("gAAAA") for value in row)


async def test_an_app_is_registered_once_and_is_its_partners_alone(plumbline: Plumbline) -> None:
    """A second time is a conflict; another partner neither sees nor changes it, and may register the same."""
    shown = await register(plumbline)
    again = await plumbline.http.post("/v1/xero-apps", json=APP)
    assert (again.status_code, name_faults(again)) == (409, ["client_id"])
    other = await create_partner(plumbline.settings, "Another", None)
    async with plumbline.as_partner(other["api_key"]) as stranger:
        assert (await stranger.get("/v1/xero-apps")).json() == {"data": [], "next": None}
        assert (await stranger.patch(f"/v1/xero-apps/{shown['id']}", json={"name": "x"})).status_code == 404
        theirs = await stranger.post("/v1/connections", json={"business_id": "b", "xero_app_id": shown["id"]})
        assert (theirs.status_code, name_faults(theirs)) == (422, ["xero_app_id"])
        assert (await stranger.post("/v1/xero-apps", json=APP)).status_code == 201


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ({"client_secret": "short"}, "client_secret"),
        ({"client_id": ""}, "client_id"),
        ({"webhook_key": ""}, "webhook_key"),
        ({"secret": "x"}, "secret"),
    ],
)
async def test_a_bad_app_is_refused_by_field(plumbline: Plumbline, new: dict[str, str], field: str) -> None:
    """And what was sent as a secret is not repeated in the refusal."""
    answer = await plumbline.http.post("/v1/xero-apps", json=APP | new)
    assert (answer.status_code, name_faults(answer)) == (422, [field])
    assert APP["client_secret"] not in answer.text


async def test_a_connection_goes_through_its_own_app_all_its_life(browser: Browser) -> None:
    """Consent, refresh and the end are made with that app's credentials; the budget's key is that app's."""
    app, path = await open_own(browser)
    assert (await browser.get(path))["xero_app_id"] == app["id"]
    await browser.plumbline.execute("UPDATE token_sets SET expires_at = now() - interval '1 day'")
    clock = ManualClock(SystemClock().now() + timedelta(minutes=1))
    async with open_worker(browser.plumbline.settings, clock) as worker:
        connection = await browser.plumbline.get_connection(path)
        await worker.reconciler.reconcile(connection.id)
        assert (await browser.get(path))["state"] == "active"
        assert (await browser.plumbline.get_connection(path)).retry_reason is None
        keys = await worker.waker._queue.keys("plumbline:xero:*")  # type: ignore[attr-defined]
        assert any(app["client_id"].encode() in key for key in keys)
        assert (await browser.plumbline.http.delete(path)).status_code == 200
        await worker.closings.close_due()
    assert await browser.list_open() == []


async def test_one_persons_tokens_of_two_apps_are_kept_apart(browser: Browser) -> None:
    """Tokens belong to a person and an app (FACTS 1): neither consent replaces the other's."""
    _, own = await open_own(browser)
    other = await browser.add_organisation("Other Books")
    shared = await browser.open_active("biz_2", tenant_id=other)
    assert await browser.plumbline.count("token_sets") == 2
    for path in (own, shared):
        assert (await browser.get(path))["state"] == "active"


async def test_a_secret_that_was_replaced_counts_at_once(browser: Browser) -> None:
    """A wrong one disconnects nobody, and the partner is told once what to do; with the right one all goes on."""
    app, path = await open_own(browser)
    address = f"/v1/xero-apps/{app['id']}"
    [(sealed,)] = await browser.plumbline.execute("SELECT client_secret FROM xero_apps")
    right = build_vault(browser.plumbline.settings).decrypt(sealed)
    await browser.plumbline.http.patch(address, json={"client_secret": "a secret that is wrong"})
    await browser.plumbline.execute("UPDATE token_sets SET expires_at = now() - interval '1 day'")
    clock = ManualClock(SystemClock().now() + timedelta(minutes=1))
    async with open_worker(browser.plumbline.settings, clock) as worker:
        connection = await browser.plumbline.get_connection(path)
        for _ in range(3):
            await worker.reconciler.reconcile(connection.id)
            clock.advance(timedelta(hours=2))
        shown = await browser.get(path)
        assert (shown["state"], shown["is_ready"], shown["waits_for"]["code"]) == (
            "active",
            False,
            "app_refused",
        )
        step = shown["next_step"]
        assert (step["code"], step["call"]) == ("mend_xero_app", f"PATCH {address}")
        assert shown["waits_for"]["cure"] == step["message"]
        assert await browser.list_notices(path) == ["connected", "attention"]
        await browser.plumbline.http.patch(address, json={"client_secret": right})
        await worker.reconciler.reconcile(connection.id)
    mended = await browser.get(path)
    assert (mended["retry_reason"], mended["is_behind"]) == (None, False)
    assert (mended["next_step"] or {}).get("code") != "mend_xero_app"


async def test_the_webhooks_of_an_app_reach_its_connections_alone(browser: Browser) -> None:
    """By its own address and its own key: neither key opens the other's address or reaches the other's connections."""
    app, own = await open_own(browser)
    plumbline, tenant_id = browser.plumbline, browser.xero.tenant_id
    address = f"/webhooks/xero/{app['id']}"
    body = events(tenant_id)
    before = (await plumbline.get_connection(own)).generation
    assert await post(plumbline, address, body, WEBHOOK_KEY) == 401
    assert await post(plumbline, "/webhooks/xero", body, KEY) == 401
    assert await post(plumbline, "/webhooks/xero", body, WEBHOOK_KEY) == 200
    await plumbline.take_in()
    assert (await plumbline.get_connection(own)).generation == before
    assert await post(plumbline, address, body, KEY) == 200
    await plumbline.take_in()
    assert (await plumbline.get_connection(own)).generation > before


@pytest.mark.parametrize("app_id", ["made-up", "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10"])
async def test_the_webhook_of_an_unknown_app_is_answered_as_a_wrong_signature(
    plumbline: Plumbline, app_id: str
) -> None:
    """Nothing can be learnt by trying; an app without a key takes none either."""
    body = events("t")
    assert await post(plumbline, f"/webhooks/xero/{app_id}", body, "") == 401
    app = await register(plumbline)
    assert await post(plumbline, f"/webhooks/xero/{app['id']}", body, "") == 401
