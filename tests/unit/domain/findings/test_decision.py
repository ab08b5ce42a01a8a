"""What a person decides about a conflict: each row of the decision's table, for fields and for whole lines."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.contacts.contact import CONTACT
from app.domain.findings.decision import Carried, carry_out, find_gone
from app.domain.findings.ignoring import are_totals_ignored, heed, ignore, list_ignored, list_waiting
from app.domain.findings.stake import Stake, look
from app.domain.findings.undo import cannot_part, find_edited, take_back
from app.domain.record.fields import ABSENT, LINE_ORDER, keys_of
from app.domain.record.hub import Hub
from app.domain.record.observing import Rules
from app.domain.record.owed import next_change, xero_moves
from app.domain.record.policy import ConflictPolicy
from app.domain.record.sent import change_sent
from app.domain.record.sides import XERO_NUMBER, Side, project
from tests.refusing import acknowledged
from tests.unit.domain.samples import AT, VOCABULARY, changed, payment, record, without_line

LATER = AT + timedelta(minutes=5)
BOTH = {Side.PARTNER: LATER, Side.XERO: LATER}


def in_step(fields: dict[str, Any] | None = None) -> Hub:
    """A hub whose two sides show the record."""
    whole = fields or record()
    app, xero = project(Side.PARTNER, whole), project(Side.XERO, whole)
    return Hub(whole, app, xero, revision=3, partner_version=1)


def held(path: str, partner: Any, xero: Any) -> Hub:
    """A hub with a held conflict at a field; the record has the partner's value."""
    hub = in_step(record({path: partner}))
    return replace(hub, xero_shadow=changed(hub.xero_shadow, {path: xero}), open_conflicts=frozenset({path}))


def rules(policy: ConflictPolicy = ConflictPolicy.HOLD) -> Rules:
    """Rules with that policy."""
    return Rules(policy.winner_of, VOCABULARY)


def carry(hub: Hub, stake: Stake, policy: ConflictPolicy = ConflictPolicy.HOLD) -> Carried:
    """The decision carried out on what the hub has come to."""
    return carry_out(hub, [stake], rules=rules(policy), at=AT, moved_at=BOTH)


def moves_to_partner(hub: Hub) -> dict[str, Any]:
    """What the app is to be sent next."""
    change = next_change(hub)
    return {} if change is None else dict(change.moves)


@pytest.mark.parametrize(
    ("value", "to_xero", "to_partner"),
    [
        ("PO x", {}, {"reference": ("PO a", "PO x")}),
        ("PO a", {"reference": ("PO x", "PO a")}, {}),
        ("PO m", {"reference": ("PO x", "PO m")}, {"reference": ("PO a", "PO m")}),
    ],
    ids=["take_xero", "take_partner", "merged"],
)
def test_the_decided_value_goes_where_it_is_not(value: str, to_xero: Any, to_partner: Any) -> None:
    """The open conflict ends, and the ordinary plan brings both sides to it (FEATURES E11)."""
    hub = held("reference", "PO a", "PO x")
    done = carry(hub, look(hub, "reference", value))
    assert done.hub.record["reference"] == value
    assert (done.hub.open_conflicts, done.conflicts) == (frozenset(), ())
    assert (xero_moves(done.hub), moves_to_partner(done.hub)) == (to_xero, to_partner)


def test_a_side_that_held_the_decided_value_is_followed() -> None:
    """Take Xero's, said before Xero moved on: its newer value is what Xero has to say."""
    hub = held("reference", "PO a", "PO x")
    stake = look(hub, "reference", "PO x")
    moved = replace(hub, xero_shadow=changed(hub.xero_shadow, {"reference": "PO y"}))
    done = carry(moved, stake)
    assert (done.hub.record["reference"], done.conflicts) == ("PO y", ())


