"""Calls over the network that checks: Host and SNI stay the name, whatever address it led to."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.delivery import network
from app.delivery.address import Addresses, IpAddress
from app.delivery.network import build_client


async def to_loopback(host: str, port: int) -> Sequence[IpAddress]:
    """Every name leads to this machine."""
    return [ip_address("127.0.0.1")]


HERE = Addresses(https_only=False, allow_internal=True, resolve=to_loopback)


def make_certificate(name: str, folder: Path) -> tuple[Path, Path]:
    """A certificate for a name that signs itself, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return public, private


@asynccontextmanager
async def serve_tls(public: Path, private: Path, heads: list[str], names: list[str]) -> AsyncIterator[int]:
    """A server that keeps what it was asked, and by which name TLS asked for it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    context.sni_callback = lambda _socket, name, _context: names.append(name)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1]
    server.close()


async def test_tls_is_verified_for_the_name_and_host_says_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to a checked address; a certificate of another name is refused all the same."""
    public, private = make_certificate("app.example", tmp_path)
    monkeypatch.setattr(network, "trusted", lambda: ssl.create_default_context(cafile=str(public)))
    heads: list[str] = []
    names: list[str] = []
    async with serve_tls(public, private, heads, names) as port, build_client(HERE) as http:
        answer = await http.get(f"https://app.example:{port}/hook?tenant=1")
        with pytest.raises(httpx.ConnectError):
            await http.get(f"https://other.example:{port}/hook")
    assert (answer.status_code, answer.text) == (200, "ok")
    assert heads[0].startswith("GET /hook?tenant=1 HTTP/1.1\r\n")
    assert f"Host: app.example:{port}\r\n" in heads[0]
    assert names == ["app.example", "other.example"]
