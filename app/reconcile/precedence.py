"""People first, in the loop: what a round takes up, and how a bulk gives way in the middle of one.

The choice itself is `domain.connections.precedence`'s. A bulk that meets work of people between two of its writes stops
there: what is left of it stays behind, as it was recorded, and is planned anew after them. It does so only after a
while, because what it read is read again then. Whatever is under way stops there too where somebody paused the
connection, or chose other settings, by which what is left is planned anew.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from app.clock import Clock
from app.db.life.waiting import Agenda, read_agenda
from app.db.postgres.session import Database
from app.domain.connections.connection import Connection
from app.domain.connections.precedence import LATELY, Portion, choose
from app.reconcile.ports import WRITE_BATCH
from app.reconcile.round import Round, batches

GIVES_WAY_AFTER = timedelta(seconds=10)
"""A bulk works for so long at least; with the call under way, this is what somebody's edit waits at the most."""

Item = TypeVar("Item")


async def find_portion(
    database: Database, clock: Clock, connection: Connection, since: datetime | None = None
) -> tuple[Portion, Agenda]:
    """What to take up next on a connection, and which stages have work; with an instant, only what was touched after it
    counts as somebody's.
    """
    lately = clock.now() - LATELY
    async with database.reading_bare() as driver:
        agenda = await read_agenda(driver, connection, max(lately, since) if since else lately)
    return choose(agenda.waiting), agenda


async def giving_way(current: Round, items: Sequence[Item]) -> AsyncIterator[Sequence[Item]]:
    """The items in batches, as `batches` gives them, until somebody's work waits for a bulk to step aside, or what is
    left is called off.
    """
    for batch in batches(items, WRITE_BATCH):
        if current.portion is Portion.BULK and await _somebody_waits(current):
            return
        # Asked of nobody: each batch is recorded, right before the next, and that sees how the connection is.
        if current.is_called_off:
            return
        yield batch


async def _somebody_waits(current: Round) -> bool:
    if current.clock.now() - current.began_at < GIVES_WAY_AFTER:
        return False
    found, _ = await find_portion(current.database, current.clock, current.connection, current.began_at)
    return found is Portion.TOUCHED_LATELY
