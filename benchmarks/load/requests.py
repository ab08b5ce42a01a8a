"""Requests as the bytes that travel, and the file that they are played back from: each after its length."""

from collections.abc import Iterable, Mapping
from pathlib import Path

LENGTH_DIGITS = 8


def build(method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """One HTTP/1.1 request on a connection that is kept."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def write(file: Path, requests: Iterable[bytes]) -> None:
    """Keep them for a playback."""
    with file.open("wb") as out:
        for request in requests:
            out.write(f"{len(request):0{LENGTH_DIGITS}}".encode() + request)


def read(file: Path) -> list[bytes]:
    """The requests of a file, in their order."""
    data, requests, start = file.read_bytes(), [], 0
    while start < len(data):
        begin = start + LENGTH_DIGITS
        start = begin + int(data[start:begin])
        requests.append(data[begin:start])
    return requests
