"""Random histories of the hub: some hundreds with every run, and proof that they would notice a missing rule.

`python -m tests.histories --runs 20000` runs many more.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from app.domain.findings import decision, undo
from app.domain.findings.stake import Stake
from app.domain.record import basis, coupling, hub, merge, observing, owed
from app.domain.record.direction import Lanes
from app.domain.record.fields import ABSENT
from app.domain.record.held import covers
from app.domain.record.hub import Hub
from app.domain.record.owed import PartnerChange, next_change
from app.domain.record.policy import ConflictPolicy
from app.domain.record.sides import Side, project
from tests.histories import world
from tests.histories.__main__ import (
    KINDS,
    build_world,
    busy_kind_of,
    contact_kind_of,
    directed_kind_of,
    kind_of,
)
from tests.histories.breaking import replace_in_the_hub
from tests.histories.deciding import DecidingWorld
from tests.histories.settings import Settings
from tests.histories.world import World

RUNS = 500
RUNS_WITHOUT_A_RULE = 2_000
"""At most: the first bad history is enough."""


def list_bad(runs: int, *kinds: Callable[[int], Settings]) -> Iterator[tuple[int, str]]:
    """Seeds of bad histories with what went wrong, one by one."""
    for seed in range(1, runs + 1):
        for kind in kinds:
            fault = build_world(seed, kind(seed)).run()
            if fault is not None:
                yield seed, fault


def is_noticed() -> bool:
    """Whether any history without decisions goes wrong under the rules as they are now."""
    settings = (
        (seed, replace(kind(seed), with_decisions=False))
        for seed in range(1, RUNS_WITHOUT_A_RULE + 1)
        for kind in (kind_of, directed_kind_of)
    )
    return any(World(seed, each).run() is not None for seed, each in settings)


def test_random_histories_lose_no_edit_and_settle() -> None:
    """Whatever is lost, late, doubled or edited meanwhile, both sides end equal and every edit is accounted for."""
    assert list(list_bad(RUNS, kind_of)) == []


def test_random_histories_of_contacts_lose_no_edit_and_settle() -> None:
    """The hub is the same for every kind of thing that it keeps."""
    assert list(list_bad(RUNS // 2, contact_kind_of)) == []


def test_random_histories_with_changing_directions_lose_no_edit_and_settle() -> None:
    """What does not travel waits where it is, nothing moves by itself, and once all is open both are equal (E5)."""
    assert list(list_bad(RUNS // 4, directed_kind_of)) == []


def test_random_histories_of_busy_people_lose_no_edit_and_settle() -> None:
    """Words for what is booked, items, quantities, lines of words alone, other orders, payments: all at once."""
    assert list(list_bad(RUNS // 2, busy_kind_of)) == []


@pytest.mark.parametrize(
    ("seed", "of", "rule", "other"),
    [
        pytest.param(
            124, merge._Merging, "_is_words_here_and_money_there", lambda *_: False, id="words and money"
        ),
        pytest.param(1588, Stake, "would_hold", lambda _stake, _side, value: value, id="own words of a line"),
        pytest.param(950, coupling, "_is_priced_anew", lambda *_: False, id="booked anew"),
        pytest.param(900, owed, "_list_said_with_discounts", lambda *_: set(), id="named beside a discount"),
    ],
)
def test_without_a_rule_for_whole_lines_busy_histories_go_wrong(
    monkeypatch: pytest.MonkeyPatch, seed: int, of: Any, rule: str, other: Callable[..., Any]
) -> None:
    """Each of these rules keeps an edit from being lost, or both sides from meaning two things."""
    assert build_world(seed, busy_kind_of(seed)).run() is None
    monkeypatch.setattr(of, rule, other)
    assert build_world(seed, busy_kind_of(seed)).run() is not None


def test_without_what_was_agreed_histories_with_directions_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit that did not travel would be forgotten, if what it was an edit of were."""
    replace_in_the_hub(monkeypatch, "with_bases", lambda view, _apart: dict(view))
    assert is_noticed()


