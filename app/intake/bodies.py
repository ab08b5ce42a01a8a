"""JSON bodies that were signed over their raw bytes: read only after the signature held, and only if they can be kept.

Python's JSON reader lets through what PostgreSQL's does not (NaN, a NUL, half a surrogate pair); such a body is as
malformed as one that does not parse, and is found before anything is stored.
"""

import json
from typing import Any


class MalformedBody(ValueError):
    """The body is no JSON that can be kept."""


def read_json(body: bytes) -> Any:
    """The value of a JSON body; raises `MalformedBody`."""
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


def _refuse_constant(name: str) -> Any:
    raise MalformedBody(name)
