"""What Xero would refuse, known before the call: every hold, and what is let through."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.holds.hold import Hold, Way
from app.domain.invoices.legality import editable_when_paid, judge_create, judge_update
from app.domain.record.fields import differing, without_groups
from app.domain.record.sides import Side, project
from app.domain.xero.organisation import APPROVE, PASS_PERIOD_LOCK, USE_CURRENCIES, Organisation
from tests.unit.domain.samples import ORGANISATION, RECORD, payment, record, without_line

PAID = payment("p1", "500", method=None)
LOCKED = replace(ORGANISATION, period_lock_on=date(2026, 11, 20))
OPEN = replace(ORGANISATION, period_lock_on=date(2026, 11, 19))


def judged(
    changes: dict[str, Any],
    *,
    held: dict[str, Any] | None = None,
    organisation: Any = ORGANISATION,
    is_credited: bool = False,
) -> Hold | None:
    """The judgement of the moves from what is held (the sample) to the same with changes."""
    before = RECORD | (held or {})
    after = {**before, **changes}
    shadow = project(Side.XERO, before)
    moves = differing(shadow, project(Side.XERO, after))
    return judge_update(moves, after, shadow, organisation, is_credited=is_credited)


def code_of(hold: Hold | None) -> str | None:
    """The hold's code; None where the write may go."""
    return hold.code if hold else None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"currency": "NZD"}, None),
        ({"currency": "USD"}, "currency_unknown"),
        ({"currency": None}, "currency_unknown"),
        ({"lines/l2/account": "205"}, "account_unusable"),
        ({"lines/l2/account": "999"}, "account_unusable"),
        ({"lines/l2/account": None}, "account_unusable"),
        ({"lines/l1/tax_type": "INPUT"}, "tax_unusable"),
        ({"lines/l1/tax_type": "TAX999"}, "tax_unusable"),
        ({"lines/l1/tax_type": None}, "tax_unusable"),
        ({"lines/l1/tax_type": "NONE"}, None),
        ({"lines/l1/account": "321"}, "cis_account"),
        ({"lines/l1/account": "400", "lines/l1/tax_type": "INPUT"}, None),
        ({"lines/l1/account": "400"}, "tax_unusable"),
        ({"number": "N" * 255}, None),
        ({"number": "N" * 256}, "number_unusable"),
        ({"number": "Nº 7"}, "number_unusable"),
        ({"number": "N\t7"}, "number_unusable"),
        ({"number": None}, None),
        ({"number": "Nº 7", "xero_number": None}, None),
        ({"reference": "R" * 255}, None),
        ({"reference": "R" * 256}, "reference_too_long"),
        ({"lines/l1/description": "D" * 4000}, None),
        ({"lines/l1/description": "D" * 4001}, "description_too_long"),
        ({"lines/l1/description": None}, "description_missing"),
        ({"lines/l1/description": None, "lines/l1/item": "HWS"}, None),
        ({"lines/l1/unit_price": "10000000000"}, "amount_too_large"),
        ({"lines/l1/unit_price": "-220"}, None),
        ({"lines/l1/unit_price": "-220.01"}, "total_below_zero"),
    ],
)
def test_what_may_be_created(changes: dict[str, Any], code: str | None) -> None:
    """A new invoice needs a currency, accounts and tax rates that the organisation has for sales."""
    assert code_of(judge_create(record(changes), ORGANISATION)) == code


def test_an_invoice_has_a_line() -> None:
    """Neither a new one nor one in Xero may be left without; a change of something else has nothing to do with it."""
    empty = without_groups(record({}), "lines") | {"line_order": []}
    shadow = project(Side.XERO, record({}))
    moves = differing(shadow, project(Side.XERO, empty))
    assert code_of(judge_create(empty, ORGANISATION)) == "lines_missing"
    assert code_of(judge_update(moves, empty, shadow, ORGANISATION)) == "lines_missing"
    assert code_of(judge_update(["reference"], empty, shadow, ORGANISATION)) is None


def test_nothing_is_dated_into_a_locked_period() -> None:
    """The lock date itself is locked, the day after is open."""
    assert code_of(judge_create(RECORD, LOCKED)) == "locked_period"
    assert judge_create(RECORD, OPEN) is None
    assert judge_create(record({"issued_on": None}), LOCKED) is None


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"year_lock_on": date(2026, 11, 20)}, "locked_period"),
        ({"year_lock_on": date(2026, 11, 20), "actions": {PASS_PERIOD_LOCK: True}}, "locked_period"),
        ({"period_lock_on": date(2026, 11, 20), "actions": {PASS_PERIOD_LOCK: True}}, None),
        ({"period_lock_on": date(2026, 11, 20), "actions": {PASS_PERIOD_LOCK: False}}, "locked_period"),
    ],
)
def test_an_adviser_is_bound_by_the_years_lock_alone(facts: dict[str, Any], code: str | None) -> None:
    """The period's lock binds all but advisers (FACTS 5)."""
    assert code_of(judge_create(RECORD, replace(ORGANISATION, **facts))) == code


