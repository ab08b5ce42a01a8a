"""The hub and Xero: unanswered writes, answers that differ, invoices that are voided."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.domain.record.fields import ABSENT
from app.domain.record.hub import Hub
from app.domain.record.merge import Conflict
from app.domain.record.owed import next_change, xero_moves
from app.domain.record.sent import change_sent
from app.domain.record.sides import Side
from tests.refusing import acknowledged
from tests.unit.domain.samples import RECORD, changed, payment, record, without_line
from tests.unit.domain.story import (
    PARTNER_WINS,
    XERO_WINS,
    app_says,
    moved,
    settled,
    target_of,
    write_unanswered,
    xero_answers,
    xero_shows,
)
from tests.unit.domain.strategies import properties, records

START = settled()
APP, XERO = START.partner_shadow, START.xero_shadow
POLICIES = st.sampled_from([XERO_WINS, PARTNER_WINS])
ANY_STATUS = records(statuses=("sent", "cancelled"))


def test_an_unanswered_write_that_is_found_was_ours() -> None:
    """The app moved on while the answer was lost; our own older value in Xero is no edit against it."""
    hub, _ = write_unanswered(app_says(START, changed(APP, {"reference": "P1"})).hub)
    hub = app_says(hub, changed(APP, {"reference": "P2"})).hub
    observed = xero_shows(hub, changed(XERO, {"reference": "P1"}))
    assert observed.conflicts == ()
    assert observed.hub.record["reference"] == "P2"
    assert xero_moves(observed.hub) == {"reference": ("P1", "P2")}
    assert observed.hub.unanswered is None


def test_an_unanswered_write_that_is_not_found_is_still_due() -> None:
    """The write never arrived: Xero holds what it held, and nobody edited anything."""
    hub, _ = write_unanswered(app_says(START, changed(APP, {"reference": "P"})).hub)
    observed = xero_shows(hub, XERO)
    assert observed.conflicts == ()
    assert xero_moves(observed.hub) == {"reference": ("PO 1177", "P")}


def test_a_persons_edit_beside_an_unanswered_write_is_an_edit() -> None:
    """What is neither what stood there nor what we wrote was written by somebody else."""
    hub, _ = write_unanswered(app_says(START, changed(APP, {"reference": "P", "due_on": None})).hub)
    observed = xero_shows(hub, changed(XERO, {"reference": "X", "due_on": None, "number": "INV-9"}))
    assert observed.conflicts == (Conflict("reference", "PO 1177", "P", "X", Side.XERO),)
    assert (observed.hub.record["number"], observed.hub.record["due_on"]) == ("INV-9", None)


def test_an_unanswered_removal_that_is_found_was_ours() -> None:
    """A line that we took out of Xero is not missed there."""
    hub, target = write_unanswered(app_says(START, without_line(APP, "l1")).hub)
    hub = app_says(hub, APP, policy=PARTNER_WINS).hub
    observed = xero_shows(hub, target)
    assert observed.conflicts == ()
    assert "lines/l1/description" in observed.hub.record


def test_what_xero_returns_otherwise_than_written_is_its_edit() -> None:
    """A description that Xero trimmed goes back to the app, with what we wrote as its base."""
    hub = app_says(START, changed(APP, {"lines/l2/description": "Fit it  "})).hub
    wrote = target_of(hub)
    observed = xero_answers(hub, wrote, changed(wrote, {"lines/l2/description": "Fit it"}))
    assert observed.conflicts == ()
    assert xero_moves(observed.hub) == {}
    change = next_change(observed.hub)
    assert change is not None
    assert change.moves == {"lines/l2/description": ("Fit it  ", "Fit it")}


def test_an_edit_in_the_app_during_a_write_is_not_taken_back_by_its_answer() -> None:
    """The answer shows what we wrote; what the app said since is still due."""
    hub = app_says(START, changed(APP, {"reference": "P1"})).hub
    wrote = target_of(hub)
    hub = app_says(hub, changed(APP, {"reference": "P2"})).hub
    observed = xero_answers(hub, wrote, wrote)
    assert observed.conflicts == ()
    assert xero_moves(observed.hub) == {"reference": ("P1", "P2")}


def test_a_void_takes_the_status_and_nothing_else() -> None:
    """One side suddenly emptied is a danger, not an edit: the lines of a voided invoice stay in the record."""
    observed = xero_shows(START, {"status": "cancelled", "line_order": []})
    assert observed.hub.record == record({"status": "cancelled"})
    change = next_change(observed.hub)
    assert change is not None
    assert change.moves == {"status": ("sent", "cancelled")}
    assert xero_moves(observed.hub) == {}


def test_a_void_in_xero_tells_that_payments_are_gone() -> None:
    """Xero voids nothing that is paid (FACTS 4.1), so a payment that is not shown was taken away before."""
    start = settled(RECORD | payment("p1", "500", method=None))
    observed = xero_shows(start, {"status": "cancelled"})
    assert observed.hub.record == record({"status": "cancelled"})
    assert observed.conflicts == ()


def test_a_cancelled_record_moves_only_the_status_in_xero() -> None:
    """A voided invoice can be edited no more, so what else changed in the app stays there."""
    app = changed(APP, {"status": "cancelled", "reference": "wrong customer"})
    hub = app_says(START, app).hub
    assert xero_moves(hub) == {"status": ("sent", "cancelled")}


def test_the_void_of_an_invoice_that_xero_never_had_is_a_move_from_nothing() -> None:
    """Without a shadow there is no status to move from."""
    assert xero_moves(Hub(record=record({"status": "cancelled"}))) == {"status": (ABSENT, "cancelled")}


def test_an_edit_in_xero_moves_the_partners_word_along() -> None:
    """The account is Xero's word and the category the app's: one edit, said to the app in its own."""
    hub = xero_shows(START, changed(XERO, {"lines/l1/account": "260"})).hub
    change = next_change(hub)
    assert change is not None
    assert change.moves == {"lines/l1/category": ("materials", "xero:260")}


def test_an_edit_in_the_app_moves_xeros_word_along() -> None:
    """The category is the app's word and the account Xero's."""
    hub = app_says(START, changed(APP, {"lines/l1/category": None, "lines/l2/tax": None})).hub
    assert xero_moves(hub) == {
        "lines/l1/account": ("210", "200"),
        "lines/l2/tax_type": ("OUTPUT", "EXEMPTOUTPUT"),
    }


def test_a_payment_made_in_xero_reaches_the_app_without_a_method() -> None:
    """Xero knows no method of payment."""
    hub = xero_shows(START, {**XERO, **payment("xero-7", "1100")}).hub
    change = next_change(hub)
    assert change is not None
    assert change.moves == {
        "payments/xero-7/amount": (ABSENT, "1100"),
        "payments/xero-7/paid_on": (ABSENT, "2026-11-21"),
        "payments/xero-7/method": (ABSENT, None),
    }


@properties
@given(fields=ANY_STATUS)
def test_a_settled_hub_plans_nothing(fields: dict[str, Any]) -> None:
    """Both sides hold the record: nothing is due anywhere, and looking again finds nothing."""
    hub = settled(fields)
    assert (xero_moves(hub), next_change(hub)) == ({}, None)
    looked = xero_shows(hub, hub.xero_shadow)
    assert (looked.hub, looked.conflicts) == (hub, ())
    again = app_says(hub, hub.partner_shadow)
    assert (again.hub.record, again.hub.revision, again.conflicts) == (fields, hub.revision, ())


@properties
@given(before=records(), fields=ANY_STATUS, policy=POLICIES)
def test_our_own_write_coming_back_from_xero_plans_nothing(
    before: dict[str, Any], fields: dict[str, Any], policy: Any
) -> None:
    """As an answer, as a read, or found after a lost answer: it is no edit, no conflict and no reason to write."""
    start = settled(before)
    hub = Hub(fields, start.partner_shadow, start.xero_shadow, revision=3, partner_version=1)
    unanswered, wrote = write_unanswered(hub)
    answered = xero_answers(hub, wrote, wrote, policy=policy)
    for observed in (
        answered,
        xero_shows(unanswered, wrote, policy=policy),
        xero_shows(answered.hub, wrote, policy=policy),
    ):
        assert observed.conflicts == ()
        assert (observed.hub.record, observed.hub.revision) == (fields, 3)
        assert xero_moves(observed.hub) == {}


@properties
@given(before=records(), fields=ANY_STATUS, policy=POLICIES)
def test_our_own_change_coming_back_from_the_app_plans_nothing(
    before: dict[str, Any], fields: dict[str, Any], policy: Any
) -> None:
    """The document that shows what we sent is no edit, whether its acknowledgement came, was lost or is repeated."""
    start = settled(before)
    hub = Hub(fields, start.partner_shadow, start.xero_shadow, revision=3, partner_version=1)
    change = next_change(hub)
    if change is None:
        return
    sent = change_sent(hub, change)
    app = moved(start.partner_shadow, change.moves)
    for known in (sent, acknowledged(sent, change.revision)):
        observed = app_says(known, app, based_on=change.revision, policy=policy)
        assert observed.conflicts == ()
        assert (observed.hub.record, observed.hub.revision) == (fields, sent.revision)
        assert next_change(observed.hub) is None
        assert xero_moves(observed.hub) == xero_moves(hub)
