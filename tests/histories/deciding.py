"""A world in which people decide about conflicts, settled or held, and take some decisions back.

As with the API, a decision is taken on what is known at that moment and carried out by a later reconcile; whatever
happens in between, it meets. What a decision replaces was seen by the one who decided; nothing else may vanish by it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.findings import decision, undo
from app.domain.findings.decision import Stake
from app.domain.findings.ignoring import ignore
from app.domain.record.fields import DISCOUNTS
from app.domain.record.hub import hold_of, settle_parted
from app.domain.record.moves import Move
from app.domain.record.path import is_group, read_at
from app.domain.record.sides import Side
from tests.histories.edit import Edit, list_values
from tests.histories.world import World


@dataclass
class Decided:
    """A decision of a person, or one that is taken back (`undoes`)."""

    stake: Stake
    is_ignore: bool = False
    undoes: "Decided | None" = None
    is_carried: bool = False
    moves: dict[str, Move] = field(default_factory=dict)


class DecidingWorld(World):
    """One history with decisions."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.waiting: list[Decided] = []
        self.carried: list[Decided] = []
        self.refused = 0
        self.undone = 0

    def list_acts(self) -> list[Callable[[], None]]:
        return [*super().list_acts(), self.decided, self.decided, self.took_back]

    # people

    def decided(self) -> None:
        """A person decides about one of the conflicts that were kept."""
        if not self.conflicts:
            return
        conflict = self.random.choice(self.conflicts)
        path, is_open = conflict.path, conflict.path in self.hub.open_conflicts
        side = self.random.choice(list(Side))
        kept = conflict.partner if side is Side.PARTNER else conflict.xero
        value = read_at(hold_of(self.hub, side), path) if is_open else kept
        choice = self.random.random()
        if choice < 0.3 and not is_group(path):
            value = self._token()
            self.edits.append(Edit(path, None, value))
        before = [each.stake.value for each in self.waiting if each.stake.path == path]
        for each in self.waiting:
            if each.stake.path.startswith(f"{path}/"):
                # A decision about a line overtakes one about a field of it, which is kept as overtaken.
                self.seen_by_deciders |= list_values(each.stake.value)
        stake = decision.look(self.hub, path, value, decided_before=before)
        self._was_seen(stake)
        self.waiting.append(Decided(stake, is_ignore=is_open and choice > 0.9))

    def took_back(self) -> None:
        """A person takes a decision back."""
        if self.carried:
            chosen = self.random.choice(self.carried)
            self.carried.remove(chosen)
            self.waiting.append(Decided(chosen.stake, undoes=chosen))

    def _was_seen(self, stake: Stake) -> None:
        shown = [read_at(self.hub.record, path) for path in _list_shown(stake.path)]
        for value in (*stake.seen.values(), *stake.ours, *shown):
            self.seen_by_deciders |= list_values(value)
        self._may_be_anyones(stake.value)

    def _may_be_anyones(self, decided: object) -> None:
        """A decided value counts as an edit of either side from here on."""
        for value in list_values(decided):
            self.makers.pop(value, None)

    # the loop

    def reconciled(self) -> None:
        """Carry out what waits, then reconcile as ever."""
        self.hub = settle_parted(self.hub)
        waiting, self.waiting = self.waiting, []
        for each in waiting:
            if each.undoes is None:
                self._carry(each)
            else:
                self._take_back(each.undoes)
        super().reconciled()

    def _carry(self, decided: Decided) -> None:
        stake = decided.stake
        if decision.find_gone(self.hub, [stake]) or (not decided.is_ignore and self._is_closed([stake])):
            self._refuse(stake)
            return
        if decided.is_ignore:
            self.hub = ignore(self.hub, [stake.path])
            return
        moved_at = dict.fromkeys(Side, self._now())
        carried = decision.carry_out(self.hub, [stake], rules=self.rules, at=self._now(), moved_at=moved_at)
        self.hub, decided.moves = carried.hub, dict(carried.moves)
        self.conflicts += carried.conflicts
        self.carried.append(decided)

    def _take_back(self, decided: Decided) -> None:
        stakes = [decided.stake]
        closed = decision.find_closed(self.hub, undo.wanted_back(stakes, decided.moves), self.rules.lanes)
        if closed or undo.find_edited(self.hub, stakes, decided.moves) or undo.cannot_part(stakes):
            self.refused += 1
            return
        self.undone += 1
        self.seen_by_deciders |= list_values(decided.stake.value)
        for before, _ in decided.moves.values():
            self._may_be_anyones(before)
        self.hub = undo.take_back(self.hub, stakes, decided.moves).hub

    def _is_closed(self, stakes: list[Stake]) -> bool:
        return bool(decision.find_closed(self.hub, decision.wanted_by(stakes), self.rules.lanes))

    def _refuse(self, stake: Stake) -> None:
        self.refused += 1
        self.seen_by_deciders |= list_values(stake.value)


def _list_shown(path: str) -> list[str]:
    """What somebody looks at who decides about a path: of a discount both forms, since one takes the other's place."""
    line, _, name = path.rpartition("/")
    return [f"{line}/{each}" for each in DISCOUNTS] if name in DISCOUNTS else [path]