@pytest.mark.parametrize(
    ("policy", "stands", "is_open"),
    [
        (ConflictPolicy.XERO_WINS, "PO x", False),
        (ConflictPolicy.PARTNER_WINS, "PO b", False),
        (ConflictPolicy.NEWEST_WINS, "PO b", False),
        (ConflictPolicy.HOLD, "PO b", True),
    ],
)
def test_a_decision_meets_what_the_other_side_did_meanwhile(
    policy: ConflictPolicy, stands: str, is_open: bool
) -> None:
    """It counts as the edit of the side that it is taken from, and the conflict is kept whoever wins."""
    hub = held("reference", "PO a", "PO x")
    stake = look(hub, "reference", "PO x")
    moved = changed(hub.partner_shadow, {"reference": "PO b"})
    done = carry(
        replace(hub, partner_shadow=moved, record=changed(hub.record, {"reference": "PO b"})), stake, policy
    )
    [met] = done.conflicts
    assert (met.base, met.partner, met.xero) == ("PO a", "PO b", "PO x")
    assert done.hub.record["reference"] == stands
    assert ("reference" in done.hub.open_conflicts) is is_open


def test_a_side_that_came_to_the_decided_value_by_itself_said_it_too() -> None:
    """Somebody typed there what was decided before that was carried out; what we brought there is nobody's word."""
    hub = held("reference", "PO a", "PO x")
    stake = look(hub, "reference", "PO x")
    typed = replace(hub, partner_shadow=changed(hub.partner_shadow, {"reference": "PO x"}))
    assert list(carry(typed, stake).agreed) == ["reference"]
    assert list(carry(hub, stake).agreed) == []
    assert list(carry(typed, replace(stake, ours=("PO x",))).agreed) == []


def test_what_we_brought_to_a_side_ourselves_is_no_edit_of_it() -> None:
    """A policy that is regretted while its change is on its way: that the app takes the change is no news."""
    hub = in_step(record({"reference": "PO x"}))
    hub = replace(hub, partner_shadow=changed(hub.partner_shadow, {"reference": "PO a"}))
    change = next_change(hub)
    assert change is not None
    hub = change_sent(hub, change)
    stake = look(hub, "reference", "PO a")
    done = carry(acknowledged(hub, change.revision), stake)
    assert (done.hub.record["reference"], done.conflicts) == ("PO a", ())
    assert moves_to_partner(done.hub) == {"reference": ("PO x", "PO a")}


def test_a_word_of_one_side_moves_the_others_along() -> None:
    """Taking Xero's account gives the app its category; giving a tax word moves the tax type."""
    hub = held("lines/l1/account", "210", "200")
    done = carry(hub, look(hub, "lines/l1/account", "200"))
    assert done.hub.record["lines/l1/category"] == "general"
    hub = in_step()
    done = carry(hub, look(hub, "lines/l1/tax", None))
    assert done.hub.record["lines/l1/tax_type"] == "EXEMPTOUTPUT"


def a_line_gone_in_the_app() -> Hub:
    """The app took line 1 away while Xero changed its price; the record has it as the app left it: not at all."""
    hub = in_step(without_line(record(), "l1"))
    shadow = changed(project(Side.XERO, record()), {"lines/l1/unit_price": "900"})
    return replace(hub, xero_shadow=shadow, open_conflicts=frozenset({"lines/l1"}))


def test_a_whole_line_is_taken_back_in_its_place_with_both_words() -> None:
    """Xero's line comes to the app, in its place and in the app's words."""
    hub = a_line_gone_in_the_app()
    theirs = {
        path.rpartition("/")[2]: v for path, v in hub.xero_shadow.items() if path.startswith("lines/l1/")
    }
    done = carry(hub, look(hub, "lines/l1", theirs))
    assert done.hub.record[LINE_ORDER] == ["l1", "l2"]
    assert done.hub.record["lines/l1/unit_price"] == "900"
    assert done.hub.record["lines/l1/category"] == "materials"
    assert xero_moves(done.hub) == {}
    assert moves_to_partner(done.hub)["lines/l1/unit_price"] == (ABSENT, "900")


