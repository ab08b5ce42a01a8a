"""A conflict as it is kept: with the policy or the direction that decided it, as the settings are in this round."""

from uuid import UUID

from app.db.findings import FoundConflict
from app.domain.merge import Conflict
from app.reconcile.round import Round


def found_conflict(current: Round, link_id: UUID, revision: int, conflict: Conflict) -> FoundConflict:
    """The conflict of that link, found at that revision."""
    decider, field = current.connection.settings.find_decider(conflict.path)
    return FoundConflict(link_id, revision, decider, conflict, field)
