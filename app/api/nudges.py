"""Whom to wake once something is committed: told by what did it, carried out by whoever asked for it.

A route sends them after its answer, a command at the command line before it ends. One that is lost costs seconds: the
sweep finds whatever is behind.
"""

from dataclasses import dataclass
from uuid import UUID

from app.reconcile.ports import Waker


@dataclass(frozen=True, slots=True)
class Nudges:
    """Connections to be reconciled, whose partner is to be told, and whose partner is to be asked."""

    reconcile: tuple[UUID, ...] = ()
    deliver: tuple[UUID, ...] = ()
    read: tuple[UUID, ...] = ()

    async def send(self, waker: Waker) -> None:
        """Wake workers; does nothing where there is nothing to do, and never raises for Redis."""
        await waker.reconcile_soon(self.reconcile)
        for connection_id in self.deliver:
            await waker.deliver_soon(connection_id)
        for connection_id in self.read:
            await waker.read_soon(connection_id)
