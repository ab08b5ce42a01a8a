"""Counts what is asked of PostgreSQL, by its text, where asyncpg asks it: every wait for an answer is one entry.

Beginning and ending a transaction count like any statement; a statement that a connection sees for the first time is
prepared, which is a wait too and is counted apart, since a process that has run for a while prepares nothing. What a
process asks every ten seconds whoever changes what, which is the time, is left out.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest
from asyncpg.prepared_stmt import PreparedStatement

from app.db.postgres.timekeeper import ASKED as THE_TIME

BIND_EXECUTE = "_PreparedStatement__bind_execute"


@dataclass(slots=True)
class Asked:
    """Round trips by text, and how many statements were prepared."""

    texts: Counter[str] = field(default_factory=Counter)
    prepared: int = 0

    @property
    def count(self) -> int:
        """Round trips of a process that has prepared everything."""
        return self.texts.total()

    def tell(self) -> str:
        """The texts, those that are asked most often first."""
        return "\n".join(
            f"{count:5} {' '.join(text.split())[:150]}" for text, count in self.texts.most_common()
        )


@contextmanager
def counting_round_trips() -> Iterator[Asked]:
    """Counts over all connections of this process."""
    asked = Asked()

    def note(text: str) -> None:
        if text != THE_TIME:
            asked.texts[text] += 1

    def note_preparing(_: str) -> None:
        asked.prepared += 1

    with pytest.MonkeyPatch.context() as patch:
        _follow(patch, asyncpg.Connection, "execute", note, lambda _, query, *__: str(query))
        _follow(patch, asyncpg.Connection, "executemany", note, lambda _, query, *__: str(query))
        # What goes past SQLAlchemy: a lent connection's, and what is run straight.
        _follow(patch, asyncpg.Connection, "fetch", note, lambda _, query, *__: str(query))
        _follow(patch, asyncpg.Connection, "prepare", note_preparing, lambda _, query, *__: str(query))
        _follow(patch, PreparedStatement, BIND_EXECUTE, note, lambda statement, *_: str(statement._query))
        yield asked


def _follow(
    patch: pytest.MonkeyPatch, kind: type, name: str, note: Callable[[str], None], find: Callable[..., str]
) -> None:
    real = getattr(kind, name)

    async def followed(self: Any, *args: Any, **named: Any) -> Any:
        note(find(self, *args))
        return await real(self, *args, **named)

    patch.setattr(kind, name, followed)
