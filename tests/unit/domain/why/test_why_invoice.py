"""Why an invoice is not in step: the answer agrees with the loop, and names the cure (FEATURES N7)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given

from app.domain.connections.connection import ConnectionState
from app.domain.contacts.contact_link import ContactLink, Mention
from app.domain.holds.skip import Skip
from app.domain.invoices.link import Standing, State
from app.domain.record.direction import Direction
from app.domain.record.fields import instant_in_words
from app.domain.record.hub import Hub
from app.domain.record.owed import next_change
from app.domain.record.sent import change_sent
from app.domain.why.facts import InvoiceFacts, LastAttempt, LastChange
from app.domain.why.gates import Gate, Outcome
from app.domain.why.invoice import answer_invoice
from app.domain.why.reasons import REASONS
from tests.unit.domain.samples import AT, payment, record
from tests.unit.domain.strategies import properties, records
from tests.unit.domain.why.facts import (
    ADDRESS,
    CONNECTION,
    NOW,
    TERMS,
    at,
    edited,
    facts,
    failed,
    in_step,
    link,
    new,
)

CUSTOMER = ContactLink(
    UUID(int=9),
    "cus_17",
    None,
    1,
    Hub(record={"name": "Kim Tran"}),
    Standing(State.SETTLED),
    Mention({"name": "Kim Tran", "email": None, "phone": None}, 0, None, AT),
)


def test_what_is_in_step_passes_every_gate() -> None:
    """One sentence says so, with the total and Xero's number."""
    answer = answer_invoice(in_step())
    assert answer.verdict == "It is in step: both sides show it, 1100.00, as INV-0042 in Xero."
    assert answer.code is None
    assert {found.outcome for found in answer.findings} == {Outcome.PASSED}
    assert [found.gate for found in answer.findings] == list(Gate)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (new({"status": "draft"}), ("sent", "draft_stays_home")),
        (new({"is_sent": False, "sent_at": None}), ("sent", "not_sent_to_customer")),
        (new(terms=replace(TERMS, sync_from=date(2027, 1, 1))), ("sync_from", "before_sync_from")),
        (new({"currency": "USD"}), ("currency", "currency_unknown")),
        (new({"lines/l1/account": "205"}), ("accounts", "account_unusable")),
        (new({"lines/l1/tax_type": "INPUT"}), ("taxes", "tax_unusable")),
        (new({"lines/l1/description": None}), ("values", "description_missing")),
        (new({"number": "ÜBER-1"}), ("number", "number_unusable")),
        (
            new(terms=replace(TERMS, organisation=replace(TERMS.organisation, year_lock_on=date(2027, 1, 1)))),
            ("lock_dates", "locked_period"),
        ),
        (new(), ("written", "work_left")),
        (edited({"reference": "X"}), ("written", "work_left")),
        (edited({"status": "draft"}), ("status", "cannot_unsend")),
        (edited({"lines/l1/quantity": "2"}, held=payment("p1", "500", method=None)), ("paid", "paid_locked")),
        (edited(payment("p1", "5000", method=None)), ("payments", "payment_exceeds_due")),
    ],
    ids=[
        "a draft", "never sent", "too old", "another currency", "an archived account", "no tax for sales",
        "a line without words", "a number that Xero cannot hold", "locked books", "not written yet",
        "an edit on its way", "back to draft", "paid", "paid too much",
    ],
)  # fmt: skip
def test_what_stands_in_the_way_is_named(found: InvoiceFacts, expected: tuple[str, str]) -> None:
    """The gate, the code, a cure; what comes after is not reached."""
    answer = answer_invoice(found)
    assert failed(answer) == [expected]
    assert answer.code == expected[1]
    stopped = at(answer, Gate(expected[0]))
    assert stopped.cure
    assert stopped.message in answer.verdict
    assert stopped.call is None or "{" not in stopped.call


