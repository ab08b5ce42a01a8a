"""Random histories of the hub: some hundreds with every run, and proof that they would notice a missing rule.

`python -m tests.histories --runs 20000` runs many more.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from app.domain import hub as bookkeeping
from app.domain.direction import Lanes
from app.domain.fields import ABSENT
from app.domain.hub import Hub, PartnerChange, next_change
from app.domain.sides import Side, project
from tests.histories import world
from tests.histories.__main__ import KINDS, contact_kind_of, directed_kind_of, kind_of
from tests.histories.world import Settings, World

RUNS = 500
RUNS_WITHOUT_A_RULE = 2_000
"""At most: the first bad history is enough. One in a thousand is bad without the rarest rule."""


def list_bad(runs: int, *kinds: Callable[[int], Settings]) -> Iterator[tuple[int, str]]:
    """Seeds of bad histories with what went wrong, one by one."""
    for seed in range(1, runs + 1):
        for kind in kinds:
            fault = World(seed, kind(seed)).run()
            if fault is not None:
                yield seed, fault


def is_noticed() -> bool:
    """Whether any history goes wrong under the rules as they are now."""
    return any(list_bad(RUNS_WITHOUT_A_RULE, kind_of, directed_kind_of))


def test_random_histories_lose_no_edit_and_settle() -> None:
    """Whatever is lost, late, doubled or edited meanwhile, both sides end equal and every edit is accounted for."""
    assert list(list_bad(RUNS, kind_of)) == []


def test_random_histories_of_contacts_lose_no_edit_and_settle() -> None:
    """The hub is the same for every kind of thing that it keeps."""
    assert list(list_bad(RUNS // 2, contact_kind_of)) == []


def test_random_histories_with_changing_directions_lose_no_edit_and_settle() -> None:
    """What does not travel waits where it is, nothing moves by itself, and once all is open both are equal (E5)."""
    assert list(list_bad(RUNS // 4, directed_kind_of)) == []


def test_without_what_was_agreed_histories_with_directions_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit that did not travel would be forgotten, if what it was an edit of were."""
    monkeypatch.setattr(bookkeeping, "with_bases", lambda view, _apart: dict(view))
    assert is_noticed()


def test_the_histories_are_not_idle() -> None:
    """They edit, write and meet conflicts, or they would prove nothing."""
    lived = [World(seed, kind_of(seed)) for seed in range(1, 5 * len(KINDS) + 1)]
    for each in lived:
        each.run()
    assert all(each.edits for each in lived)
    assert sum(each.writes for each in lived) > len(lived)
    assert sum(len(each.conflicts) for each in lived) > len(lived)


@pytest.mark.parametrize("seed", range(1, 1 + 2 * len(KINDS)))
def test_one_seed_is_one_history(seed: int) -> None:
    """A seed that fails can be looked at again: nothing in a history depends on anything else."""
    one, other = World(seed, kind_of(seed)), World(seed, kind_of(seed))
    assert one.run() == other.run()
    assert (one.hub, one.edits, one.conflicts) == (other.hub, other.edits, other.conflicts)
    assert (one.app, one.xero, one.writes) == (other.app, other.xero, other.writes)


def test_without_the_changes_taken_since_histories_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """The view is more than the last document: our own change would come back as the partner's edit."""
    monkeypatch.setattr(bookkeeping, "partner_view", lambda hub, _upto: dict(hub.partner_shadow))
    assert is_noticed()


def test_with_the_whole_record_as_the_base_histories_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """The view is less than the record, which may hold what the document never saw."""

    def view(hub: Hub, _upto: int) -> dict[str, Any]:
        return project(Side.PARTNER, hub.record)

    monkeypatch.setattr(bookkeeping, "partner_view", view)
    assert is_noticed()


def test_without_the_memory_of_unanswered_writes_histories_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """What we wrote to Xero would be read as a person's edit."""

    def forgets(base: dict[str, Any], _tried: Mapping[str, Any], _seen: Mapping[str, Any]) -> dict[str, Any]:
        return base

    monkeypatch.setattr(bookkeeping, "landed", forgets)
    assert is_noticed()


def test_without_the_guard_of_unacknowledged_moves_histories_go_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From A to B and back to A, the partner would be left at B."""

    def unguarded(hub: Hub, lanes: Lanes) -> PartnerChange | None:
        change = next_change(hub, lanes)
        moves = {path: move for path, move in change.moves.items() if move[0] != move[1]} if change else {}
        return PartnerChange(change.revision, moves) if change and moves else None

    monkeypatch.setattr(world, "next_change", unguarded)
    assert is_noticed()


def test_without_a_revision_of_its_own_for_each_change_histories_go_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A change under the record's revision is taken for one that was applied, where the record did not move."""

    def unnumbered(hub: Hub, lanes: Lanes) -> PartnerChange | None:
        change = next_change(hub, lanes)
        return change and replace(change, revision=hub.revision)

    monkeypatch.setattr(world, "next_change", unnumbered)
    assert is_noticed()


def test_without_compare_and_set_in_the_app_histories_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that only ever overwrites loses what a person typed meanwhile."""

    def overwrites(living: World, change: PartnerChange) -> bool:
        if change.revision > living.app_applied:
            living.app = {**living.app, **{path: after for path, (_, after) in change.moves.items()}}
            living.app = {path: value for path, value in living.app.items() if value is not ABSENT}
            living.app_applied = change.revision
            living.app_version += 1
        return True

    monkeypatch.setattr(World, "_app_takes", overwrites)
    assert is_noticed()
