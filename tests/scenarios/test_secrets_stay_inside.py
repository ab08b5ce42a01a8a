"""No secret comes out by logs, refusals, jobs or reprs, while everything that has one is used."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app import telemetry
from app.settings import Settings
from app.vault import Vault
from app.waker import QUEUE
from app.wiring import open_api
from app.wiring.ground import open_queue
from tests.loopback import build_client
from tests.scenarios.house import House
from tests.scenarios.operator import logs_kept, type_in
from tests.scenarios.spilled import Spills, list_forms, list_reprs

Json = dict[str, Any]

PASSWORD = "hunter-of-databases-2026"
BEARER = "the-bearer-secret-of-their-app"
APP_SECRET = "the-client-secret-of-their-xero-app"
APP_WEBHOOK_KEY = "the-webhook-key-of-their-xero-app"
SHOP_KEY, SHOP_SECRET = "the-consumer-key-of-their-shop", "the-consumer-secret-of-their-shop"
SHOP_WEBHOOK_SECRET = "the-webhook-secret-of-their-shop"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that is logged, from debug on."""
    kept = io.StringIO()
    with logs_kept():
        telemetry.configure("debug")
        for handler in logging.root.handlers:
            assert isinstance(handler, logging.StreamHandler)
            handler.setStream(kept)
        yield kept


def remember_settings(spills: Spills, settings: Settings) -> None:
    """What this installation knows."""
    for place, key in enumerate(settings.secret_keys):
        spills.keep(**{f"encryption key {place}": key.get_secret_value()})
    spills.keep(
        client_secret=settings.xero_client_secret.get_secret_value(),
        webhook_key=settings.xero_webhook_key.get_secret_value(),
    )


async def consent(house: House, spills: Spills, authorise_url: str) -> None:
    """A person consents; state, code, cookie and PKCE verifier are remembered, and the code is tried a second time."""
    vault = Vault([key.get_secret_value() for key in house.settings.secret_keys])
    async with house.database.reading() as session:
        [sealed] = (await session.execute(text("SELECT code_verifier FROM oauth_states"))).scalars()
    async with build_client() as browser:
        form = {"decision": "allow", "tenant_id": house.tenant_id}
        asked = await browser.get(authorise_url)
        [bound] = browser.cookies.values()
        back = httpx.URL((await browser.post(asked.headers["location"], data=form)).headers["location"])
        spills.keep(
            oauth_code=back.params["code"],
            oauth_state=back.params["state"],
            verifier=vault.decrypt(sealed),
            browser=bound,
        )
        assert (await browser.get(back)).is_success
        assert (await browser.get(back)).status_code == 400


async def make_secrets(house: House, spills: Spills) -> None:
    """Keys, endpoints, an app of the partner's own: all that is shown once, or comes in and is never shown."""
    post, path = house.api.post, house.path
    key = (await house._json(post("/v1/keys", json={"name": "Till", "role": "member"}))).copy()
    rotated = await house._json(post(f"/v1/keys/{key['id']}/rotate", json={}))
    listens = {"url": "https://app.example/hook", "part": "listens"}
    endpoint = await house._json(post("/v1/webhook-endpoints", json=listens))
    renewed = await house._json(post(f"/v1/webhook-endpoints/{endpoint['id']}/rotate-secret", json={}))
    reading = {"url": "https://app.example/read"}
    read = await house._json(house.api.put("/v1/read-endpoint", json=reading))
    bearer = reading | {"auth": "bearer", "bearer_secret": BEARER}
    await house._json(house.api.put(f"{path}/read-endpoint", json=bearer))
    shop = {"platform": "woocommerce", "address": "https://shop.example", "directions": "keep"}
    keys = {"credentials": {"consumer_key": SHOP_KEY, "consumer_secret": SHOP_SECRET}}
    await house._json(
        house.api.put(f"{path}/shop", json=shop | keys | {"webhook_secret": SHOP_WEBHOOK_SECRET})
    )
    theirs = {"name": "Theirs", "client_id": "theirs", "client_secret": APP_SECRET}
    await house._json(post("/v1/xero-apps", json=theirs | {"webhook_key": APP_WEBHOOK_KEY}))
    spills.keep(
        key=key["key"],
        rotated_key=rotated["key"],
        endpoint_secret=endpoint["secret"],
        renewed_secret=renewed["secret"],
        read_secret=read["secret"],
        bearer=BEARER,
        shop_key=SHOP_KEY,
        shop_secret=SHOP_SECRET,
        shop_webhook_secret=SHOP_WEBHOOK_SECRET,
        app_secret=APP_SECRET,
        app_webhook_key=APP_WEBHOOK_KEY,
    )


