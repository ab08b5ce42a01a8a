"""The HTTP client for addresses that partners gave: it connects to the very address that was checked.

httpx looks a name up by itself when it connects, after any check that was made before: whoever owns the name could
have it lead inside in between. So the pool below it is given a network of ours, which looks a name up once, has every
address that comes back checked, and connects to those and no others. The name stays what TLS verifies and what `Host`
says, and connections are kept and used again by name. Nothing is taken from the environment: a proxy there would look
names up for itself.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import httpcore
import httpx

from app.delivery.address import Addresses
from app.tls import trusted

TIMEOUT = timedelta(seconds=10)
"""For a whole call, from the first byte of connecting to the last of the answer."""

CONNECT_SECONDS = 5
# Shorter than the keep-alive of common servers (5 s): a connection that the other end closes at the moment in which we
# use it again would cost the message a retry.
KEEPALIVE_SECONDS = 2
MOST_CONNECTIONS = 200
MOST_ADDRESSES = 4
"""Of one name, tried one after the other."""


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to what a name leads to, if all of that may be called."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises `AddressRefused`, or what httpcore raises where nobody answers."""
        try:
            found = (await self._addresses.list_open(host, port))[:MOST_ADDRESSES]
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        share = timeout and timeout / max(1, len(found))
        for position, address in enumerate(found, start=1):
            try:
                return await self._network.connect_tcp(
                    str(address), port, share, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if position == len(found):
                    raise
        raise httpcore.ConnectError("the name leads nowhere")

    async def sleep(self, seconds: float) -> None:
        """Between tries, of which the pool makes none."""
        await self._network.sleep(seconds)


class CheckedTransport(httpx.AsyncBaseTransport):
    """httpx over a pool of httpcore's with that network; what httpcore raises becomes httpx's error of that name."""

    def __init__(self, addresses: Addresses) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trusted(),
            max_connections=MOST_CONNECTIONS,
            keepalive_expiry=KEEPALIVE_SECONDS,
            network_backend=CheckedNetwork(addresses),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the answer's body is read as it is asked for."""
        url = request.url
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx():
            answer = await self._pool.handle_async_request(asked)
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    async def __aenter__(self) -> Self:
        await self._pool.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        await self._pool.__aexit__(kind, error, trace)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx():
            async for piece in self._answer.aiter_stream():
                yield piece

    async def aclose(self) -> None:
        with _as_httpx():
            await self._answer.aclose()


@contextmanager
def _as_httpx() -> Iterator[None]:
    try:
        yield
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise _name_error(error)(str(error)) from error
    except httpcore.UnsupportedProtocol as error:
        raise httpx.UnsupportedProtocol(str(error)) from error


def _name_error(error: Exception) -> type[httpx.TransportError]:
    """The error of httpx that has the name of httpcore's, which are the same two trees."""
    named: type[httpx.TransportError] = getattr(httpx, type(error).__name__, httpx.TransportError)
    return named


def build_client(addresses: Addresses) -> httpx.AsyncClient:
    """The client for calls to partners: no redirects, no proxy, no password from the environment it runs in."""
    return httpx.AsyncClient(
        transport=CheckedTransport(addresses),
        timeout=httpx.Timeout(TIMEOUT.total_seconds(), connect=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
        # Compressed, a small answer may become a very large one.
        headers={"accept-encoding": "identity", "user-agent": "Plumbline"},
    )
