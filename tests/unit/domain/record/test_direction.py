"""Which way things travel: the table of directions, row by row, and what settings cannot mean."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.contacts.contact import HOLDS
from app.domain.crossing.left_out import list_left_out
from app.domain.record.direction import OPEN, Direction, Entity, Lanes, find_senseless
from app.domain.record.field_names import DISPENSABLE, FIELD_NAMES, POLICY_NAMES, names_of
from app.domain.record.merge import Conflict
from app.domain.record.owed import next_change, xero_moves
from app.domain.record.policy import ConflictPolicy
from app.domain.record.sent import change_sent
from app.domain.record.sides import HEADER, MEMBERS, Side
from tests.unit.domain.samples import RECORD, changed, without_line
from tests.unit.domain.story import (
    HOLD,
    PARTNER_WINS,
    XERO_WINS,
    app_says,
    directions_change,
    moved,
    settled,
    xero_answers,
    xero_shows,
)
from tests.unit.domain.strategies import every_name, properties, records

BOTH, TO_XERO, TO_PARTNER, OFF = Direction
START = settled()
APP, XERO = START.partner_shadow, START.xero_shadow
REFERENCE = {direction: Lanes(fields={"reference": direction}) for direction in Direction}
WHOLE = {direction: Lanes({"invoices": direction}) for direction in Direction}


@dataclass(frozen=True)
class Row:
    """What each side and the record show of the reference in the end, the conflict's winner, and what is apart."""

    app: str
    xero: str
    record: str
    winner: Side | None = None
    left: tuple[str, ...] = ()


P, X, WAS = "PO app", "PO xero", "PO 1177"
TABLE = {
    (BOTH, "app"): Row(P, P, P),
    (BOTH, "xero"): Row(X, X, X),
    (BOTH, "both"): Row(X, X, X, Side.XERO),
    (TO_XERO, "app"): Row(P, P, P),
    (TO_XERO, "xero"): Row(WAS, X, WAS, left=("reference",)),
    (TO_XERO, "both"): Row(P, P, P, Side.PARTNER),
    (TO_PARTNER, "app"): Row(P, WAS, WAS, left=("reference",)),
    (TO_PARTNER, "xero"): Row(X, X, X),
    (TO_PARTNER, "both"): Row(X, X, X, Side.XERO),
    (OFF, "app"): Row(P, WAS, WAS, left=("reference",)),
    (OFF, "xero"): Row(WAS, X, WAS, left=("reference",)),
    (OFF, "both"): Row(P, X, WAS, left=("reference",)),
}


@pytest.mark.parametrize("lanes_of", [REFERENCE, WHOLE], ids=["of the field", "of the whole"])
@pytest.mark.parametrize("xero_first", [True, False], ids=["xero seen first", "app seen first"])
@pytest.mark.parametrize(("direction", "edited"), TABLE)
def test_each_row_of_the_table(
    direction: Direction, edited: str, xero_first: bool, lanes_of: dict[Direction, Lanes]
) -> None:
    """Whoever edits, and whoever is seen first: carried or kept apart, never undone, and a conflict kept (E5, E7)."""
    lanes, row = lanes_of[direction], TABLE[direction, edited]
    hub = START
    conflicts: list[Conflict] = []
    for side in (Side.XERO, Side.PARTNER) if xero_first else (Side.PARTNER, Side.XERO):
        if side is Side.XERO and edited != "app":
            seen = xero_shows(hub, changed(XERO, {"reference": X}), lanes=lanes)
        elif side is Side.PARTNER and edited != "xero":
            seen = app_says(hub, changed(APP, {"reference": P}), lanes=lanes)
        else:
            continue
        hub, conflicts = seen.hub, [*conflicts, *seen.conflicts]
    change = next_change(hub, lanes)
    app = {
        **hub.partner_shadow,
        **{path: after for path, (_, after) in (change.moves if change else {}).items()},
    }
    xero = {**hub.xero_shadow, **{path: after for path, (_, after) in xero_moves(hub, lanes).items()}}
    shown = app["reference"], xero["reference"], hub.record["reference"]
    assert shown == (row.app, row.xero, row.record)
    assert [conflict.winner for conflict in conflicts] == ([row.winner] if row.winner else [])
    assert tuple(list_left_out(hub, lanes)) == row.left


