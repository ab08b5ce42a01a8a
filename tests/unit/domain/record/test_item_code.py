"""A line's product code in two vocabularies: what Xero books for the app's word, and what the app hears of Xero's."""

from typing import Any

import pytest

from app.domain.invoices.plan import Terms, XeroState
from app.domain.invoices.planning import build_plan
from app.domain.record.coupling import Vocabulary, couple
from app.domain.record.fields import ABSENT
from app.domain.record.hub import Hub
from app.domain.record.item_code import (
    ItemCodes,
    UnknownItem,
    in_xero_words,
    translate_items,
    unknown_items,
    with_item_words,
    without_items,
)
from app.domain.record.observing import Rules, observe_document, observe_xero
from app.domain.record.owed import next_change, xero_moves
from app.domain.record.sides import Side, holds
from tests.unit.domain.samples import AT, ORGANISATION, RECORD, VOCABULARY, record
from tests.unit.domain.story import XERO_WINS, app_says, settled, xero_shows

CODE, ITEM, PRICE = "lines/l1/item_code", "lines/l1/item", "lines/l1/unit_price"
KNOWN = {"tap": "TAP", "misc": "MISC"}


def codes(policy: UnknownItem = UnknownItem.DESCRIPTION_ONLY, **more: Any) -> ItemCodes:
    """Xero has a tap and a MISC, which is the fallback."""
    return ItemCodes(KNOWN, policy=policy, fallback="MISC", **more)


def after(side: Side, before: dict[str, Any], changes: dict[str, Any], known: ItemCodes) -> dict[str, Any]:
    """What differs from a record once that side made these changes."""
    vocabulary = Vocabulary(VOCABULARY.accounts, VOCABULARY.taxes, items=known)
    coupled = couple(side, before, {**before, **changes}, vocabulary, AT)
    return {path: value for path, value in coupled.items() if value != before.get(path, ABSENT)}


@pytest.mark.parametrize(
    ("policy", "item"),
    [
        (UnknownItem.CREATE, "NEW"),
        (UnknownItem.FALLBACK, "MISC"),
        (UnknownItem.DESCRIPTION_ONLY, None),
        (UnknownItem.HOLD, "NEW"),
    ],
)
def test_the_policy_says_what_xero_books_for_an_unknown_code(policy: UnknownItem, item: str | None) -> None:
    """The app keeps its own word in every case, and a code that Xero has is never touched by it."""
    assert after(Side.PARTNER, record(), {CODE: "NEW"}, codes(policy)) == (
        {CODE: "NEW", ITEM: item} if item else {CODE: "NEW"}
    )
    assert codes(policy).item_of("TAP") == "TAP"
    assert codes(policy).item_of(None) is None


def test_a_code_is_found_whatever_its_case_and_written_as_xero_writes_it() -> None:
    """The app's spelling stays the app's, also when Xero answers with its own."""
    changed = after(Side.PARTNER, record(), {CODE: "tap"}, codes())
    assert changed == {CODE: "tap", ITEM: "TAP"}
    held = record(changed)
    assert after(Side.XERO, held, {ITEM: "TAP"}, codes()) == {}


def test_before_anybody_asked_a_code_is_taken_as_it_is() -> None:
    """Nothing is known, so nothing is dropped, and nothing is held."""
    unasked = ItemCodes(policy=UnknownItem.DESCRIPTION_ONLY)
    assert unasked.item_of("NEW") == "NEW"
    assert not unasked.is_unknown("NEW")


@pytest.mark.parametrize("policy", list(UnknownItem))
@pytest.mark.parametrize("item", ["TAP", "PIPE", None])
def test_a_code_that_a_person_chooses_in_xero_travels_as_itself(
    policy: UnknownItem, item: str | None
) -> None:
    """Also one that nobody knew, and also when it is taken away."""
    held = record({CODE: "MISC", ITEM: "MISC"})
    assert after(Side.XERO, held, {ITEM: item}, codes(policy)) == {CODE: item, ITEM: item}


@pytest.mark.parametrize("policy", [UnknownItem.FALLBACK, UnknownItem.DESCRIPTION_ONLY])
def test_a_fallback_or_a_dropped_code_is_not_shown_to_the_app_as_an_edit(policy: UnknownItem) -> None:
    """Xero shows what we sent, and a later edit of something else there leaves the app's code alone."""
    sent = record({CODE: "NEW", ITEM: codes(policy).item_of("NEW")})
    assert after(Side.XERO, sent, {}, codes(policy)) == {}
    assert after(Side.XERO, sent, {PRICE: "900"}, codes(policy)) == {PRICE: "900"}
    # Once Xero has such an item after all, what was booked stays booked.
    later = ItemCodes({**KNOWN, "new": "NEW"}, policy=policy, fallback="MISC")
    assert after(Side.XERO, sent, {PRICE: "900"}, later) == {PRICE: "900"}


def test_a_line_that_becomes_words_alone_has_no_item_and_gets_it_back_with_a_price() -> None:
    """Xero would make a line of no money of it otherwise."""
    held = record({CODE: "TAP", ITEM: "TAP"})
    words = after(Side.PARTNER, held, {PRICE: None}, codes())
    assert words[ITEM] is None
    assert after(Side.PARTNER, {**held, **words}, {PRICE: "5"}, codes())[ITEM] == "TAP"