def test_a_plan_that_is_used_up_is_known_before_the_call() -> None:
    """Xero tells what it allows (FACTS 4.8); what it does not tell is believed to be allowed."""
    assert code_of(judge_create(RECORD, replace(ORGANISATION, actions={APPROVE: False}))) == "plan_limit"
    assert judge_create(RECORD, replace(ORGANISATION, actions={"SomethingNew": False})) is None


def test_a_plan_without_currencies_takes_the_organisations_own() -> None:
    """A currency that the organisation has may still not be used, and the sentence says why (FACTS 4.4)."""
    single = replace(ORGANISATION, actions={USE_CURRENCIES: False})
    assert judge_create(RECORD, single) is None
    hold = judge_create(record({"currency": "NZD"}), single)
    assert hold is not None
    assert (hold.code, "plan" in hold.message) == ("currency_unknown", True)


def test_no_moves_are_always_legal() -> None:
    """Where nothing is to be written, nothing can be refused."""
    assert judge_update([], record({"status": "draft"}), {"status": "cancelled"}, LOCKED) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reference": "X"}, None),
        ({"lines/l1/unit_price": "900"}, None),
        ({"status": "cancelled"}, None),
        ({"status": "draft"}, "cannot_unsend"),
        ({"lines/l1/account": "205"}, "account_unusable"),
        ({"lines/l1/tax_type": "INPUT"}, "tax_unusable"),
        ({"lines/l1/account": "321"}, "cis_account"),
        ({"currency": "USD"}, "currency_unknown"),
        ({"number": "Nº 7"}, "number_unusable"),
        ({"reference": "R" * 256}, "reference_too_long"),
        ({"lines/l1/description": "D" * 4001}, "description_too_long"),
        ({"lines/l1/unit_price": "-900"}, "total_below_zero"),
    ],
)
def test_what_may_be_changed_while_unpaid(changes: dict[str, Any], code: str | None) -> None:
    """An approved invoice takes every edit but the way back to a draft."""
    assert code_of(judged(changes)) == code


@pytest.mark.parametrize("path", ["reference", "due_on", "number", "contact"])
def test_a_paid_invoice_takes_these_header_fields(path: str) -> None:
    """Some fields stay open when money has moved (FACTS 4.2)."""
    assert judged({path: "X"}, held=PAID) is None


@pytest.mark.parametrize("name", ["description", "account", "tracking"])
def test_a_paid_invoice_takes_these_fields_of_a_line(name: str) -> None:
    """What a line says, and where it is booked, may be mended later."""
    assert judged({f"lines/l1/{name}": "200"}, held=PAID) is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("issued_on", "2026-11-21"),
        ("currency", "NZD"),
        ("amounts_are", "tax_exclusive"),
        ("lines/l1/quantity", "2"),
        ("lines/l1/unit_price", "900"),
        ("lines/l1/discount_rate", "10"),
        ("lines/l1/item", "HWS"),
        ("lines/l1/tax_type", "EXEMPTOUTPUT"),
    ],
)
def test_a_paid_invoice_is_locked_in_its_amounts(path: str, value: str) -> None:
    """Dates, amounts, quantities and tax may not move under a payment."""
    assert code_of(judged({path: value}, held=PAID)) == "paid_locked"


def test_lines_of_a_paid_invoice_neither_come_nor_go() -> None:
    """Also a line without an amount would be another invoice than the one that was paid."""
    before = RECORD | PAID
    after = without_line(before, "l2")
    shadow = project(Side.XERO, before)
    moves = differing(shadow, project(Side.XERO, after))
    hold = judge_update(moves, after, shadow, ORGANISATION)
    assert code_of(hold) == "paid_locked"
    assert code_of(judge_update(moves, before, project(Side.XERO, after), ORGANISATION)) == "paid_locked"


def test_what_goes_on_beside_a_payment_is_known() -> None:
    """The order counts as the lines do: it stays where lines come or go, and may move where they only change places."""
    before = RECORD | PAID
    shadow = project(Side.XERO, before)
    moves = ["reference", "lines/l1/unit_price", "lines/l1/description", "line_order"]
    assert editable_when_paid(moves, before, shadow) == ("reference", "lines/l1/description", "line_order")
    assert editable_when_paid(moves, without_line(before, "l2"), shadow) == ("reference",)


def test_a_line_of_words_does_not_come_to_a_paid_invoice_either() -> None:
    """The words of a line may be mended, but not a line be added by them."""
    before = RECORD | PAID
    after = before | {"lines/l9/description": "Thank you"}
    hold = judge_update(["lines/l9/description"], after, project(Side.XERO, before), ORGANISATION)
    assert code_of(hold) == "paid_locked"


def test_lines_of_a_paid_invoice_may_change_places() -> None:
    """The order is no amount."""
    assert judged({"line_order": ["l2", "l1"]}, held=PAID) is None


def test_payments_come_and_go_on_a_paid_invoice() -> None:
    """Moves of payments are no edit of the invoice."""
    assert judged(payment("p2", "600"), held=PAID) is None


