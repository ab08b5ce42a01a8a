"""What holds of every address under /v1: queries, HEAD, Allow, headers, and what the contract says of all that."""

from tests.integration.api.driver import Plumbline, build_settings, name_faults, open_plumbline
from tests.integration.api.operations import list_operations
from tests.served import build_contract


async def test_query_parameters_that_are_not_known_are_refused(plumbline: Plumbline) -> None:
    """Each by its name, on reads and writes alike, after the key and before anything is done."""
    path = await plumbline.open_active()
    refused = await plumbline.http.get(f"{path}/invoices?stat=held&limit=5&stat=a&Limit=6")
    assert (refused.status_code, name_faults(refused)) == (422, ["stat", "Limit"])
    assert "cursor, is_in_xero, job_id, limit, number, sort, state" in refused.json()["errors"][0]["message"]
    assert (await plumbline.http.get(f"{path}/invoices?state=held&limit=5")).status_code == 200
    write = await plumbline.http.post("/v1/connections?dry_run=true", json={"business_id": "biz_2"})
    assert (write.status_code, name_faults(write)) == (422, ["dry_run"])
    assert await plumbline.count("connections") == 1
    async with plumbline.as_partner(None) as stranger:
        assert (await stranger.get("/v1/partner?a=1")).status_code == 401
        assert (await stranger.get("/healthz?a=1")).status_code == 200


async def test_head_is_answered_where_get_is(plumbline: Plumbline) -> None:
    """The same status and headers and no body; 405 where there is nothing to get."""
    got, headed = await plumbline.http.get("/v1/partner"), await plumbline.http.head("/v1/partner")
    assert (headed.status_code, headed.content) == (200, b"")
    assert headed.headers["content-type"] == got.headers["content-type"]
    assert (await plumbline.http.head("/v1/connections/nonsense")).status_code == 422
    async with plumbline.as_partner(None) as stranger:
        assert (await stranger.head("/v1/partner")).status_code == 401
    assert (await plumbline.http.head("/webhooks/xero")).status_code == 405
    for health in ("/healthz", "/readyz"):
        assert ((headed := await plumbline.http.head(health)).status_code, headed.content) == (200, b"")


async def test_405_names_every_method_of_the_address(plumbline: Plumbline) -> None:
    """Not only those of the first route that has it."""
    for path, allowed in (
        ("/v1/connections", "GET, HEAD, POST"),
        ("/v1/keys/00000000-0000-4000-8000-000000000000", "DELETE, GET, HEAD"),
        ("/webhooks/xero", "POST"),
        ("/healthz", "GET, HEAD"),
    ):
        answer = await plumbline.http.patch(path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
        assert name_faults(answer) == []


async def test_every_answer_says_how_to_treat_it(plumbline: Plumbline) -> None:
    """Refusals and failures too: nothing is sniffed, stored on the way, or told to the next address."""
    async with plumbline.as_partner(None) as stranger:
        answers = [await plumbline.http.get("/v1/partner"), await stranger.get("/v1/partner")]
    answers.append(await plumbline.http.delete("/v1/partner"))
    await plumbline.execute("ALTER TABLE partners RENAME TO elsewhere")
    answers.append(await plumbline.http.get("/v1/partner"))
    assert [answer.status_code for answer in answers] == [200, 401, 405, 500]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "strict-transport-security" not in answer.headers, "it is not reached by https"
    for page in (
        "/docs",
        "/redoc",
        "/docs/ui/swagger-ui.css",
        "/oauth/xero/callback",
        "/openapi.json",
        "/nowhere",
    ):
        shown = await plumbline.http.get(page)
        assert "frame-ancestors 'none'" in shown.headers["content-security-policy"], page
        assert "script-src 'unsafe-inline'" not in shown.headers["content-security-policy"], page
        assert {"x-content-type-options", "referrer-policy", "x-frame-options"} <= set(shown.headers), page
    assert [("ratelimit" in answer.headers) for answer in answers] == [True, False, True, True]
    docs = await plumbline.http.get("/docs")
    assert "cache-control" not in docs.headers
    assert docs.headers["content-security-policy"]


async def test_what_is_reached_by_https_is_never_reached_otherwise(database_url: str, redis_url: str) -> None:
    """Pages, answers and refusals alike, for two years from each."""
    reached = {"public_url": "https://plumbline.example"}
    settings = build_settings(database_url, redis_url).model_copy(update=reached)
    async with open_plumbline(settings) as plumbline:
        for path in ("/docs", "/v1/partner", "/nowhere", "/oauth/xero/callback"):
            answer = await plumbline.http.get(path)
            assert answer.headers["strict-transport-security"] == "max-age=63072000", path


async def test_the_contract_tells_of_repeats_and_limits_on_every_operation(plumbline: Plumbline) -> None:
    """No router lists them, and none lacks them."""
    for operation in list_operations(build_contract()):
        answers = operation.told["responses"]
        assert {"401", "403", "422", "429"} <= set(answers), operation.name
        assert "Retry-After" in answers["429"]["headers"]
        examples = (
            {
                code
                for status in ("409", "422")
                for code in answers.get(status, {})
                .get("content", {})
                .get("application/problem+json", {})["examples"]
            }
            if "409" in answers
            else set()
        )
        has_key = any(each["name"] == "Idempotency-Key" for each in operation.told.get("parameters", []))
        assert has_key is not operation.is_read, operation.name
        told = {"request_under_way", "idempotency_key_reused"} <= examples
        assert told is not operation.is_read, operation.name
        assert ("answer_lost" in examples) is (operation.method == "POST"), operation.name
