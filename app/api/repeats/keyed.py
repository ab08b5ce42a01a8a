"""A write that came with an `Idempotency-Key`: its key, and the fingerprint by which a repeat is known."""

import hashlib
import re

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from app.api.access.door import is_of_api
from app.api.authentication import Caller
from app.db.partners.idempotency import Keyed
from app.intake.refusals import Fault, InputRefused

HEADER = "Idempotency-Key"
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
UNSAFE_TWICE = frozenset({"POST"})
"""Of the others, a second time leaves everything as it was after the first."""

LONGEST_KEY = 255
_FIT = re.compile(rf"[ -~]{{1,{LONGEST_KEY}}}")


def has_key(scope: Scope) -> bool:
    """Whether this is a write with a key, be it well formed or not."""
    return is_of_api(scope) and scope["method"] in WRITES and HEADER in Headers(scope=scope)


def build_keyed(scope: Scope, body: bytes, caller: Caller) -> Keyed:
    """What is claimed; raises `invalid_request` for a key that is none.

    The draft writes keys as quoted strings, most callers without quotes. Either is taken as it comes.
    """
    sent = Headers(scope=scope).getlist(HEADER)
    if len(sent) != 1 or not _FIT.fullmatch(sent[0]):
        message = f"must be 1 to {LONGEST_KEY} printable ASCII characters, and sent once"
        raise InputRefused("invalid_request", "The Idempotency-Key cannot be used.", [Fault(HEADER, message)])
    method: str = scope["method"]
    return Keyed(
        partner_id=caller.partner_id,
        key=sent[0],
        fingerprint=take_fingerprint(method, scope["path"], scope["query_string"], body),
        role=caller.role,
        is_safe_twice=method not in UNSAFE_TWICE,
    )


def take_fingerprint(method: str, path: str, query: bytes, body: bytes) -> bytes:
    """A hash of the request: equal for requests that are equal byte for byte, and for no others."""
    parts = (method.encode(), path.encode(), query, body)
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.digest()


async def read_body(receive: Receive) -> bytes | None:
    """The whole body, which `BodyLimit` keeps small; None when the caller has gone."""
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def give_back(body: bytes, receive: Receive) -> Receive:
    """A `receive` that has the body once more, and then whatever else comes."""
    is_given = False

    async def receive_again() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again
