"""The hub and the partner: compare-and-set, the view, revisions, refusals (DESIGN section 2)."""

from app.domain.record.fields import ABSENT
from app.domain.record.hub import Hub, partner_view
from app.domain.record.merge import Conflict
from app.domain.record.observing import Observed
from app.domain.record.owed import PartnerChange, next_change
from app.domain.record.sent import change_sent, is_refused_for_good
from app.domain.record.sides import Side
from tests.refusing import acknowledged, change_refused
from tests.unit.domain.samples import changed
from tests.unit.domain.story import (
    PARTNER_WINS,
    app_says,
    moved,
    sent,
    settled,
    would_refuse,
    xero_shows,
)

START = settled()
APP, XERO = START.partner_shadow, START.xero_shadow


def test_a_change_names_what_stands_there_and_what_should() -> None:
    """Each move of a change carries before and after, so that the app can tell an edit that we have not seen."""
    hub = xero_shows(START, changed(XERO, {"reference": "X", "lines/l1/unit_price": "900"})).hub
    assert next_change(hub) == PartnerChange(
        1,
        {
            "amounts_are": ("tax_inclusive", "tax_inclusive"),
            "reference": ("PO 1177", "X"),
            "lines/l1/unit_price": ("880", "900"),
        },
    )


def test_an_edit_in_the_app_meets_a_change_on_its_way_and_is_not_overwritten() -> None:
    """The app holds neither before nor after, refuses, and its document tells what a person typed."""
    hub, change = sent(xero_shows(START, changed(XERO, {"reference": "X"})).hub)
    app = changed(APP, {"reference": "P"})
    assert would_refuse(app, change)
    observed = app_says(change_refused(hub, change.revision), app, policy=PARTNER_WINS)
    assert observed.conflicts == (Conflict("reference", "PO 1177", "P", "X", Side.PARTNER),)
    assert observed.hub.record["reference"] == "P"
    assert next_change(observed.hub) is None


def test_the_base_of_a_document_is_the_last_one_and_what_was_taken_since() -> None:
    """What the app took from us and shows again is no edit of its: Xero may have moved on meanwhile."""
    hub, change = sent(xero_shows(START, changed(XERO, {"reference": "X1"})).hub)
    hub = xero_shows(hub, changed(XERO, {"reference": "X2"})).hub
    app = moved(APP, change.moves) | {"due_on": "2026-12-31"}
    observed = app_says(hub, app, based_on=change.revision, policy=PARTNER_WINS)
    assert observed.conflicts == ()
    assert (observed.hub.record["reference"], observed.hub.record["due_on"]) == ("X2", "2026-12-31")


def test_a_document_that_has_not_seen_our_change_is_no_edit_of_it() -> None:
    """A document written before it applied our change leaves the change standing."""
    hub, _ = sent(xero_shows(START, changed(XERO, {"reference": "X"})).hub)
    observed = app_says(hub, changed(APP, {"due_on": "2026-12-31"}), based_on=0, policy=PARTNER_WINS)
    assert observed.conflicts == ()
    assert (observed.hub.record["reference"], observed.hub.record["due_on"]) == ("X", "2026-12-31")


def test_the_view_is_never_the_record_of_that_revision() -> None:
    """The record may hold a later edit of the app's own; the document that takes it back is an edit all the same."""
    hub = app_says(START, changed(APP, {"reference": "P"})).hub
    hub, change = sent(xero_shows(hub, changed(XERO, {"number": "INV-9"})).hub)
    hub = app_says(hub, changed(APP, {"reference": "P", "due_on": "2026-12-31"}), based_on=0).hub
    assert partner_view(hub, change.revision) == changed(
        APP, {"reference": "P", "due_on": "2026-12-31", "number": "INV-9"}
    )
    taken_back = changed(APP, {"number": "INV-9", "due_on": "2026-12-31"})
    observed = app_says(hub, taken_back, based_on=change.revision)
    assert observed.hub.record["reference"] == "PO 1177"


def test_the_view_goes_up_to_a_revision() -> None:
    """A document that names what it had applied has not seen what was sent after that."""
    hub, first = sent(xero_shows(START, changed(XERO, {"reference": "X"})).hub)
    hub, second = sent(xero_shows(hub, changed(XERO, {"reference": "X", "number": None})).hub)
    assert partner_view(hub, 0) == APP
    assert partner_view(hub, first.revision) == changed(APP, {"reference": "X"})
    assert partner_view(hub, second.revision) == changed(APP, {"reference": "X", "number": None})


