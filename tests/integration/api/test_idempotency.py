"""Writes that are sent again with the same Idempotency-Key: carried out once, whatever happened to the first."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from app.api.dependencies import Services
from app.api.repeats.keyed import take_fingerprint
from app.clock import ManualClock
from app.db.connections.connections import insert_connection
from app.db.partners.idempotency import Keyed, Taken
from app.db.partners.partners import Role
from app.domain.partner.claim import CLAIM_LASTS, KEPT_FOR, Verdict
from app.errors import ClaimLost
from tests.integration.api.driver import Plumbline, document, name_faults

OPEN = ("POST", "/v1/connections")
BODY = {"business_id": "biz_1"}


@pytest.fixture
def clock(plumbline: Plumbline) -> ManualClock:
    """The time of the API."""
    clock = ManualClock()
    plumbline.use_clock(clock)
    return clock


async def send(
    plumbline: Plumbline, key: str, method: str = OPEN[0], path: str = OPEN[1], body: Any = BODY
) -> httpx.Response:
    """A call with a key; its body is written as `Attempt` writes it."""
    content = json.dumps(body).encode()
    headers = {"idempotency-key": key, "content-type": "application/json"}
    return await plumbline.http.request(method, path, content=content, headers=headers)


class Attempt:
    """A process that took up a request and is slow, or will die; it does what the middleware does, step by step."""

    def __init__(self, plumbline: Plumbline, key: str, method: str = OPEN[0], body: Any = BODY) -> None:
        services: Services = plumbline.app.state.services
        self._plumbline, self._book = plumbline, services.claims
        self._partner_id = UUID(plumbline.partner["partner_id"])
        fingerprint = take_fingerprint(method, OPEN[1], b"", json.dumps(body).encode())
        self._keyed = Keyed(self._partner_id, key, fingerprint, Role.ADMIN, is_safe_twice=method != "POST")
        self.taken = Taken(Verdict.BEGIN)

    async def begin(self) -> "Attempt":
        """Take the claim."""
        self.taken = await self._book.take(self._keyed)
        assert self.taken.verdict is Verdict.BEGIN
        return self

    async def commit(self) -> None:
        """Do the work."""
        with self._book.noting(self.taken):
            async with self._plumbline.database.writing() as session:
                await insert_connection(session, self._partner_id, "biz_1", "Tran Plumbing")


def kind(answer: httpx.Response) -> str:
    """The code of a problem."""
    assert name_faults(answer) is not None
    return str(answer.json()["type"]).removeprefix("/problems/")


async def test_a_repeat_gets_the_very_answer_and_nothing_is_done_again(plumbline: Plumbline) -> None:
    """Status, body, ETag and Location are the first's; a refusal is kept too, where a repeat cannot fare better."""
    first = await send(plumbline, "open-1")
    again = await send(plumbline, "open-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert again.headers["x-correlation-id"] != first.headers["x-correlation-id"]
    assert await plumbline.count("connections") == 1

    path = await plumbline.open_active()
    chosen = [await send(plumbline, "set", "PATCH", f"{path}/settings", {"due_days": 7}) for _ in range(2)]
    assert [answer.headers["etag"] for answer in chosen] == ['"2"', '"2"']
    keys = [await send(plumbline, "key", "POST", "/v1/keys", {"name": "a", "role": "read"}) for _ in range(2)]
    assert keys[0].headers["location"] == keys[1].headers["location"]
    assert await plumbline.count("api_keys") == 2
    refused = [await send(plumbline, "bad", "POST", "/v1/keys", {"name": "a"}) for _ in range(2)]
    assert [name_faults(refused[0]), refused[0].content] == [["role"], refused[1].content]
    assert refused[1].headers["content-type"] == "application/problem+json"


async def test_without_the_header_nothing_is_kept(plumbline: Plumbline) -> None:
    """And a read that comes with one is a read."""
    await plumbline.http.post("/v1/connections", json=BODY)
    await plumbline.http.get("/v1/connections", headers={"idempotency-key": "a"})
    assert await plumbline.count("idempotency_keys") == 0


async def test_a_key_stands_for_one_request_of_one_partner(plumbline: Plumbline) -> None:
    """Another method, address, query or body is refused by name; what is no key at all, before anything is done."""
    await send(plumbline, "k")
    for method, path, body in (
        ("POST", "/v1/connections", {"business_id": "biz_2"}),
        ("POST", "/v1/keys", BODY),
        ("PUT", "/v1/connections", BODY),
        ("POST", "/v1/connections?a=1", BODY),
    ):
        other = await send(plumbline, "k", method, path, body)
        assert (other.status_code, kind(other)) == (422, "idempotency_key_reused")
        assert name_faults(other) == ["Idempotency-Key"]
    for bad in ("", "x" * 256):
        refused = await send(plumbline, bad)
        assert (refused.status_code, name_faults(refused)) == (422, ["Idempotency-Key"])
    large = await send(plumbline, "large", body="x" * 1024 * 1024)
    assert (large.status_code, kind(large)) == (413, "too_large")
    assert await plumbline.count("connections") == 1
    stranger = plumbline.as_partner(None)
    async with stranger:
        refused = await stranger.post("/v1/connections", json=BODY, headers={"idempotency-key": "k"})
    assert refused.status_code == 401


async def test_of_many_at_once_one_is_carried_out(plumbline: Plumbline) -> None:
    """The others are told to come back, or get its answer."""
    answers = await asyncio.gather(*(send(plumbline, "once") for _ in range(12)))
    assert await plumbline.count("connections") == 1
    for answer in answers:
        assert answer.status_code in (201, 409)
        if answer.status_code == 409:
            assert (kind(answer), answer.headers["retry-after"]) == ("request_under_way", "2")
    assert (await send(plumbline, "once")).json()["id"] in {a.json().get("id") for a in answers}


async def test_a_failure_here_is_not_kept(plumbline: Plumbline) -> None:
    """What ended in a 5xx before anything was committed is carried out by the repeat; so is what was forbidden."""
    app = {"name": "Ours", "client_id": "9F3A6C0E1B2D4A5F", "client_secret": "the secret that Xero showed"}
    await plumbline.execute("ALTER TABLE xero_apps RENAME TO elsewhere")
    assert (await send(plumbline, "a", "POST", "/v1/xero-apps", app)).status_code == 500
    await plumbline.execute("ALTER TABLE elsewhere RENAME TO xero_apps")
    assert (await send(plumbline, "a", "POST", "/v1/xero-apps", app)).status_code == 201

    new = {"name": "a", "role": "read"}
    async with plumbline.as_partner((await plumbline.make_key("member"))["key"]) as member:
        headers = {"idempotency-key": "b", "content-type": "application/json"}
        content = json.dumps(new).encode()
        assert (await member.post("/v1/keys", content=content, headers=headers)).status_code == 403
        made = await send(plumbline, "b", "POST", "/v1/keys", new)
        assert made.status_code == 201
        # What an admin was answered holds a key, and is not for members.
        hidden = await member.post("/v1/keys", content=content, headers=headers)
        assert (hidden.status_code, kind(hidden)) == (403, "forbidden")
        assert made.json()["key"] not in hidden.text


async def test_a_process_that_dies_before_its_commit_has_done_nothing(
    plumbline: Plumbline, clock: ManualClock
) -> None:
    """Its claim runs out, and a repeat does the work; were it only slow, it could not do it a second time."""
    slow = await Attempt(plumbline, "slow").begin()
    early = await send(plumbline, "slow")
    assert (early.status_code, kind(early)) == (409, "request_under_way")
    clock.advance(CLAIM_LASTS)
    assert (await send(plumbline, "slow")).status_code == 201
    with pytest.raises(ClaimLost):
        await slow.commit()
    assert await plumbline.count("connections") == 1
    assert (await send(plumbline, "slow")).headers["idempotent-replayed"] == "true"


async def test_a_process_that_dies_after_its_commit_leads_to_no_double(
    plumbline: Plumbline, clock: ManualClock
) -> None:
    """A POST is told that it was done and its answer lost; a PUT is put again, which changes nothing more."""
    await (await Attempt(plumbline, "post").begin()).commit()
    assert (await send(plumbline, "post")).status_code == 409
    clock.advance(CLAIM_LASTS)
    for _ in range(2):
        lost = await send(plumbline, "post")
        assert (lost.status_code, kind(lost)) == (409, "answer_lost")
    assert await plumbline.count("connections") == 1

    path = await plumbline.open_active()
    put = ("put", "PUT", f"{path}/invoices/inv_1", document())
    assert (await send(plumbline, *put)).status_code == 201
    # As if the process had died before it kept the answer.
    await plumbline.execute("UPDATE idempotency_keys SET status = NULL, answer = NULL WHERE key = 'put'")
    clock.advance(CLAIM_LASTS)
    again = await send(plumbline, *put)
    assert (again.status_code, "idempotent-replayed" in again.headers) == (200, False)
    assert await plumbline.count("invoice_links") == 1
    assert (await send(plumbline, *put)).headers["idempotent-replayed"] == "true"


async def test_what_is_committed_beside_the_work_tells_nothing_of_it(plumbline: Plumbline) -> None:
    """A token that was refreshed on the way, before Xero gave no answer: the POST did nothing, and its repeat does."""
    attempt = await Attempt(plumbline, "k").begin()
    services: Services = plumbline.app.state.services
    with services.claims.noting(attempt.taken):
        async with services.database.writing_alone() as session:
            await session.execute(text("UPDATE token_sets SET refresh_owner = NULL"))
    await services.claims.release(attempt.taken)
    assert (await send(plumbline, "k")).status_code == 201

    failed = await Attempt(plumbline, "after").begin()
    await failed.commit()
    await services.claims.release(failed.taken)
    assert kind(await send(plumbline, "after")) == "answer_lost"


async def test_secrets_in_kept_answers_cannot_be_read_in_the_table(plumbline: Plumbline) -> None:
    """Whoever reads the database cannot call with the key that somebody was shown once."""
    made = await send(plumbline, "k", "POST", "/v1/keys", {"name": "a", "role": "read"})
    [row] = await plumbline.execute("SELECT idempotency_keys::text, answer FROM idempotency_keys")
    assert made.json()["key"] not in row[0]
    assert made.json()["key"].encode() not in row[1]
    assert made.headers["location"].encode() not in row[1]


async def test_keys_are_forgotten_after_a_day(plumbline: Plumbline, clock: ManualClock) -> None:
    """In small batches; one that is under way stays, and a forgotten key may stand for something else."""
    await send(plumbline, "old")
    clock.advance(KEPT_FOR - timedelta(seconds=1))
    claims = plumbline.app.state.services.claims
    assert await claims.prune() == 0
    assert (await send(plumbline, "old")).headers["idempotent-replayed"] == "true"
    clock.advance(timedelta(seconds=1))
    await Attempt(plumbline, "young").begin()
    assert await claims.prune() == 1
    assert (await send(plumbline, "old", body={"business_id": "biz_2"})).status_code == 201
    assert await plumbline.count("idempotency_keys") == 2
