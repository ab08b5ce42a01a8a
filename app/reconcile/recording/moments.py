"""Moments of a round for the history: when a hold began and ended, and how a decision ended.

The rows of links and decisions have only their newest state, so this would be lost with the next one.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from app.db.findings.resolutions import name_decision
from app.db.links.moments import DECISION_ENDED, HELD, RELEASED, Moment
from app.domain.findings.resolution import Resolution
from app.domain.invoices.link import Standing, State


def list_hold_moments(link_id: UUID, before: Standing, after: Standing, at: datetime) -> list[Moment]:
    """The moments between two standings of a link; none if it is not held in either, or held for one reason in both."""
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
    """A moment for each decision that has ended; one that is taken back ends a second time."""
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
