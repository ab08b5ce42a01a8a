"""What is due in Xero of credits, and of what payments exceed, before anything is sent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.domain.connections.settings import ConnectionSettings
from app.domain.invoices.credit_refusals import explain_credit
from app.domain.invoices.plan import CreditState, CreditTerms, Plan, Terms, XeroState
from app.domain.invoices.planning import build_plan
from app.domain.record.credit import Overpaid, Overpayments
from app.domain.record.hub import Hub
from tests.unit.domain.samples import BANK, ORGANISATION, RECORD, changed, credit, payment, record
from tests.unit.domain.story import settled

CREDITS = CreditTerms("200", "210", "id-bank")
TERMS = Terms(ORGANISATION, sync_from=None, payment_account_id="id-bank", credits=CREDITS)
BOOKING = replace(TERMS, credits=replace(CREDITS, overpayments=Overpayments.BOOK))
IN_XERO = XeroState(invoice_id="x-1", total="1100.00", tax_amounts_sent=False)
NOTE = credit("c1", "100", reason=None)
DEPOSIT = credit("d1", "100", "prepayment", reason=None)
PAID = payment("p1", "500", method=None)


def after(changes: Mapping[str, Any], held: Mapping[str, Any] | None = None) -> Hub:
    """A hub whose sides held the sample record (and `held`), after the record took these changes."""
    hub = settled(RECORD | dict(held or {}))
    return replace(hub, record=changed(hub.record, changes))


def code_of(plan: Plan) -> str | None:
    """The code of the plan's hold."""
    return plan.hold.code if plan.hold else None


def test_a_new_credit_is_applied_in_xero() -> None:
    """By its key, and no part of a write of the invoice."""
    plan = build_plan(after(NOTE), IN_XERO, TERMS)
    assert plan == Plan(credits_to_apply=("c1",))
    assert (plan.is_empty, plan.writes_invoice) == (False, False)


def test_credits_wait_for_the_invoice_and_payments_for_credits() -> None:
    """An edit first, then what lowers the amount due, then payments of what is left."""
    both = NOTE | PAID
    assert build_plan(after({"reference": "X", **both}), IN_XERO, TERMS) == Plan(moves=("reference",))
    assert build_plan(after(both), IN_XERO, TERMS) == Plan(credits_to_apply=("c1",))
    assert build_plan(after(PAID, held=NOTE), IN_XERO, TERMS) == Plan(payments_to_create=("p1",))


def test_a_credit_that_is_gone_or_changed_is_removed_before_anything_comes() -> None:
    """What is taken away makes room for what comes, whichever of the two it is."""
    gone = replace(after({}, held=NOTE), record=record(PAID))
    assert build_plan(gone, IN_XERO, TERMS) == Plan(credits_to_remove=("c1",))
    dearer = after({"credits/c1/amount": "120"}, held=NOTE)
    assert build_plan(dearer, IN_XERO, TERMS) == Plan(credits_to_remove=("c1",))
    swapped = replace(after({}, held=PAID), record=record(NOTE))
    assert build_plan(swapped, IN_XERO, TERMS) == Plan(payments_to_delete=("p1",))


def test_a_credit_in_a_held_conflict_is_left_alone() -> None:
    """Neither applied nor removed until a person decides."""
    hub = replace(after({}, held=NOTE), record=record(), open_conflicts=frozenset({"credits/c1"}))
    plan = build_plan(hub, IN_XERO, TERMS)
    assert (plan.credits_to_apply, plan.credits_to_remove) == ((), ())


@pytest.mark.parametrize(
    ("changes", "terms", "code"),
    [
        (NOTE, replace(CREDITS, credit_note_account=None), "credit_account_missing"),
        (DEPOSIT, replace(CREDITS, prepayment_account=None), "credit_account_missing"),
        (DEPOSIT, replace(CREDITS, bank_account_id=None), "payment_account_missing"),
        (DEPOSIT, replace(CREDITS, bank_account_id="id-200"), "deposit_account_not_bank"),
        (DEPOSIT | {"currency": "NZD"}, CREDITS, "deposit_currency"),
        (credit("c1", "10", "overpayment"), CREDITS, "overpayment_not_in_xero"),
        (credit("c1", "1100.01"), CREDITS, "credit_exceeds_due"),
    ],
)
def test_a_credit_that_would_fail_is_held(changes: Mapping[str, Any], terms: CreditTerms, code: str) -> None:
    """Before the first of its calls, for a credit note that cannot be allocated would stay behind."""
    held = {"currency": changes.get("currency", "AUD")}
    plan = build_plan(after(changes, held=held), IN_XERO, replace(TERMS, credits=terms))
    assert (code_of(plan), plan.is_empty) == (code, True)
    assert plan.hold is not None
    assert plan.hold.cure


def test_a_credit_in_a_locked_period_is_held() -> None:
    """Nothing dated on or before the lock date may move."""
    locked = replace(TERMS, organisation=replace(ORGANISATION, year_lock_on=date(2026, 11, 19)))
    early = {**NOTE, "credits/c1/applied_on": "2026-11-19"}
    assert code_of(build_plan(after(early), IN_XERO, locked)) == "locked_period"
    assert build_plan(after(NOTE), IN_XERO, locked) == Plan(credits_to_apply=("c1",))


def test_a_credit_that_is_held_keeps_no_other_and_no_payment_back() -> None:
    """Each goes by itself, within what the ones before it leave due."""
    too_much = credit("c2", "1050")
    plan = build_plan(after(NOTE | too_much), IN_XERO, TERMS)
    assert (plan.credits_to_apply, code_of(plan)) == (("c1",), "credit_exceeds_due")
    paying = build_plan(after(credit("c2", "1200") | PAID), IN_XERO, TERMS)
    assert (paying.payments_to_create, code_of(paying)) == (("p1",), "credit_exceeds_due")


