"""The merge of whole invoices: edits of both sides stand together; what a side cannot hold is none of its business."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.domain.record.fields import ABSENT, LINE_ORDER, keys_of
from app.domain.record.merge import Conflict, Merged, merge
from app.domain.record.sides import Side, project
from tests.unit.domain.samples import RECORD, SPARSE, changed, credit, payment, record, without_line
from tests.unit.domain.strategies import (
    every_name,
    foreign_to,
    only_held_by,
    properties,
    records,
    shared_records,
)

SIDES = st.sampled_from(Side)
POLICIES = st.sampled_from([Side.PARTNER, Side.XERO, None])
P, X = Side.PARTNER, Side.XERO


def merged_of(side: Side, base: Any, seen: Any, held: Any, winner: Side | None = None) -> Merged:
    """One merge under a policy that names the same winner everywhere."""
    return merge(side, base=base, seen=seen, record=held, winner_of=lambda _path: winner)


def test_edits_of_different_fields_both_stand() -> None:
    """Two people who edit two fields both keep their edit."""
    seen = project(X, record({"reference": "PO 1178", "lines/l1/unit_price": "900"}))
    held = record({"due_on": "2026-12-11", "lines/l1/description": "Supply and fit"})
    merged = merged_of(X, project(X, RECORD), seen, held)
    wanted = {
        "reference": "PO 1178",
        "lines/l1/unit_price": "900",
        "due_on": "2026-12-11",
        "lines/l1/description": "Supply and fit",
    }
    assert merged == Merged(record(wanted), ())


def test_nothing_is_a_value_and_not_an_absence() -> None:
    """A reference that was emptied here and changed there is a conflict in which one side says: none."""
    merged = merged_of(P, {"reference": "a"}, {"reference": None}, {"reference": "b"}, winner=P)
    assert merged == Merged({"reference": None}, (Conflict("reference", "a", None, "b", P),))


def test_a_line_that_goes_takes_the_other_sides_words_with_it() -> None:
    """No account of a removed line is left behind in the record."""
    base = project(P, RECORD)
    merged = merged_of(P, base, without_line(base, "l1"), RECORD)
    assert merged == Merged(without_line(RECORD, "l1"), ())


def test_a_line_may_go_here_while_only_foreign_words_of_it_moved() -> None:
    """What this side cannot see was no reason for it to keep the line."""
    base = project(X, RECORD | payment("p1", "500"))
    held = RECORD | payment("p1", "500", method="card")
    merged = merged_of(X, base, project(X, RECORD), held)
    assert merged == Merged(dict(RECORD), ())


def test_a_removed_line_that_wins_is_gone_whole() -> None:
    """The removal of a line, winning over an edit of it, leaves no member of it."""
    base = project(X, RECORD)
    held = record({"lines/l1/unit_price": "900"})
    merged = merged_of(X, base, without_line(base, "l1"), held, winner=X)
    assert merged.record == without_line(RECORD, "l1")
    (conflict,) = merged.conflicts
    assert (conflict.path, conflict.xero, conflict.winner) == ("lines/l1", ABSENT, X)
    assert isinstance(conflict.partner, dict)
    assert conflict.partner["unit_price"] == "900"


def test_an_edited_line_that_wins_stands_again() -> None:
    """An edit that wins over the line's removal brings the line back, as the side holds it, in its place."""
    base = project(P, RECORD)
    seen = changed(base, {"lines/l1/unit_price": "900"})
    merged = merged_of(P, base, seen, without_line(RECORD, "l1"), winner=P)
    assert project(P, merged.record) == seen
    assert merged.record[LINE_ORDER] == ["l1", "l2"]


def test_a_held_conflict_leaves_the_record_as_it_is() -> None:
    """Until a person decides, nobody's value replaces another."""
    base = project(P, RECORD)
    held = record({"reference": "theirs", "lines/l1/unit_price": "900"})
    seen = without_line(changed(base, {"reference": "ours"}), "l1")
    merged = merged_of(P, base, seen, held)
    assert merged.record == held
    assert [(conflict.path, conflict.winner) for conflict in merged.conflicts] == [
        ("reference", None),
        ("lines/l1", None),
    ]


