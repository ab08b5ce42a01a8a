"""Ends TLS in front of a real PostgreSQL or Redis, as a hosted one's own proxy does, with a certificate made here.

The embedded PostgreSQL is built without TLS. Its client asks for it in eight bytes first, and is answered by one; from
then on, and with Redis from the start, what goes through is what the server and its client say, unread.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
NAME = "localhost"


def make_certificate(folder: Path) -> Path:
    """A certificate for that name which vouches for itself, and its key, in one file each; the certificate's path."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    as_pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(
        key.private_bytes(as_pem, serialization.PrivateFormat.PKCS8, encryption_algorithm=plain)
    )
    (folder / "ca.pem").write_bytes(made.public_bytes(as_pem))
    return folder / "ca.pem"


@asynccontextmanager
async def tls_in_front_of(server: str, certificate: Path, *, asks_first: bool) -> AsyncIterator[int]:
    """The port where it listens; `server` is the path of a socket, `asks_first` says that PostgreSQL is behind it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    under_way: set[asyncio.Task[None]] = set()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        under_way.add(task)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            if asks_first:
                assert await reader.readexactly(len(SSL_REQUEST)) == SSL_REQUEST, "it goes on in plain text"
                writer.write(b"S")
                await writer.drain()
                await writer.start_tls(context)
            to_read, to_write = await asyncio.open_unix_connection(server)
            await asyncio.gather(_copy(reader, to_write), _copy(to_read, writer))

    listening = await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=None if asks_first else context)
    try:
        yield int(listening.sockets[0].getsockname()[1])
    finally:
        listening.close()
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()
