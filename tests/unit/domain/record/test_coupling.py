"""One fact in two vocabularies: whichever side moved its word, the other's follows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.record.coupling import (
    UnknownWord,
    Vocabulary,
    couple,
    refresh_unmapped,
    translate_anew,
    unknown_words,
)
from app.domain.record.fields import ABSENT
from app.domain.record.sides import Side
from tests.unit.domain.samples import AT, RECORD, VOCABULARY, changed, payment, record
from tests.unit.domain.strategies import properties

ACCOUNT, CATEGORY, TAX, TAX_TYPE = (f"lines/l1/{name}" for name in ("account", "category", "tax", "tax_type"))


def after(side: Side, changes: dict[str, Any]) -> dict[str, Any]:
    """What differs from the sample record once that side made these changes."""
    coupled = couple(side, RECORD, record(changes), VOCABULARY, AT)
    return {path: coupled.get(path, ABSENT) for path in coupled if coupled[path] != RECORD.get(path, ABSENT)}


@pytest.mark.parametrize(
    ("category", "account"),
    [
        ("materials", "210"),
        (None, "200"),
        ("general", "200"),
        ("xero:260", "260"),
        ("no such word", None),
    ],
)
def test_a_category_means_an_account(category: str | None, account: str | None) -> None:
    """No category is the general one, a word of Xero's is itself, an unknown word is nothing yet."""
    assert VOCABULARY.account_of(category) == account


@pytest.mark.parametrize(
    ("tax", "amounts_are", "tax_type"),
    [
        ("gst", "tax_inclusive", "OUTPUT"),
        ("gst", "tax_exclusive", "OUTPUT"),
        (None, "tax_inclusive", "EXEMPTOUTPUT"),
        ("xero:TAX001", "tax_inclusive", "TAX001"),
        ("no such word", "tax_inclusive", None),
        ("gst", "no_tax", "NONE"),
        ("no such word", "no_tax", "NONE"),
    ],
)
def test_a_tax_means_a_tax_type(tax: str | None, amounts_are: str, tax_type: str | None) -> None:
    """An invoice without tax has Xero's NONE, whatever its lines say."""
    assert VOCABULARY.tax_type_of(tax, amounts_are) == tax_type


@pytest.mark.parametrize(
    ("account", "current", "category"),
    [
        ("210", "materials", "materials"),
        ("210", None, "materials"),
        ("200", None, None),
        ("200", "general", "general"),
        ("200", "materials", "general"),
        ("260", "materials", "xero:260"),
        ("260", "xero:260", "xero:260"),
        (None, "materials", "materials"),
    ],
)
def test_an_account_is_shown_as_a_category(
    account: str | None, current: str | None, category: str | None
) -> None:
    """The current word stays while it still means the account; a word of Xero's that no map knows is marked as such."""
    assert VOCABULARY.category_of(account, current) == category


@pytest.mark.parametrize(
    ("tax_type", "current", "amounts_are", "tax"),
    [
        ("OUTPUT", "gst", "tax_inclusive", "gst"),
        ("OUTPUT", None, "tax_inclusive", "gst"),
        ("EXEMPTOUTPUT", None, "tax_inclusive", None),
        ("EXEMPTOUTPUT", "gst", "tax_inclusive", "none"),
        ("TAX001", "gst", "tax_inclusive", "xero:TAX001"),
        ("NONE", "gst", "no_tax", "gst"),
        ("OUTPUT", None, "no_tax", None),
        (None, "gst", "tax_inclusive", "gst"),
    ],
)
def test_a_tax_type_is_shown_as_a_tax(
    tax_type: str | None, current: str | None, amounts_are: str, tax: str | None
) -> None:
    """On an invoice without tax the app's words are let be: they mean nothing until it has tax again."""
    assert VOCABULARY.tax_of(tax_type, current, amounts_are) == tax


@properties
@given(
    code=st.text("019AUTO:", min_size=1), current=st.sampled_from([None, "general", "materials", "xero:1"])
)
def test_every_word_of_xeros_survives_the_round_trip(code: str, current: str | None) -> None:
    """An account or tax type that went to the app means the very same when it comes back."""
    assert VOCABULARY.account_of(VOCABULARY.category_of(code, current)) == code
    shown = VOCABULARY.tax_of(code, current, "tax_inclusive")
    assert VOCABULARY.tax_type_of(shown, "tax_inclusive") == code