def test_everything_that_is_known_to_be_wrong_is_said_at_once() -> None:
    """Every unknown word, and a customer that is archived: one visit to the settings should do."""
    changes = {"lines/l1/account": None, "lines/l1/category": "labour", "lines/l2/tax_type": None}
    contact = replace(CUSTOMER, xero_contact_id="xc", unusable="archived")
    answer = answer_invoice(new(changes, contact=contact))
    assert failed(answer) == [
        ("contact", "contact_archived"),
        ("categories", "category_unmapped"),
        ("taxes", "tax_unmapped"),
    ]
    assert answer.code == "category_unmapped"
    assert at(answer, Gate.CATEGORIES).call == f"PATCH {ADDRESS}/settings"
    assert at(answer, Gate.ACCOUNTS).outcome is Outcome.NOT_REACHED
    assert at(answer, Gate.WRITTEN).outcome is Outcome.NOT_REACHED


@pytest.mark.parametrize("code", sorted(REASONS))
def test_the_loops_own_word_stands_where_it_has_looked(code: str) -> None:
    """Whatever code a link is held with, its gate fails with that code, and the verdict has the loop's sentence."""
    held = Standing(State.HELD, code, "It waits for Kim.", "Ask Kim.")
    answer = answer_invoice(replace(new(standing=held), is_behind=False))
    expected = (REASONS[code].gate.value, code)
    connections_own = {"connection", "scopes", "waiting", "organisation", "received"}
    if expected[0] not in connections_own:
        assert expected in failed(answer)
        assert answer.code == code
        assert "It waits for Kim." in answer.verdict
        assert at(answer, REASONS[code].gate).cure == "Ask Kim."


@properties
@given(records())
def test_it_never_disagrees_with_the_plan(drawn: dict[str, Any]) -> None:
    """Of any record: what the planner holds it for is what the answer says, and a free one fails at no earlier gate."""
    found = facts(link(Hub(drawn), Standing(State.BEHIND)), is_behind=True)
    assert found.preview is not None
    answer, plan = answer_invoice(found), found.preview.plan
    if plan.stays_home:
        assert answer.code == plan.stays_home.code
    elif plan.hold:
        assert answer.code == plan.hold.code
    else:
        assert failed(answer) == [("written", "work_left")]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"state": ConnectionState.PAUSED, "reason": "Paused by the partner."}, "connection_paused"),
        ({"state": ConnectionState.DISCONNECTED}, "disconnected"),
        ({"missing_scopes": ("accounting.payments",)}, "scope_missing"),
        ({"retry_at": NOW + timedelta(minutes=1), "retry_reason": "rate_limited: Wait."}, "rate_limited"),
        ({"organisation_fetched_at": NOW - timedelta(days=3)}, "organisation_stale"),
    ],
)
def test_the_connection_comes_first_where_work_is_due(changed: dict[str, Any], expected: str) -> None:
    """What is due waits for it; an invoice that is in step is in step all the same."""
    connection = replace(CONNECTION, **changed)
    assert answer_invoice(edited({"reference": "X"}, connection=connection)).code == expected
    still = answer_invoice(in_step(connection=connection))
    assert still.verdict.startswith("It is in step")
    assert expected in [code for _, code in failed(still)]


def test_before_the_consent_nothing_can_be_known() -> None:
    """Without an organisation the gates of the invoice are not reached."""
    pending = replace(CONNECTION, state=ConnectionState.PENDING, organisation=None)
    answer = answer_invoice(new(connection=pending, preview=None))
    assert failed(answer) == [
        ("connection", "not_authorised_yet"),
        ("organisation", "organisation_unknown"),
    ]
    assert at(answer, Gate.SENT).outcome is Outcome.NOT_REACHED