def test_the_histories_are_not_idle() -> None:
    """They edit, write and meet conflicts, or they would prove nothing."""
    lived = [World(seed, kind_of(seed)) for seed in range(1, 5 * len(KINDS) + 1)]
    for each in lived:
        each.run()
    assert all(each.people.edits for each in lived)
    assert sum(each.writes for each in lived) > len(lived)
    assert sum(len(each.conflicts) for each in lived) > len(lived)
    disputes = [conflict for each in lived for conflict in each.conflicts if conflict.decided_at]
    assert len(disputes) > len(lived) / 4


@pytest.mark.parametrize("seed", range(1, 1 + 2 * len(KINDS)))
def test_one_seed_is_one_history(seed: int) -> None:
    """A seed that fails can be looked at again: nothing in a history depends on anything else."""
    one, other = World(seed, kind_of(seed)), World(seed, kind_of(seed))
    assert one.run() == other.run()
    assert (one.hub, one.people.edits, one.conflicts) == (other.hub, other.people.edits, other.conflicts)
    assert (one.app, one.xero, one.writes) == (other.app, other.xero, other.writes)


def test_without_the_changes_taken_since_histories_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """The view is more than the last document: our own change would come back as the partner's edit."""
    replace_in_the_hub(monkeypatch, "partner_view", lambda known, _upto: dict(known.partner_shadow))
    assert is_noticed()


def test_with_the_whole_record_as_the_base_histories_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """The view is less than the record, which may hold what the document never saw."""

    def view(hub: Hub, _upto: int) -> dict[str, Any]:
        return project(Side.PARTNER, hub.record)

    replace_in_the_hub(monkeypatch, "partner_view", view)
    assert is_noticed()


def test_without_the_memory_of_unanswered_writes_histories_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """What we wrote to Xero would be read as a person's edit."""

    def forgets(base: dict[str, Any], *_said: Mapping[str, Any], was_sent: bool = True) -> dict[str, Any]:
        return base

    replace_in_the_hub(monkeypatch, "landed", forgets)
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

    # One in ten thousand: a wrong acknowledgement is mostly found out by the guards that the next change carries.
    seed, settings = 7679, replace(kind_of(7679), with_decisions=False)
    assert World(seed, settings).run() is None
    monkeypatch.setattr(world, "next_change", unnumbered)
    assert World(seed, settings).run() is not None


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


def list_deciding(runs: int) -> Iterator[DecidingWorld]:
    """Histories with decisions, each under the policy `hold`, which leaves most to people."""
    for seed in range(1, runs + 1):
        settings = replace(kind_of(seed), policy=ConflictPolicy.HOLD, tokens=None, with_decisions=True)
        yield DecidingWorld(seed, settings)


def is_noticed_where_people_decide() -> bool:
    """Whether any history with decisions goes wrong under the rules as they are now."""
    return any(each.run() is not None for each in list_deciding(RUNS_WITHOUT_A_RULE))


def test_people_decide_and_take_back_in_these_histories() -> None:
    """Decisions are carried out, met by edits, taken back and refused, or the histories would prove nothing of them."""
    lived = list(list_deciding(150))
    assert [each.run() for each in lived] == [None] * len(lived)
    assert sum(len(each.carried) for each in lived) > len(lived)
    assert sum(each.undone for each in lived) > 10
    assert sum(each.refused for each in lived) > 10


def test_without_the_look_at_what_moved_decisions_lose_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision that is carried out whatever happened since would go over an edit that nobody saw."""
    monkeypatch.setattr(Stake, "has_moved", lambda _stake, _side, _now: False)
    assert is_noticed_where_people_decide()


def test_an_undo_that_looks_at_nothing_loses_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody edited after a decision would be gone with it."""
    monkeypatch.setattr(undo, "find_edited", lambda _hub, _stakes, _moves: [])
    assert is_noticed_where_people_decide()