async def provoke(house: House, spills: Spills) -> None:
    """Calls that are refused although, or because, they carry secrets; each answer is looked at."""
    wrong = {"name": 7, "client_secret": APP_SECRET, "webhook_key": APP_WEBHOOK_KEY, "more": APP_SECRET}
    read = {"url": "ftp://x", "auth": "bearer", "bearer_secret": BEARER, "more": BEARER}
    partner = f"/webhooks/partner/{house.partner['partner_id']}"
    signed = {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": house.partner["api_key"]}
    shop = {"platform": "none", "address": "x", "credentials": {"consumer_secret": SHOP_SECRET, "more": 7}}
    calls = [
        house.api.put(f"{house.path}/shop", json=shop | {"webhook_secret": f"{SHOP_WEBHOOK_SECRET}\n"}),
        house.api.post(f"/webhooks/shops/{house.connection_id}", json={"secret": SHOP_WEBHOOK_SECRET}),
        house.api.post("/v1/xero-apps", json=wrong),
        house.api.post("/v1/xero-apps", content=json.dumps(wrong)[:-1]),
        house.api.put("/v1/read-endpoint", json=read),
        house.api.get("/v1/connections", params={"cursor": house.partner["api_key"]}),
        house.api.get(f"/v1/connections/{house.partner['api_key']}"),
        house.api.get("/v1/keys", headers={"authorization": f"Basic {house.partner['api_key']}"}),
        house.api.get("/v1/keys", headers={"authorization": f"Bearer {house.partner['api_key']}x"}),
        house.api.get("/oauth/xero/callback", params={"state": "x", "code": spills.secrets["oauth_code"]}),
        house.api.post("/oauth/xero/organisation", content=f"token={spills.secrets['oauth_state']}"),
        house.api.post(partner, json={"type": "x", "secret": BEARER}, headers=signed),
        house.api.post("/webhooks/xero", json={}, headers={"x-xero-signature": APP_WEBHOOK_KEY}),
    ]
    for call in calls:
        answer = await call
        assert answer.status_code >= 400, answer.text
        spills.look_at(f"the answer to {answer.request.method} {answer.request.url.path}", answer.text)
        spills.look_at("its headers", str(answer.headers))


async def break_down(house: House, spills: Spills) -> None:
    """The database lacks a table, so that a call with a key and one with secrets in its body end in a 500."""
    await _run(house, "ALTER TABLE xero_apps RENAME TO gone")
    app = {"name": "N", "client_id": "c", "client_secret": APP_SECRET, "webhook_key": APP_WEBHOOK_KEY}
    answer = await house.api.post("/v1/xero-apps", json=app)
    await _run(house, "ALTER TABLE gone RENAME TO xero_apps")
    assert answer.status_code == 500
    spills.look_at("the answer to what nobody foresaw", answer.text)


async def _run(house: House, statement: str) -> None:
    async with house.database.writing() as session:
        await session.execute(text(statement))


async def read_redis(settings: Settings) -> tuple[str, int]:
    """Everything that Redis holds, and how many jobs are in it."""
    async with open_queue(settings) as redis:
        held = []
        async for name in redis.scan_iter():
            kind = await redis.type(name)
            value = await (redis.zrange(name, 0, -1) if kind == b"zset" else redis.dump(name))
            held.append(f"{name!r} {value!r}")
        return "\n".join(held), int(await redis.zcard(QUEUE))


@pytest.mark.proof
async def test_no_secret_comes_out_anywhere(newcomer: House, logged: io.StringIO) -> None:
    """Consent, refresh, both webhooks, keys, a token that Xero revoked, refusals and a 500; then all is searched."""
    house, spills = newcomer, Spills()
    remember_settings(spills, house.settings)
    spills.keep(
        **{name: house.partner[name] for name in ("api_key", "webhook_secret_in", "webhook_secret_out")}
    )
    opened = await house._json(house.api.post("/v1/connections", json={"business_id": "biz_1"}))
    house.connection_id = opened["id"]
    await consent(house, spills, opened["authorise_url"])
    await house.introduce()
    accounts = await house._json(house.api.get(f"{house.path}/accounts", params={"fit_for": "sales"}))
    await house.choose(revenue_accounts={"general": accounts["data"][0]["account_id"]})
    await house.drain()
    await make_secrets(house, spills)
    await house.write(
        lines=[{"id": "l1", "description": "x", "quantity": "1", "unit_price": "9", "tax": "gst"}]
    )
    await house.drain()
    await house.edit_xero(Reference="From Xero")
    await house.wait(timedelta(hours=1))
    tokens = house.sandbox.sandbox.identity
    assert len(tokens.accesses) > 1, "nothing was refreshed"
    assert (await house.in_app())["reference"] == "From Xero"
    await house.fault("token_revoked", times=50)
    await house.edit(reference="After the end")
    await house.drain()
    await provoke(house, spills)
    await break_down(house, spills)
    for place, access in enumerate(tokens.accesses):
        spills.keep(**{f"access token {place}": access})
    for place, each in enumerate(tokens.token_sets):
        spills.keep(
            **{f"refresh token {place}": each.refresh_token, f"the one before {place}": each.previous_token}
        )

    jobs, waiting = await read_redis(house.settings)
    assert waiting > 0, "there is no job to look at"
    spills.look_at("Redis", jobs)
    address = house.settings.database_url.replace("://postgres@", f"://postgres:{PASSWORD}@")
    strange = house.settings.model_copy(
        update={"database_url": address, "redis_url": f"redis://:{PASSWORD}@127.0.0.1:9/0"}
    )
    assert PASSWORD in strange.database_url
    spills.keep(password=PASSWORD)
    async with open_api(strange) as api:
        for name, shown in list_reprs([strange, house.settings, house.parts, api]):
            spills.look_at(f"repr of {name}", shown)
    lost = strange.model_copy(update={"database_url": f"postgresql+asyncpg://u:{PASSWORD}@127.0.0.1:9/x"})
    house.settings = lost
    ended = await type_in(house, "partner", "list")
    assert ended.code == 3
    spills.look_at("a command without its database", ended.out + ended.said)
    assert '"level": "debug"' in logged.getvalue() or "DEBUG" in logged.getvalue()
    assert "request_failed" in logged.getvalue()
    spills.look_at("the logs", logged.getvalue())
    assert spills.list_spilled() == []


def test_a_secret_is_found_in_every_form() -> None:
    """The search can fail: plain, in an address, and in base64 wherever it stands in what was encoded."""
    import base64

    secret = "whsec_a secret/that+is=long"
    for text_ in (
        f"x {secret} y",
        "https://x.example/?code=whsec_a%20secret%2Fthat%2Bis%3Dlong",
        *(base64.b64encode(b"z" * n + secret.encode() + b"more").decode() for n in range(6)),
    ):
        spills = Spills()
        spills.keep(it=secret)
        spills.look_at("there", text_)
        assert spills.list_spilled() == ["it in there"], text_
    assert all(len(form) > 8 for form in list_forms(secret))
