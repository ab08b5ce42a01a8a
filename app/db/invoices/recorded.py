"""What the loop records of invoice links with every batch, in one statement: the links themselves, what no longer waits
for the partner's side, what they come to, and what was tried. It is one round trip where each by itself would be four.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.sql.dml import Insert, Update

from app.db.connections.leases import Fenced, has_other_settings, while_alone
from app.db.delivery.changes import WITHDRAWABLE_OF_LINKS, WITHDRAWING
from app.db.delivery.fan_out import save_in_order
from app.db.findings.attempts import (
    INSERTING_ATTEMPTS,
    Attempt,
    build_inserting_attempts,
    count_attempts,
    give_attempts,
)
from app.db.findings.open_findings import ANY_OPEN
from app.db.invoices.link_record import SAVING_LINKS, give_links
from app.db.invoices.sums import SAVING_SUMS, build_saving_sums, give_sums
from app.db.postgres.session import WriteSession
from app.domain.invoices.link import InvoiceLink
from app.domain.invoices.sums import Sums


@dataclass(frozen=True, slots=True)
class Recorded:
    """Links as they are by now; those named in `again` stay behind, of the satisfied ones nothing waits any more."""

    links: Sequence[InvoiceLink]
    at: datetime
    again: Collection[UUID]
    satisfied: Sequence[UUID]
    sums: Mapping[UUID, tuple[Sums, datetime | None]]
    attempts: Sequence[Attempt]

    def give(self, connection_id: UUID) -> dict[str, Any]:
        """The parameters of what is recorded with every batch."""
        return {
            **give_links(self.links, self.at, self.again),
            **give_sums(connection_id, self.sums),
            **give_attempts(connection_id, self.attempts),
        }


async def save_recorded(session: WriteSession, connection_id: UUID, recorded: Recorded) -> None:
    """As `save_links`, `supersede_changes` of the satisfied ones, `save_sums` and `insert_attempts` do it."""
    if not recorded.links:
        return
    recording = {"links": list(recorded.satisfied), **recorded.give(connection_id)}
    withdrawn = (await session.execute(_RECORDING, recording)).scalars().all()
    await save_in_order(session, withdrawn, "superseded")
    count_attempts(recorded.attempts)


# None of the parts reads what another writes: all of them see the rows as they were before.
_WITHDRAWN = WITHDRAWING.cte("withdrawn")
_RECORDING = select(_WITHDRAWN.c.id).add_cte(
    SAVING_LINKS.cte("saving_links"), SAVING_SUMS.cte("saving_sums"), INSERTING_ATTEMPTS.cte("trying")
)


async def save_recorded_alone(fenced: Fenced, recorded: Recorded, by_settings: int) -> bool:
    """The same in the one statement that holds the lease's fence too. False, and nothing done, where more is to be seen
    to of these links: something waits for the partner's side or for people, the settings are of another version by now,
    or somebody else has the connection.
    """
    asking = {"links": [link.id for link in recorded.links], "by_settings": by_settings}
    saved = await fenced.try_to(_RECORDING_ALONE, {**asking, **recorded.give(fenced.connection_id)})
    if saved:
        count_attempts(recorded.attempts)
    return saved


def _build_parts(is_ours: ColumnElement[bool]) -> Sequence[Insert | Update]:
    return SAVING_LINKS.where(is_ours), build_saving_sums(is_ours), build_inserting_attempts(is_ours)


_HAS_MORE = or_(ANY_OPEN, exists().where(WITHDRAWABLE_OF_LINKS), has_other_settings())
_RECORDING_ALONE = while_alone(_HAS_MORE, _build_parts)
