"""Keeps a session whose statements are committed as they are sent from what needs a transaction.

One that is for queries alone is kept from writing, and one that writes a single statement from a second.

The text of each is looked at once in a process, since there are some hundreds of them. Locks on rows are refused too:
they would be gone before their answer is read.
"""

import re
from functools import lru_cache
from typing import Any
from weakref import WeakSet

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

TEXTS_KNOWN = 2000

_READS = re.compile(r"\s*(select|with|explain|show)\b", re.IGNORECASE)
_WRITES = re.compile(
    r"\b(insert\s+into|delete\s+from|merge\s+into|update\s+\w+\s+(as\s+\w+\s+)?set)\b"
    r"|\bfor\s+((no\s+key\s+)?update|(key\s+)?share)\b|\b(nextval|setval)\b",
    re.IGNORECASE,
)


class WriteRefused(AssertionError):
    """A statement that writes, or locks rows, was given to a session that only reads, or a second to one of one."""


def refuse_writes(engine: Engine) -> None:
    """From now on what this engine is told to run is looked at first."""
    event.listen(engine, "before_cursor_execute", _look)


def refuse_a_second(engine: Engine) -> None:
    """From now on each connection that is borrowed from this engine runs a single statement."""
    event.listen(engine, "before_cursor_execute", _count)


def _count(connection: Connection, _: Any, statement: str, *__: Any) -> None:
    if connection in _used:
        raise WriteRefused(f"A second statement of what was to be one: {statement[:200]}")
    _used.add(connection)


_used: WeakSet[Connection] = WeakSet()
"""Of SQLAlchemy's connections, which stand for one that is borrowed from the pool once."""


def _look(_: Any, __: Any, statement: str, *___: Any) -> None:
    if is_writing(statement):
        raise WriteRefused(f"A reading session was to run: {statement[:200]}")


@lru_cache(TEXTS_KNOWN)
def is_writing(statement: str) -> bool:
    """Whether the text would change anything, or lock rows."""
    return _READS.match(statement) is None or _WRITES.search(statement) is not None
