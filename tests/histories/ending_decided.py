"""Invoices that end while people decide: whose word stands where one side ended it and the other said something else.

A decision brings an invoice back, or ends it, as the person who took it meant; one that Xero could not follow is
refused. Values of their own are those that a decision may give: a sum, a word, that it is sent or cancelled.
"""

from collections.abc import Sequence

from app.domain.findings.stake import Stake
from app.domain.holds.hold import Way
from app.domain.record.fields import Absent, Value
from app.domain.record.held import covers
from app.domain.record.hub import Hub
from app.domain.record.over import STATUS
from app.domain.record.owed import PartnerChange, xero_moves
from app.domain.record.sides import Status
from tests.histories.deciding import Decided, DecidingWorld
from tests.histories.edit import Edit
from tests.histories.ending import EndingWorld
from tests.histories.ending_people import CANCELLED

ENDS = (Status.SENT.value, CANCELLED)
"""What a person may decide that an invoice is."""


class DecidedEndingWorld(DecidingWorld, EndingWorld):
    """One history with ends and decisions."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.brought_back = (0, 0)
        """The document and the change that were the newest when somebody decided last that it is not over."""

    def _choose_value(self, path: str) -> str:
        if path == STATUS:
            return self.random.choice(ENDS)
        if not path.endswith("/unit_price"):
            return super()._choose_value(path)
        self.people.made += 1
        price = str(1000 + self.people.made)
        self.people.edits.append(Edit(path, None, price))
        return price

    def _carry(self, decided: Decided) -> None:
        before = len(self.carried)
        super()._carry(decided)
        if len(self.carried) > before:
            self._note_end([stake.value for stake in decided.stakes if stake.path == STATUS])

    def _is_impossible(self, hub: Hub, stakes: Sequence[Stake]) -> bool:
        """Xero would have to be written for it, and can take nothing of the kind."""
        hold = self._plan_of(hub).hold
        if hold is None or hold.way is not Way.NONE:
            return False
        moves = xero_moves(hub, self.rules.lanes)
        return any(covers(stake.path, path) for stake in stakes for path in moves)

    def _take_back(self, decided: Decided) -> None:
        before = self.undone
        super()._take_back(decided)
        if self.undone > before:
            back = [value for each in decided.stakes if each.path == STATUS for value in each.seen.values()]
            self._note_end(back)

    def _app_takes(self, change: PartnerChange) -> bool:
        """As ever. Who cancels in the app what a person has just decided to bring back from there says what that person
        saw: neither compare-and-set nor we can tell the one from the other.
        """
        is_applied = super()._app_takes(change)
        before, after = change.moves.get(STATUS, (None, None))
        # A late copy of a change that says the same is taken as having done it (`hub.partner_view`).
        is_late = after == CANCELLED and STATUS in self.hub.parted
        version, revision = self.brought_back
        is_seen = before == CANCELLED and version == self.hub.partner_version and change.revision > revision
        if is_applied and (is_late or is_seen):
            self.is_over_in_app = False
        return is_applied

    def _note_end(self, values: Sequence[Value | Absent]) -> None:
        """Somebody meant that it is so."""
        self.was_ended |= CANCELLED in values
        if any(value != CANCELLED for value in values):
            self.is_over_in_app = False
            self.brought_back = self.hub.partner_version, self.hub.newest_sent
