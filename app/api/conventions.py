"""What holds of every operation under /v1, written into the contract in one place: no router repeats it.

Limits and their headers, and that any write may carry an `Idempotency-Key`, with what a repeat may be answered.
"""

from collections.abc import Iterator
from typing import Any

from app.api.problems import documented
from app.api.repeats.idempotency import REPLAYED
from app.api.repeats.keyed import HEADER, LONGEST_KEY, UNSAFE_TWICE, WRITES

Json = dict[str, Any]

_REFERENCE = "#/components/headers/{name}"

HEADERS: dict[str, Json] = {
    "RateLimit-Policy": {
        "description": "How many calls (`q`) your key may make in how many seconds (`w`).",
        "schema": {"type": "string", "examples": ['"key";q=1200;w=60']},
    },
    "RateLimit": {
        "description": "How many calls are left (`r`) and in how many seconds (`t`) all of them are there again.",
        "schema": {"type": "string", "examples": ['"key";r=1187;t=42']},
    },
    "Retry-After": {
        "description": "When to ask again, in seconds.",
        "schema": {"type": "string", "examples": ["42"]},
    },
    REPLAYED: {
        "description": "`true`: this request was carried out before, and this is what it was answered then.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}
"""Headers of answers; they are referred to by these names."""

_KEY_PARAMETER: Json = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Makes the call safe to send again, also when its answer was lost: for 24 hours a repeat with the "
    "same key gets the same answer, marked by `Idempotent-Replayed: true`, and is not carried out twice. Of all your "
    "API keys, one stands for one request alone; a UUID does well.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[ -~]+$"},
}

_OF_ANY_REQUEST = ("address_too_long", "headers_too_large", "database_unavailable")
_BEFORE_THE_DOOR = frozenset({"401", "414", "431"})
_FOR_REPEATS = ("idempotency_key_reused", "request_under_way")
_OF_A_POST = "answer_lost"
_ASKS_TO_WAIT = frozenset({"409", "429", "503"})


def add_conventions(paths: Json) -> None:
    """Complete the operations under /v1, in place."""
    for method, operation in _list_operations(paths):
        _add_problems(operation["responses"], _OF_ANY_REQUEST)
        if method in WRITES:
            operation.setdefault("parameters", []).append(_KEY_PARAMETER)
            codes = (*_FOR_REPEATS, _OF_A_POST) if method in UNSAFE_TWICE else _FOR_REPEATS
            _add_problems(operation["responses"], codes)
        for status, answer in operation["responses"].items():
            names = _list_headers(status, is_write=method in WRITES)
            told = {name: {"$ref": _REFERENCE.format(name=name)} for name in names}
            answer["headers"] = told | answer.get("headers", {})
        operation["responses"] = dict(sorted(operation["responses"].items()))


def _list_operations(paths: Json) -> Iterator[tuple[str, Json]]:
    for path, operations in paths.items():
        if path.startswith("/v1/"):
            for method, operation in operations.items():
                yield method.upper(), operation


def _list_headers(status: str, *, is_write: bool) -> Iterator[str]:
    if status not in _BEFORE_THE_DOOR:
        yield from ("RateLimit-Policy", "RateLimit")
    if status in _ASKS_TO_WAIT:
        yield "Retry-After"
    if is_write and status.startswith("2"):
        yield REPLAYED


def _add_problems(responses: Json, codes: tuple[str, ...]) -> None:
    """Beside those of their status that the operation tells of already."""
    for status, answer in documented(*codes).items():
        told = responses.setdefault(str(status), answer)
        for media, content in answer["content"].items():
            told["content"][media].setdefault("examples", {}).update(content["examples"])