def test_the_other_word_follows_an_edit() -> None:
    """A category moved in the app moves the account; an account moved in Xero moves the category; taxes alike."""
    assert after(Side.PARTNER, {CATEGORY: None}) == {CATEGORY: None, ACCOUNT: "200"}
    assert after(Side.PARTNER, {TAX: None}) == {TAX: None, TAX_TYPE: "EXEMPTOUTPUT"}
    assert after(Side.XERO, {ACCOUNT: "200"}) == {ACCOUNT: "200", CATEGORY: "general"}
    assert after(Side.XERO, {TAX_TYPE: "TAX001"}) == {TAX_TYPE: "TAX001", TAX: "xero:TAX001"}


def test_an_edit_of_something_else_moves_no_word() -> None:
    """Where a person gave a line another account of the same meaning, no edit of its price takes that back."""
    odd = {ACCOUNT: "261", TAX_TYPE: "TAX009"}
    for side in Side:
        before = record(odd)
        merged = changed(before, {"lines/l1/unit_price": "900"})
        assert couple(side, before, merged, VOCABULARY, AT) == merged


def test_turning_tax_off_and_on_moves_every_lines_tax_type() -> None:
    """The tax type depends on what the amounts are, so an edit of that moves it too."""
    off = couple(Side.PARTNER, RECORD, record({"amounts_are": "no_tax"}), VOCABULARY, AT)
    assert (off[TAX_TYPE], off["lines/l2/tax_type"], off[TAX]) == ("NONE", "NONE", "gst")
    on = couple(Side.PARTNER, off, {**off, "amounts_are": "tax_exclusive"}, VOCABULARY, AT)
    assert on == record({"amounts_are": "tax_exclusive"})


def test_tax_turned_on_in_xero_on_a_line_that_stays_without_shows_so() -> None:
    """Xero leaves its NONE on a line: the app's word meant nothing meanwhile, and would now tell of a tax."""
    off = couple(Side.XERO, RECORD, record({"amounts_are": "no_tax", TAX_TYPE: "NONE"}), VOCABULARY, AT)
    assert off[TAX] == "gst"
    on = couple(Side.XERO, off, {**off, "amounts_are": "tax_exclusive"}, VOCABULARY, AT)
    assert (on[TAX_TYPE], on[TAX]) == ("NONE", "xero:NONE")


def test_a_new_line_gets_the_other_sides_words() -> None:
    """A line comes with the words of the side that added it; nothing of it is left unsaid."""
    price = {"lines/l9/unit_price": "5"}
    in_app = {"lines/l9/category": "materials", "lines/l9/tax": "gst"}
    in_xero = {"lines/l9/account": "210", "lines/l9/tax_type": "OUTPUT"}
    assert after(Side.PARTNER, price | in_app) == price | in_app | in_xero
    assert after(Side.XERO, price | in_xero) == price | in_app | in_xero


@pytest.mark.parametrize("price", ["5", None])
def test_a_new_line_that_xero_did_not_book_has_both_sides_fields(price: str | None) -> None:
    """Without account and tax type there is nothing to say in the app's words, which are there all the same."""
    line = {"lines/l9/unit_price": price, "lines/l9/account": None, "lines/l9/tax_type": None}
    assert after(Side.XERO, line) == line | {"lines/l9/category": None, "lines/l9/tax": None}


def test_a_line_that_is_only_a_description_is_not_booked() -> None:
    """It has no amount, and so neither account nor tax: no word of it is unknown, and none is filled in."""
    words = {f"lines/l9/{name}": None for name in ("category", "tax", "account", "tax_type", "unit_price")}
    line = words | {"lines/l9/description": "Thank you"}
    assert couple(Side.PARTNER, RECORD, RECORD | line, VOCABULARY, AT) == RECORD | line
    assert unknown_words(RECORD | line) == []
    assert refresh_unmapped(RECORD | line, VOCABULARY) == RECORD | line
    priced = RECORD | line | {"lines/l9/unit_price": "5"}
    assert len(unknown_words(priced)) == 2
    filled = refresh_unmapped(priced, VOCABULARY)
    assert (filled["lines/l9/account"], filled["lines/l9/tax_type"]) == ("200", "EXEMPTOUTPUT")


def test_a_payment_made_in_xero_has_no_method() -> None:
    """The app's field is there, and says nothing; one that the app said is kept."""
    made, known = payment("xero-1", "500"), payment("p1", "500", method="card")
    coupled = couple(Side.XERO, RECORD, {**RECORD, **made, **known}, VOCABULARY, AT)
    assert (coupled["payments/xero-1/method"], coupled["payments/p1/method"]) == (None, "card")


def test_an_invoice_with_a_sent_at_is_sent() -> None:
    """The app says when, Xero says only that."""
    draft = {"sent_at": None, "is_sent": False}
    assert after(Side.PARTNER, {"sent_at": None}) == draft
    sent = couple(Side.PARTNER, record(draft), record({"is_sent": False}), VOCABULARY, AT)
    assert sent == RECORD


