"""A product and its item in Xero: what is written, what is left alone, and what is adopted."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app.domain.invoices.link import Intent, Standing, State
from app.domain.item import (
    ItemLink,
    adopt,
    build_write,
    differing_fields,
    fields_from_document,
    fields_from_line,
    forget_item,
    list_due,
    take_document,
    take_item,
    target_of,
)
from app.domain.record.coupling import UnknownWord
from app.domain.xero.xero_item import XeroItem
from tests.unit.domain.samples import VOCABULARY

AT = datetime(2026, 11, 20, tzinfo=UTC)
DOCUMENT: dict[str, Any] = {
    "id": "prd_1",
    "version": 1,
    "code": "TAP",
    "name": "Mixer tap",
    "description": "Mixer tap, chrome",
    "unit_price": "180.50",
    "category": "materials",
    "tax": "gst",
}
ITEM = XeroItem("x-1", "TAP", "Mixer tap", "Mixer tap, chrome", Decimal("180.5000"), "210", "OUTPUT", AT)


def said(**changes: Any) -> ItemLink:
    """A link that has just heard the partner's word for the first time."""
    return hears(ItemLink(UUID(int=1), "prd_1", None, 1, DOCUMENT, Standing(State.BEHIND)), **changes)


def hears(link: ItemLink, **changes: Any) -> ItemLink:
    """The link after a document that differs so."""
    return take_document(link, fields_from_document({**DOCUMENT, **changes}, VOCABULARY))


def linked() -> ItemLink:
    """A link whose item was made by us and is as the partner said."""
    return take_item(replace(said(), unanswered=target_of(said()), intent=Intent("k", AT)), ITEM)


def test_a_document_is_said_in_xeros_words() -> None:
    """Category and tax by the maps; what is left out says nothing, unlike on a line."""
    assert fields_from_document(DOCUMENT, VOCABULARY) == ITEM.fields
    bare = fields_from_document({"code": "TAP", "name": "Tap"}, VOCABULARY)
    assert [bare[name] for name in ("description", "unit_price", "account", "tax_type")] == [None] * 4


@pytest.mark.parametrize(("changes", "kind"), [({"category": "gold"}, "category"), ({"tax": "vat"}, "tax")])
def test_a_word_that_the_maps_do_not_know_is_named(changes: dict[str, Any], kind: str) -> None:
    """It holds the product alone."""
    with pytest.raises(UnknownWord) as unknown:
        fields_from_document({**DOCUMENT, **changes}, VOCABULARY)
    assert unknown.value.kind == kind


def test_a_new_item_is_written_whole_and_then_nothing_is_due() -> None:
    """What has no value is not said at all."""
    assert build_write(said()).fields == ITEM.fields
    assert "description" not in build_write(said(description=None)).fields
    assert list_due(linked()) == ()
    assert (linked().xero_item_id, linked().unanswered, linked().intent) == ("x-1", None, None)


def test_only_what_the_partner_changed_is_written_with_its_code() -> None:
    """The terms of sale go together; a description that was taken away is cleared."""
    assert build_write(hears(linked(), name="Tap")).fields == {"code": "TAP", "name": "Tap"}
    assert build_write(hears(linked(), description=None)).fields == {"code": "TAP", "description": None}
    assert build_write(hears(linked(), unit_price="190")).fields == {
        "code": "TAP",
        "unit_price": "190",
        "account": "210",
        "tax_type": "OUTPUT",
    }
    assert list_due(hears(linked(), category=None, tax=None, unit_price=None)) == ()


def test_an_edit_in_xero_stays_until_the_partner_says_something_new_of_that_field() -> None:
    """Xero tells nobody of it, so it is found when the list is read; another field of the partner's leaves it alone."""
    edited = take_item(linked(), replace(ITEM, name="Tap de luxe"))
    assert list_due(edited) == ()
    assert list_due(hears(edited)) == ()
    assert list_due(hears(edited, unit_price="190")) == ("unit_price",)
    assert differing_fields(edited) == {"name": ("Mixer tap", "Tap de luxe")}
    assert build_write(hears(edited, name="Basin tap")).fields["name"] == "Basin tap"


def test_both_changed_the_partners_word_is_written() -> None:
    """The partner's change was not in Xero yet when somebody edited the same field there."""
    both = take_item(hears(linked(), name="Basin tap"), replace(ITEM, name="Tap de luxe"))
    assert build_write(both).fields == {"code": "TAP", "name": "Basin tap"}


def test_an_item_that_was_there_before_is_adopted_as_it_is() -> None:
    """Only what it lacks is filled in; the rest is shown as differing."""
    theirs = replace(ITEM, code="Tap", name="Old tap", description=None, unit_price=Decimal(99))
    adopted = adopt(said(), theirs)
    assert build_write(adopted).fields == {"code": "Tap", "description": "Mixer tap, chrome"}
    assert differing_fields(adopted) == {
        "code": ("TAP", "Tap"),
        "name": ("Mixer tap", "Old tap"),
        "unit_price": ("180.5", "99"),
        "description": ("Mixer tap, chrome", None),
    }
    assert list_due(hears(adopted, unit_price="200")) == ("description", "unit_price")


def test_a_lost_create_that_arrived_is_ours_and_an_edit_made_since_is_not() -> None:
    """What was tried is the base, so a person's edit in the meantime stays, and a newer word of the partner's goes."""
    cut = replace(said(), unanswered=target_of(said()), intent=Intent("k", AT))
    found = take_item(hears(cut, unit_price="190"), replace(ITEM, name="Tap de luxe"))
    assert list_due(found) == ("unit_price",)
    assert found.record["name"] == "Tap de luxe"


def test_a_lost_update_is_ours_where_it_is_found() -> None:
    """Arrived or not, the partner's word is what Xero has in the end, and somebody else's edit stays."""
    sent = hears(linked(), name="Basin tap", unit_price="190")
    cut = replace(sent, unanswered=target_of(sent))
    arrived = replace(ITEM, name="Basin tap", unit_price=Decimal(190), description="Edited")
    assert list_due(take_item(cut, arrived)) == ()
    assert take_item(cut, arrived).record["description"] == "Edited"
    assert list_due(take_item(cut, ITEM)) == ("name", "unit_price")


def test_what_xero_returns_otherwise_is_not_written_again() -> None:
    """A price that it rounded, a name that it trimmed."""
    answered = replace(ITEM, name="Mixer")
    sent = replace(said(), unanswered=target_of(said()), intent=Intent("k", AT))
    assert list_due(take_item(sent, answered)) == ()


def test_an_item_that_is_gone_is_made_anew_by_the_next_document() -> None:
    """Whole, because Xero holds nothing of it."""
    gone = forget_item(linked())
    assert (gone.xero_item_id, gone.xero_shadow) == (None, {})
    assert build_write(hears(gone, name="Tap")).fields == {**ITEM.fields, "name": "Tap"}


def test_an_item_made_from_a_line_has_its_words_and_terms() -> None:
    """The name is the description as far as fifty characters hold it, or the code."""
    members = {
        "description": "Supply  and fit\n" + "x" * 80,
        "unit_price": "5",
        "account": "200",
        "tax_type": "OUTPUT",
    }
    made = fields_from_line(members, "TAP")
    assert (made["code"], len(made["name"]), made["description"]) == ("TAP", 50, members["description"])
    assert made["name"].startswith("Supply and fit x")
    assert (made["unit_price"], made["account"], made["tax_type"]) == ("5", "200", "OUTPUT")
    assert fields_from_line({"description": None}, "TAP")["name"] == "TAP"
