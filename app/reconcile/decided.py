"""What was decided of a link, as it goes through a round with the link's work, until it is recorded with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from app.domain.findings.discrepancy import DiscrepancyState
from app.domain.findings.resolution import Resolution
from app.domain.invoices.link import Standing
from app.domain.record.hub import Hub
from app.domain.record.merge import Conflict
from app.domain.record.sides import Side


@dataclass(slots=True)
class Decisions:
    """The resolutions of a link that wait, as they are by now; `kept` are those that are on disk.

    `targets` are those that a person wants to take back. `reopened` are conflicts that are held again, by path, and
    `states` what became of discrepancies.
    """

    now: list[Resolution] = field(default_factory=list)
    kept: dict[UUID, Resolution] = field(default_factory=dict)
    targets: dict[UUID, Resolution] = field(default_factory=dict)
    reopened: dict[str, Conflict] = field(default_factory=dict)
    states: dict[int, tuple[DiscrepancyState, str | None]] = field(default_factory=dict)

    @property
    def are_none(self) -> bool:
        """Nothing was decided, and nothing came of a decision."""
        return not (self.now or self.reopened or self.states)

    def find_target(self, resolution: Resolution) -> Resolution | None:
        """The resolution that this one takes back, as it is by now."""
        waiting = {each.id: each for each in self.now}
        return waiting.get(resolution.undoes or resolution.id) or self.targets.get(
            resolution.undoes or resolution.id
        )

    def put(self, resolution: Resolution) -> None:
        """Go on with this state of a resolution."""
        self.now = [resolution if each.id == resolution.id else each for each in self.now]
        if resolution.id in self.targets:
            self.targets[resolution.id] = resolution

    def meet(self, agreed: Collection[str]) -> None:
        """Somebody said the same at these paths as what was carried out."""
        self.now = [each if each.carried_at is None else each.agreed_at(agreed) for each in self.now]

    def list_news(self) -> list[Resolution]:
        """What is not on disk yet."""
        every = {each.id: each for each in (*self.targets.values(), *self.now)}
        return [each for each in every.values() if self.kept.get(each.id) != each]

    def leaves(self, uncarried: Collection[UUID]) -> bool:
        """Whether any of these, which wait on disk, was not carried out by this work."""
        return not {each.id for each in self.now if not each.waits_to_be_carried}.issuperset(uncarried)

    def saved(self) -> None:
        """Everything is on disk."""
        self.kept = {each.id: each for each in (*self.targets.values(), *self.now)}
        self.reopened, self.states = {}, {}


class Deciding(Protocol):
    """A link's work in a round, of an invoice or of a contact."""

    decisions: Decisions
    conflicts: list[Conflict]
    had_open_conflicts: bool

    @property
    def link_id(self) -> UUID: ...
    @property
    def hub(self) -> Hub: ...
    @property
    def standing(self) -> Standing: ...
    @property
    def moved_at(self) -> Mapping[Side, datetime]: ...
    def take_hub(self, hub: Hub) -> None: ...
