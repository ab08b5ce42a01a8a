"""A partner's answer to a change, as the loop finds it in the feed, for tests of the hub alone."""

from dataclasses import replace

from app.domain.record.hub import Hub


def change_refused(hub: Hub, revision: int) -> Hub:
    """The partner did not apply that change, and never will."""
    moves = hub.sent.get(revision)
    if moves is None:
        return hub
    sent = {number: other for number, other in hub.sent.items() if number != revision}
    return replace(hub, sent=sent, refused={**hub.refused, revision: moves})


def acknowledged(hub: Hub, revision: int) -> Hub:
    """The partner has applied everything up to a revision; an older acknowledgement changes nothing."""
    return replace(hub, acked_revision=max(hub.acked_revision, revision))