def test_a_change_that_the_app_has_not_taken_is_told_with_its_answer() -> None:
    """The last delivery's answer, how often it was sent, and that nothing of it is lost."""
    hub = replace(in_step().link.hub, record=record({"reference": "From Xero"}))
    change = next_change(hub)
    assert change is not None
    waiting = Standing(State.BEHIND, "awaiting_partner", "A change is on its way.", None)
    found = in_step(
        link=replace(in_step().link, hub=change_sent(hub, change), standing=waiting),
        change=LastChange("pending", 1, 3, "answered 500", AT),
    )
    answer = answer_invoice(found)
    assert failed(answer) == [("taken", "awaiting_partner")]
    assert "sent 3 times; its last answer: answered 500" in answer.verdict


def test_what_was_set_aside_hides_the_rest() -> None:
    """Who and why, and the call that takes it up again."""
    skip = Skip(AT, "Kim", "Disputed.")
    found = replace(in_step().link, skip=skip)
    answer = answer_invoice(facts(found))
    assert failed(answer) == [("set_aside", "skipped")]
    assert "Kim set it aside on 2026-11-20: Disputed." in answer.verdict
    assert at(answer, Gate.SET_ASIDE).call == f"POST {ADDRESS}/invoices/inv_1/resume"
    assert at(answer, Gate.TOTALS).outcome is Outcome.NOT_REACHED


def test_xeros_own_words_are_in_the_answer() -> None:
    """The last attempt is told at the gate of writing, also where the invoice is in step by now."""
    attempt = LastAttempt("update", "refused", "Account code is archived", AT)
    answer = answer_invoice(in_step(attempt=attempt))
    assert "update, refused: Account code is archived" in at(answer, Gate.WRITTEN).message


def test_totals_that_differ_are_no_agreement() -> None:
    """A cent is not silent."""
    answer = answer_invoice(in_step(total="1100.01"))
    assert failed(answer) == [("totals", "total_differs")]


def test_what_does_not_travel_is_told_and_stops_nothing_else() -> None:
    """Each side keeps its own by the settings: the direction is named, and every other gate is judged (E5)."""
    settings = replace(CONNECTION.settings, field_directions={"reference": Direction.TO_XERO})
    hub = in_step().link.hub
    kept = replace(
        hub,
        xero_shadow={**hub.xero_shadow, "reference": "PO of Xero"},
        xero_apart={"reference": hub.record.get("reference")},
    )
    apart = replace(in_step().link, hub=kept, standing=Standing(State.SETTLED, "kept_apart", "..."))
    found = facts(apart, terms=replace(TERMS, lanes=settings.lanes))
    answer = answer_invoice(replace(found, connection=replace(CONNECTION, settings=settings)))
    assert failed(answer) == [("directions", "kept_apart")]
    assert at(answer, Gate.DIRECTIONS).call == f"PATCH {ADDRESS}/settings"
    assert "reference" in answer.verdict
    assert {each.outcome for each in answer.findings} == {Outcome.PASSED, Outcome.FAILED}


def test_an_invoice_stays_home_where_invoices_do_not_go() -> None:
    """The gate of directions keeps it, and nothing behind it is asked (E5)."""
    settings = replace(CONNECTION.settings, directions={"invoices": Direction.TO_PARTNER})
    found = new(terms=replace(TERMS, lanes=settings.lanes), connection=replace(CONNECTION, settings=settings))
    answer = answer_invoice(found)
    assert failed(answer) == [("directions", "invoices_stay_home")]
    assert at(answer, Gate.CONTACT).outcome is Outcome.NOT_REACHED


def test_what_waits_for_a_set_time_says_when_and_how_to_have_it_at_once() -> None:
    """The gate of waiting names the times, the next of them, and the call (E6)."""
    run_at = NOW + timedelta(hours=3)
    connection = replace(CONNECTION, next_run_at=run_at)
    answer = answer_invoice(edited({"reference": "X"}, connection=connection))
    assert answer.code == "scheduled"
    waiting = at(answer, Gate.WAITING)
    assert (waiting.call, instant_in_words(run_at) in (waiting.cure or "")) == (f"POST {ADDRESS}/run", True)
    run = replace(connection, run_due=True)
    assert at(answer_invoice(edited({"reference": "X"}, connection=run)), Gate.WAITING).code is None