def test_a_value_that_lost_a_conflict_is_changed_under_a_revision_of_its_own() -> None:
    """The record did not move, yet the app must: under the old revision it would take the change for an old one."""
    hub, first = sent(xero_shows(START, changed(XERO, {"reference": "X"})).hub)
    hub = change_refused(hub, first.revision)
    observed = app_says(hub, changed(APP, {"reference": "P"}))
    assert observed.hub.record == hub.record
    assert next_change(observed.hub) == PartnerChange(first.revision + 1, {"reference": ("P", "X")})


def test_the_same_moves_on_their_way_keep_their_revision() -> None:
    """Planning again before the app answered sends nothing new."""
    hub, change = sent(xero_shows(START, changed(XERO, {"reference": "X"})).hub)
    assert next_change(hub) == change
    assert change_sent(hub, change) == hub


def test_a_newer_change_replaces_an_unanswered_one() -> None:
    """Its before is what we know the app to hold: either may be there, and the app takes both."""
    hub, first = sent(xero_shows(START, changed(XERO, {"reference": "X1"})).hub)
    hub, second = sent(xero_shows(hub, changed(XERO, {"reference": "X2"})).hub)
    assert second == PartnerChange(first.revision + 1, {"reference": ("PO 1177", "X2")})
    assert not would_refuse(APP, second)
    assert would_refuse(moved(APP, first.moves), second)


def test_there_and_back_again_is_still_said() -> None:
    """A to B and back to A: the app may have applied B, so A is named again although we last knew it there."""
    hub, there = sent(xero_shows(START, changed(XERO, {"reference": "B"})).hub)
    hub = xero_shows(hub, XERO).hub
    hub, back = sent(hub)
    assert back == PartnerChange(there.revision + 1, {"reference": ("PO 1177", "PO 1177")})
    assert would_refuse(moved(APP, there.moves), back)
    assert next_change(acknowledged(hub, back.revision)) is None


def test_an_acknowledged_change_is_what_the_app_holds() -> None:
    """Nothing more is due, and older acknowledgements that come late change nothing."""
    hub, change = sent(xero_shows(START, changed(XERO, {"reference": "X"})).hub)
    hub = acknowledged(hub, change.revision)
    assert next_change(hub) is None
    assert acknowledged(hub, change.revision - 1) == hub


def test_without_based_on_the_newest_acknowledged_change_counts() -> None:
    """An app that does not say what it had applied is believed to have applied what it acknowledged."""
    hub, change = sent(xero_shows(START, changed(XERO, {"reference": "X"})).hub)
    before = app_says(hub, APP, based_on=None).hub
    assert (before.partner_based_on, before.record["reference"]) == (0, "X")
    after = app_says(acknowledged(hub, change.revision), APP, based_on=None).hub
    assert (after.partner_based_on, after.record["reference"]) == (change.revision, "PO 1177")


def test_a_document_tells_what_was_applied_also_without_an_acknowledgement() -> None:
    """The answer to a change may be lost; the next document that is based on it says the same."""
    hub, change = sent(xero_shows(START, changed(XERO, {"reference": "X"})).hub)
    hub = app_says(hub, moved(APP, change.moves), based_on=change.revision).hub
    assert (hub.acked_revision, dict(hub.sent), next_change(hub)) == (change.revision, {}, None)


def test_a_document_that_crossed_an_acknowledgement_does_not_take_it_back() -> None:
    """It was written before the change was applied and came after: what was acknowledged is held all the same."""
    hub, change = sent(xero_shows(START, changed(XERO, {"reference": "X"})).hub)
    hub = app_says(acknowledged(hub, change.revision), changed(APP, {"due_on": "2026-12-31"})).hub
    assert hub.acked_revision == change.revision
    assert partner_view(hub, change.revision) == changed(APP, {"reference": "X", "due_on": "2026-12-31"})
    assert next_change(hub) is None