def test_what_xero_does_not_hold_yet_is_translated_anew() -> None:
    """A policy that was changed, or an item that was made, reaches lines that wait; what stands in Xero stays."""
    waiting = record({CODE: "NEW", ITEM: "NEW", "lines/l2/item_code": "OLD", "lines/l2/item": None})
    shadow = {path: value for path, value in record().items() if holds(Side.XERO, path)}
    assert translate_items(waiting, shadow, codes())[ITEM] is None
    assert translate_items(waiting, shadow, codes(UnknownItem.FALLBACK))[ITEM] == "MISC"
    assert translate_items(waiting, shadow, codes(UnknownItem.FALLBACK))["lines/l2/item"] is None
    assert translate_items(waiting, {}, codes(UnknownItem.FALLBACK))["lines/l2/item"] == "MISC"


def test_unknown_items_are_found_by_line_and_only_where_they_move() -> None:
    """A code that stands in Xero already is no reason to hold the edit of another line."""
    named = record({ITEM: "NEW", "lines/l2/item": "TAP"})
    assert unknown_items(named, codes()) == {"l1": "NEW"}
    assert unknown_items(named, codes(), among=[PRICE]) == {}
    assert unknown_items(named, codes(), among=[ITEM]) == {"l1": "NEW"}
    assert unknown_items(without_items(named, ["l1"]), codes()) == {}


PLANNED = [
    (UnknownItem.HOLD, frozenset(), "item_unknown"),
    (UnknownItem.CREATE, frozenset(), None),
    (UnknownItem.CREATE, frozenset({"new"}), "item_unknown"),
]


@pytest.mark.parametrize(("policy", "coming", "code"), PLANNED)
@pytest.mark.parametrize("is_new", [True, False])
def test_a_plan_is_held_by_an_item_that_xero_lacks_and_that_is_not_to_be_made(
    policy: UnknownItem, coming: frozenset[str], code: str | None, is_new: bool
) -> None:
    """Held with the cure; a code whose product is on its way waits for it, also where items are made from lines."""
    terms = Terms(ORGANISATION, None, None, items=codes(policy, coming=coming))
    hub = settled(record())
    named = Hub(record=record({CODE: "NEW", ITEM: "NEW"}), xero_shadow={} if is_new else hub.xero_shadow)
    plan = build_plan(named, XeroState(None if is_new else "x-1", None, False), terms)
    assert (plan.hold.code if plan.hold else None) == code
    assert plan.hold is None or (plan.hold.cure and "NEW" in plan.hold.message)
    assert plan.writes_invoice is (code is None)


def before_the_upgrade(fields: dict[str, Any]) -> Hub:
    """A settled hub as it was kept while `item_code` was both sides' word."""
    old = {path: value for path, value in fields.items() if not path.endswith("/item")}
    shadow = {path: value for path, value in old.items() if path == CODE or holds(Side.XERO, path)}
    shadow |= {path: value for path, value in old.items() if path.endswith("/item_code")}
    partner = {path: value for path, value in old.items() if holds(Side.PARTNER, path)}
    return Hub(record=old, partner_shadow=partner, xero_shadow=shadow, partner_version=1)


def upgraded(hub: Hub) -> Hub:
    """The hub as it is loaded now."""
    return Hub(
        record=with_item_words(hub.record),
        partner_shadow=hub.partner_shadow,
        xero_shadow=in_xero_words(hub.xero_shadow),
        partner_version=hub.partner_version,
    )


@pytest.mark.parametrize("code", ["TAP", "NOWHERE", None])
def test_the_upgrade_writes_nothing_and_tells_the_app_nothing(code: str | None) -> None:
    """A link from before the two words parted is settled when it is loaded, read, and documented again."""
    now = record({CODE: code, ITEM: code})
    hub = upgraded(before_the_upgrade(now))
    assert hub == settled(now)
    rules = Rules(XERO_WINS.winner_of, Vocabulary(VOCABULARY.accounts, VOCABULARY.taxes, items=codes()))
    seen = {path: value for path, value in now.items() if holds(Side.XERO, path)}
    read = observe_xero(hub, seen, rules=rules, at=AT, partner_at=AT).hub
    said = {path: value for path, value in now.items() if holds(Side.PARTNER, path)}
    again = observe_document(read, said, version=2, based_on=0, rules=rules, at=AT, xero_at=AT).hub
    for held in (hub, read, again):
        assert (xero_moves(held), next_change(held)) == ({}, None)
        assert held.record == now


def test_the_upgrade_keeps_an_edit_that_was_on_its_way() -> None:
    """The app's new code was merged and not written yet: it still goes out."""
    old = before_the_upgrade(record({CODE: "TAP"}))
    waiting = Hub(record={**old.record, CODE: "PIPE"}, xero_shadow=old.xero_shadow)
    assert xero_moves(upgraded(waiting)) == {ITEM: ("TAP", "PIPE")}
    assert with_item_words(RECORD) == RECORD
    assert in_xero_words(RECORD)[ITEM] is None


def test_both_sides_choosing_another_code_is_a_conflict_like_any() -> None:
    """Two words for one fact meet on the app's: nobody's choice is lost in silence."""
    hub = settled(record({CODE: "TAP", ITEM: "TAP"}))
    seen = xero_shows(hub, {**hub.xero_shadow, ITEM: "PIPE"}).hub
    observed = app_says(seen, {**hub.partner_shadow, CODE: "VALVE"})
    assert [(c.path, c.partner, c.xero) for c in observed.conflicts] == [(CODE, "VALVE", "PIPE")]
    assert observed.hub.record[ITEM] == "PIPE"