@pytest.mark.parametrize(("policy", "stands"), [(XERO_WINS, X), (PARTNER_WINS, P), (HOLD, P)])
def test_what_both_kept_for_themselves_is_decided_by_the_policy_when_it_opens(
    policy: ConflictPolicy, stands: str
) -> None:
    """An ordinary merge against what both last agreed on, with the conflict kept."""
    hub = xero_shows(START, changed(XERO, {"reference": X}), lanes=REFERENCE[OFF]).hub
    hub = app_says(hub, changed(APP, {"reference": P}), lanes=REFERENCE[OFF]).hub
    opened = directions_change(hub, policy=policy)
    [conflict] = opened.conflicts
    assert (conflict.base, conflict.partner, conflict.xero) == (WAS, P, X)
    assert (opened.hub.record["reference"], opened.hub.has_apart) == (stands, False)
    assert opened.hub.open_conflicts == ({"reference"} if policy is HOLD else frozenset())


@pytest.mark.parametrize("direction", [TO_XERO, OFF])
def test_a_line_that_xero_added_is_neither_carried_nor_written_over(direction: Direction) -> None:
    """Its lines are written whole (FACTS 4.6), so a write of another line must leave it where it is."""
    lanes = Lanes(fields={"lines": direction})
    added = {f"lines/x9/{name}": value for name, value in _line("Freight").items()}
    hub = xero_shows(START, {**XERO, **added, "line_order": ["l1", "x9", "l2"]}, lanes=lanes).hub
    assert hub.record == RECORD
    assert (xero_moves(hub, lanes), next_change(hub, lanes)) == ({}, None)
    hub = app_says(hub, changed(APP, {"lines/l1/unit_price": "900"}), lanes=lanes).hub
    moves = xero_moves(hub, lanes)
    assert moves == ({"lines/l1/unit_price": ("880", "900")} if direction is TO_XERO else {})


def test_a_line_that_xero_removed_stays_away_until_the_app_edits_it() -> None:
    """Both have changed it then: the app's line is written again, and the conflict is kept with what both had."""
    lanes = Lanes(fields={"lines": TO_XERO})
    hub = xero_shows(START, without_line(XERO, "l2"), lanes=lanes).hub
    assert (xero_moves(hub, lanes), next_change(hub, lanes)) == ({}, None)
    seen = app_says(hub, changed(APP, {"lines/l2/quantity": "3"}), lanes=lanes)
    assert [(each.path, each.winner) for each in seen.conflicts] == [("lines/l2", Side.PARTNER)]
    assert xero_moves(seen.hub, lanes)["lines/l2/quantity"][1] == "3"


def test_a_void_that_does_not_travel_is_not_hidden_from_the_planner() -> None:
    """Nothing is due after it; an edit of the app is, though Xero will take none, which the planner must say."""
    lanes = WHOLE[TO_XERO]
    hub = xero_shows(START, {"status": "cancelled"}, lanes=lanes).hub
    assert (xero_moves(hub, lanes), next_change(hub, lanes)) == ({}, None)
    assert list_left_out(hub, lanes) == ["status"]
    hub = app_says(hub, changed(APP, {"reference": P}), lanes=lanes).hub
    assert xero_moves(hub, lanes) == {"reference": (WAS, P)}
    opened = directions_change(hub)
    assert (opened.hub.record["status"], opened.hub.has_apart) == ("cancelled", False)


def test_another_account_in_xero_stays_there_where_categories_go_to_xero_only() -> None:
    """The two words are one field: neither the account comes to the app, nor is it set back by another edit."""
    lanes = Lanes(fields={"lines/*/category": TO_XERO})
    hub = xero_shows(START, changed(XERO, {"lines/l1/account": "260"}), lanes=lanes).hub
    hub = app_says(hub, changed(APP, {"reference": P}), lanes=lanes).hub
    assert hub.record["lines/l1/category"] == "materials"
    assert xero_moves(hub, lanes) == {"reference": (WAS, P)}
    seen = app_says(hub, changed(APP, {"reference": P, "lines/l1/category": None}), lanes=lanes)
    assert xero_moves(seen.hub, lanes)["lines/l1/account"] == ("260", "200")
    assert [each.path for each in seen.conflicts] == ["lines/l1/account"]


