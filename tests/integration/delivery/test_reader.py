"""One call to a partner's read endpoint: what is asked to the letter, and every answer that cannot be used."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from standardwebhooks import Webhook

from app.clock import SystemClock
from app.delivery.address import Addresses
from app.delivery.network import build_client
from app.delivery.webhook import Recipient
from app.keys import make_webhook_secret
from app.reading.reader import PartnerReader, ReadTarget
from app.reading.source import ReadFailed
from tests.integration.delivery.world import ANYWHERE

SECRET = make_webhook_secret()
AS_OF = "2026-11-20T04:00:00Z"


class Asked:
    """A server that keeps what it was asked and answers what a test tells it to."""

    def __init__(self) -> None:
        self.port = 0
        self.status = 200
        self.body: bytes = b"{}"
        self.targets: list[str] = []
        self.headers: list[dict[str, str]] = []

    def say(self, body: Any, status: int = 200) -> None:
        """What is answered from now on."""
        self.body, self.status = body if isinstance(body, bytes) else json.dumps(body).encode(), status

    def target(
        self, *, bearer: str | None = None, path: str = "/read/?tenant=1", port: int = 0
    ) -> ReadTarget:
        """Whom to ask."""
        url = f"http://127.0.0.1:{port or self.port}{path}"
        return ReadTarget(Recipient(url, [SECRET]), bearer, "con_1", "biz & co")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request for each connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        self.targets.append(head[0].split(" ")[1])
        self.headers.append(
            {name.lower(): value for name, value in (x.split(": ", 1) for x in head[1:] if x)}
        )
        writer.write(f"HTTP/1.1 {self.status} Said\r\ncontent-length: {len(self.body)}\r\n".encode())
        writer.write(b"location: /elsewhere\r\nconnection: close\r\n\r\n" + self.body)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def asking(addresses: Addresses = ANYWHERE) -> AsyncIterator[PartnerReader]:
    """A reader as wiring builds it."""
    async with build_client(addresses) as http:
        yield PartnerReader(http, addresses, SystemClock())


@pytest.fixture
async def asked() -> AsyncIterator[Asked]:
    """The partner's app."""
    app = Asked()
    server = await asyncio.start_server(app.serve, "127.0.0.1", 0)
    app.port = server.sockets[0].getsockname()[1]
    yield app
    server.close()


async def test_a_call_is_signed_over_the_very_target_that_arrives(asked: Asked) -> None:
    """Ids and words are escaped once; what the address's query says stays; a bearer secret goes as it is."""
    asked.say({"data": [{"id": "inv_1", "version": 2, "more": 1}], "next": "a b&c", "as_of": AS_OF})
    async with asking() as reader:
        page = await reader.fetch_page(asked.target(), "invoice", AS_OF, "x=1 2")
        asked.say({"document": {"id": "a:b"}})
        found = await reader.find_document(asked.target(bearer="the-apps-own"), "contact", "a:b")
    assert (page.data[0].version, page.next, page.as_of) == (2, "a b&c", AS_OF)
    assert found == {"id": "a:b"}
    named = "tenant=1&connection_id=con_1&business_id=biz+%26+co"
    more = "changed_since=2026-11-20T04%3A00%3A00Z&cursor=x%3D1+2&limit=100"
    assert asked.targets == [f"/read/invoices?{named}&{more}", f"/read/contacts/a%3Ab?{named}"]
    Webhook(SECRET).verify(asked.targets[0], asked.headers[0], json_parse=False)
    assert asked.headers[1]["authorization"] == "Bearer the-apps-own"
    assert "webhook-signature" not in asked.headers[1]


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        (b"[", 200, "is no JSON"),
        (b'{"data": NaN}', 200, "is no JSON"),
        ([], 200, "must be an object"),
        ({"data": [], "next": None}, 200, "as_of is required"),
        ({"data": [{"id": "a b", "version": 1}], "as_of": AS_OF}, 200, "data.0.id must be 1 to 64"),
        ({"data": [{"id": "a", "version": True}], "as_of": AS_OF}, 200, "data.0.version"),
        ({"data": [{"id": "a", "version": 1}] * 1001, "as_of": AS_OF}, 200, "at most 1000 entries"),
        ({"error": "no"}, 404, "was answered 404"),
        (b"", 302, "was answered 302"),
        (b" " * 10_000_001, 200, "longer than 10000000 bytes"),
    ],
)
async def test_an_answer_that_cannot_be_used_says_why(asked: Asked, body: Any, status: int, why: str) -> None:
    """Nothing of it is taken; redirects are not followed."""
    asked.say(body, status)
    async with asking() as reader:
        with pytest.raises(ReadFailed, match=why):
            await reader.fetch_page(asked.target(), "invoice", None, None)
    assert len(asked.targets) == 1


async def test_what_is_not_there_is_no_failure(asked: Asked) -> None:
    """404 and 410 say that the app has no such thing; anything else says nothing."""
    async with asking() as reader:
        for status in (404, 410):
            asked.say({}, status)
            assert await reader.find_document(asked.target(), "invoice", "inv_1") is None
        asked.say({}, 500)
        with pytest.raises(ReadFailed, match="invoice inv_1 was answered 500"):
            await reader.find_document(asked.target(), "invoice", "inv_1")
        with pytest.raises(ReadFailed, match="could not be reached"):
            await reader.find_document(asked.target(port=1), "invoice", "inv_1")
    guarded = Addresses(https_only=False, allow_internal=False)
    async with asking(guarded) as reader:
        with pytest.raises(ReadFailed, match="not public"):
            await reader.find_document(asked.target(), "invoice", "inv_1")
    assert len(asked.targets) == 3
