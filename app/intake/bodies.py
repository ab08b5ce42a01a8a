"""JSON bodies that were signed over their raw bytes: read only after the signature held, and only if they can be kept.

Python's JSON reader lets through what PostgreSQL's does not (NaN, a NUL, half a surrogate pair); such a body is as
malformed as one that does not parse, and is found before anything is stored.
"""

import json
import re
from typing import Any

DEEPEST = 32
"""Levels of nesting; a document of ours has six."""

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_CLOSED_AFTER_OPENED = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


class MalformedBody(ValueError):
    """The body is no JSON that can be kept."""


def read_json(body: bytes) -> Any:
    """The value of a JSON body; raises `MalformedBody`."""
    if is_too_deep(body):
        raise MalformedBody("nesting")
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
        text = json.dumps(value, ensure_ascii=False)
        text.encode()
    except (ValueError, RecursionError) as error:
        raise MalformedBody(type(error).__name__) from None
    # Before the u stands an even number of backslashes when a backslash itself was meant.
    if "\\u0000" in text.replace("\\\\", ""):
        raise MalformedBody("NUL")
    return value


def is_too_deep(body: bytes) -> bool:
    """Whether JSON is nested deeper than `DEEPEST`, told without parsing it; of what is no JSON, anything."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    depth = 0
    for character in _STRING.sub(b"", body):
        depth += _CLOSED_AFTER_OPENED.get(character, 0)
        if depth > DEEPEST:
            return True
    return False


def _refuse_constant(name: str) -> Any:
    raise MalformedBody(name)