def test_a_credit_that_was_made_needs_nothing_but_room() -> None:
    """Only its allocation is due: the settings may have changed since."""
    made = replace(IN_XERO, credits=CreditState(frozenset({"c1"})))
    plan = build_plan(after(NOTE), made, replace(TERMS, credits=CreditTerms()))
    assert plan == Plan(credits_to_apply=("c1",))


def test_a_payment_of_more_than_is_due_is_held_or_booked_in_two_parts() -> None:
    """By the setting; booked, the excess goes first, and the payment is then what is left of it."""
    over = payment("p1", "1150", method=None)
    held = build_plan(after(over), IN_XERO, TERMS)
    assert (code_of(held), held.is_empty) == ("payment_exceeds_due", True)
    assert build_plan(after(over), IN_XERO, BOOKING) == Plan(payments_exceeding=(("p1", Decimal(50)),))
    booked = CreditState(overpaid={"p1": Overpaid("o", Decimal(50), date(2026, 11, 21))})
    rest = build_plan(after(over), replace(IN_XERO, credits=booked), BOOKING)
    assert rest == Plan(payments_to_create=("p1",))


def test_payments_share_what_is_due_in_their_order() -> None:
    """The first is paid whole, the second in part, and of the third nothing is due."""
    three = {path: value for n in "123" for path, value in payment(f"p{n}", "500", method=None).items()}
    plan = build_plan(after(three), IN_XERO, BOOKING)
    assert plan.payments_to_create == ("p1", "p2")
    assert plan.payments_exceeding == (("p3", Decimal(400)),)
    assert build_plan(after(three), IN_XERO, TERMS).payments_to_create == ("p1", "p2")


def test_what_is_due_counts_credits() -> None:
    """A payment of the whole total beside a credit of 100 exceeds by 100."""
    plan = build_plan(after(payment("p1", "1100", method=None), held=NOTE), IN_XERO, BOOKING)
    assert plan.payments_exceeding == (("p1", Decimal(100)),)


def test_an_overpayment_covers_nothing_until_it_is_set_against_the_invoice() -> None:
    """Booked first, it takes nothing from what another payment pays; needed after all, it is set against it."""
    over, other = payment("p2", "50", method=None), payment("p1", "1100", method=None)
    whole = Overpaid("o", Decimal(50), date(2026, 11, 21), is_whole=True)
    booked = replace(IN_XERO, credits=CreditState(overpaid={"p2": whole}))
    assert build_plan(after(over | other, held=over), booked, BOOKING) == Plan(payments_to_create=("p1",))
    needed = replace(booked, amount_due=Decimal(1100))
    assert build_plan(after({}, held=over), needed, BOOKING) == Plan(overpaid_to_allocate="p2")
    covering = CreditState(overpaid={"p2": replace(whole, allocated=Decimal(50))})
    assert build_plan(after({}, held=over), replace(needed, credits=covering), BOOKING) == Plan()
    assert build_plan(after({}, held=over), replace(booked, amount_due=Decimal(0)), BOOKING) == Plan()


def test_a_void_and_an_edit_of_amounts_are_blocked_by_credits_as_by_payments() -> None:
    """Held with the way out, which the app takes by removing the credit."""
    credited = replace(IN_XERO, is_credited=True)
    void = build_plan(after({"status": "cancelled"}, held=NOTE), credited, TERMS)
    assert (code_of(void), void.is_empty) == ("void_blocked_by_payment", True)
    freed = replace(after({}, held=NOTE), record=record({"status": "cancelled"}))
    assert build_plan(freed, credited, TERMS).credits_to_remove == ("c1",)
    dearer = build_plan(after({"lines/l1/unit_price": "900"}, held=NOTE), credited, TERMS)
    assert (code_of(dearer), dearer.moves) == ("paid_locked", ())


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Credit Note # must be unique.", "credit_number_taken"),
        ("The amount allocated exceeds the remaining credit", "credit_used_elsewhere"),
        ("Payment amount exceeds the amount outstanding on this document", "credit_exceeds_due"),
        (
            "A credit can only be allocated to an invoice of the same contact and currency.",
            "credit_other_contact",
        ),
        ("The BankAccount must be an active account of type BANK.", "deposit_account_not_bank"),
        ("The document date cannot be before the period lock date", "locked_period"),
        ("Blue moon", "refused_by_xero"),
    ],
)
def test_what_xero_refuses_of_a_credit_is_said_of_the_credit(said: str, code: str) -> None:
    """Not of the invoice that it is for; what speaks of neither is explained as ever, and Xero's words are kept."""
    hold = explain_credit([said])
    assert (hold.code, said in hold.message) == (code, True)
    assert hold.cure


def test_the_settings_say_what_credits_are_booked_with() -> None:
    """Nothing chosen means the account of `general`; an account that is gone means none."""
    plain = ConnectionSettings(revenue_accounts={"general": "id-200"}, payment_account_id=BANK.account_id)
    assert plain.credit_terms(ORGANISATION) == CreditTerms("200", "200", "id-bank")
    chosen = replace(plain, credit_note_account_id="id-210", prepayment_account_id="id-gone")
    assert chosen.credit_terms(ORGANISATION) == CreditTerms("210", None, "id-bank")
    assert ConnectionSettings.from_json(chosen.to_json()) == chosen
    booking = replace(plain, overpayments=Overpayments.BOOK)
    assert ConnectionSettings.from_json(booking.to_json()) == booking