def test_the_hold_names_what_may_not_change() -> None:
    """A person reads which fields Xero would refuse, and what to do."""
    hold = judged({"lines/l1/unit_price": "900", "issued_on": "2026-11-21", "reference": "X"}, held=PAID)
    assert hold is not None
    assert hold.message == "It has payments in Xero, which then refuses changes of issued on, unit price."
    assert hold.cure == "Remove the payments, let the change through and pay again, or write a credit note."


def test_a_void_waits_for_its_payments() -> None:
    """Xero voids nothing that money is applied to, and we take no payment away unasked."""
    assert code_of(judged({"status": "cancelled"}, held=PAID)) == "void_blocked_by_payment"


def test_credits_bind_as_payments_do() -> None:
    """An allocated credit shows among no payments, and fixes the contact too (FACTS 4.2)."""
    for changes, code in (
        ({"lines/l1/unit_price": "900"}, "paid_locked"),
        ({"status": "cancelled"}, "void_blocked_by_payment"),
        ({"contact": "cus_18"}, "paid_locked"),
        ({"reference": "X"}, None),
    ):
        hold = judged(changes, is_credited=True)
        assert code_of(hold) == code
        assert hold is None or "credit" in hold.message


@pytest.mark.parametrize(
    ("changes", "held", "organisation", "way"),
    [
        ({"lines/l1/unit_price": "900"}, PAID, ORGANISATION, Way.PAYMENTS_REMOVED),
        ({"status": "cancelled"}, PAID, ORGANISATION, Way.PAYMENTS_REMOVED),
        ({"status": "cancelled"}, {}, LOCKED, Way.CREDIT_NOTE),
        ({"reference": "X"}, {}, LOCKED, Way.PERSON),
        ({"status": "draft"}, {}, ORGANISATION, Way.NONE),
        ({"status": "sent"}, {"status": "cancelled"}, ORGANISATION, Way.NONE),
    ],
)
def test_a_hold_says_what_kind_of_step_leads_out(
    changes: dict[str, Any], held: dict[str, Any], organisation: Organisation, way: Way
) -> None:
    """Payments removed, a credit note, a person, or nothing at all."""
    hold = judged(changes, held=held, organisation=organisation)
    assert hold is not None
    assert hold.way is way


def test_a_voided_invoice_is_final() -> None:
    """Sent again in the app, it stays voided in Xero."""
    assert code_of(judged({"status": "sent"}, held={"status": "cancelled"})) == "cancelled_in_xero"


@pytest.mark.parametrize(
    "changes", [{"reference": "X"}, {"status": "cancelled"}, {"issued_on": "2026-12-01"}]
)
def test_an_invoice_in_a_locked_period_takes_no_edit(changes: dict[str, Any]) -> None:
    """Not even the void, nor a date that would bring it out."""
    assert code_of(judged(changes, organisation=LOCKED)) == "locked_period"


def test_an_invoice_may_not_move_into_a_locked_period() -> None:
    """Its new date counts as well as its old one."""
    assert code_of(judged({"issued_on": "2026-11-01"}, organisation=OPEN)) == "locked_period"
    assert judged({"reference": "X"}, organisation=OPEN) is None


def test_lines_that_do_not_move_are_let_be() -> None:
    """An account that was archived since is no reason to refuse the edit of another line."""
    archived = {"lines/l2/account": "205", "lines/l2/tax_type": "INPUT"}
    assert judged({"lines/l1/unit_price": "900"}, held=archived) is None
    assert code_of(judged({"lines/l2/unit_price": "900"}, held=archived)) == "account_unusable"


def test_a_line_that_is_only_a_description_needs_no_account() -> None:
    """Xero takes it without account and tax (FACTS 4.3)."""
    words = {f"lines/l9/{name}": None for name in ("account", "tax_type", "unit_price", "quantity")}
    line = words | {"lines/l9/description": "Thank you", "line_order": ["l1", "l2", "l9"]}
    assert judge_create(record(line), ORGANISATION) is None
    assert judged(line) is None


def test_the_sentence_tells_a_missing_account_from_an_archived_one() -> None:
    """The cure differs, so the words do."""
    archived, missing = (
        judge_create(record({"lines/l1/account": code}), ORGANISATION) for code in ("205", "999")
    )
    assert archived is not None
    assert archived.message == "Account 205 is archived in Xero."
    assert missing is not None
    assert missing.message == "Account 999 does not exist in Xero."


def test_the_sentence_tells_a_missing_rate_from_one_that_is_not_for_sales() -> None:
    """The cure differs, so the words do."""
    wrong, missing = (
        judge_create(record({"lines/l1/tax_type": each}), ORGANISATION) for each in ("INPUT", "TAX9")
    )
    assert wrong is not None
    assert wrong.message == "Tax rate INPUT cannot be used for sales in Xero."
    assert missing is not None
    assert missing.message == "Tax rate TAX9 does not exist in Xero."
