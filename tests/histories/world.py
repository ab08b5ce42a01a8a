"""A world of two sides and the hub between them, everything in it decided by one seed.

The partner's app and Xero are small, independent pictures: a map of fields, a clock, and what is on its way. The hub is
the real one. Every edit is accounted for: it must stand at the end, or be kept in a conflict that can be decided, or be
replaced by somebody who saw it, or be flagged as overwritten in the moment between our read and our write. Where the
directions change on the way, an edit that did not travel must stand when everything is open again in the end.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from app.domain.contacts.contact import CONTACT
from app.domain.record.basis import AMOUNTS_ARE, is_money_of_line
from app.domain.record.coupling import Vocabulary, refresh_unmapped
from app.domain.record.direction import OPEN, Lanes
from app.domain.record.fields import ABSENT, DISCOUNTS, LINE_ORDER, group_of, line_keys
from app.domain.record.hub import Hub
from app.domain.record.kind import INVOICE
from app.domain.record.merge import Conflict
from app.domain.record.observing import (
    Observed,
    Rules,
    catch_up,
    observe_document,
    observe_xero,
    xero_answered,
)
from app.domain.record.owed import PartnerChange, next_change, xero_moves
from app.domain.record.path import is_group
from app.domain.record.sent import change_sent
from app.domain.record.sides import Side
from tests.histories.busy import BusyPeople, list_idle_words, show_alike
from tests.histories.edit import find_false, find_lost, find_undecidable
from tests.histories.people import APP_WORDS, CONTACT_FIELDS, MEMBERS, XERO_WORDS, Fields, People
from tests.histories.settings import Settings
from tests.refusing import acknowledged, change_refused

START = datetime(2026, 1, 1, tzinfo=UTC)
VOCABULARY = Vocabulary({"general": "200"}, {"none": "NT"})


@dataclass
class World:
    """One history."""

    seed: int
    settings: Settings
    hub: Hub = field(default_factory=Hub)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.people = self._build_people()
        self.app: Fields = self.people.start(APP_WORDS) | {"sent_at": "2026-01-01T00:00:00Z"}
        self.app_version = 1
        self.app_applied = 0
        self.xero: Fields = self.people.start(XERO_WORDS) | {"is_sent": True}
        self.xero_clock = 0
        record = {**self.app, **self.xero}
        kind = CONTACT if self.settings.of_contact else INVOICE
        if self.settings.of_contact:
            record = {path: record[path] for path in CONTACT_FIELDS}
            self.app, self.xero = dict(record), dict(record)
        self.hub = Hub(record, dict(self.app), dict(self.xero), partner_version=1, kind=kind)
        self.documents: list[tuple[int, int, Fields]] = []
        self.changes: list[PartnerChange] = []
        self.xero_is_due = False
        self.answer_is_new = False
        self.conflicts: list[Conflict] = []
        self.flagged: set[object] = set()
        self.seen_by_deciders: set[object] = set()
        self.writes = 0
        self.faults = True
        self.rules = Rules(self.settings.policy.winner_of, VOCABULARY)
        self._choose(self.settings.lanes[0])

    def _build_people(self) -> People:
        return (BusyPeople if self.settings.is_busy else People)(self.random, self.settings)

    def _choose(self, lanes: Lanes) -> None:
        """The business changes its directions."""
        self.rules = replace(self.rules, lanes=lanes)

    # people

    def app_edited(self) -> None:
        """A person edits the app, which sends its document (perhaps twice, perhaps never)."""
        self.people.edit(self.app, Side.PARTNER)
        self.app_version += 1
        self._send_document()

    def xero_edited(self) -> None:
        """A person edits Xero; its webhook may be lost."""
        self.people.edit(self.xero, Side.XERO)
        self.xero_clock += 1
        if self.random.random() < 0.7:
            self.xero_is_due = True

    # the network

    def _send_document(self) -> None:
        document = (self.app_version, self.app_applied, dict(self.app))
        copies = self.random.choice([0, 1, 1, 2]) if self.faults else 1
        self.documents += [document] * copies

    def document_arrived(self) -> None:
        """The hub takes one of the documents that are on their way, in any order."""
        if self.documents:
            version, based_on, body = self.documents.pop(self.random.randrange(len(self.documents)))
            self._take(
                observe_document(
                    self.hub,
                    body,
                    version=version,
                    based_on=based_on,
                    rules=self.rules,
                    at=self._now(),
                    xero_at=self._now(),
                )
            )

    def change_arrived(self) -> None:
        """The app gets one of the changes that are on their way, and its answer may be lost."""
        if not self.changes:
            return
        change = self.changes.pop(self.random.randrange(len(self.changes)))
        if self.faults and self.random.random() < 0.2:
            return
        applied = self._app_takes(change)
        if self.faults and self.random.random() < 0.2:
            return
        self.hub = (
            acknowledged(self.hub, change.revision) if applied else change_refused(self.hub, change.revision)
        )
        self.answer_is_new = True

    def _app_takes(self, change: PartnerChange) -> bool:
        """Compare and set, as our guide asks of every app."""
        if change.revision <= self.app_applied:
            return True
        is_other = any(self.app.get(path, ABSENT) not in move for path, move in change.moves.items())
        if is_other or self._is_more_there(change):
            self._send_document()
            return False
        for path, (_, after) in change.moves.items():
            if after is ABSENT:
                self.app.pop(path, None)
            else:
                self.app[path] = after
        self.app_applied = change.revision
        self.app_version += 1
        if self.settings.is_busy:
            # A word that comes to a line which the app left words alone is kept there, and booked nowhere.
            self.flagged |= list_idle_words(self.app, change.moves)
        return True

    def _is_more_there(self, change: PartnerChange) -> bool:
        """Whether the app has more of a line than the change knows that takes it away: lines are compared whole."""
        gone = {
            group_of(path)
            for path, (_, after) in change.moves.items()
            if path.endswith("/description") and after is ABSENT
        }
        return any(group_of(path) in gone and path not in change.moves for path in self.app)

    # the loop

    def reconciled(self) -> None:
        """One reconcile: read Xero if there is a reason, write what it lacks, send what the partner lacks."""
        self.answer_is_new = False
        if self.settings.is_busy:
            # A line that had no price, and so no account, has one again.
            self.hub = replace(self.hub, record=refresh_unmapped(self.hub.record, VOCABULARY))
        self._take(catch_up(self.hub, rules=self.rules, xero_at=self._now(), partner_at=self._now()))
        if self.xero_is_due or self.hub.unanswered is not None or xero_moves(self.hub, self.rules.lanes):
            self.xero_is_due = False
            self._take(
                observe_xero(
                    self.hub, self._show_xero(), rules=self.rules, at=self._now(), partner_at=self._now()
                )
            )
            self._write()
        change = self._next_change()
        if change is not None:
            self.hub = change_sent(self.hub, change)
            self.changes.append(change)

    def _show_xero(self) -> Fields:
        """What Xero shows."""
        return dict(self.xero)

    def _next_change(self) -> PartnerChange | None:
        return next_change(self.hub, self.rules.lanes)

    def _write(self) -> None:
        moves = xero_moves(self.hub, self.rules.lanes)
        if not moves:
            return
        read = dict(self.xero)
        target = dict(self.hub.xero_shadow)
        for path, (_, after) in moves.items():
            if after is ABSENT:
                target.pop(path, None)
            else:
                target[path] = after
        self.hub = replace(self.hub, unanswered=target)
        if self.faults and self.random.random() < 0.15:
            return
        if self.faults and self.random.random() < 0.3:
            self.xero_edited()
        # As a write does: the lines whole, and never without their basis.
        lines_are_written = any(_goes_with_lines(path) for path in moves)
        now = dict(self.xero)
        for path in {*read, *now}:
            written = path in moves or (lines_are_written and _goes_with_lines(path))
            if written and now.get(path) != read.get(path):
                self.flagged |= {str(now.get(path)), str(read.get(path))}
        if lines_are_written:
            self.xero = {path: value for path, value in self.xero.items() if not path.startswith("lines/")}
            self.xero |= {path: value for path, value in target.items() if path.startswith("lines/")}
            self.xero[LINE_ORDER] = list(target[LINE_ORDER])
            self.xero[AMOUNTS_ARE] = target[AMOUNTS_ARE]
        for path, (_, after) in moves.items():
            if after is not ABSENT:
                self.xero[path] = after
        self.xero_clock += 1
        self.writes += 1
        if self.faults and self.random.random() < 0.15:
            self.xero_is_due = True
            return
        self._take(
            xero_answered(
                self.hub, target, dict(self.xero), rules=self.rules, at=self._now(), partner_at=self._now()
            )
        )

    def _take(self, observed: Observed) -> None:
        before, self.hub = self.hub.record, observed.hub
        has_other_basis = before.get(AMOUNTS_ARE) != self.hub.record.get(AMOUNTS_ARE)
        self.conflicts += observed.conflicts
        for conflict in observed.conflicts:
            is_whole = self.settings.is_busy and is_group(conflict.path)
            is_of_basis = has_other_basis and is_money_of_line(conflict.path)
            if conflict.decided_at is not None or is_of_basis or is_whole:
                # Who wins the basis, or a line, stands by the line as it is, whoever said that first.
                self.people.disown(conflict.partner if conflict.winner is Side.PARTNER else conflict.xero)

    def _now(self) -> datetime:
        return START + timedelta(seconds=self.people.made)

    # the end

    def run(self) -> str | None:
        """Live through the history and settle; what went wrong, or None."""
        acts = self.list_acts()
        for step in range(self.settings.steps):
            self._choose(self.settings.lanes[step * len(self.settings.lanes) // self.settings.steps])
            self.random.choice(acts)()
            if fault := self.find_unmeant() or self.find_discounted_twice():
                return fault
        return self.end()

    def end(self) -> str | None:
        """Settle, as things are and with everything open; what went wrong, or None."""
        if self.rules.lanes != OPEN and (fault := self.find_restless()):
            return fault
        self._choose(OPEN)
        if not self.settle():
            return f"not settled: app {self.app}, xero {self.xero}, record {self.hub.record}"
        if self.settings.tokens is not None:
            return None
        if fault := self.find_unmeant():
            return fault
        excused = self.flagged | self.seen_by_deciders
        lost = find_lost(self.people.edits, self.hub.record, self.conflicts, excused)
        return lost or find_false(self.conflicts, self.people.makers) or find_undecidable(self.hub)

    def list_acts(self) -> list[Callable[[], None]]:
        """What may happen next; what stands twice happens twice as often."""
        messages = [self.document_arrived, self.change_arrived]
        return [self.app_edited, self.xero_edited, *messages, self.reconciled, self.reconciled]

    def settle(self) -> bool:
        """Faults stop: every message arrives, the sweep and the manifest run; True when both sides are equal."""
        self.faults = False
        for _ in range(60):
            if self.app_version > self.hub.partner_version:
                self._send_document()
            while self.documents:
                self.document_arrived()
            self.xero_is_due = True
            self.reconciled()
            while self.changes:
                self.change_arrived()
            if self.is_settled():
                return True
        return False

    def is_settled(self) -> bool:
        """Both sides show the same, or are held for a person, and nothing is due: every answer was looked at, too."""
        equal = (
            bool(self.hub.open_conflicts)
            or self.rules.lanes != OPEN
            or self._normal(self.app) == self._normal(self.xero)
        )
        moves = xero_moves(self.hub, self.rules.lanes)
        is_due = self.answer_is_new or self._next_change() is not None or bool(moves)
        return equal and not is_due and (self.rules.lanes != OPEN or not self.hub.parted)

    def find_unmeant(self) -> str | None:
        """An amount of money that a side shows under a basis that nobody meant for it.

        Where lines travel otherwise than the basis does, a business has chosen that the two come apart.
        """
        if self.settings.tokens is not None or self.settings.lanes != (OPEN,):
            return None
        return self.people.find_unmeant(self.app) or self.people.find_unmeant(self.xero)

    def find_discounted_twice(self) -> str | None:
        """A line that a side shows with a discount by rate and one by amount, which neither takes."""
        for fields in (self.app, self.xero):
            for line in {group_of(path) for path in fields if path.startswith("lines/")}:
                if None not in [fields.get(f"{line}/{name}") for name in DISCOUNTS]:
                    return f"discounted twice: {line} of {fields}"
        return None

    def find_restless(self) -> str | None:
        """What moves, although everything is said and done and what is left does not travel."""
        if not self.settle():
            return f"not settled under {self.rules.lanes}: {self.hub}"
        before, writes = (dict(self.app), dict(self.xero)), self.writes
        self.settle()
        return None if (self.app, self.xero) == before and self.writes == writes else "moved by itself"

    def _normal(self, side: Fields) -> Fields:
        if self.settings.is_busy:
            return show_alike(side, VOCABULARY)
        names = (*self.people.header, *MEMBERS, AMOUNTS_ARE)
        kept = {path: value for path, value in side.items() if path.rpartition("/")[2] in names}
        return kept | {LINE_ORDER: line_keys(side)}


def _goes_with_lines(path: str) -> bool:
    return path.startswith("lines/") or path in (LINE_ORDER, AMOUNTS_ARE)
