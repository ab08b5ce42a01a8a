"""Who wins a conflict: the connection's policy, read at the moment of the merge."""

from datetime import datetime
from enum import StrEnum

from app.domain.merge import WinnerOf
from app.domain.sides import Side


class ConflictPolicy(StrEnum):
    """What happens when both sides changed the same field to different values.

    `newest_wins` compares Xero's own clock with the moment that the partner's document reached us; `hold` leaves both
    sides as they are and waits for a person.
    """

    XERO_WINS = "xero_wins"
    PARTNER_WINS = "partner_wins"
    NEWEST_WINS = "newest_wins"
    HOLD = "hold"

    def winner_of(self, seen_side: Side, seen_at: datetime, other_at: datetime) -> WinnerOf:
        """The winner at any path, for a merge of what `seen_side` did at `seen_at` (aware instants).

        Equal instants go to Xero: its books are the ones that a tax office reads.
        """
        if self is ConflictPolicy.HOLD:
            return lambda _path: None
        if self is ConflictPolicy.NEWEST_WINS:
            newer = seen_side if seen_at > other_at else seen_side.other
            winner = Side.XERO if seen_at == other_at else newer
        else:
            winner = Side.XERO if self is ConflictPolicy.XERO_WINS else Side.PARTNER
        return lambda _path: winner