def test_what_does_not_stand_on_the_other_side_yet_is_always_taken() -> None:
    """A draft becomes a sent invoice although its status travels the other way only: there is nobody to disagree."""
    lanes = Lanes(fields={"status": TO_PARTNER})
    alone = settled(changed(RECORD, {"status": "draft"}))
    alone = app_says(
        type(alone)(record=alone.record, partner_shadow=alone.partner_shadow, partner_version=1),
        changed(APP, {"status": "sent"}),
        lanes=lanes,
    ).hub
    assert (alone.record["status"], alone.has_apart) == ("sent", False)


LANES = st.one_of(
    st.builds(
        lambda name, way: Lanes({name: way}), st.sampled_from(list(Entity)), st.sampled_from(list(Direction))
    ),
    st.builds(
        lambda name, way: Lanes(fields={name: way}),
        st.sampled_from(FIELD_NAMES),
        st.sampled_from(list(Direction)),
    ),
)


@properties
@given(fields=records(), app=records(), xero=records(), lanes=LANES, other=LANES, xero_first=st.booleans())
def test_nothing_moves_by_itself_whatever_the_directions(
    fields: dict[str, Any],
    app: dict[str, Any],
    xero: dict[str, Any],
    lanes: Lanes,
    other: Lanes,
    xero_first: bool,
) -> None:
    """After any edits of both sides are carried out, neither side has anything due, and looking again finds nothing.

    The same when other directions are chosen, and when all are open again: then both sides show the record.
    """
    hub = settled(fields)
    app_shows, xero_holds = _as_held(Side.PARTNER, app), _as_held(Side.XERO, xero)
    acts = [
        lambda hub: xero_shows(hub, xero_holds, lanes=lanes),
        lambda hub: app_says(hub, app_shows, lanes=lanes),
    ]
    for act in acts if xero_first else reversed(acts):
        hub = act(hub).hub
    for lanes_now in (lanes, other, OPEN):
        hub = directions_change(hub, lanes_now).hub
        hub, app_shows, xero_holds = _carry_out(hub, lanes_now)
        assert (next_change(hub, lanes_now), xero_moves(hub, lanes_now)) == (None, {})
        again = xero_shows(hub, xero_holds, lanes=lanes_now)
        again_both = app_says(again.hub, app_shows, lanes=lanes_now)
        assert (again.conflicts, again_both.conflicts) == ((), ())
        assert again_both.hub.record == hub.record
        assert (next_change(again_both.hub, lanes_now), xero_moves(again_both.hub, lanes_now)) == (None, {})
        hub = again_both.hub
    assert not hub.has_apart
    assert list_left_out(hub, OPEN) == []


@pytest.mark.parametrize("closed", [TO_XERO, OFF])
def test_a_change_on_its_way_is_withdrawn_where_its_way_is_closed(closed: Direction) -> None:
    """By itself there is nothing to tell; beside another it names what the app holds, which is how it would be heard
    that the app had taken it. Opened again it goes under a revision of its own.
    """
    hub = xero_shows(START, {**XERO, "reference": X}).hub
    first = next_change(hub)
    assert first is not None
    sent = change_sent(hub, first)
    assert next_change(sent, REFERENCE[closed]) is None
    beside = xero_shows(sent, {**XERO, "reference": X, "due_on": "2027-01-31"}, lanes=REFERENCE[closed]).hub
    change = next_change(beside, REFERENCE[closed])
    assert change is not None
    assert change.moves == {"reference": (WAS, WAS), "due_on": (APP["due_on"], "2027-01-31")}
    again = next_change(replace(sent, is_newest_withdrawn=True))
    assert again is not None
    assert (again.moves, again.revision > first.revision) == (first.moves, True)


def _as_held(side: Side, fields: dict[str, Any]) -> dict[str, Any]:
    return dict(settled(fields).partner_shadow if side is Side.PARTNER else settled(fields).xero_shadow)


def _carry_out(hub: Any, lanes: Lanes) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """Both sides take what is due, and say so."""
    holds = moved(hub.xero_shadow, xero_moves(hub, lanes))
    hub = xero_answers(hub, holds, holds, lanes=lanes).hub
    change = next_change(hub, lanes)
    shows = moved(hub.partner_shadow, change.moves if change else {})
    hub = app_says(hub, shows, lanes=lanes).hub
    holds = moved(hub.xero_shadow, xero_moves(hub, lanes))
    return xero_answers(hub, holds, holds, lanes=lanes).hub, dict(shows), holds