def test_bringing_back_what_was_edited_since_loses_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A side that somebody edits while it is being brought back keeps the edit."""
    replace_in_the_hub(monkeypatch, "without_edited", lambda apart, _side, _edited: apart)
    assert is_noticed_where_people_decide()


def test_without_naming_held_paths_beside_others_histories_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """An acknowledgement of another change would pass for one of the change that had met the conflict."""
    moved = hub.list_unheard

    def without_held(hub: Hub, changes: Mapping[int, Mapping[str, Any]]) -> set[str]:
        return {
            path for path in moved(hub, changes) if not any(covers(held, path) for held in hub.open_conflicts)
        }

    seeds = (2839, 3319, 3897, 4246, 5393)
    settings = Settings(ConflictPolicy.HOLD, steps=57)
    assert {World(seed, settings).run() for seed in seeds} == {None}
    replace_in_the_hub(monkeypatch, "list_unheard", without_held)
    assert {World(seed, settings).run() for seed in seeds} != {None}


@pytest.mark.proof
def test_without_one_conflict_over_both_discounts_histories_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rate of the one side and an amount of the other would both be taken, and one of them go in silence."""
    monkeypatch.setattr(merge._Merging, "_is_discounted_twice", lambda *_: False)
    assert is_noticed()


def test_without_naming_both_discounts_histories_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that is brought an amount would take it beside the rate that was typed there meanwhile."""
    seeds, settings = (1621, 1945, 2476), Settings(ConflictPolicy.XERO_WINS)
    assert {World(seed, settings).run() for seed in seeds} == {None}
    monkeypatch.setattr(owed, "_list_said_with_discounts", lambda *_: set())
    assert None not in {World(seed, settings).run() for seed in seeds}


def test_without_the_dispute_over_basis_and_money_histories_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A basis of the one side and a price of the other would both be taken, and come to what nobody said."""
    monkeypatch.setattr(merge, "find_dispute", lambda *_: None)
    assert is_noticed()


def test_without_naming_the_basis_beside_money_histories_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that is brought a price would take it under the basis that was chosen there meanwhile."""
    seeds, settings = (11, 19, 25), Settings(ConflictPolicy.XERO_WINS)
    assert {World(seed, settings).run() for seed in seeds} == {None}
    monkeypatch.setattr(owed, "list_meant_with", lambda *_: set())
    assert None not in {World(seed, settings).run() for seed in seeds}


def test_without_what_waits_along_with_the_basis_histories_go_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a person thinks about the basis, a price would be brought to the side that has another."""
    monkeypatch.setattr(observing, "bring_along", lambda hub: (hub, ()))
    assert is_noticed_where_people_decide()


@pytest.mark.proof
def test_a_decision_over_half_of_what_waits_together_goes_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that was added since a person looked would be left under the basis of the other side."""
    monkeypatch.setattr(decision, "is_torn", lambda *_: False)
    assert is_noticed_where_people_decide()


def find_faults(*seeds: int) -> set[str | None]:
    """What goes wrong in these histories in which people decide, and of which most is left to them."""
    kinds = (replace(kind_of(seed), policy=ConflictPolicy.HOLD, tokens=None) for seed in seeds)
    worlds = (DecidingWorld(seed, kind) for seed, kind in zip(seeds, kinds, strict=True))
    return {each.run() for each in worlds}


def test_without_what_is_said_beside_a_decision_it_goes_over_an_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rate that was given since a person decided about the amount would go, and nobody would be told."""
    seed = 29876
    assert build_world(seed, kind_of(seed)).run() is None
    monkeypatch.setattr(decision, "list_edited_beside", lambda *_: [])
    assert build_world(seed, kind_of(seed)).run() is not None


def test_an_undo_of_the_basis_alone_goes_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that was priced since the decision would be read under the basis that stood before it."""
    seeds = (2753, 3700, 4029)
    assert find_faults(*seeds) == {None}
    monkeypatch.setattr(undo, "_list_edited_beside", lambda *_: set())
    assert None not in find_faults(*seeds)


def test_decisions_that_contradict_each_other_go_wrong_without_the_look_at_all_money(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A line that another decision brought would be left under a basis that was decided without it."""
    seeds = (3229, 5056)
    assert find_faults(*seeds) == {None}
    monkeypatch.setattr(decision, "_list_unsaid", lambda *_: set())
    assert None not in find_faults(*seeds)


def test_without_the_dispute_over_two_discounts_beside_another_basis_histories_go_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The line would go to the side with the rate, and its price be read under the other side's basis."""
    seeds = (10148, 19944, 23624)
    assert {build_world(seed, kind_of(seed)).run() for seed in seeds} == {None}
    monkeypatch.setattr(basis, "_list_discounted_twice", lambda *_: frozenset())
    assert None not in {build_world(seed, kind_of(seed)).run() for seed in seeds}
