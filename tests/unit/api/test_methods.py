"""HEAD as GET, at the level of messages."""

from collections.abc import AsyncIterator

from starlette.responses import JSONResponse, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from app.api.methods import HeadAsGet


async def head(answer: JSONResponse | StreamingResponse) -> tuple[str, list[Message]]:
    """The method that the handler saw, and what went out."""
    seen, sent = "", []

    async def handler(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal seen
        seen = scope["method"]
        await answer(scope, receive, send)

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "HEAD",
        "path": "/v1/x",
        "asgi": {"spec_version": "2.4"},
        "headers": [],
    }
    await HeadAsGet(handler)(scope, receive, send)
    return seen, sent


async def test_head_is_get_without_the_body() -> None:
    """The handler knows of GET alone; the headers say how long the body would be."""
    seen, sent = await head(JSONResponse({"a": 1}))
    assert seen == "GET"
    assert [message.get("body", b"") for message in sent] == [b"", b""]
    assert (b"content-length", b"7") in sent[0]["headers"]


async def test_a_stream_ends_with_its_headers() -> None:
    """Nobody waits for what they did not ask for."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"one"
        yield b"two"

    _, sent = await head(StreamingResponse(parts()))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert not sent[1].get("more_body")
