"""Whether a round met a bar, or saw that one is over: noted in the transaction that records the round.

A bar is over when Xero took a write of something that was held by it, and nothing holds that any more. A write that
left it held, as an invoice that waits for its payment, proves nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.db.links.bars import lift_bar, note_bar
from app.db.postgres.session import WriteSession
from app.domain.invoices.link import Standing, is_barred


class Tried(Protocol):
    """The work of a link of any kind: where it stands now, and whether it shows that the bar is over."""

    @property
    def standing(self) -> Standing: ...
    @property
    def frees_others(self) -> bool: ...


async def tell_bars(session: WriteSession, connection_id: UUID, works: Sequence[Tried], at: datetime) -> None:
    """Lift the connection's bar if one of these works shows that it is over; note one if any of them is held by it."""
    if any(work.frees_others for work in works):
        await lift_bar(session, connection_id)
    if any(is_barred(work.standing) for work in works):
        await note_bar(session, connection_id, at)
