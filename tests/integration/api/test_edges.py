"""Health, problem documents and OpenAPI: what holds of every address."""

import asyncio
from typing import Any

from sqlalchemy import text

from tests.integration.api.driver import Plumbline, build_settings, name_faults, open_plumbline

HOLD = text("SELECT FROM connections WHERE id = CAST(:id AS uuid) FOR UPDATE")
END_WAITING = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


async def test_a_living_process_says_so(plumbline: Plumbline) -> None:
    """Without a key, and without asking anything of anything."""
    async with plumbline.as_partner(None) as stranger:
        assert (await stranger.get("/healthz")).json() == {"status": "ok"}
        assert (await stranger.get("/readyz")).json()["status"] == "ok"


async def test_a_redis_that_is_down_is_named_and_documents_are_still_taken(database_url: str) -> None:
    """503 from readyz alone: nothing that is stored needs Redis, so no call fails for it."""
    async with open_plumbline(build_settings(database_url, "redis://127.0.0.1:9/1")) as plumbline:
        answer = await plumbline.http.get("/readyz")
        assert (answer.status_code, name_faults(answer)) == (503, ["redis"])
        path = await plumbline.open_active()
        assert (await plumbline.http.post(f"{path}/sweep")).status_code == 202


async def test_a_database_without_tables_is_named(plumbline: Plumbline) -> None:
    """503 until the migrations have run; and what fails meanwhile fails as a problem document."""
    await plumbline.execute("ALTER TABLE partners RENAME TO elsewhere")
    await plumbline.execute("ALTER TABLE api_keys RENAME TO elsewhere_too")
    answer = await plumbline.http.get("/readyz")
    assert (answer.status_code, name_faults(answer)) == (503, ["database"])
    failed = await plumbline.http.get("/v1/connections")
    assert (failed.status_code, failed.json()["type"]) == (500, "/problems/internal_error")
    assert name_faults(failed) == []
    assert "api_keys" not in failed.text


async def test_what_is_not_there_is_a_problem_document(plumbline: Plumbline) -> None:
    """Unknown addresses, methods and ids alike."""
    missing, method = await plumbline.http.get("/v2"), await plumbline.http.delete("/v1/connections")
    assert (missing.status_code, name_faults(missing)) == (404, [])
    assert (method.status_code, name_faults(method)) == (405, [])
    assert method.headers["allow"]
    unreadable = await plumbline.http.get("/v1/connections/con_1")
    assert (unreadable.status_code, name_faults(unreadable)) == (422, ["connection_id"])


async def test_an_address_with_a_slash_at_its_end_leads_nowhere(plumbline: Plumbline) -> None:
    """A proxy ends TLS, so a redirect of ours would lead to http, and the key with it; the answer says what to mend."""
    path = await plumbline.open_active()
    for method, address in (("GET", f"{path}/"), ("PUT", f"{path}/invoices/inv_1/"), ("GET", "/healthz/")):
        answer = await plumbline.http.request(method, address, headers={"host": "plumbline.example"})
        assert (answer.status_code, "location" in answer.headers) == (404, False)
        assert "none of ours ends with a slash" in answer.json()["detail"]


async def test_a_callers_correlation_id_is_kept_if_it_is_fit_to_log(plumbline: Plumbline) -> None:
    """It comes back in the header and in the problem; anything else is replaced."""
    kept = await plumbline.http.get("/v2", headers={"x-correlation-id": "their-id.1"})
    assert kept.headers["x-correlation-id"] == kept.json()["correlation_id"] == "their-id.1"
    replaced = await plumbline.http.get("/v2", headers={"x-correlation-id": "x y\t{}"})
    assert replaced.headers["x-correlation-id"] != "x y\t{}"


WITHOUT_PROBLEM = {
    *((page, status) for page in ("start_consent", "return_from_xero") for status in ("400", "429")),
    ("choose_organisation_as_person", "400"),
    ("choose_organisation_as_person", "429"),
    ("take_xero_events_of_app", "401"),
    ("take_xero_events", "401"),
    ("take_partner_event", "401"),
    ("take_shop_event", "401"),
}
"""A page for a person, and webhooks that nobody signed, who are told nothing."""


def _operations(contract: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for path in contract["paths"].values()
        for operation in path.values()
    }


async def test_every_operation_is_described_with_its_failures(plumbline: Plumbline) -> None:
    """Id, tag and summary; success with a schema; each failure as a problem document with an example."""
    contract = (await plumbline.http.get("/openapi.json")).json()
    operations = _operations(contract)
    assert {"put_invoice", "get_invoice", "open_connection", "change_settings", "compare_manifest"} <= set(
        operations
    )
    for name, operation in operations.items():
        assert operation["tags"], name
        assert operation["summary"], name
        for status, answer in operation["responses"].items():
            if status.startswith(("4", "5")) and (name, status) not in WITHOUT_PROBLEM:
                assert answer["content"]["application/problem+json"]["examples"], (name, status)
                assert "application/json" not in answer["content"], (name, status)
    assert set(operations["put_invoice"]["responses"]) >= {"200", "201", "401", "404", "409", "413", "422"}


async def test_the_contract_holds_what_it_refers_to(plumbline: Plumbline) -> None:
    """No reference leads nowhere, and FastAPI's own form of a refusal is not in it."""
    answer = await plumbline.http.get("/openapi.json")
    schemas = answer.json()["components"]["schemas"]
    named = {part.partition('"')[0] for part in answer.text.split("#/components/schemas/")[1:]}
    assert named <= set(schemas)
    assert "HTTPValidationError" not in schemas
    assert schemas["Document"]["additionalProperties"] is False


async def test_a_call_that_the_database_leaves_is_asked_to_come_again(plumbline: Plumbline) -> None:
    """503 with a time, not a failure of ours: nothing was stored, and the same call succeeds when it is back."""
    path = await plumbline.open_active()
    async with plumbline.database.writing() as holding:
        await holding.execute(HOLD, {"id": path.split("/")[3]})
        call = asyncio.create_task(plumbline.http.post(f"{path}/sweep"))
        while not await plumbline.execute(END_WAITING):
            pass
        left = await call
    assert (left.status_code, left.json()["type"]) == (503, "/problems/database_unavailable")
    assert left.headers["retry-after"] == "5"
    assert (await plumbline.http.post(f"{path}/sweep")).status_code == 202
