"""What an export foresees of an invoice's payments and credits: the steps that would follow, by part."""

from typing import Any
from uuid import uuid4

import pytest

from app.domain.invoices.link import InvoiceLink, Standing, State
from app.domain.invoices.plan import CreditTerms, Terms
from app.domain.record.credit import Overpayments
from app.domain.record.hub import Hub
from app.reconcile.exports.foresight import Foreseen, foresee_parts
from tests.unit.domain.samples import ORGANISATION, credit, payment, record


def terms(overpayments: Overpayments = Overpayments.HOLD, account: str | None = "id-bank") -> Terms:
    """What the settings say: one account for payments, and one for credits."""
    return Terms(ORGANISATION, None, account, credits=CreditTerms("200", "200", account, overpayments))


def see(changes: dict[str, Any], given: Terms | None = None) -> Foreseen:
    """What would become of a new invoice of 1,100.00."""
    link = InvoiceLink(
        id=uuid4(),
        partner_invoice_id="inv_1",
        xero_invoice_id=None,
        generation=1,
        hub=Hub(record=record(changes)),
        standing=Standing(State.BEHIND),
    )
    return foresee_parts(link, given or terms())


def test_a_draft_has_no_story() -> None:
    """It stays at home, and nothing follows."""
    seen = see({"status": "draft", **payment("p1", "100")})
    assert seen.plan.stays_home is not None
    assert (seen.payments, seen.credits, seen.hold) == (frozenset(), frozenset(), None)


def test_credits_are_set_against_it_and_then_it_is_paid() -> None:
    """In the order of the plans; nothing is left to do in the end."""
    seen = see({**payment("p1", "1060"), **credit("c1", "40")})
    assert (seen.plan.create, seen.payments, seen.credits) == (True, frozenset({"p1"}), frozenset({"c1"}))
    assert (seen.overpayments, seen.hold) == ({}, None)


def test_what_a_payment_exceeds_is_an_overpayment_or_held() -> None:
    """By the setting; a payment of an invoice that is paid already is an overpayment alone."""
    seen = see(payment("p1", "1150"), terms(Overpayments.BOOK))
    assert ({key: f"{part:.0f}" for key, part in seen.overpayments.items()}, seen.payments) == (
        {"p1": "50"},
        frozenset({"p1"}),
    )
    twice = {**payment("p1", "1100"), **payment("p2", "200")}
    seen = see(twice, terms(Overpayments.BOOK))
    assert (set(seen.overpayments), seen.payments) == ({"p2"}, frozenset({"p1"}))
    held = see(payment("p1", "1150"))
    assert (held.payments, held.hold and held.hold.code) == (frozenset(), "payment_exceeds_due")


@pytest.mark.parametrize(
    ("changes", "given", "code"),
    [
        ({"currency": "USD"}, terms(), "currency_unknown"),
        ({"lines/l1/tax_type": None}, terms(), "tax_unmapped"),
        (payment("p1", "100"), terms(account=None), "payment_account_missing"),
        (credit("c1", "2000"), terms(), "credit_exceeds_due"),
    ],
)
def test_what_holds_it_is_told_wherever_it_comes(changes: dict[str, Any], given: Terms, code: str) -> None:
    """Before it is made, or after."""
    seen = see(changes, given)
    assert seen.hold is not None
    assert seen.hold.code == code
    assert seen.plan.create is (seen.plan.hold is None)
