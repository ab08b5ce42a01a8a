"""Keeps a session that is for queries alone from writing: its statements are committed as they are sent.

The text of each is looked at once in a process, since there are some hundreds of them. Locks on rows are refused too:
they would be gone before their answer is read.
"""

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

TEXTS_KNOWN = 2000

_READS = re.compile(r"\s*(select|with|explain|show)\b", re.IGNORECASE)
_WRITES = re.compile(
    r"\b(insert\s+into|delete\s+from|merge\s+into|update\s+\w+\s+(as\s+\w+\s+)?set)\b"
    r"|\bfor\s+((no\s+key\s+)?update|(key\s+)?share)\b|\b(nextval|setval)\b",
    re.IGNORECASE,
)


class WriteRefused(AssertionError):
    """A statement that writes, or locks rows, was given to a session that only reads."""


def refuse_writes(engine: Engine) -> None:
    """From now on what this engine is told to run is looked at first."""
    event.listen(engine, "before_cursor_execute", _look)


def _look(_: Any, __: Any, statement: str, *___: Any) -> None:
    if is_writing(statement):
        raise WriteRefused(f"A reading session was to run: {statement[:200]}")


@lru_cache(TEXTS_KNOWN)
def is_writing(statement: str) -> bool:
    """Whether the text would change anything, or lock rows."""
    return _READS.match(statement) is None or _WRITES.search(statement) is not None
