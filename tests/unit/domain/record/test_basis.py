"""The basis of amounts and money of lines as one fact: when it is in dispute, and what goes along with it."""

from typing import Any

import pytest

from app.domain.record.basis import Dispute, find_dispute, list_decided_together, list_meant_with
from app.domain.record.fields import ABSENT
from app.domain.record.held import Parted, without_edited
from app.domain.record.sides import Side, project
from tests.unit.domain.samples import RECORD, changed, record, without_line

APP = project(Side.PARTNER, RECORD)
EXCLUSIVE = {"amounts_are": "tax_exclusive"}
PRICED = {"lines/l1/unit_price": "900"}
ADDED = {"lines/n/description": "Tap", "lines/n/unit_price": "5", "line_order": ["l1", "l2", "n"]}
OWN, THEIRS, NEW = Dispute(frozenset({"lines/l1"})), frozenset({"lines/l1"}), frozenset({"lines/n"})


@pytest.mark.parametrize(
    ("here", "there", "dispute"),
    [
        pytest.param(EXCLUSIVE, {}, None, id="the basis alone"),
        pytest.param(PRICED, {}, None, id="a price alone"),
        pytest.param(PRICED, PRICED, None, id="prices alone"),
        pytest.param(EXCLUSIVE, EXCLUSIVE | PRICED, None, id="the same basis"),
        pytest.param(EXCLUSIVE, {"amounts_are": "no_tax"}, Dispute(frozenset()), id="two other bases"),
        pytest.param(PRICED, EXCLUSIVE, OWN, id="a price, and there the basis"),
        pytest.param(EXCLUSIVE, PRICED, Dispute(frozenset(), THEIRS), id="the basis, and there a price"),
        pytest.param(EXCLUSIVE, ADDED, Dispute(frozenset(), NEW), id="the basis, and there a line"),
        pytest.param(
            EXCLUSIVE, {"lines/l1/discount_amount": "5"}, Dispute(frozenset(), THEIRS), id="an amount off"
        ),
        pytest.param(EXCLUSIVE, {"lines/l1/tax": None}, Dispute(frozenset(), THEIRS), id="a tax"),
        pytest.param(EXCLUSIVE, {"lines/l1/discount_rate": "5"}, None, id="a rate off"),
        pytest.param(EXCLUSIVE, {"lines/l1/quantity": "5"}, None, id="a quantity"),
        pytest.param(EXCLUSIVE, {"lines/l1/description": "5"}, None, id="words"),
        pytest.param(EXCLUSIVE, ADDED | {"lines/n/unit_price": None}, None, id="a line of words alone"),
    ],
)
def test_the_table_of_disputes(here: dict[str, Any], there: dict[str, Any], dispute: Dispute | None) -> None:
    """Money on the one side and the basis on the other, or two bases; and nothing else."""
    assert find_dispute(APP, changed(APP, here), changed(APP, there), ()) == dispute


def test_a_line_that_went_with_the_old_basis_is_in_dispute_where_it_was_edited() -> None:
    """Its money was never said under the new basis, so it cannot come back under it."""
    gone, edited = without_line(APP, "l1") | EXCLUSIVE, changed(APP, {"lines/l1/description": "Tap"})
    assert find_dispute(APP, gone, edited, ()) == Dispute(frozenset(), THEIRS)
    assert find_dispute(APP, without_line(APP, "l1"), edited, ()) is None


def test_a_rate_off_is_in_dispute_with_an_amount_off_beside_another_basis() -> None:
    """One of the two discounts stands, in a line that is one side's: its price goes with that side's basis."""
    off = changed(APP, EXCLUSIVE | {"lines/l1/discount_amount": "5"})
    rate = changed(APP, {"lines/l1/discount_rate": "5"})
    assert find_dispute(APP, off, rate, ()) == Dispute(THEIRS, THEIRS)
    assert find_dispute(APP, rate, off, ()) == Dispute(THEIRS, THEIRS)
    assert find_dispute(APP, changed(APP, {"lines/l1/discount_amount": "5"}), rate, ()) is None


def test_a_none_that_follows_from_no_tax_is_no_money() -> None:
    """Xero has it on every line of an invoice without tax, whatever the line's tax was."""
    xero = project(Side.XERO, RECORD)
    untaxed = changed(xero, {"amounts_are": "no_tax", "lines/l1/tax_type": "NONE"})
    assert find_dispute(xero, xero, untaxed, ()) is None
    assert find_dispute(xero, untaxed, changed(xero, PRICED), ()) == Dispute(frozenset(), THEIRS)


def test_what_waits_together() -> None:
    """Nothing, unless the basis waits; then whole lines and what they come to, and no words."""
    money = {"lines/l1", "lines/l2/unit_price"}
    assert list_decided_together({*money, "reference"}) == frozenset()
    held = {*money, "amounts_are", "reference", "lines/l2/description"}
    assert list_decided_together(held) == {*money, "amounts_are"}


def test_what_a_change_names_beside_what_it_moves() -> None:
    """Money with its basis, the basis with all money; a line that goes, and words, with nothing."""
    assert list_meant_with(PRICED, APP, record(PRICED)) == {"amounts_are"}
    assert list_meant_with(EXCLUSIVE, APP, record(EXCLUSIVE)) >= {"lines/l1/unit_price", "line_order"}
    assert list_meant_with({"reference": "X"}, APP, record({"reference": "X"})) == set()
    gone = [path for path in APP if path.startswith("lines/l1/")]
    assert list_meant_with(gone, APP, without_line(APP, "l1")) == set()
    assert list_meant_with(PRICED, {}, RECORD) == set()


@pytest.mark.parametrize(
    ("edited", "left"),
    [
        (["amounts_are"], set()),
        (["lines/l2/unit_price"], set()),
        (["lines/l1/description"], set()),
        (["reference"], {"amounts_are", "lines/l1"}),
    ],
)
def test_nothing_is_brought_back_under_another_basis(edited: list[str], left: set[str]) -> None:
    """A decision is taken back while the side goes on: its old line would mean another sum there by now."""
    parted: Parted = {
        "amounts_are": {Side.XERO: "no_tax"},
        "lines/l1": {Side.XERO: ABSENT, Side.PARTNER: {"unit_price": "5"}},
    }
    still = without_edited(parted, Side.XERO, edited)
    assert {path for path, values in still.items() if Side.XERO in values} == left
    assert Side.PARTNER in still["lines/l1"]
