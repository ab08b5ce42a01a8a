"""Who wins a conflict: the connection's policy, read at the moment of the merge; one for all, and others by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.record.field_names import find_named
from app.domain.record.merge import WinnerOf
from app.domain.record.sides import Side


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


@dataclass(frozen=True, slots=True)
class Policies:
    """The policy of a connection, and those of single fields by name (`field_names`), of which the closest decides."""

    overall: ConflictPolicy
    by_name: Mapping[str, ConflictPolicy] = field(default_factory=dict)

    def at(self, path: str) -> ConflictPolicy:
        """The policy at a path of a field or a group."""
        name = find_named(path, self.by_name)
        return self.overall if name is None else self.by_name[name]

    def winner_of(self, seen_side: Side, seen_at: datetime, other_at: datetime) -> WinnerOf:
        """The winner at each path by its own policy; as `ConflictPolicy.winner_of`."""
        if not self.by_name:
            return self.overall.winner_of(seen_side, seen_at, other_at)
        return lambda path: self.at(path).winner_of(seen_side, seen_at, other_at)(path)
