"""The HTTP of repeats: keys, fingerprints, and which answers are held back to be kept."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Message, Scope

from app.api.authentication import Caller
from app.api.repeats.capture import Capture
from app.api.repeats.idempotency import is_worth_keeping
from app.api.repeats.keyed import build_keyed, give_back, has_key, read_body, take_fingerprint
from app.db.partners.idempotency import KeptAnswer
from app.db.partners.partners import Role
from app.intake.refusals import InputRefused

CALLER = Caller(UUID(int=1), UUID(int=2), Role.ADMIN)


def scope(*keys: str, method: str = "POST", path: str = "/v1/keys") -> Scope:
    """A request with those keys."""
    headers = [(b"idempotency-key", key.encode("latin-1")) for key in keys]
    return {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}


@pytest.mark.parametrize("key", ["a", "x" * 255, '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "two words ~!"])
def test_a_key_is_printable_ascii(key: str) -> None:
    """Up to 255 characters; with the quotes of the draft or without."""
    assert build_keyed(scope(key), b"", CALLER).key == key


@pytest.mark.parametrize("keys", [("",), ("x" * 256,), ("é",), ("a\tb",), ("a", "a")], ids=repr)
def test_any_other_key_is_refused_by_the_headers_name(keys: tuple[str, ...]) -> None:
    """Two of them are none: nobody could tell which was meant."""
    with pytest.raises(InputRefused) as refused:
        build_keyed(scope(*keys), b"", CALLER)
    assert [fault.field for fault in refused.value.faults] == ["Idempotency-Key"]


def test_only_writes_to_the_api_are_claimed() -> None:
    """Reads are safe, and webhooks have ids of their own."""
    assert all(has_key(scope("a", method=method)) for method in ("POST", "PUT", "PATCH", "DELETE"))
    assert not has_key(scope())
    assert not has_key(scope("a", method="GET"))
    assert not has_key(scope("a", path="/webhooks/xero"))


def test_a_fingerprint_is_of_every_part() -> None:
    """Nor does what moves from one part to the next go unnoticed."""
    one = ("POST", "/v1/keys", b"", b"{}")
    others = [
        ("PUT", "/v1/keys", b"", b"{}"),
        ("POST", "/v1/key", b"s", b"{}"),
        ("POST", "/v1/keys", b"{", b"}"),
        ("POST", "/v1/keys", b"", b"{ }"),
    ]
    assert take_fingerprint(*one) == take_fingerprint(*one)
    assert len({take_fingerprint(*each) for each in (one, *others)}) == 5


async def test_a_body_that_was_read_is_there_once_more() -> None:
    """As one piece, and after it whatever else comes, as that the caller has gone."""
    coming: list[Message] = [
        {"type": "http.request", "body": b"one ", "more_body": True},
        {"type": "http.request", "body": b"two"},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return coming.pop(0)

    body = await read_body(receive)
    assert body == b"one two"
    again = give_back(body, receive)
    assert await Request(scope("a"), again).body() == body
    assert (await again())["type"] == "http.disconnect"


class Wire:
    """What went out, and what had been kept by then."""

    def __init__(self) -> None:
        self.log: list[tuple[str, Any]] = []

    async def send(self, message: Message) -> None:
        self.log.append(("sent", message["type"].removeprefix("http.response.")))

    async def keep(self, answer: KeptAnswer) -> None:
        self.log.append(("kept", (answer.status, dict(answer.headers), answer.body)))

    async def answer(self, response: Response) -> list[tuple[str, Any]]:
        """The order of what happens to an answer."""

        async def receive() -> Message:
            return {"type": "http.request"}

        of_server = {**scope("a"), "asgi": {"spec_version": "2.4"}}
        await response(of_server, receive, Capture(self.send, self.keep))
        return self.log


async def test_a_whole_answer_is_kept_before_a_byte_of_it_goes_out() -> None:
    """Else a caller could have an answer that its repeat does not get."""
    response = JSONResponse({"a": 1}, 201, {"ETag": '"1"', "Set-Cookie": "none=1"})
    headers = {"etag": '"1"', "content-type": "application/json"}
    kept = ("kept", (201, headers, b'{"a":1}'))
    assert await Wire().answer(response) == [kept, ("sent", "start"), ("sent", "body")]
    assert [what for what, _ in await Wire().answer(Response(status_code=204))] == ["kept", "sent", "sent"]


async def test_a_stream_is_never_held_back() -> None:
    """Its start goes out before its first part is there, and nothing is kept."""
    wire = Wire()

    async def parts() -> AsyncIterator[bytes]:
        assert wire.log == [("sent", "start")]
        yield b"data: 1\n\n"
        assert len(wire.log) == 2
        yield b"data: 2\n\n"

    log = await wire.answer(StreamingResponse(parts(), media_type="text/event-stream"))
    assert {what for what, _ in log} == {"sent"}


async def test_a_download_of_known_length_that_comes_in_parts_is_a_stream_too() -> None:
    """As a file's: it is passed on from its first part."""
    wire = Wire()

    async def parts() -> AsyncIterator[bytes]:
        yield b"a,b\n"
        assert wire.log == [("sent", "start"), ("sent", "body")]
        yield b"1,2\n"

    log = await wire.answer(StreamingResponse(parts(), headers={"content-length": "8"}))
    assert {what for what, _ in log} == {"sent"}


def test_answers_that_a_repeat_could_better_are_not_kept() -> None:
    """A failure here, a key that was not good enough, a minute that was used up."""
    assert [is_worth_keeping(status) for status in (200, 201, 204, 404, 409, 412, 422)] == [True] * 7
    assert [is_worth_keeping(status) for status in (401, 403, 429, 500, 502, 503)] == [False] * 6
