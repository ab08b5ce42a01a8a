"""Whose line is whose: our keys for Xero's line ids, which Xero may give anew (FACTS 4.6)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.domain.record.sides import Side, project
from app.domain.xero.xero_invoice import XeroLine, XeroPayment, match_lines, match_payments
from tests.unit.domain.samples import AT, RECORD, record, without_line, xero_invoice, xero_line
from tests.unit.domain.strategies import properties

HEATER = xero_line("a")
FITTING = xero_line("b", description="Fit it", quantity=Decimal(2), unit_price=Decimal(110), account="200")


def named(line: XeroLine, xero_line_id: str, **differing: Any) -> XeroLine:
    """The same line under another id, varied."""
    return replace(line, xero_line_id=xero_line_id, **differing)


def xero_shadow(fields: dict[str, Any] = RECORD) -> dict[str, Any]:
    """What Xero was known to hold."""
    return project(Side.XERO, fields)


def test_a_known_id_keeps_its_key_whatever_became_of_the_line() -> None:
    """An edit of everything in a line is an edit, not another line."""
    lines = [named(HEATER, "a", description="Other", unit_price=Decimal(1)), FITTING]
    assert match_lines(lines, {"a": "l1", "b": "l2"}, xero_shadow()) == {"a": "l1", "b": "l2"}


def test_lines_that_all_got_new_ids_keep_their_keys() -> None:
    """Xero gives new ids when lines are written without; nobody edited anything, in whatever order they come."""
    lines = [named(FITTING, "y"), named(HEATER, "x")]
    assert match_lines(lines, {"a": "l1", "b": "l2"}, xero_shadow()) == {"y": "l2", "x": "l1"}


def test_a_line_with_a_new_id_that_was_edited_too_is_known_by_what_it_describes() -> None:
    """Its price moved; its words are still the same."""
    lines = [named(HEATER, "x", unit_price=Decimal(900)), FITTING]
    assert match_lines(lines, {"a": "l1", "b": "l2"}, xero_shadow()) == {"x": "l1", "b": "l2"}


def test_a_line_that_says_the_same_comes_before_one_that_only_describes_the_same() -> None:
    """Of two with the same words, the one that is equal throughout is the old one."""
    lines = [named(HEATER, "x", unit_price=Decimal(900)), named(HEATER, "y")]
    found = match_lines(lines, {"a": "l1", "b": "l2"}, without_line(xero_shadow(), "l2"))
    assert found == {"x": "xero-x", "y": "l1"}


def test_a_line_that_was_split_keeps_its_key_on_the_first_half() -> None:
    """The other half is new."""
    halves = [named(HEATER, name, quantity=Decimal("0.5")) for name in ("x", "y")]
    found = match_lines([*halves, FITTING], {"a": "l1", "b": "l2"}, xero_shadow())
    assert found == {"x": "l1", "y": "xero-y", "b": "l2"}


def test_identical_twins_take_their_keys_in_order() -> None:
    """Nobody can tell which is which, and it does not matter as long as each key is taken once."""
    twin = {
        path.replace("/l1/", "/l2/"): value for path, value in RECORD.items() if path.startswith("lines/l1/")
    }
    shadow = xero_shadow(record(twin))
    lines = [named(HEATER, "x"), named(HEATER, "y")]
    assert match_lines(lines, {"a": "l1", "b": "l2"}, shadow) == {"x": "l1", "y": "l2"}


def test_a_line_of_a_persons_is_named_after_xeros_id() -> None:
    """Its key says where it was born, and the app keeps it."""
    lines = [HEATER, FITTING, named(HEATER, "c", description="Call-out")]
    assert match_lines(lines, {"a": "l1", "b": "l2"}, xero_shadow())["c"] == "xero-c"


def test_a_line_without_words_is_known_only_by_all_it_says() -> None:
    """Two lines that both describe nothing are not alike for that."""
    silent = {"lines/l1/description": None}
    wordless = named(HEATER, "x", description=None)
    shadow = without_line(xero_shadow(record(silent)), "l2")
    assert match_lines([wordless], {}, shadow) == {"x": "l1"}
    dearer = named(wordless, "x", unit_price=Decimal(900))
    assert match_lines([dearer], {}, shadow) == {"x": "xero-x"}


def test_the_answer_to_a_write_has_the_lines_in_the_order_of_the_write() -> None:
    """What Xero changed beyond recognition is still known by its place."""
    lines = [named(HEATER, "x", description="SUPPLY 250 L UNIT"), named(FITTING, "y", description="FIT IT")]
    assert match_lines(lines, {}, xero_shadow(), answers_a_write=True) == {"x": "l1", "y": "l2"}
    assert match_lines(lines, {}, xero_shadow()) == {"x": "xero-x", "y": "xero-y"}


def test_a_place_tells_nothing_when_the_numbers_differ() -> None:
    """With a line more or less than written, only what a line says counts."""
    lines = [named(HEATER, "x", description="SUPPLY")]
    assert match_lines(lines, {}, xero_shadow(), answers_a_write=True) == {"x": "xero-x"}


def test_a_place_is_counted_among_what_is_left() -> None:
    """Lines that were recognised are out of the count."""
    lines = [named(FITTING, "y"), named(HEATER, "x", description="SUPPLY", unit_price=Decimal(1))]
    assert match_lines(lines, {}, xero_shadow(), answers_a_write=True) == {"y": "l2", "x": "l1"}


def test_a_new_line_in_doubt_is_known_by_its_place_only_where_it_costs_the_same() -> None:
    """The write may never have arrived: then what stands there is a person's own line, and ours is yet to come."""
    known, lines = {"a": "l1"}, [HEATER, named(FITTING, "y", description="FIT IT")]
    shown: dict[str, Any] = {"answers_a_write": True, "in_doubt": {"l2"}}
    assert match_lines(lines, known, xero_shadow(), **shown) == {"a": "l1", "y": "l2"}
    lines[1] = named(lines[1], "y", unit_price=Decimal(5))
    assert match_lines(lines, known, xero_shadow(), **shown) == {"a": "l1", "y": "xero-y"}


