"""Accounts by item and category, and taxes on accounts of expenses: both words stay true whoever moves his."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.item import fields_from_document
from app.domain.record.coupling import Vocabulary, couple, translate_anew, unknown_words
from app.domain.record.sides import Side
from tests.unit.domain.samples import AT, RECORD, record
from tests.unit.domain.strategies import properties

MAPS = Vocabulary(
    accounts={"general": "200", "materials": "210", "discount": "400"},
    taxes={"gst": "OUTPUT", "none": "EXEMPTOUTPUT"},
    item_accounts={"tap": "230", "fee": "400"},
    expense_taxes={"gst": "INPUT"},
    expense_accounts=frozenset({"400"}),
)
CATEGORIES = [None, "general", "materials", "discount", "plumbing", "xero:260", "xero:400"]
ITEMS = [None, "TAP", "tap", "PIPE", "FEE"]
TAXES = [None, "gst", "xero:TAX001"]
LINE = "lines/l1/"


@pytest.mark.parametrize(
    ("category", "item", "account"),
    [
        ("materials", None, "210"),
        ("materials", "PIPE", "210"),
        ("materials", "TAP", "230"),
        ("materials", "tap", "230"),
        (None, "TAP", "230"),
        ("plumbing", "TAP", "230"),
        ("xero:260", "TAP", "260"),
        ("plumbing", None, None),
    ],
)
def test_an_item_goes_before_its_category(
    category: str | None, item: str | None, account: str | None
) -> None:
    """Whatever the case of its code (I11); but for an account that somebody chose in Xero for that very line."""
    assert MAPS.account_of(category, item) == account


def test_an_unmapped_category_may_fall_to_general() -> None:
    """Where the business says so (C5); a word of Xero's is never unmapped, and `general` may be missing itself."""
    falling = replace(MAPS, falls_to_general=True)
    assert (falling.account_of("plumbing"), falling.account_of("xero:999")) == ("200", "999")
    assert falling.account_of("materials") == "210"
    assert replace(falling, accounts={"materials": "210"}).account_of("plumbing") is None
    unmapped = record({LINE + "category": "plumbing", LINE + "account": None})
    assert unknown_words(translate_anew(unmapped, MAPS))
    assert not unknown_words(translate_anew(unmapped, falling))


@pytest.mark.parametrize(
    ("account", "current", "item", "category"),
    [
        ("230", "materials", "TAP", "materials"),
        ("210", "materials", "TAP", "xero:210"),
        ("200", None, "TAP", "xero:200"),
        ("230", "xero:210", "TAP", None),
        ("400", "xero:210", "FEE", "discount"),
        ("210", "xero:230", "PIPE", "materials"),
        ("230", "materials", None, "xero:230"),
    ],
)
def test_the_category_of_a_line_whose_item_has_an_account(
    account: str, current: str | None, item: str | None, category: str | None
) -> None:
    """On its item's account a line keeps its category; on another one no word but Xero's own means that account."""
    assert MAPS.category_of(account, current, item) == category


@properties
@given(
    account=st.sampled_from(["200", "210", "230", "260", "400"]),
    current=st.sampled_from(CATEGORIES),
    item=st.sampled_from(ITEMS),
    falls=st.booleans(),
)
def test_a_category_that_is_shown_means_the_account(
    account: str, current: str | None, item: str | None, falls: bool
) -> None:
    """An account edited in Xero survives every round trip, whatever item the line names."""
    maps = replace(MAPS, falls_to_general=falls)
    shown = maps.category_of(account, current, item)
    assert maps.account_of(shown, item) == account
    assert maps.category_of(account, shown, item) == shown


@properties
@given(
    tax_type=st.sampled_from(["OUTPUT", "INPUT", "EXEMPTOUTPUT", "TAX001"]),
    current=st.sampled_from(TAXES),
    account=st.sampled_from([None, "200", "400"]),
)
def test_a_tax_that_is_shown_means_the_tax_type(
    tax_type: str, current: str | None, account: str | None
) -> None:
    """On accounts of expenses the same word may mean another type (E4); both survive the round trip."""
    shown = MAPS.tax_of(tax_type, current, "tax_inclusive", account)
    assert MAPS.tax_type_of(shown, "tax_inclusive", account) == tax_type


def test_a_tax_word_means_another_type_on_an_account_of_expenses() -> None:
    """Xero takes INPUT there, and OUTPUT on sales; a word without one of its own means what it does elsewhere."""
    assert [MAPS.tax_type_of(word, "tax_inclusive", "400") for word in ("gst", None)] == [
        "INPUT",
        "EXEMPTOUTPUT",
    ]
    assert MAPS.tax_type_of("gst", "tax_inclusive", "200") == "OUTPUT"
    assert MAPS.tax_type_of("gst", "no_tax", "400") == "NONE"
    assert (MAPS.tax_type_on("200", "INPUT"), MAPS.tax_type_on("400", "OUTPUT")) == ("OUTPUT", "INPUT")
    assert (MAPS.tax_type_on("200", "OUTPUT"), MAPS.tax_type_on("200", "TAX001")) == ("OUTPUT", "TAX001")