def test_every_conflict_is_settled_for_its_own_path() -> None:
    """The policy is asked for each path at odds, and may answer differently for each."""
    winners = {"reference": P, "number": X, LINE_ORDER: X}
    base, seen, held = ({"reference": word, "number": word} for word in "abc")
    merged = merge(P, base=base, seen=seen, record=held, winner_of=lambda path: winners[path])
    assert merged.record == {"reference": "b", "number": "c"}


def test_the_random_records_have_every_field() -> None:
    """A field that the strategies leave out would be tested by nobody."""
    fields = RECORD | payment("p1", "1", method=None) | credit("c1", "1", reason=None) | SPARSE
    assert {path.rpartition("/")[2] for path in fields} == every_name()


@properties
@given(base=shared_records(), partner=shared_records(), xero=shared_records(), winner=SIDES)
def test_it_does_not_matter_whose_edit_is_merged_first(
    base: Any, partner: Any, xero: Any, winner: Side
) -> None:
    """Merging the partner's edits into Xero's, or the other way round, gives one record and the same conflicts."""
    one = merged_of(P, base, partner, xero, winner)
    other = merged_of(X, base, xero, partner, winner)
    assert one.record == other.record
    assert one.conflicts == other.conflicts


@properties
@given(base=shared_records(), seen=shared_records(), held=shared_records(), winner=POLICIES)
def test_the_sides_may_swap_their_names(base: Any, seen: Any, held: Any, winner: Side | None) -> None:
    """Neither side is favoured: sides and policy relabelled give the same record and the mirrored conflicts."""
    one = merged_of(P, base, seen, held, winner)
    other = merged_of(X, base, seen, held, winner and winner.other)
    assert one.record == other.record
    assert one.conflicts == tuple(_mirrored(conflict) for conflict in other.conflicts)


@properties
@given(side=SIDES, base=records(), seen=records(), held=records(), winner=POLICIES)
def test_the_same_observation_again_changes_nothing(
    side: Side, base: Any, seen: Any, held: Any, winner: Side | None
) -> None:
    """Once merged, an observation is the base of the next, and of no consequence when it comes twice."""
    base, seen = only_held_by(side, base), only_held_by(side, seen)
    once = merged_of(side, base, seen, held, winner)
    assert merged_of(side, seen, seen, once.record, winner) == Merged(once.record, ())


@properties
@given(side=SIDES, base=records(), held=records(), winner=POLICIES)
def test_an_unchanged_side_changes_nothing(side: Side, base: Any, held: Any, winner: Side | None) -> None:
    """What a side did not do never moves the record, whatever the other side did."""
    base = only_held_by(side, base)
    assert merged_of(side, base, base, held, winner) == Merged(held, ())


@properties
@given(side=SIDES, base=records(), seen=records(), held=records(), winner=POLICIES)
def test_what_a_side_cannot_hold_is_never_touched(
    side: Side, base: Any, seen: Any, held: Any, winner: Side | None
) -> None:
    """A job is none of Xero's business, an account none of the partner's, as long as the line is there."""
    merged = merged_of(side, only_held_by(side, base), only_held_by(side, seen), held, winner)
    foreign = foreign_to(side, held, merged.record)
    assert {path: merged.record.get(path, ABSENT) for path in foreign} == {
        path: held[path] for path in foreign
    }
    assert not any(path in foreign for path in (conflict.path for conflict in merged.conflicts))


@properties
@given(side=SIDES, base=records(), seen=records(), held=records(), winner=POLICIES)
def test_a_merge_invents_nothing(side: Side, base: Any, seen: Any, held: Any, winner: Side | None) -> None:
    """Every value of the new record stood on one of the two sides, and its order names exactly its lines."""
    seen = only_held_by(side, seen)
    merged = merged_of(side, only_held_by(side, base), seen, held, winner).record
    for path, value in _without_order(merged).items():
        assert value in (seen.get(path, ABSENT), held.get(path, ABSENT))
    assert sorted(merged[LINE_ORDER]) == sorted(keys_of(merged, "lines"))


def _without_order(fields: dict[str, Any]) -> dict[str, Any]:
    return {path: value for path, value in fields.items() if path != LINE_ORDER}


def _mirrored(conflict: Conflict) -> Conflict:
    winner = conflict.winner and conflict.winner.other
    return Conflict(conflict.path, conflict.base, conflict.xero, conflict.partner, winner)