@properties
@given(
    lines=st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from(["Fit it", "Other", None])),
        unique_by=lambda each: each[0],
    ),
    known=st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["l1", "l2"])).filter(
        lambda ids: len(set(ids.values())) == len(ids)
    ),
    answers=st.booleans(),
)
def test_every_line_gets_a_key_of_its_own(
    lines: list[tuple[str, str | None]], known: dict[str, str], answers: bool
) -> None:
    """Each id has exactly one key, no key is given twice, and known ids keep theirs."""
    shown = [named(FITTING, name, description=words) for name, words in lines]
    keys = match_lines(shown, known, xero_shadow(), answers_a_write=answers)
    assert list(keys) == [name for name, _ in lines]
    assert len(set(keys.values())) == len(keys)
    assert all(keys[name] == key for name, key in known.items() if name in keys)


def test_payments_are_known_by_their_ids_alone() -> None:
    """Those that we made have our key, a person's is named after Xero's id; no payments are none."""
    made = tuple(XeroPayment(name, Decimal(5), AT.date()) for name in ("p", "q"))
    assert match_payments(xero_invoice(payments=made), {"p": "p1"}) == {"p": "p1", "q": "xero-q"}
    assert match_payments(xero_invoice(payments=None), {"p": "p1"}) == {}


def test_a_new_payment_takes_over_the_key_of_one_that_is_gone() -> None:
    """Xero edits none: a corrected one is another there. The same amount comes first, and each key is given once."""
    made = tuple(XeroPayment(name, Decimal(name[1:]), AT.date()) for name in ("a5", "b7", "c9"))
    invoice, known = xero_invoice(payments=made), {"a5": "p1", "old": "p2"}
    assert match_payments(invoice, known, {"p1": "5", "p2": "9"}) == {"a5": "p1", "b7": "xero-b7", "c9": "p2"}
    assert match_payments(invoice, known, {"p1": "5", "p2": "8"}) == {"a5": "p1", "b7": "p2", "c9": "xero-c9"}
    assert match_payments(invoice, known, {"p1": "5"}) == {"a5": "p1", "b7": "xero-b7", "c9": "xero-c9"}
