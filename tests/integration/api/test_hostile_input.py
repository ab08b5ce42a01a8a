"""What no client sends that means well is refused in words: no 500, and no answer that is larger than the question."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from app.api.problems import MOST_FAULTS, build_problem
from app.api.request_limits import LARGEST_HEADERS, LONGEST_ADDRESS, MOST_HEADERS, MOST_PARAMETERS
from app.intake.bodies import DEEPEST
from app.intake.refusals import Fault
from tests.integration.api.driver import Plumbline, document, name_faults
from tests.integration.intake.test_partner_events import post
from tests.served import build_contract

Json = dict[str, Any]

DEEP = "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)


def deep(before: str, after: str, times: int) -> str:
    """Nesting of that depth."""
    return before * times + "1" + after * times


MALFORMED: dict[str, str | bytes] = {
    "never closed": "[" * 200_000,
    "very deep": deep('{"a":', "}", 50_000),
    "one too deep": json.dumps(document()).replace('"lines": [', f'"lines": [{DEEP},'),
    "a number of 5,000 digits": '{"version":' + "9" * 5_000 + "}",
    "no text": b'{"id":"\xff\xfe"}',
    "compressed": b"\x1f\x8b\x08",
}
INVALID: dict[str, str | bytes] = {
    "a number of 4,000 digits": '{"version":' + "9" * 4_000 + "}",
    "a number without an end": '{"version":1e400}',
    "no number": '{"version":NaN}',
    "an exponent": json.dumps(document(total="1E+1000000000")),
    "half a pair": '{"id":"inv_1","reference":"\\ud800"}',
    "20,000 lines": json.dumps(document(lines=[{}] * 20_000)),
    "50,000 members": json.dumps({f"k{n}": 1 for n in range(50_000)}),
}


@pytest.fixture
async def where(plumbline: Plumbline) -> str:
    """The address of an invoice that is not there."""
    return f"{await plumbline.open_active()}/invoices/inv_1"


async def test_hostile_bodies_are_refused(plumbline: Plumbline, where: str) -> None:
    """By depth, size of numbers, count of members, encoding; with a key for repeats as well; nothing is stored."""
    for repeats in ({}, {"idempotency-key": "the same"}):
        headers = {"content-type": "application/json", **repeats}
        for status, bodies in ((400, MALFORMED), (422, INVALID)):
            for name, body in bodies.items():
                told = headers | ({"idempotency-key": name} if repeats else {})
                answer = await plumbline.http.put(where, content=body, headers=told)
                assert answer.status_code == status, (name, answer.text[:300])
                assert len(answer.content) < 40_000, name
                assert len(name_faults(answer)) <= MOST_FAULTS
    deepest = json.dumps(document()).replace('"lines": [', f'"lines": [{DEEP},')
    answer = await plumbline.http.put(where, content=deepest, headers={"content-type": "application/json"})
    assert answer.json()["errors"] == [{"field": "body", "message": f"must be nested at most {DEEPEST} deep"}]
    assert await plumbline.count("invoice_links") == 0


@pytest.mark.parametrize("sent", [None, "application/x-www-form-urlencoded", "text/plain"])
async def test_a_body_that_is_not_called_json_is_told_so(
    plumbline: Plumbline, where: str, sent: str | None
) -> None:
    """It is an object, as it must be: what is wrong is its header, which many a client sets by itself."""
    for method, path in (("PUT", where), ("POST", "/v1/connections")):
        headers = {"content-type": sent} if sent else {}
        body = json.dumps(document() if method == "PUT" else {"business_id": "biz_1"})
        answer = await plumbline.http.request(method, path, content=body, headers=headers)
        assert (answer.status_code, name_faults(answer)) == (422, ["Content-Type"]), answer.text
        assert answer.json()["errors"][0]["message"].startswith("must be application/json")


@pytest.mark.parametrize(
    "body", [gzip.compress(b"{}"), '{"id": "é"}'.encode("latin-1")], ids=["gzip", "latin"]
)
async def test_a_body_that_cannot_be_decoded_is_told_how(
    plumbline: Plumbline, where: str, body: bytes
) -> None:
    """400, and the fault says what a body must be."""
    answer = await plumbline.http.put(where, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, name_faults(answer)) == (400, ["body"])
    assert "UTF-8, not compressed" in answer.json()["errors"][0]["message"]


async def test_a_signed_webhook_may_be_hostile_too(plumbline: Plumbline) -> None:
    """A partner whose secret was stolen stops nothing: depth and junk are refused after the signature held."""
    for body in (b"[" * 100_000, deep('{"a":', "}", 60).encode(), b'{"type":"invoice.changed","data":[[]]}'):
        answer = await post(plumbline, body)
        assert answer.status_code in (400, 422), answer.text
        assert name_faults(answer)


async def test_too_many_or_too_large_headers_are_refused(plumbline: Plumbline) -> None:
    """431, before any key is looked up."""
    for headers in (
        {f"x-{n}": "a" for n in range(MOST_HEADERS + 1)},
        {"x-a": "a" * LARGEST_HEADERS},
        {"authorization": "Bearer " + "a" * LARGEST_HEADERS},
    ):
        answer = await plumbline.http.get("/v1/partner", headers=headers)
        assert (answer.status_code, name_faults(answer)) == (431, [])
    assert (await plumbline.http.get("/v1/partner", headers={"x-a": "a" * 1000})).status_code == 200


async def test_long_addresses_and_many_parameters_are_refused(plumbline: Plumbline, where: str) -> None:
    """414, or the query is named; a NUL in an address finds nothing."""
    for path in ("/v1/connections/" + "a" * LONGEST_ADDRESS, "/webhooks/xero?" + "a" * LONGEST_ADDRESS):
        assert (await plumbline.http.get(path)).status_code == 414
    many = await plumbline.http.get("/v1/connections?" + "&".join(["limit=5"] * (MOST_PARAMETERS + 1)))
    assert (many.status_code, name_faults(many)) == (422, ["query"])
    for path in ("/v1/connections/%00", where.replace("inv_1", "%00"), "/webhooks/partner/%00", "/%00"):
        answer = await plumbline.http.get(path)
        assert 400 <= answer.status_code < 500, path


def list_unbounded(schema: Json, where: str, seen: set[str]) -> Iterator[str]:
    """Lists and maps of what may be sent that have no limit of entries."""
    contract = build_contract()
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in seen:
            seen.add(name)
            yield from list_unbounded(contract["components"]["schemas"][name], name, seen)
        return
    if schema.get("type") == "array":
        if "maxItems" not in schema:
            yield f"{where} (maxItems)"
        yield from list_unbounded(schema["items"], where, seen)
    if isinstance(schema.get("additionalProperties"), dict) and "maxProperties" not in schema:
        yield f"{where} (maxProperties)"
    for inner in [each for kind in ("anyOf", "oneOf", "allOf") for each in schema.get(kind, [])]:
        yield from list_unbounded(inner, where, seen)
    for name, inner in schema.get("properties", {}).items():
        yield from list_unbounded(inner, f"{where}.{name}", seen)


def test_every_list_that_can_be_sent_has_a_limit() -> None:
    """In bodies and queries of every operation; one that is new and endless is found."""
    found: list[str] = []
    for operations in build_contract()["paths"].values():
        for told in operations.values():
            contents = told.get("requestBody", {}).get("content", {}).values()
            schemas = [each["schema"] for each in [*contents, *told.get("parameters", [])]]
            for schema in schemas:
                found += list_unbounded(schema, told["operationId"], set())
    assert found == []
    assert list(list_unbounded({"type": "array", "items": {}}, "x", set())) == ["x (maxItems)"]


def test_the_answer_to_a_long_list_of_faults_is_short() -> None:
    """How many there are is said."""
    faults = tuple(Fault(f"k{n}", "is not known") for n in range(MOST_FAULTS + 1))
    problem = build_problem("invalid_request", "Not valid.", faults)
    assert len(problem["errors"]) == MOST_FAULTS
    assert f"{MOST_FAULTS} of {MOST_FAULTS + 1}" in problem["detail"]
