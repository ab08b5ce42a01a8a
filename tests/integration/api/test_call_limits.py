"""How many calls a key, or a stranger's address, may make in a minute, over all processes."""

import asyncio
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import redis.asyncio

from tests.integration.api.driver import (
    Plumbline,
    build_settings,
    name_faults,
    open_plumbline,
    sign_as_xero,
)
from tests.integration.intake.test_partner_events import post as partner_posts


async def test_a_key_has_so_many_calls_in_a_minute_over_all_processes(
    database_url: str, redis_url: str
) -> None:
    """Each answer says what is left; one too many is 429 with when to come back; other keys go on."""
    settings = build_settings(database_url, redis_url, api_limit_per_minute=3)
    async with open_plumbline(settings) as plumbline, open_plumbline(settings) as other_process:
        async with other_process.as_partner(plumbline.partner["api_key"]) as elsewhere:
            answers = [
                await plumbline.http.get("/v1/partner"),
                await elsewhere.get("/v1/nothing/here"),
                await plumbline.http.post("/v1/connections", json={}),
                await elsewhere.get("/v1/partner"),
            ]
        assert [answer.status_code for answer in answers] == [200, 404, 422, 429]
        for left, answer in zip((2, 1, 0, 0), answers, strict=True):
            assert answer.headers["ratelimit-policy"] == '"key";q=3;w=60'
            assert answer.headers["ratelimit"].startswith(f'"key";r={left};t=')
        refused = answers[-1]
        assert (name_faults(refused), refused.json()["type"]) == ([], "/problems/rate_limited")
        assert 0 < int(refused.headers["retry-after"]) <= 60
        assert (await other_process.http.get("/v1/partner")).status_code == 200
        assert (await plumbline.http.get("/healthz")).status_code == 200
        await end_minutes(redis_url)
        assert (await plumbline.http.get("/v1/partner")).status_code == 200


async def test_calls_that_come_together_are_numbered_one_by_one(database_url: str, redis_url: str) -> None:
    """Each of them has a number of its own, and so have those of another key that came with them."""
    settings = build_settings(database_url, redis_url, api_limit_per_minute=5)
    async with open_plumbline(settings) as plumbline:
        limit = plumbline.app.state.doors.call_limit
        callers = ["one", "other", "one", "one", "other", "one", "one", "one"]
        counted = await asyncio.gather(*(limit.count(limit.of_key, caller) for caller in callers))
    assert [each.left for each in counted] == [4, 4, 3, 2, 3, 1, 0, 0]
    assert [each.is_over for each in counted] == [False] * 7 + [True]


async def test_a_stranger_is_slowed_down_and_shuts_nobody_out(database_url: str, redis_url: str) -> None:
    """Calls without a valid key are counted by address; a valid key from the same address is let in."""
    settings = build_settings(database_url, redis_url, stranger_limit_per_minute=2)
    async with open_plumbline(settings) as plumbline, plumbline.as_partner("plk_a_guess") as guesser:
        answers = [await guesser.get("/v1/partner") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [401, 401, 429]
        assert answers[-1].headers["retry-after"]
        assert "ratelimit" not in answers[-1].headers
        assert (await plumbline.http.get("/v1/partner")).status_code == 200


async def test_a_count_that_lost_its_end_is_given_one(plumbline: Plumbline, redis_url: str) -> None:
    """Nobody is shut out for good by a Redis that forgot when a minute began."""
    await plumbline.http.get("/v1/partner")
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        [key] = await client.keys("plumbline:calls:*")
        await client.persist(key)
        await plumbline.http.get("/v1/partner")
        assert 0 < await client.pttl(key) <= 60_000


async def test_without_redis_calls_pass_uncounted(database_url: str) -> None:
    """The policy is still told; what is left is not known."""
    async with open_plumbline(build_settings(database_url, "redis://127.0.0.1:9/1")) as plumbline:
        answers = [await plumbline.http.get("/v1/partner") for _ in range(2)]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["ratelimit-policy"] == '"key";q=1200;w=60'
        assert "ratelimit" not in answer.headers


async def end_minutes(redis_url: str) -> None:
    """Every minute that was begun is over."""
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        for key in await client.keys("plumbline:calls:*"):
            await client.pexpire(key, 0)


async def test_wrongly_signed_webhooks_are_slowed_down_and_rightly_signed_ones_never(
    database_url: str, redis_url: str
) -> None:
    """They are counted by address, of all kinds together; whoever signs rightly from there is let in uncounted."""
    body = b'{"events":[]}'
    wrong, right = {"x-xero-signature": "guessed"}, {"x-xero-signature": sign_as_xero(body)}
    settings = build_settings(database_url, redis_url, stranger_limit_per_minute=3)
    async with open_plumbline(settings) as plumbline, plumbline.as_partner(None) as sender:

        async def post(path: str, headers: dict[str, str]) -> httpx.Response:
            return await sender.post(f"/webhooks/{path}", content=body, headers=headers)

        for _ in range(5):
            assert (await post("xero", right)).status_code == 200
        assert await list_counts(redis_url) == {}
        paths = ("xero", f"partner/{plumbline.partner['partner_id']}", f"xero/{UUID(int=0)}")
        assert [(await post(path, wrong)).status_code for path in paths] == [401, 401, 401]
        refused = [await post(path, wrong) for path in paths]
        for answer in refused:
            assert (answer.status_code, name_faults(answer)) == (429, [])
            assert 0 < int(answer.headers["retry-after"]) <= 60
        before = await list_counts(redis_url)
        assert list(before.values()) == [6]
        for _ in range(5):
            assert (await post("xero", right)).status_code == 200
        assert await list_counts(redis_url) == before


async def test_a_rightly_signed_webhook_that_is_refused_is_told_why(
    database_url: str, redis_url: str
) -> None:
    """A document that cannot be taken stays a problem of its own, however much came from that address."""
    settings = build_settings(database_url, redis_url, stranger_limit_per_minute=1)
    async with open_plumbline(settings) as plumbline:
        for _ in range(3):
            await plumbline.http.post("/webhooks/xero", content=b"{}")
        answer = await partner_posts(plumbline, {"type": "invoice.changed", "data": {}})
    assert answer.status_code == 422


async def test_browsers_are_counted_with_the_strangers_of_their_address(
    database_url: str, redis_url: str
) -> None:
    """One call too many is a page that says when to come back; the state that it came with is not used up."""
    settings = build_settings(database_url, redis_url, stranger_limit_per_minute=2)
    async with open_plumbline(settings) as plumbline, plumbline.as_partner(None) as person:
        url = urlsplit((await plumbline.open_connection())["authorise_url"])
        assert (await person.get("/v1/partner")).status_code == 401
        assert (await person.get("/oauth/xero/callback")).status_code == 400
        refused = await person.get(f"{url.path}?{url.query}")
        assert (refused.status_code, refused.headers["content-type"]) == (429, "text/html; charset=utf-8")
        assert refused.headers["retry-after"] in refused.text
        assert (await person.post("/oauth/xero/organisation")).status_code == 429
        assert (await person.get("/healthz")).status_code == 200
        await end_minutes(redis_url)
        assert (await person.get(f"{url.path}?{url.query}")).status_code == 302


async def list_counts(redis_url: str) -> dict[str, int]:
    """What was counted, by the address."""
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        return {
            key.decode(): int(await client.get(key)) for key in await client.keys("plumbline:calls:address:*")
        }