def _coupled(side: Side, before: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return couple(side, before, {**before, **changes}, MAPS, AT)


def _line(fields: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(fields[LINE + name] for name in ("category", "tax", "account", "tax_type"))


START = _coupled(Side.PARTNER, RECORD, {LINE + "item_code": "TAP"})


def test_the_account_follows_the_item_and_the_category_stays() -> None:
    """An item comes, another one, none: the category is the app's own word all the while."""
    assert _line(START) == ("materials", "gst", "230", "OUTPUT")
    fee = _coupled(Side.PARTNER, START, {LINE + "item_code": "FEE"})
    assert _line(fee) == ("materials", "gst", "400", "INPUT")
    plain = _coupled(Side.PARTNER, fee, {LINE + "item_code": None})
    assert _line(plain) == ("materials", "gst", "210", "OUTPUT")


def test_an_item_that_is_mapped_to_nothing_moves_no_account() -> None:
    """What a person chose in Xero stands: other maps, or an item without one, are no edit of the account."""
    moved = _coupled(Side.XERO, RECORD, {LINE + "account": "260"})
    assert _line(moved) == ("xero:260", "gst", "260", "OUTPUT")
    assert _line(_coupled(Side.PARTNER, moved, {LINE + "item_code": "PIPE"}))[2] == "260"
    assert _line(_coupled(Side.PARTNER, moved, {LINE + "item_code": "TAP"}))[2] == "260"


def test_an_account_moved_in_xero_comes_as_a_word_that_means_it() -> None:
    """Beside an item with an account that is Xero's own word; moved back, the item says it again."""
    moved = _coupled(Side.XERO, START, {LINE + "account": "210"})
    assert _line(moved) == ("xero:210", "gst", "210", "OUTPUT")
    assert _line(_coupled(Side.XERO, moved, {LINE + "account": "230"})) == (None, "gst", "230", "OUTPUT")


def test_an_item_changed_in_xero_leaves_a_category_that_means_the_account() -> None:
    """The account stays what Xero says; without the item that had it, the old category would mean another one."""
    moved = _coupled(Side.XERO, START, {LINE + "item": "PIPE"})
    assert (moved[LINE + "item_code"], *_line(moved)) == ("PIPE", "xero:230", "gst", "230", "OUTPUT")


edits = st.one_of(
    st.builds(lambda word: (Side.PARTNER, "category", word), st.sampled_from(CATEGORIES)),
    st.builds(lambda word: (Side.PARTNER, "tax", word), st.sampled_from(TAXES)),
    st.builds(lambda word: (Side.PARTNER, "item_code", word), st.sampled_from(ITEMS)),
    st.builds(
        lambda word: (Side.XERO, "account", word), st.sampled_from(["200", "210", "230", "260", "400"])
    ),
    st.builds(lambda word: (Side.XERO, "tax_type", word), st.sampled_from(["OUTPUT", "INPUT", "TAX001"])),
    st.builds(lambda word: (Side.XERO, "item", word), st.sampled_from([None, "TAP", "PIPE", "FEE"])),
)


@properties
@given(made=st.lists(edits, max_size=6))
def test_after_any_edits_both_words_mean_the_same(made: list[tuple[Side, str, str | None]]) -> None:
    """Category and item mean the account, the tax word means the tax type, and coupling again changes nothing."""
    held = START
    for side, name, word in made:
        held = _coupled(side, held, {LINE + name: word})
        category, tax, account, tax_type = _line(held)
        assert MAPS.account_of(category, held[LINE + "item_code"]) == account
        if account is not None:
            assert MAPS.tax_type_of(tax, "tax_inclusive", account) == tax_type
        for other in Side:
            assert couple(other, held, held, MAPS, AT) == held


def test_a_products_account_is_its_items_own() -> None:
    """The item that is made in Xero sells to the account that its lines are booked to."""
    document = {"code": "TAP", "name": "Tap", "category": "materials", "tax": "gst"}
    assert fields_from_document(document, MAPS)["account"] == "230"
    assert fields_from_document({**document, "code": "PIPE"}, MAPS)["account"] == "210"
    fee = fields_from_document({"code": "FEE", "name": "Fee", "tax": "gst"}, MAPS)
    assert (fee["account"], fee["tax_type"]) == ("400", "INPUT")
