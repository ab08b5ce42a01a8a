"""Conflicts that are held: left alone on both sides until a person decides or both sides agree."""

import pytest

from app.domain.record.fields import ABSENT
from app.domain.record.held import covers
from app.domain.record.hub import Hub
from app.domain.record.merge import Conflict
from app.domain.record.owed import next_change, xero_moves
from tests.unit.domain.samples import changed, without_line
from tests.unit.domain.story import HOLD, app_says, settled, xero_shows

START = settled()
APP, XERO = START.partner_shadow, START.xero_shadow
OUR_APP, THEIR_XERO = changed(APP, {"reference": "P"}), changed(XERO, {"reference": "X"})


def held_after_xero() -> Hub:
    """Both sides changed the reference; Xero's edit was seen first and stands in the record."""
    return app_says(xero_shows(START, THEIR_XERO, policy=HOLD).hub, OUR_APP, policy=HOLD).hub


def held_after_app() -> Hub:
    """Both sides changed the reference; the app's edit was seen first and stands in the record."""
    return xero_shows(app_says(START, OUR_APP, policy=HOLD).hub, THEIR_XERO, policy=HOLD).hub


@pytest.mark.parametrize("hub", [held_after_xero(), held_after_app()], ids=["xero first", "app first"])
def test_a_held_conflict_is_left_alone_on_both_sides(hub: Hub) -> None:
    """Neither side's value is written over while a person thinks."""
    assert hub.open_conflicts == {"reference"}
    assert xero_moves(hub) == {}
    assert next_change(hub) is None


@pytest.mark.parametrize("hub", [held_after_xero(), held_after_app()], ids=["xero first", "app first"])
def test_what_is_open_cannot_be_changed_in_place(hub: Hub) -> None:
    """A hub is a value: several share what is open."""
    assert isinstance(hub.open_conflicts, frozenset)
    assert isinstance(
        xero_shows(hub, changed(THEIR_XERO, {"reference": "Y"}), policy=HOLD).hub.open_conflicts, frozenset
    )


def test_a_held_conflict_keeps_base_and_both_values() -> None:
    """What a person needs to decide is all there, and nobody has won."""
    hub = xero_shows(START, THEIR_XERO, policy=HOLD).hub
    observed = app_says(hub, OUR_APP, policy=HOLD)
    assert observed.conflicts == (Conflict("reference", "PO 1177", "P", "X", None),)


def test_other_fields_go_on_beside_a_held_conflict() -> None:
    """A conflict over the reference holds the reference, not the invoice."""
    hub = app_says(held_after_xero(), changed(OUR_APP, {"due_on": "2026-12-31"}), policy=HOLD).hub
    assert xero_moves(hub) == {"due_on": ("2026-12-04", "2026-12-31")}
    hub = xero_shows(hub, changed(THEIR_XERO, {"number": "INV-9"}), policy=HOLD).hub
    change = next_change(hub)
    assert change is not None
    assert change.moves == {"number": ("INV-0042", "INV-9")}


@pytest.mark.parametrize("ours", ["discount_amount", "discount_rate"])
def test_a_line_whose_discount_is_held_gets_no_second_one(ours: str) -> None:
    """The app changes its held discount for one of the other form: beside Xero's own that would be taken off twice."""
    off = changed(APP, {f"lines/l1/{ours}": "5"})
    hub = xero_shows(
        app_says(START, off, policy=HOLD).hub, changed(XERO, {f"lines/l1/{ours}": "7"}), policy=HOLD
    ).hub
    assert hub.open_conflicts == {f"lines/l1/{ours}"}
    other = "discount_rate" if ours == "discount_amount" else "discount_amount"
    hub = app_says(hub, changed(APP, {f"lines/l1/{other}": "3"}), policy=HOLD).hub
    assert xero_moves(hub) == {}
    assert next_change(hub) is None
    hub = xero_shows(hub, changed(XERO, {}), policy=HOLD).hub
    assert {path: after for path, (_, after) in xero_moves(hub).items()} == {f"lines/l1/{other}": "3"}


def test_it_ends_when_the_app_takes_xeros_value() -> None:
    """Both sides equal: there is nothing left to decide."""
    observed = app_says(held_after_xero(), changed(APP, {"reference": "X"}), policy=HOLD)
    assert observed.conflicts == ()
    assert observed.hub.open_conflicts == frozenset()


def test_it_ends_when_xero_takes_the_apps_value() -> None:
    """Whoever was seen first, a person may settle it on either side."""
    observed = xero_shows(held_after_app(), changed(XERO, {"reference": "P"}), policy=HOLD)
    assert observed.conflicts == ()
    assert observed.hub.open_conflicts == frozenset()


@pytest.mark.parametrize("hub", [held_after_xero(), held_after_app()], ids=["xero first", "app first"])
def test_it_ends_when_both_sides_take_a_third_value(hub: Hub) -> None:
    """Two people who agree on something new have agreed."""
    hub = app_says(hub, changed(APP, {"reference": "Z"}), policy=HOLD).hub
    assert hub.open_conflicts == {"reference"}
    hub = xero_shows(hub, changed(XERO, {"reference": "Z"}), policy=HOLD).hub
    assert (hub.open_conflicts, hub.record["reference"]) == (frozenset(), "Z")


def test_one_of_two_may_end_alone() -> None:
    """Each held path waits for itself."""
    both = {"reference": "P", "lines/l1/unit_price": "900"}
    theirs = {"reference": "X", "lines/l1/unit_price": "910"}
    hub = app_says(
        xero_shows(START, changed(XERO, theirs), policy=HOLD).hub, changed(APP, both), policy=HOLD
    ).hub
    assert hub.open_conflicts == {"reference", "lines/l1/unit_price"}
    hub = app_says(hub, changed(APP, {**both, "reference": "X"}), policy=HOLD).hub
    assert hub.open_conflicts == {"lines/l1/unit_price"}


def test_a_line_removed_here_and_edited_there_is_held_whole() -> None:
    """The group is the conflict: no member of the line moves, none of another line is kept from moving."""
    hub = xero_shows(START, changed(XERO, {"lines/l1/unit_price": "900"}), policy=HOLD).hub
    observed = app_says(hub, without_line(APP, "l1"), policy=HOLD)
    (conflict,) = observed.conflicts
    assert (conflict.path, conflict.partner, conflict.winner) == ("lines/l1", ABSENT, None)
    assert next_change(observed.hub) is None
    assert observed.hub.record["lines/l1/unit_price"] == "900"


def test_a_line_held_whole_ends_when_both_sides_removed_it() -> None:
    """The person who had edited it removes it as well."""
    hub = xero_shows(START, changed(XERO, {"lines/l1/unit_price": "900"}), policy=HOLD).hub
    hub = app_says(hub, without_line(APP, "l1"), policy=HOLD).hub
    hub = xero_shows(hub, without_line(XERO, "l1"), policy=HOLD).hub
    assert hub.open_conflicts == frozenset()
    assert (xero_moves(hub), next_change(hub)) == ({}, None)


@pytest.mark.parametrize(
    ("held", "path", "answer"),
    [
        ("reference", "reference", True),
        ("lines/l1", "lines/l1/tax", True),
        ("lines/l1", "lines/l1", True),
        ("lines/l1", "lines/l10/tax", False),
        ("lines/l1/tax", "lines/l1", False),
        ("lines/l1/tax", "lines/l1/tax_type", False),
    ],
)
def test_a_held_group_covers_its_members_and_no_others(held: str, path: str, answer: bool) -> None:
    """Names that merely begin alike are other things."""
    assert covers(held, path) is answer