def test_a_line_may_be_let_go() -> None:
    """The app's word stands: Xero's line goes, and the order with it."""
    hub = a_line_gone_in_the_app()
    done = carry(hub, look(hub, "lines/l1", ABSENT))
    assert keys_of(done.hub.record, "lines") == ["l2"]
    assert xero_moves(done.hub)["lines/l1/unit_price"] == ("900", ABSENT)
    assert find_gone(done.hub, [look(done.hub, "lines/l1/unit_price", "1")]) == ["lines/l1/unit_price"]


def test_the_other_sides_words_of_a_line_stay() -> None:
    """A line that is in the record keeps its category where Xero's line is taken."""
    hub = in_step()
    theirs = {"description": "New", "quantity": "1", "unit_price": "5", "discount_rate": None, "item": None,
              "account": "210", "tax_type": "OUTPUT"}  # fmt: skip
    done = carry(hub, look(hub, "lines/l1", theirs))
    assert done.hub.record["lines/l1/category"] == "materials"
    assert done.hub.record["lines/l1/description"] == "New"


def test_a_number_that_is_parted_is_the_apps_alone() -> None:
    """Xero's own number is no value of the app's, so it is neither seen nor moved."""
    hub = in_step(record({XERO_NUMBER: "X-9"}))
    stake = look(hub, "number", "INV-1")
    assert set(stake.seen) == {Side.PARTNER}
    done = carry(hub, stake)
    assert (done.hub.record["number"], done.hub.record[XERO_NUMBER]) == ("INV-1", "X-9")
    assert xero_moves(done.hub) == {}


def test_contacts_are_decided_by_the_same_function() -> None:
    """The hub is the same for both kinds."""
    fields = {"name": "Kim", "email": "a@x.example", "groups": []}
    hub = Hub(
        record=fields,
        partner_shadow=fields,
        xero_shadow={"name": "Kim", "email": "b@x.example"},
        kind=CONTACT,
    )
    hub = replace(hub, open_conflicts=frozenset({"email"}))
    done = carry(hub, look(hub, "email", "b@x.example"))
    assert moves_to_partner(done.hub) == {"email": ("a@x.example", "b@x.example")}


# undo


def test_an_undone_decision_brings_both_sides_back_apart() -> None:
    """The held conflict is held again, and each side has its own value again (FEATURES N12)."""
    hub = held("reference", "PO a", "PO x")
    stake = look(hub, "reference", "PO m")
    done = carry(hub, stake)
    hub = settled(done.hub)
    assert find_edited(hub, [stake], done.moves) == []
    back = take_back(hub, [stake], done.moves).hub
    assert back.open_conflicts == {"reference"}
    assert xero_moves(back) == {"reference": ("PO m", "PO x")}
    assert moves_to_partner(back) == {"reference": ("PO m", "PO a")}


def test_an_undone_regret_puts_the_record_back_with_all_that_followed() -> None:
    """Where both sides were in step they are in step again; the account that had followed goes back too."""
    hub = in_step(record({"lines/l1/account": "200"}))
    stake = look(hub, "lines/l1/category", None)
    done = carry(hub, stake)
    hub = settled(done.hub)
    back = take_back(hub, [stake], done.moves).hub
    assert (back.record["lines/l1/category"], back.record["lines/l1/account"]) == ("materials", "200")
    assert back.open_conflicts == frozenset()


def settled(hub: Hub) -> Hub:
    """Both sides have taken what they lacked."""
    return replace(
        hub, partner_shadow=project(Side.PARTNER, hub.record), xero_shadow=project(Side.XERO, hub.record)
    )


def test_what_was_edited_since_is_not_undone() -> None:
    """On either side, or where a new conflict is held."""
    hub = held("reference", "PO a", "PO x")
    stake = look(hub, "reference", "PO m")
    done = carry(hub, stake)
    hub = settled(done.hub)
    edited = replace(hub, xero_shadow=changed(hub.xero_shadow, {"reference": "PO z"}))
    assert find_edited(edited, [stake], done.moves) == ["reference"]
    reopened = replace(hub, open_conflicts=frozenset({"reference"}))
    assert find_edited(reopened, [stake], done.moves) == ["reference"]
    moved = replace(hub, record=changed(hub.record, {"reference": "PO z"}))
    assert find_edited(moved, [stake], done.moves) == ["reference"]


