"""JSON bodies that were signed over their raw bytes: read only after the signature held, and only if they can be kept.

Python's JSON reader lets through what PostgreSQL's does not (NaN, 1e999, a NUL, half a surrogate pair); such a body is
as malformed as one that does not parse, and is found before anything is stored.
"""

import json
import math
import re
from typing import Any

DEEPEST = 32
"""Levels of nesting; a document of ours has six."""

WHAT_CAN_BE_KEPT = (
    f"must be JSON in UTF-8, without a NUL or half a surrogate pair, nested at most {DEEPEST} deep"
)
"""What a body was not that is malformed."""

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_CLOSED_AFTER_OPENED = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


class MalformedBody(ValueError):
    """The body is no JSON that can be kept."""


def read_json(body: bytes) -> Any:
    """The value of a JSON body; raises `MalformedBody`."""
    if is_too_deep(body):
        raise MalformedBody("nesting")
    try:
        text = body.decode()
        value = _DECODER.decode(text)
        # What else PostgreSQL cannot keep comes in escapes alone, since the bytes are UTF-8.
        is_fit = "\\u" not in text or _can_be_kept(value)
    except (ValueError, RecursionError) as error:
        raise MalformedBody(type(error).__name__) from None
    if not is_fit:
        raise MalformedBody("NUL")
    return value


def _can_be_kept(value: Any) -> bool:
    """Whether it holds no NUL; raises for half a surrogate pair."""
    text = json.dumps(value, ensure_ascii=False)
    text.encode()
    # Before the u stands an even number of backslashes when a backslash itself was meant.
    return "\\u0000" not in text.replace("\\\\", "")


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


def _read_float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise MalformedBody(text)
    return value


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_read_float)
