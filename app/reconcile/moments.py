"""When a hold began and when it ended, which the link itself forgets with its next standing."""

from datetime import datetime
from uuid import UUID

from app.db.moments import HELD, RELEASED, Moment
from app.domain.link import Standing, State


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