def test_a_change_has_at_least_the_revision_of_the_record() -> None:
    """A revision says how often the record moved, sent or not."""
    hub = xero_shows(START, changed(XERO, {"reference": "X1"})).hub
    hub = xero_shows(hub, changed(XERO, {"reference": "X2"})).hub
    assert hub.revision == 2
    assert next_change(hub) == PartnerChange(2, {"reference": ("PO 1177", "X2")})


def test_a_stale_document_changes_nothing() -> None:
    """An older version, or the same one again, is not merged: the newest document was the whole state."""
    hub = app_says(START, changed(APP, {"reference": "P"}), version=7).hub
    for version in (7, 6, 1):
        assert app_says(hub, changed(APP, {"reference": "old"}), version=version) == Observed(hub)


def test_what_a_person_typed_too_is_told_apart_from_a_change_that_was_taken() -> None:
    """The document says on what it was based: on the change, or on what stood before. Who does not say may have it."""
    hub, change = sent(xero_shows(START, changed(XERO, {"reference": "X"})).hub)
    both = changed(APP, {"reference": "X"})
    assert app_says(hub, both, based_on=0).agreed == {"reference"}
    assert app_says(hub, both, based_on=change.revision).agreed == frozenset()
    assert app_says(hub, both, based_on=None).agreed == frozenset()
    assert xero_shows(app_says(START, both).hub, changed(XERO, {"reference": "X"})).agreed == {"reference"}


def test_a_refused_change_is_not_part_of_the_view() -> None:
    """What the app did not apply is not what it holds, whatever revision it applied since."""
    hub, first = sent(xero_shows(START, changed(XERO, {"reference": "X"})).hub)
    hub, second = sent(change_refused(hub, first.revision))
    assert second.revision > first.revision
    assert partner_view(change_refused(hub, second.revision), second.revision + 1) == APP


def test_a_late_copy_of_a_refused_change_may_have_been_applied() -> None:
    """The app names that very revision as its newest: then what it moved is ours, and no edit of the app's."""
    hub, change = sent(xero_shows(START, changed(XERO, {"reference": "X"})).hub)
    hub = change_refused(hub, change.revision)
    assert partner_view(hub, change.revision)["reference"] == "X"
    observed = app_says(hub, changed(APP, {"reference": "X"}), based_on=change.revision)
    assert observed.conflicts == ()
    assert observed.hub.record["reference"] == "X"


def test_a_refusal_of_what_was_never_sent_is_no_news() -> None:
    """A refusal that comes twice, or for another invoice's change, changes nothing."""
    hub, change = sent(xero_shows(START, changed(XERO, {"reference": "X"})).hub)
    refused = change_refused(hub, change.revision)
    assert change_refused(refused, change.revision) == refused
    assert change_refused(hub, 99) == hub


def test_the_same_moves_refused_three_times_are_not_sent_for_ever() -> None:
    """Twice may be bad luck; after the third refusal a person must look."""
    hub = xero_shows(START, changed(XERO, {"reference": "X"})).hub
    for times in range(4):
        hub, change = sent(hub)
        assert is_refused_for_good(hub, change) is (times >= 3)
        hub = change_refused(hub, change.revision)


def test_other_moves_are_not_blamed_for_those_that_were_refused() -> None:
    """Three refusals of one change say nothing of the next one."""
    hub = xero_shows(START, changed(XERO, {"reference": "X"})).hub
    for _ in range(3):
        hub, change = sent(hub)
        hub = change_refused(hub, change.revision)
    hub, other = sent(xero_shows(hub, changed(XERO, {"reference": "Y"})).hub)
    assert not is_refused_for_good(hub, other)


def test_a_document_based_on_a_later_change_ends_older_refusals() -> None:
    """The app went on since, so what it refused before counts no more."""
    hub = xero_shows(START, changed(XERO, {"reference": "X"})).hub
    for _ in range(3):
        hub, change = sent(hub)
        hub = change_refused(hub, change.revision)
    hub = app_says(hub, changed(APP, {"reference": "X"}), based_on=change.revision).hub
    assert dict(hub.refused) == {}


def test_an_invoice_that_the_app_does_not_know_is_new_in_every_path() -> None:
    """An invoice born in Xero arrives whole, every path from nothing."""
    hub = Hub(record=dict(START.record), xero_shadow=XERO)
    change = next_change(hub)
    assert change is not None
    assert change.revision == 1
    assert change.moves == {path: (ABSENT, value) for path, value in APP.items()}
