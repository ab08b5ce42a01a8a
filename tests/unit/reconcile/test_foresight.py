"""The plan carried out on paper: what follows one upon another in Xero, and what stops it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given

from app.domain.invoices.link import InvoiceLink, Standing, State
from app.domain.invoices.plan import CreditTerms, Terms
from app.domain.invoices.preview import StepKind
from app.domain.record.credit import Overpaid, Overpayments
from app.domain.record.fields import ABSENT
from app.domain.record.hub import Hub
from app.reconcile.foresight import foresee
from tests.unit.domain.samples import ORGANISATION, RECORD, changed, credit, payment, record
from tests.unit.domain.story import settled
from tests.unit.domain.strategies import properties, records

TERMS = Terms(
    ORGANISATION,
    sync_from=None,
    payment_account_id="id-bank",
    credits=CreditTerms("200", "200", "id-bank"),
)
PAID = payment("p1", "500", method=None)


def link(hub: Hub, xero_invoice_id: str | None = None, total: str | None = None) -> InvoiceLink:
    """A link with this hub."""
    standing = Standing(State.BEHIND)
    return InvoiceLink(UUID(int=1), "inv_1", xero_invoice_id, 1, hub, standing, xero_total=total)


def in_xero(changes: dict[str, Any], held: dict[str, Any] | None = None) -> InvoiceLink:
    """A link that both sides held as the sample (and `held`), after the record took these changes."""
    hub = settled(RECORD | (held or {}))
    return link(replace(hub, record=changed(hub.record, changes)), "x-1", "1100.00")


def kinds(found: InvoiceLink, terms: Terms = TERMS) -> tuple[list[str], str | None]:
    """The kinds of the steps in order, and the code of what stops the rest."""
    steps, hold = foresee(found, terms)
    return [step.kind.value for step in steps], hold.code if hold else None


def test_what_is_settled_needs_nothing() -> None:
    """No step, no hold."""
    assert kinds(in_xero({})) == ([], None)


def test_payments_and_credits_follow_the_invoice() -> None:
    """First the invoice, then what is set against it, then what is paid of the rest, each with its amount."""
    steps, hold = foresee(
        link(Hub(record(credit("c1", "100", reason=None) | payment("p1", "1000", method=None)))), TERMS
    )
    assert hold is None
    assert [step.kind for step in steps] == [StepKind.CREATE, StepKind.APPLY_CREDIT, StepKind.MAKE_PAYMENT]
    assert steps[0].moves["number"] == (ABSENT, "INV-0042")
    assert "url" not in steps[0].moves
    assert (steps[1].about, steps[1].moves) == (("c1",), {"credits/c1/amount": (ABSENT, "100")})
    assert (steps[2].about, steps[2].moves) == (("p1",), {"payments/p1/amount": (ABSENT, "1000")})


def test_an_update_shows_before_and_after() -> None:
    """By path, in Xero's words."""
    steps, _ = foresee(in_xero({"reference": "PO 9"}), TERMS)
    assert [(step.kind, step.moves) for step in steps] == [
        (StepKind.UPDATE, {"reference": ("PO 1177", "PO 9")})
    ]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (in_xero({"status": "cancelled"}), (["void"], None)),
        (in_xero({"status": "cancelled"}, held=PAID), ([], "void_blocked_by_payment")),
        (in_xero(dict.fromkeys(PAID, ABSENT), held=PAID), (["delete_payment"], None)),
        (in_xero(payment("p1", "600", method=None), held=PAID), (["delete_payment", "make_payment"], None)),
        (
            in_xero({"reference": "X", "lines/l1/quantity": "2"}, held=PAID),
            (["update"], "paid_locked"),
        ),
        (
            in_xero({"lines/l1/quantity": "2", **dict.fromkeys(PAID, ABSENT)}, held=PAID),
            (["delete_payment", "update"], None),
        ),
        (link(Hub(record({"status": "draft"}))), ([], None)),
        (link(Hub(record(payment("p1", "1200", method=None)))), (["create"], "payment_exceeds_due")),
    ],
    ids=[
        "void", "void of a paid one", "a payment taken back", "a payment corrected", "only what may move",
        "a payment makes way", "a draft", "more paid than due",
    ],
)  # fmt: skip
def test_steps_and_what_stops_them(found: InvoiceLink, expected: tuple[list[str], str | None]) -> None:
    """What the loop would do over several rounds is said at once, up to what holds the rest."""
    assert kinds(found) == expected


def test_what_is_paid_beyond_is_booked_first() -> None:
    """By the policy `book` the excess becomes an overpayment, and the payment is made of what is left."""
    terms = replace(TERMS, credits=replace(TERMS.credits, overpayments=Overpayments.BOOK))
    steps, hold = foresee(link(Hub(record(payment("p1", "1200", method=None)))), terms)
    assert [step.kind.value for step in steps] == ["create", "book_overpayment", "make_payment"]
    assert Decimal(str(steps[1].moves["payments/p1/amount"][1])) == 100
    assert hold is None


@properties
@given(records(), records())
def test_it_comes_to_an_end(was: dict[str, Any], now: dict[str, Any]) -> None:
    """From any record to any other: nothing is moved twice, so that each round leaves less to do."""
    hub = settled(was)
    steps, _ = foresee(link(replace(hub, record=now), "x-1", "1100.00"), TERMS)
    taken = [(step.kind, step.about, tuple(step.moves)) for step in steps]
    assert len(taken) == len(set(taken))


def test_an_overpayment_is_set_against_the_invoice_where_that_is_still_due() -> None:
    """Not the one that is booked just now because nothing is due beside the payment."""
    booking = replace(TERMS, credits=replace(TERMS.credits, overpayments=Overpayments.BOOK))
    paid = replace(in_xero(payment("p1", "1150", method=None)), xero_amount_due="1100.00")
    assert kinds(paid, booking) == (["book_overpayment", "make_payment"], None)
    part = Overpaid("o", Decimal(50), date(2026, 11, 21), is_whole=True)
    held = in_xero({}, held=payment("p1", "50", method=None))
    needed = replace(held, overpaid={"p1": part}, xero_amount_due="1100.00")
    [step] = foresee(needed, booking)[0]
    assert (step.kind.value, step.moves) == ("apply_credit", {"payments/p1/amount": (ABSENT, "50")})
