"""What the links and decisions of a round forget with their next state: when a hold began and ended, and what became
of a decision.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from app.db.findings.resolutions import name_decision
from app.db.links.moments import DECISION_ENDED, HELD, RELEASED, Moment
from app.domain.findings.resolution import Resolution
from app.domain.invoices.link import Standing, State


def list_hold_moments(link_id: UUID, before: Standing, after: Standing, at: datetime) -> list[Moment]:
    """The moments between two standings of a link; none while it is held for the same reason, or not at all."""
    was_held, is_held = before.state is State.HELD, after.state is State.HELD
    if was_held and is_held and before.code == after.code:
        return []
    moments = []
    if was_held:
        moments.append(Moment(link_id, RELEASED, {"code": before.code}, at))
    if is_held:
        facts = {"code": after.code, "message": after.message, "cure": after.cure}
        moments.append(Moment(link_id, HELD, facts, at))
    return moments


def list_decision_moments(decided: Iterable[Resolution]) -> list[Moment]:
    """The moments of those that have come to an end; one that is taken back ends a second time."""
    return [
        Moment(
            each.link_id,
            DECISION_ENDED,
            name_decision(each) | {"state": each.state.value, "reason": each.reason},
            each.ended_at,
        )
        for each in decided
        if each.ended_at is not None
    ]
