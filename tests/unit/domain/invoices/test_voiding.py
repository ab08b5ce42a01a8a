"""Money on an invoice that is at its end: what Xero lacks of it, in words, and what waits for it."""

from dataclasses import replace
from typing import Any

from app.domain.invoices.plan import Plan
from app.domain.invoices.planning import build_plan
from app.domain.record.direction import Direction, Lanes
from app.domain.record.hub import Hub
from app.domain.record.sides import Side, project
from tests.unit.domain.invoices.test_plan import IN_XERO, PAID, TERMS, code_of
from tests.unit.domain.samples import RECORD, payment

CANCELLED = {"status": "cancelled"}
BY_CARD = payment("p2", "40", method="card")
DEPOSIT = {
    "credits/d1/kind": "prepayment",
    "credits/d1/amount": "60",
    "credits/d1/applied_on": "2026-11-21",
    "credits/d1/number": None,
    "credits/d1/reason": None,
}


def ended(in_app: dict[str, Any], in_xero: dict[str, Any]) -> Hub:
    """The sample, cancelled in the record, with this on it; and what Xero holds."""
    record, shadow = RECORD | in_app | CANCELLED, RECORD | in_xero
    held = project(Side.XERO, {**shadow, "status": "sent"})
    return Hub(
        record,
        project(Side.PARTNER, record),
        {**held, "status": shadow["status"]},
        revision=1,
        partner_version=1,
    )


def plan_of(in_app: dict[str, Any], in_xero: dict[str, Any]) -> Plan:
    """What is due in Xero then."""
    return build_plan(ended(in_app, in_xero), IN_XERO, TERMS)


def words_of(plan: Plan) -> tuple[str, str]:
    """Message and cure of the plan's hold."""
    assert plan.hold is not None
    return plan.hold.message, plan.hold.cure


def test_a_void_names_the_payments_in_its_way_and_who_can_take_them_back() -> None:
    """While the app lists them, in either place; where it has none any more, nobody is sent there."""
    message, cure = words_of(plan_of(PAID | BY_CARD, PAID | BY_CARD))
    assert message.endswith("500.00 on 2026-11-21, 40.00 by card on 2026-11-21.")
    assert cure.startswith("Take them back in the app, or remove them in Xero")
    _, cure = words_of(plan_of({}, PAID))
    assert cure == "The app has none any more: they are removed in Xero, then it is voided by itself."


def test_a_void_waits_for_money_that_xero_never_had() -> None:
    """Payments and deposits that are not booked; a credit note, or a deposit that was made, is no reason."""
    waits = plan_of(BY_CARD | DEPOSIT, {})
    assert code_of(waits) == "void_blocked_by_payment"
    assert "40.00 by card on 2026-11-21, a deposit of 60.00 on 2026-11-21" in words_of(waits)[0]
    note = {**DEPOSIT, "credits/d1/kind": "credit_note"}
    assert plan_of(note, {}).moves == ("status",)
    made = replace(IN_XERO, credits=replace(IN_XERO.credits, made=frozenset({"d1"})))
    assert build_plan(ended(DEPOSIT, {}), made, TERMS).moves == ("status",)


def test_what_is_voided_waits_while_the_app_has_money_on_it() -> None:
    """Nothing is due in Xero any more, and yet it is not settled; without money, or where none travels, it is."""
    told = plan_of(BY_CARD, CANCELLED)
    assert (code_of(told), told.is_empty) == ("payment_on_voided", True)
    assert "40.00 by card on 2026-11-21" in words_of(told)[0]
    assert plan_of({}, CANCELLED) == Plan()
    stays = replace(TERMS, lanes=Lanes({"payments": Direction.TO_PARTNER}))
    assert build_plan(ended(BY_CARD, CANCELLED), IN_XERO, stays) == Plan()
