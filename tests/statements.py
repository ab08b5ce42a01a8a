"""One memory of compiled statements for all engines of a test process.

SQLAlchemy compiles a statement once for each engine, and a process of the application has one. A test has several, and
the next one has others: compiling the same statements for each of them took longer than most tests.
"""

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

_engines: list[Engine] = []
"""The first that was connected, which all others follow."""


def share_compiled_statements() -> None:
    """From now on every engine uses the first one's memory; its keys name the dialect, so that is the first's too."""
    event.listen(Engine, "engine_connect", _follow_the_first)


def _follow_the_first(connection: Connection) -> None:
    if not _engines:
        _engines.append(connection.engine)
    first, engine = _engines[0], connection.engine
    if engine.dialect is not first.dialect:
        engine.dialect = connection.dialect = first.dialect
        engine._compiled_cache = first._compiled_cache