def _line(description: str) -> dict[str, Any]:
    return {
        "description": description,
        "quantity": "1",
        "unit_price": "10",
        "discount_rate": None,
        "account": "200",
        "tax_type": "OUTPUT",
        "item": None,
    }


def test_every_path_has_its_names() -> None:
    """Whatever a hub can hold is covered by a policy's name, and no path of a contact is one of an invoice."""
    header = HEADER[Side.PARTNER] | HEADER[Side.XERO]
    assert not header & set(HOLDS[Side.PARTNER])
    members = {f"{kind}/k/{name}" for side in Side for kind, names in MEMBERS[side].items() for name in names}
    shared = (*header, *members, *HOLDS[Side.PARTNER], "lines/k", "payments/k", "credits/k")
    unnamed = {path for path in shared if not set(names_of(path)) & set(POLICY_NAMES)}
    assert unnamed == {"url", "job"}
    assert every_name() >= {
        name.rpartition("/")[2] for name in FIELD_NAMES if not name.startswith("contact.")
    } - {"lines"}
    assert set(FIELD_NAMES) >= DISPENSABLE


@pytest.mark.parametrize(
    ("entities", "fields", "named"),
    [
        ({}, {}, set()),
        ({"invoices": TO_XERO}, {"reference": OFF}, set()),
        ({"invoices": TO_XERO, "payments": TO_PARTNER}, {"reference": TO_XERO}, set()),
        ({"invoices": OFF, "payments": OFF, "credits": OFF}, {}, set()),
        ({"invoices": OFF}, {}, {"directions.payments", "directions.credits"}),
        (
            {"invoices": TO_XERO},
            {"reference": BOTH, "due_on": TO_PARTNER},
            {"fields.reference", "fields.due_on"},
        ),
        ({}, {"lines": OFF, "lines/*/category": TO_XERO}, {"fields.lines/*/category"}),
        ({"contacts": TO_PARTNER}, {"contact.phone": TO_XERO}, {"fields.contact.phone"}),
        ({"items": BOTH}, {}, {"directions.items"}),
        ({"items": TO_PARTNER}, {}, {"directions.items"}),
        ({"items": TO_XERO}, {}, set()),
    ],
)
def test_what_cannot_be_meant_is_named(
    entities: dict[str, Direction], fields: dict[str, Direction], named: set[str]
) -> None:
    """No payments of invoices that do not travel, no field further than its thing, no products back from Xero."""
    assert set(find_senseless(entities, fields)) == named


def test_a_field_travels_where_all_that_it_is_of_leads() -> None:
    """Its own direction, its lines' and its entity's; only what is closed and dispensable is withheld at first."""
    lanes = Lanes({"invoices": TO_XERO, "contacts": OFF}, {"lines/*/item_code": OFF, "contact.phone": OFF})
    assert lanes.leads_to(Side.XERO, "reference")
    assert not lanes.leads_to(Side.PARTNER, "reference")
    assert not lanes.leads_to(Side.XERO, "lines/l1/item")
    assert lanes.leads_to(Side.PARTNER, "payments/p1/amount")
    assert lanes.owner_of("lines/l1") is Side.PARTNER
    assert (lanes.owner_of("name"), lanes.owner_of("payments/p1")) == (None, None)
    assert lanes.is_withheld(Side.XERO, "lines/l1/item")
    assert lanes.is_withheld(Side.XERO, "phone")
    assert not lanes.is_withheld(Side.XERO, "email")


@pytest.mark.parametrize("taken_by", list(Side))
def test_a_line_that_went_apart_and_was_edited_apart_is_held_whole(taken_by: Side) -> None:
    """While its lines did not travel, one side edited a field of it and the other took the line away (E5)."""
    closed = Lanes(fields={"lines": OFF})
    hub, word = xero_shows(START, changed(XERO, {"lines/l2/description": X})).hub, {"lines/l2/description": P}
    if taken_by is Side.XERO:
        hub = app_says(hub, changed(APP, word), lanes=closed).hub
        hub = xero_shows(hub, without_line(XERO, "l2"), lanes=closed).hub
    else:
        hub = xero_shows(hub, changed(XERO, word), lanes=closed).hub
        hub = app_says(hub, without_line(APP, "l2"), lanes=closed).hub
    opened = directions_change(hub, policy=HOLD)
    assert opened.hub.open_conflicts == {"lines/l2"}
    assert [conflict.path for conflict in opened.conflicts if conflict.winner is None][-1] == "lines/l2"
