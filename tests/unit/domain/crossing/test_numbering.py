"""Whose number an invoice has in Xero, and that two numbers of one invoice never quarrel."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.crossing.numbering import LAST_SUFFIX, Numbering, list_suffixed, next_free, part_numbers
from app.domain.record.owed import next_change, xero_moves
from app.domain.record.sides import XERO_NUMBER, Side, project, with_own_number, with_xeros_number
from tests.unit.domain.samples import RECORD, changed
from tests.unit.domain.story import app_says, settled, xero_shows

APART = RECORD | {XERO_NUMBER: "INV-0001"}


@pytest.mark.parametrize(
    ("numbering", "number", "held", "is_in_xero", "own"),
    [
        (Numbering.PARTNER, "N-1", None, False, "one"),
        (Numbering.XERO, "N-1", None, False, None),
        (Numbering.XERO, None, None, False, "one"),
        (Numbering.PARTNER_WITH_SUFFIX, "N-1", None, False, "one"),
        (Numbering.PARTNER, "N-2", "N-1", True, "one"),
        (Numbering.XERO, "N-1", "N-1", True, "one"),
        (Numbering.XERO, "N-2", "N-1", True, "N-1"),
        (Numbering.XERO, None, "N-1", True, "one"),
        (Numbering.PARTNER_WITH_SUFFIX, "N-2", "N-1", True, "one"),
    ],
)
def test_numbers_part_where_the_policy_wants_it(
    numbering: Numbering, number: str | None, held: str | None, is_in_xero: bool, own: str | None
) -> None:
    """`one`: there is one number for both sides; None: Xero is left to give one."""
    parted = part_numbers({"number": number}, numbering, held, is_in_xero=is_in_xero)
    assert parted.get(XERO_NUMBER, "one") == own
    assert parted["number"] == number


def test_parted_numbers_stay_parted_once_xero_has_the_invoice() -> None:
    """Another policy is for invoices to come; one that Xero does not have yet follows it at once."""
    parted = {"number": "N-1", XERO_NUMBER: "INV-0001"}
    for numbering in Numbering:
        assert part_numbers(parted, numbering, "INV-0001", is_in_xero=True) == parted
    assert part_numbers(parted, Numbering.PARTNER, None, is_in_xero=False) == {"number": "N-1"}


def test_a_suffix_is_kept_for_the_number_that_it_was_found_for() -> None:
    """Another number in the app starts anew."""
    parted = {"number": "N-1", XERO_NUMBER: "N-1-2"}
    numbering = Numbering.PARTNER_WITH_SUFFIX
    assert part_numbers(parted, numbering, None, is_in_xero=False) == parted
    renumbered = parted | {"number": "N-7"}
    assert part_numbers(renumbered, numbering, None, is_in_xero=False) == {"number": "N-7"}


def test_suffixes_are_tried_in_order_and_come_to_an_end() -> None:
    """After the last one the invoice is held, rather than asking Xero for ever."""
    assert next_free("N-1", set()) == "N-1-2"
    assert next_free("N-1", {"N-1-2", "N-1-3"}) == "N-1-4"
    assert next_free("N-1", set(), after="N-1-4") == "N-1-5"
    assert next_free("N-1", set(list_suffixed("N-1"))) is None
    assert next_free("N-1", set(), after=f"N-1-{LAST_SUFFIX}") is None
    assert next_free(None, set()) is None


def test_each_side_sees_its_own_number() -> None:
    """The projections differ in it, and neither side holds the other's word."""
    assert project(Side.XERO, APART)["number"] == "INV-0001"
    assert project(Side.PARTNER, APART)["number"] == "INV-0042"
    assert XERO_NUMBER not in project(Side.XERO, APART) | project(Side.PARTNER, APART)


def test_an_edit_of_xeros_goes_to_its_own_word() -> None:
    """There and back the record is what it was."""
    assert with_own_number(with_xeros_number(APART), APART) == APART
    assert with_own_number({**with_xeros_number(APART), "number": "X-9"}, APART) == APART | {
        XERO_NUMBER: "X-9"
    }
    assert with_own_number(with_xeros_number(RECORD), RECORD) == RECORD


@pytest.mark.parametrize("renumber", ["app", "xero", "both"])
def test_two_numbers_do_not_quarrel(renumber: str) -> None:
    """Renumbered on either side or on both, nothing is due on the other, and nothing conflicts."""
    hub = replace(settled(APART), xero_shadow=project(Side.XERO, APART))
    conflicts: tuple[Any, ...] = ()
    if renumber in ("xero", "both"):
        seen = xero_shows(hub, changed(hub.xero_shadow, {"number": "X-9"}))
        hub, conflicts = seen.hub, conflicts + seen.conflicts
    if renumber in ("app", "both"):
        said = app_says(hub, changed(hub.partner_shadow, {"number": "A-9"}))
        hub, conflicts = said.hub, conflicts + said.conflicts
    assert conflicts == ()
    assert (xero_moves(hub), next_change(hub)) == ({}, None)
    assert hub.record["number"] == ("INV-0042" if renumber == "xero" else "A-9")
    assert hub.record[XERO_NUMBER] == ("INV-0001" if renumber == "app" else "X-9")
