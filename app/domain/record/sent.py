"""What becomes of changes that are sent to the partner: on their way, or refused for good (`hub` has the rules)."""

from dataclasses import replace

from app.domain.record.hub import Hub
from app.domain.record.owed import PartnerChange

REFUSALS_BELIEVED = 3


def is_refused_for_good(hub: Hub, change: PartnerChange) -> bool:
    """The partner refused the very same moves three times: sending them again would go on for ever."""
    return sum(moves == change.moves for moves in hub.refused.values()) >= REFUSALS_BELIEVED


def change_sent(hub: Hub, change: PartnerChange) -> Hub:
    """The hub after a change was put on its way."""
    sent = {**hub.sent, change.revision: change.moves}
    newest = max(hub.newest_sent, change.revision)
    revision = max(hub.revision, change.revision)
    return replace(hub, sent=sent, newest_sent=newest, is_newest_withdrawn=False, revision=revision)
