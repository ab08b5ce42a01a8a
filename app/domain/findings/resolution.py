"""A resolution: what a person decided about a conflict or a difference, and what became of it (FEATURES E11, N12).

waiting        stored, or carried out and on its way to the sides; the reason says what it waits for
done           both sides hold the decided value
overtaken      somebody edited these fields before it was done, and that stands
not_possible   it can never be carried out, and the reason says why; nothing was changed by it
undone         it was taken back
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.findings.stake import Stake, is_apart
from app.domain.record.fields import ABSENT, Absent, Value
from app.domain.record.held import covers
from app.domain.record.hub import Hub, list_behind_paths
from app.domain.record.moves import Move
from app.domain.record.path import read_at, same_at
from app.domain.record.sides import Side

_AGREED = "agreed"
"""Its name in what is kept."""


class Action(StrEnum):
    """What was decided.

    `take_xero`, `take_partner`: that side's value stands. `merged`: another value does. `relink`: the link stands for
    another thing of Xero's. `ignore`: it stays as it is while the values do. `undo`: another resolution is taken back.
    """

    TAKE_XERO = "take_xero"
    TAKE_PARTNER = "take_partner"
    MERGED = "merged"
    RELINK = "relink"
    IGNORE = "ignore"
    UNDO = "undo"


class ResolutionState(StrEnum):
    """See the table above."""

    WAITING = "waiting"
    DONE = "done"
    OVERTAKEN = "overtaken"
    NOT_POSSIBLE = "not_possible"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Resolution:
    """One decision as the loop carries it out.

    `xero_id` is the other identity of a relink, which other links may have too where `is_shared`; `content` is the
    side whose words stand where the two say different things. `moves` is what it came to in the record, and what it was
    meant with (`Carried`); `before` is what is to be known where it is taken back: of a relink what the link was, of
    any other what is `agreed`. It is carried out once, at `carried_at`; what follows is the ordinary plan's.
    """

    id: UUID
    link_id: UUID
    action: Action
    decided_at: datetime
    stakes: tuple[Stake, ...] = ()
    conflict_id: int | None = None
    discrepancy_id: int | None = None
    xero_id: str | None = None
    content: Side = Side.XERO
    is_shared: bool = False
    undoes: UUID | None = None
    state: ResolutionState = ResolutionState.WAITING
    reason: str | None = None
    moves: Mapping[str, Move] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    carried_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def waits_to_be_carried(self) -> bool:
        return self.state is ResolutionState.WAITING and self.carried_at is None

    @property
    def paths(self) -> list[str]:
        return [stake.path for stake in self.stakes]

    @property
    def agreed(self) -> list[str]:
        """The paths to which somebody gave the decided value too, on a side and without having it from us."""
        return list(self.before.get(_AGREED, []))

    def agreed_at(self, paths: Iterable[str]) -> "Resolution":
        """The resolution now that somebody said the same at those of these paths that it decided."""
        decided = {path for path, (was, is_now) in self.moves.items() if was != is_now}
        met = {path for path in paths if path in decided or any(covers(each, path) for each in self.paths)}
        if not met or self.action in (Action.RELINK, Action.IGNORE, Action.UNDO):
            return self
        return replace(self, before={**self.before, _AGREED: sorted({*self.agreed, *met})})

    def ended(self, state: ResolutionState, at: datetime, reason: str | None = None) -> "Resolution":
        """The resolution now that it has come to an end."""
        return replace(self, state=state, reason=reason, ended_at=at)

    def carried(self, at: datetime, moves: Mapping[str, Move]) -> "Resolution":
        """The resolution now that the record says what was decided."""
        return replace(self, carried_at=at, moves=dict(moves))


def judge(resolution: Resolution, hub: Hub, waits_for: str | None, at: datetime) -> Resolution:
    """What has become of a resolution that was carried out, by the hub as it is; `waits_for` says what holds it."""
    if resolution.state is not ResolutionState.WAITING or resolution.carried_at is None:
        return resolution
    met = find_met(resolution, hub)
    if met:
        return resolution.ended(
            ResolutionState.OVERTAKEN, at, f"{_list(met)} was edited since, and that stands."
        )
    if _is_on_its_way(resolution, hub):
        return replace(resolution, reason=waits_for)
    return resolution.ended(ResolutionState.DONE, at)


def find_met(resolution: Resolution, hub: Hub) -> list[str]:
    """The paths at which something else stands by now than was decided."""
    if resolution.action is Action.UNDO:
        wanted = {path: after for path, (_, after) in resolution.moves.items()}
        own = {
            path: wanted[path] for path in wanted for stake in resolution.stakes if covers(stake.path, path)
        }
        return sorted(path for path, value in own.items() if hub.record.get(path, ABSENT) != value)
    return [stake.path for stake in resolution.stakes if not _stands(hub, stake)]


def _stands(hub: Hub, stake: Stake) -> bool:
    return not is_apart(hub, stake.path) and same_at(stake.path, read_at(hub.record, stake.path), stake.value)


def _is_on_its_way(resolution: Resolution, hub: Hub) -> bool:
    held = [stake.path for stake in resolution.stakes if resolution.action is Action.UNDO and stake.was_apart]
    behind = {path for path in list_behind_paths(hub) if not any(covers(each, path) for each in held)}
    return any(
        path in hub.parted or any(covers(path, other) for other in behind) for path in resolution.paths
    )


def _list(paths: Sequence[str]) -> str:
    return ", ".join(paths)


def stake_to_json(stake: Stake) -> dict[str, Any]:
    """A stake for keeping: a value that is not there is left out."""
    return {
        "path": stake.path,
        **_kept("value", stake.value),
        "seen": {side.value: _kept("value", value) for side, value in stake.seen.items()},
        "ours": [_kept("value", value) for value in stake.ours],
        "was_apart": stake.was_apart,
        "beside": [stake_to_json(each) for each in stake.beside],
    }


def _kept(name: str, value: Value | Absent) -> dict[str, Any]:
    return {} if isinstance(value, Absent) else {name: value}


def stake_from_json(kept: Mapping[str, Any]) -> Stake:
    """What `stake_to_json` kept."""
    return Stake(
        path=kept["path"],
        value=kept.get("value", ABSENT),
        seen={Side(side): value.get("value", ABSENT) for side, value in kept["seen"].items()},
        ours=tuple(value.get("value", ABSENT) for value in kept["ours"]),
        was_apart=kept["was_apart"],
        # One that an older version kept has none.
        beside=tuple(stake_from_json(each) for each in kept.get("beside", ())),
    )
