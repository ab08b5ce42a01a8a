"""What the loop records of invoice links with every batch, in one statement: the links themselves, what no longer waits
for the partner's side, what they come to, and what was tried. It is one round trip where each by itself would be four.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.db.changes import WITHDRAWING
from app.db.fan_out import save_in_order
from app.db.findings import INSERTING_ATTEMPTS, Attempt, count_attempts, give_attempts
from app.db.link_record import SAVING_LINKS, give_links
from app.db.session import WriteSession
from app.db.sums import SAVING_SUMS, give_sums
from app.domain.link import InvoiceLink
from app.domain.sums import Sums


async def save_recorded(
    session: WriteSession,
    connection_id: UUID,
    links: Sequence[InvoiceLink],
    at: datetime,
    *,
    again: Collection[UUID],
    satisfied: Sequence[UUID],
    sums: Mapping[UUID, tuple[Sums, datetime | None]],
    attempts: Sequence[Attempt],
) -> None:
    """As `save_links`, `supersede_changes` of the satisfied ones, `save_sums` and `insert_attempts` do it."""
    if not links:
        return
    recording = {
        "links": list(satisfied),
        **give_links(links, at, again),
        **give_sums(connection_id, sums),
        **give_attempts(connection_id, attempts),
    }
    withdrawn = (await session.execute(_RECORDING, recording)).scalars().all()
    await save_in_order(session, withdrawn, "superseded")
    count_attempts(attempts)


# None of the parts reads what another writes: all of them see the rows as they were before.
_WITHDRAWN = WITHDRAWING.cte("withdrawn")
_RECORDING = select(_WITHDRAWN.c.id).add_cte(
    SAVING_LINKS.cte("saving_links"), SAVING_SUMS.cte("saving_sums"), INSERTING_ATTEMPTS.cte("trying")
)
