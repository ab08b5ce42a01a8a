"""A world in which people decide about conflicts, settled or held, and take some decisions back.

As with the API, a decision is taken on what is known at that moment and carried out by a later reconcile; whatever
happens in between, it meets. What a decision replaces was seen by the one who decided; nothing else may vanish by it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.domain.findings import decision, undo
from app.domain.findings.ignoring import ignore
from app.domain.findings.stake import Stake, look, sides_of
from app.domain.record.basis import AMOUNTS_ARE, list_decided_together
from app.domain.record.coupling import XERO_WORD
from app.domain.record.fields import DISCOUNTS, Absent, Value, group_of, is_text_only
from app.domain.record.hub import Hub, hold_of, settle_parted
from app.domain.record.moves import Move
from app.domain.record.path import is_group, read_at
from app.domain.record.sides import Side
from tests.histories.edit import Edit, list_values
from tests.histories.people import BASES
from tests.histories.world import World


@dataclass
class Decided:
    """A decision of a person, or one that is taken back (`undoes`)."""

    stakes: list[Stake]
    is_ignore: bool = False
    is_own: bool = False
    """It is no plain choice between what the two sides hold, so that whoever takes it means what comes of it."""
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
        value = self._read(side, path) if is_open else kept
        choice = self.random.random()
        together = list_decided_together(self.hub.open_conflicts)
        values = {each: self._read(side, each) for each in together if path in together}
        values |= {path: value}
        if choice < 0.3 and not is_group(path) and len(values) == 1:
            values[path] = self._choose_value(path)
        stakes = [self._look(each, value) for each, value in sorted(values.items())]
        is_own = not is_open or values[path] != value
        self.waiting.append(Decided(stakes, is_ignore=is_open and choice > 0.9, is_own=is_own))

    def _read(self, side: Side, path: str) -> Value | Absent:
        """What a side says there; of a word of the other side's alone, what the record makes of it."""
        return read_at(hold_of(self.hub, side) if side in sides_of(self.hub, path) else self.hub.record, path)

    def _choose_value(self, path: str) -> str:
        """A value of the person's own."""
        value = self.random.choice(BASES) if path == AMOUNTS_ARE else self.people.token()
        if path.endswith(("/category", "/tax")):
            value = f"{XERO_WORD}{value}"
        self.people.edits.append(Edit(path, None, value))
        return value

    def _look(self, path: str, value: Value | Absent) -> Stake:
        stakes = [stake for each in self.waiting for stake in each.stakes]
        before = [stake.value for stake in stakes if stake.path == path]
        new = look(self.hub, path, value, decided_before=before)
        said_with = {each.path for each in new.beside}
        for stake in stakes:
            if stake.path.startswith(f"{path}/") or stake.path in said_with:
                # A decision about a line overtakes one about a field of it, which is kept as overtaken; so does one
                # about another word for the same fact.
                self.seen_by_deciders |= list_values(stake.value)
        self._was_seen(new)
        return new

    def took_back(self) -> None:
        """A person takes a decision back."""
        if self.carried:
            chosen = self.random.choice(self.carried)
            self.carried.remove(chosen)
            self.waiting.append(Decided(chosen.stakes, undoes=chosen))

    def _was_seen(self, stake: Stake) -> None:
        shown = [read_at(self.hub.record, path) for path in _list_shown(stake.path)]
        for value in (*stake.seen.values(), *stake.ours, *shown):
            self.seen_by_deciders |= list_values(value)
        self.people.disown(stake.value)

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
        stakes = decided.stakes
        if decision.find_gone(self.hub, stakes) or (not decided.is_ignore and self._is_closed(stakes)):
            self._refuse(stakes)
            return
        if decided.is_ignore:
            self.hub = ignore(self.hub, [stake.path for stake in stakes])
            return
        if decision.is_torn(self.hub, stakes):
            self._refuse(stakes)
            return
        moved_at = dict.fromkeys(Side, self._now())
        carried = decision.carry_out(self.hub, stakes, rules=self.rules, at=self._now(), moved_at=moved_at)
        if carried.edited or self._is_impossible(carried.hub, stakes):
            self._refuse(stakes)
            return
        self.hub, decided.moves = carried.hub, dict(carried.moves)
        if self.settings.is_busy:
            self._tell_of_words(stakes)
        if decided.is_own:
            self.people.mean(self.hub.record)
        self.conflicts += carried.conflicts
        self.carried.append(decided)

    def _is_impossible(self, _hub: Hub, _stakes: Sequence[Stake]) -> bool:
        """Whether a side could not follow; `_hub` is the one after the decision."""
        return False

    def _tell_of_words(self, stakes: list[Stake]) -> None:
        """What was decided for a line that is words alone has no place in it: that decision is told as overtaken."""
        for stake in stakes:
            group, record = group_of(stake.path), self.hub.record
            if group != stake.path and group is not None and is_text_only(record, group.partition("/")[2]):
                self.seen_by_deciders |= list_values(stake.value)

    def _take_back(self, decided: Decided) -> None:
        stakes = decided.stakes
        closed = decision.find_closed(self.hub, undo.wanted_back(stakes, decided.moves), self.rules.lanes)
        cannot = undo.cannot_part(stakes) or undo.is_final_in_xero(self.hub, stakes)
        taken = undo.take_back(self.hub, stakes, decided.moves)
        edited = undo.find_edited(self.hub, stakes, decided.moves)
        if closed or edited or cannot or self._is_impossible(taken.hub, stakes):
            self.refused += 1
            return
        self.undone += 1
        for stake in stakes:
            self.seen_by_deciders |= list_values(stake.value)
        for before, _ in decided.moves.values():
            self.people.disown(before)
        self.hub, self.conflicts = taken.hub, [*self.conflicts, *taken.conflicts]

    def _is_closed(self, stakes: list[Stake]) -> bool:
        return bool(decision.find_closed(self.hub, decision.wanted_by(stakes), self.rules.lanes))

    def _refuse(self, stakes: list[Stake]) -> None:
        self.refused += 1
        for stake in stakes:
            self.seen_by_deciders |= list_values(stake.value)


def _list_shown(path: str) -> list[str]:
    """What somebody looks at who decides about a path: of a discount both forms, since one takes the other's place."""
    line, _, name = path.rpartition("/")
    return [f"{line}/{each}" for each in DISCOUNTS] if name in DISCOUNTS else [path]
