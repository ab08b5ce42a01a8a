"""A test transaction's steps, its invoice, and the comparison with what Xero made of it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app.domain.connections.settings import ConnectionSettings
from app.domain.trials.trial import UNTRIED, Outcome, Step, StepName, Trial, TrialState
from app.domain.trials.trial_invoice import TrialInvoice, build_trial_invoice, list_differences
from app.domain.xero.xero_invoice import XeroInvoice, XeroLine
from tests.unit.domain.samples import ORGANISATION

NOW = datetime(2026, 11, 20, 3, 15, tzinfo=UTC)
TODAY = date(2026, 11, 20)
ID = UUID(int=7)
SETTINGS = ConnectionSettings(
    revenue_accounts={"general": "200", "labour": "200"}, taxes={"gst": "OUTPUT", "none": "EXEMPTOUTPUT"}
)
TRIAL = Trial(ID, UUID(int=1), TrialState.WAITING, NOW, None, 0, UNTRIED)


def build() -> TrialInvoice:
    """The invoice by these settings."""
    built = build_trial_invoice(ID, SETTINGS, ORGANISATION, "c-1", TODAY)
    assert built is not None
    return built


def held(asked: TrialInvoice) -> XeroInvoice:
    """Just what was asked for, as Xero holds it."""
    lines = tuple(
        XeroLine(f"l-{n}", line.members["description"], Decimal(1), Decimal("10.01"), None, None,
                 line.members["account"], line.members["tax_type"])
        for n, line in enumerate(asked.write.lines or ())
    )  # fmt: skip
    return XeroInvoice(
        xero_invoice_id="i-1", is_receivable=True, status="DRAFT", number="INV-1",
        reference=asked.write.header["reference"], issued_on=TODAY, due_on=date(2026, 12, 20),
        currency=ORGANISATION.base_currency, amounts_are="tax_exclusive", is_sent=False, xero_contact_id="c-1",
        contact_name=None, url=None, lines=lines, payments=None, total=asked.total or Decimal(0),
        amount_due=Decimal(0), amount_paid=Decimal(0), amount_credited=Decimal(0), updated_at=NOW,
    )  # fmt: skip


def test_every_mapped_category_and_tax_is_tried() -> None:
    """A line for each category, the taxes in turn, as a draft of this very day."""
    asked = build()
    lines = asked.write.lines or ()
    assert [line.members["tax_type"] for line in lines] == ["OUTPUT", "EXEMPTOUTPUT"]
    assert asked.write.header["status"] == "draft"
    assert asked.total == Decimal("21.02")
    assert build_trial_invoice(ID, ConnectionSettings(), ORGANISATION, "c-1", TODAY) is None


def test_a_category_on_an_account_of_expenses_is_tried_with_the_tax_of_expenses() -> None:
    """As a customer's line would be: Xero takes no tax of income there."""
    settings = replace(
        SETTINGS, revenue_accounts={"general": "200", "discount": "400"}, expense_taxes={"gst": "INPUT"}
    )
    built = build_trial_invoice(ID, settings, ORGANISATION, "c-1", TODAY)
    assert built is not None
    tried = [(line.members["account"], line.members["tax_type"]) for line in built.write.lines or ()]
    assert tried == [("400", "INPUT"), ("200", "EXEMPTOUTPUT")]


def test_what_xero_holds_as_it_was_asked_for_differs_in_nothing() -> None:
    """To the cent."""
    asked = build()
    assert list_differences(asked, held(asked)) == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"total": Decimal("21.03")}, "total"),
        ({"currency": "NZD"}, "currency"),
        ({"due_on": None}, "due_on"),
        ({"status": "AUTHORISED"}, "status"),
        ({"xero_contact_id": "c-2"}, "contact"),
        ({"amounts_are": "tax_inclusive"}, "amounts_are"),
        ({"lines": ()}, "number of lines"),
    ],
)
def test_each_difference_is_named(changes: dict[str, Any], named: str) -> None:
    """With what was asked and what is held."""
    asked = build()
    [told] = list_differences(asked, replace(held(asked), **changes))
    assert told.startswith(f"{named}: asked for ")


def test_a_line_that_differs_is_named_by_its_member() -> None:
    """As an account that Xero replaced."""
    asked = build()
    there = held(asked)
    moved = (replace(there.lines[0], account="260"), *there.lines[1:])
    assert list_differences(asked, replace(there, lines=moved)) == [
        "lines.0.account: asked for 200, Xero has 260"
    ]


def test_what_was_cut_off_is_unknown_and_what_was_not_tried_is_skipped() -> None:
    """Nothing is made any more; the clean-up's own steps stay to be done."""
    cut = TRIAL.with_step(StepName.CONTACT, outcome=Outcome.BEGUN, began_at=NOW).cleaning()
    assert [step.outcome.value for step in cut.steps] == [
        "unknown", "skipped", "skipped", "skipped", "pending", "pending",
    ]  # fmt: skip
    assert cut.step(StepName.CONTACT).may_stand
    assert Step.from_json(cut.steps[0].to_json()) == cut.steps[0]


def test_what_is_left_behind_is_named_with_its_id_once_it_has_ended() -> None:
    """A clean-up that failed leaves something; one that had nothing to do does not."""
    failed = replace(TRIAL, xero_invoice_id="i-1").with_step(StepName.DELETE_INVOICE, outcome=Outcome.FAILED)
    assert failed.list_left() == []
    assert failed.ended(NOW).list_left() == [(StepName.INVOICE, "i-1")]
    assert failed.ended(NOW).state is TrialState.FAILED
    done = replace(TRIAL, steps=tuple(replace(step, outcome=Outcome.DONE) for step in UNTRIED))
    assert done.ended(NOW).state is TrialState.PASSED
