"""Held conflicts, payments and words at their edges: what is left alone, and what is never silent."""

from dataclasses import replace
from decimal import Decimal

from app.domain.invoices.plan import Terms, XeroState
from app.domain.invoices.planning import build_plan
from app.domain.partner.change import entries
from app.domain.partner.document import IMPLIED_PAYMENT, from_document
from app.domain.record.line_order import merge_order
from app.domain.record.owed import next_change, xero_moves
from app.domain.record.sides import Side, project
from tests.unit.domain.samples import ORGANISATION, RECORD, changed, payment, record, without_line
from tests.unit.domain.story import HOLD, app_says, sent, settled, xero_shows

START = settled()
APP, XERO = START.partner_shadow, START.xero_shadow
TERMS = Terms(ORGANISATION, sync_from=None, payment_account_id="id-bank")
IN_XERO = XeroState("x-1", "1100.00", tax_amounts_sent=False)
PAID = payment("p1", "500", method=None)


def test_a_line_held_whole_keeps_the_order_from_moving_in_xero() -> None:
    """Xero removed the line that the app edited: nothing is written, or every round would write the order again."""
    hub = app_says(START, changed(APP, {"lines/l1/unit_price": "900"}), policy=HOLD).hub
    hub = xero_shows(hub, without_line(XERO, "l1"), policy=HOLD).hub
    assert hub.open_conflicts == {"lines/l1"}
    assert xero_moves(hub) == {}


def test_a_line_held_whole_keeps_the_order_from_moving_in_the_app() -> None:
    """The app removed the line that Xero edited: its order may not name a line that it lacks."""
    hub = xero_shows(START, changed(XERO, {"lines/l1/unit_price": "900"}), policy=HOLD).hub
    hub = app_says(hub, without_line(APP, "l1"), policy=HOLD).hub
    assert hub.open_conflicts == {"lines/l1"}
    assert next_change(hub) is None


def test_an_unanswered_change_does_not_overwrite_a_value_that_is_held_since() -> None:
    """The guard of unacknowledged moves leaves open conflicts alone: it asks what is there, and moves nothing."""
    hub, _ = sent(xero_shows(START, changed(XERO, {"reference": "X"}), policy=HOLD).hub)
    hub = app_says(hub, changed(APP, {"reference": "P"}), policy=HOLD).hub
    assert hub.open_conflicts == {"reference"}
    change = next_change(hub)
    assert change is not None
    assert change.moves == {"reference": ("P", "P")}


def test_a_held_conflict_ends_on_a_cancelled_invoice() -> None:
    """Both sides are cancelled and show the same reference: nothing is left to decide."""
    theirs = changed(XERO, {"reference": "X"})
    hub = xero_shows(START, theirs, policy=HOLD).hub
    hub = app_says(hub, changed(APP, {"reference": "P"}), policy=HOLD).hub
    hub = xero_shows(hub, changed(theirs, {"status": "cancelled"}), policy=HOLD).hub
    hub = app_says(hub, changed(APP, {"reference": "X", "status": "cancelled"}), policy=HOLD).hub
    assert (xero_moves(hub), next_change(hub)) == ({}, None)
    assert hub.open_conflicts == frozenset()


def test_a_payment_that_was_edited_is_not_left_behind_in_silence() -> None:
    """The record says 600, Xero 500: something is due, or somebody must know."""
    hub = replace(settled(RECORD | PAID), record=record(PAID | {"payments/p1/amount": "600"}))
    assert xero_moves(hub) == {"payments/p1/amount": ("500", "600")}
    plan = build_plan(hub, IN_XERO, TERMS)
    assert not plan.is_empty or plan.hold is not None


def test_a_line_that_xero_no_longer_taxes_is_not_shown_as_taxed() -> None:
    """A person set NONE on one line of a taxed invoice: with "gst" still shown, the two totals differ in silence."""
    hub = xero_shows(
        settled(record({"amounts_are": "tax_exclusive"})),
        changed(XERO, {"amounts_are": "tax_exclusive", "lines/l1/tax_type": "NONE"}),
    ).hub
    assert hub.record["lines/l1/tax"] != "gst"


def test_lines_added_on_both_sides_stand_in_one_order_whoever_is_merged_first() -> None:
    """The property of symmetry, for the order of lines."""

    def lines(keys: str) -> dict[str, object]:
        return {"line_order": list(keys)} | {f"lines/{key}/description": key for key in keys}

    one = merge_order(lines(""), lines("a"), lines("b"), lines("ab"), seen_wins=True)
    other = merge_order(lines(""), lines("b"), lines("a"), lines("ab"), seen_wins=False)
    assert one == other


def test_a_held_field_keeps_its_line_from_being_taken_out_of_the_app() -> None:
    """The description is held, then Xero removes the line: the whole line is held, and the app keeps its value."""
    hub = xero_shows(START, changed(XERO, {"lines/l1/description": "X"}), policy=HOLD).hub
    hub = app_says(hub, changed(APP, {"lines/l1/description": "P"}), policy=HOLD).hub
    hub = xero_shows(hub, without_line(XERO, "l1"), policy=HOLD).hub
    assert hub.open_conflicts == {"lines/l1"}
    change = next_change(hub)
    wanted = project(Side.PARTNER, hub.record)
    said = entries(change.moves, hub.partner_shadow, wanted, {}, (None, None)) if change else []
    assert [entry for entry in said if entry["path"] == "lines/l1"] == []


def test_an_invoice_that_went_back_to_draft_loses_no_payment_in_xero() -> None:
    """Held as `cannot_unsend`, and yet its payment would be deleted: nothing destructive beside that hold."""
    hub = replace(settled(RECORD | PAID), record=record({"status": "draft"}))
    plan = build_plan(hub, IN_XERO, TERMS)
    assert plan.hold is not None
    assert plan.payments_to_delete == ()


def test_a_payment_that_the_document_lists_is_never_dropped_for_its_name() -> None:
    """Our own `invoice` shows it under this id, so an app may keep it: part-paid after a rise of the total."""
    document = {
        "status": "sent",
        "currency": "AUD",
        "amounts_are": "tax_inclusive",
        "issued_on": "2026-11-20",
        "contact": {"id": "c"},
        "lines": [],
        "payments": [{"id": IMPLIED_PAYMENT, "amount": "1100.00", "paid_on": "2026-11-20", "method": None}],
    }
    fields = from_document(document, held={}, total_of=lambda _: Decimal(1500), received_on="2026-11-22")
    assert fields[f"payments/{IMPLIED_PAYMENT}/amount"] == "1100"