def test_marking_as_sent_in_xero_dates_it() -> None:
    """The app gets the moment at which Xero says it moved; one that it said itself is kept."""
    draft = record({"sent_at": None, "is_sent": False})
    marked = couple(Side.XERO, draft, {**draft, "is_sent": True}, VOCABULARY, AT)
    assert marked["sent_at"] == "2026-11-20T03:15:00Z"
    kept = couple(Side.XERO, RECORD, record({"sent_at": "2026-01-01T00:00:00Z"}), VOCABULARY, AT)
    assert kept["sent_at"] == "2026-01-01T00:00:00Z"
    assert couple(Side.XERO, draft, draft, VOCABULARY, AT) == draft


def test_unknown_words_are_named() -> None:
    """A line without an account or tax type says which word was not known, or which default is missing."""
    unmapped = record({CATEGORY: "labour", ACCOUNT: None, "lines/l2/tax": None, "lines/l2/tax_type": None})
    found = [(unknown.kind, unknown.word) for unknown in unknown_words(unmapped)]
    assert found == [("category", "labour"), ("tax", "none")]
    assert unknown_words(RECORD) == []
    assert str(UnknownWord("category", "labour")) == "category 'labour' is not mapped"


def test_a_word_that_is_mapped_by_now_is_filled_in() -> None:
    """The maps grew since the line was merged; words that were known are let be."""
    unmapped = record({CATEGORY: "labour", ACCOUNT: None, TAX: "vat", TAX_TYPE: None})
    assert refresh_unmapped(unmapped, VOCABULARY) == unmapped
    grown = Vocabulary({**VOCABULARY.accounts, "labour": "220"}, {**VOCABULARY.taxes, "vat": "OUTPUT2"})
    assert refresh_unmapped(unmapped, grown) == changed(unmapped, {ACCOUNT: "220", TAX_TYPE: "OUTPUT2"})
    moved = Vocabulary({"general": "999", "materials": "999"}, {"gst": "OTHER"})
    assert refresh_unmapped(RECORD, moved) == RECORD


def test_what_xero_has_not_seen_is_translated_by_the_maps_of_today() -> None:
    """Nobody there can have chosen another account yet; lines of words alone have nothing to translate."""
    today = Vocabulary({"general": "300", "materials": "310"}, {"gst": "OUTPUT2"})
    words = {f"lines/l9/{name}": None for name in ("unit_price", "account", "tax_type")}
    assert translate_anew(RECORD | words, today) == changed(
        RECORD | words,
        {
            ACCOUNT: "310",
            TAX_TYPE: "OUTPUT2",
            "lines/l2/account": "300",
            "lines/l2/tax_type": "OUTPUT2",
        },
    )
    assert translate_anew(RECORD, VOCABULARY) == RECORD


@pytest.mark.parametrize(
    ("given", "stands"),
    [
        ({"discount_rate": "10", "discount_amount": "5"}, "discount_amount"),
        ({"discount_rate": "20", "discount_amount": "4"}, "discount_rate"),
    ],
)
def test_of_two_discounts_the_one_just_given_stands(given: dict[str, str], stands: str) -> None:
    """One side gives a rate, the other an amount: a line has one of the two, never both."""
    earlier = {"discount_rate": "10"} if stands == "discount_amount" else {"discount_amount": "4"}
    before = record({f"lines/l1/{name}": value for name, value in earlier.items()})
    merged = record({f"lines/l1/{name}": value for name, value in given.items()})
    coupled = couple(Side.PARTNER, before, merged, VOCABULARY, AT)
    held = {name for name in given if coupled.get(f"lines/l1/{name}") is not None}
    assert held == {stands}


def test_a_new_line_of_the_app_is_tracked_as_chosen() -> None:
    """Lines that the app adds get the chosen option; lines that a person made in Xero keep their own."""
    tracked = Vocabulary(VOCABULARY.accounts, VOCABULARY.taxes, tracking={"Region": "North"})
    added = {"lines/l9/description": "More", "lines/l9/quantity": "1", "lines/l9/unit_price": "5"}
    by_app = couple(Side.PARTNER, RECORD, record(added), tracked, AT)
    assert by_app["lines/l9/tracking"] == {"Region": "North"}
    assert "lines/l1/tracking" not in by_app
    by_xero = couple(Side.XERO, RECORD, record(added | {"lines/l9/account": "200"}), tracked, AT)
    assert "lines/l9/tracking" not in by_xero
