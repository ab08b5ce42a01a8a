"""How many calls a key, or a stranger's address, may make in a minute, over all processes."""

import redis.asyncio

from tests.integration.api.driver import Plumbline, build_settings, name_faults, open_plumbline


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
    async with redis.asyncio.from_url(redis_url) as client:
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
    async with redis.asyncio.from_url(redis_url) as client:
        for key in await client.keys("plumbline:calls:*"):
            await client.pexpire(key, 0)