@pytest.mark.parametrize(
    ("since", "edited"),
    [
        ({"lines/l2/unit_price": "5"}, ["lines/l2/unit_price"]),
        ({"lines/n/unit_price": "5"}, ["lines/n"]),
        ({"lines/n/unit_price": None}, []),
        ({"lines/l2/description": "Tap"}, []),
    ],
)
def test_a_basis_is_put_back_beside_the_money_that_it_was_decided_with(since: Any, edited: list[str]) -> None:
    """Money that came since was said under the basis that stands; words mean the same under every one."""
    hub = held("amounts_are", "tax_exclusive", "tax_inclusive")
    stake = look(hub, "amounts_are", "tax_exclusive")
    done = carry(hub, stake)
    hub = settled(replace(done.hub, record=changed(done.hub.record, since)))
    assert find_edited(hub, [stake], done.moves) == edited
    gone = settled(replace(done.hub, record=without_line(done.hub.record, "l2")))
    assert find_edited(gone, [stake], done.moves) == []
    assert take_back(gone, [stake], done.moves).hub.record == gone.record


def test_a_price_is_put_back_only_under_the_basis_that_it_was_decided_under() -> None:
    """The number would be another sum under another."""
    hub = in_step()
    stake = look(hub, "lines/l1/unit_price", "5")
    done = carry(hub, stake)
    hub = settled(replace(done.hub, record=changed(done.hub.record, {"amounts_are": "no_tax"})))
    assert find_edited(settled(done.hub), [stake], done.moves) == []
    assert find_edited(hub, [stake], done.moves) == ["amounts_are"]


def test_a_whole_line_goes_back_to_the_side_that_had_it() -> None:
    """The app loses the line again, Xero keeps it, and the conflict is held again."""
    hub = a_line_gone_in_the_app()
    theirs = {
        path.rpartition("/")[2]: v for path, v in hub.xero_shadow.items() if path.startswith("lines/l1/")
    }
    stake = look(hub, "lines/l1", theirs)
    done = carry(hub, stake)
    back = take_back(settled(done.hub), [stake], done.moves).hub
    assert xero_moves(back) == {}
    moves = moves_to_partner(back)
    assert moves["lines/l1/unit_price"] == ("900", ABSENT)
    assert moves[LINE_ORDER] == (["l1", "l2"], ["l2"])


def test_payments_are_not_brought_apart() -> None:
    """They are never edited, so that two values of one cannot be put back."""
    hub = in_step(record(payment("p1", "100", method="card")))
    hub = replace(
        hub, open_conflicts=frozenset({"payments/p1"}), partner_shadow=project(Side.PARTNER, record())
    )
    assert cannot_part([look(hub, "payments/p1", ABSENT)])


# leaving as it is


def test_what_is_ignored_waits_for_nobody_while_the_values_stay() -> None:
    """Both sides keep their own value; as soon as one of them moves, it waits for a person again."""
    hub = ignore(held("reference", "PO a", "PO x"), ["reference"])
    assert (list_ignored(hub), list_waiting(hub)) == (frozenset({"reference"}), frozenset())
    assert (xero_moves(hub), moves_to_partner(hub)) == ({}, {})
    moved = replace(hub, xero_shadow=changed(hub.xero_shadow, {"reference": "PO z"}))
    assert list_waiting(moved) == {"reference"}
    assert list_waiting(heed(hub, ["reference"])) == {"reference"}


def test_totals_may_differ_as_long_as_they_are_the_same_two() -> None:
    """A cent that a person accepted is accepted; two cents are not."""
    hub = replace(in_step(), ignored={"total": ("110.00", "110.01")})
    assert are_totals_ignored(hub, "110.00", "110.01")
    assert not are_totals_ignored(hub, "110.00", "110.02")
