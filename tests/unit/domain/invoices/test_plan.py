"""The plan for Xero: what is due, as data, before anything is sent."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from app.domain.invoices.plan import Plan, Terms, XeroState
from app.domain.invoices.planning import build_plan
from app.domain.record.hub import Hub
from app.domain.xero.organisation import APPROVE
from tests.unit.domain.samples import ORGANISATION, RECORD, changed, payment, record, without_line
from tests.unit.domain.story import HOLD, app_says, settled, xero_shows
from tests.unit.domain.strategies import properties, records

TERMS = Terms(ORGANISATION, sync_from=None, payment_account_id="id-bank")
NOWHERE = XeroState(invoice_id=None, total=None, tax_amounts_sent=False)
IN_XERO = XeroState(invoice_id="x-1", total="1100.00", tax_amounts_sent=False)
PAID = payment("p1", "500", method=None)


def after(changes: dict[str, Any], held: dict[str, Any] | None = None) -> Hub:
    """A hub whose sides held the sample record (and `held`), after the record took these changes."""
    hub = settled(RECORD | (held or {}))
    return replace(hub, record=changed(hub.record, changes))


def code_of(plan: Plan) -> str | None:
    """The code of the plan's hold."""
    return plan.hold.code if plan.hold else None


def test_what_xero_lacks_is_created() -> None:
    """A record that may cross and is legal is made there, whole."""
    plan = build_plan(Hub(record()), NOWHERE, TERMS)
    assert plan == Plan(create=True)
    assert plan.writes_invoice
    assert not plan.is_empty


def test_a_record_that_may_not_cross_stays_home() -> None:
    """The gate's answer is kept: it is the reason why nothing is due."""
    plan = build_plan(Hub(record({"status": "draft"})), NOWHERE, TERMS)
    assert plan.stays_home is not None
    assert plan.stays_home.code == "draft_stays_home"
    assert (plan.is_empty, plan.hold) == (True, None)
    early = build_plan(Hub(record()), NOWHERE, replace(TERMS, sync_from=date(2027, 1, 1)))
    assert early.stays_home is not None
    assert early.stays_home.code == "before_sync_from"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"lines/l1/account": None, "lines/l1/category": "labour"}, "category_unmapped"),
        ({"lines/l1/tax_type": None, "lines/l1/tax": "vat"}, "tax_unmapped"),
        ({"currency": "USD"}, "currency_unknown"),
    ],
)
def test_a_create_that_would_fail_is_held(changes: dict[str, Any], code: str) -> None:
    """Unmapped words and what Xero would refuse are known before the call."""
    plan = build_plan(Hub(record(changes)), NOWHERE, TERMS)
    assert (code_of(plan), plan.is_empty) == (code, True)


def test_the_hold_of_an_unmapped_word_says_where_to_map_it() -> None:
    """A person reads the word and the setting."""
    category = build_plan(
        Hub(record({"lines/l1/account": None, "lines/l1/category": "labour"})), NOWHERE, TERMS
    ).hold
    tax = build_plan(Hub(record({"lines/l1/tax_type": None, "lines/l1/tax": "vat"})), NOWHERE, TERMS).hold
    assert category is not None
    assert category.message == "The category 'labour' is not mapped to Xero."
    assert category.cure == "Map it in the settings under revenue_accounts."
    assert tax is not None
    assert tax.cure == "Map it in the settings under taxes."


def test_an_update_names_only_what_moves() -> None:
    """Paths that are equal on both sides are left alone."""
    plan = build_plan(after({"reference": "X", "lines/l2/unit_price": "120"}), IN_XERO, TERMS)
    assert plan == Plan(moves=("lines/l2/unit_price", "reference"))
    assert plan.writes_invoice


def test_what_xero_cannot_hold_is_never_due_there() -> None:
    """The job's name and the app's own address stay in the app."""
    assert build_plan(after({"job": None, "url": None}), IN_XERO, TERMS) == Plan()


def test_a_removed_line_moves_with_the_order() -> None:
    """Every member goes, and the order names what is left."""
    hub = settled()
    plan = build_plan(replace(hub, record=without_line(RECORD, "l2")), IN_XERO, TERMS)
    assert "line_order" in plan.moves
    assert {path for path in plan.moves if path != "line_order"} == {
        path for path in hub.xero_shadow if path.startswith("lines/l2/")
    }


def test_a_void_moves_the_status_alone() -> None:
    """Whatever else the cancelled document says."""
    assert build_plan(after({"status": "cancelled", "reference": "X"}), IN_XERO, TERMS) == Plan(
        moves=("status",)
    )


def test_a_void_with_payments_is_held_and_takes_none_back() -> None:
    """Nothing destructive is done for a cancelled invoice on our own account."""
    plan = build_plan(after({"status": "cancelled"}, held=PAID), IN_XERO, TERMS)
    assert (code_of(plan), plan.is_empty) == ("void_blocked_by_payment", True)


def test_a_payment_taken_back_in_the_app_makes_way_for_the_void() -> None:
    """As the hold says: then it is voided by itself."""
    hub = replace(settled(RECORD | PAID), record=record({"status": "cancelled"}))
    plan = build_plan(hub, IN_XERO, TERMS)
    assert (code_of(plan), plan.payments_to_delete) == ("void_blocked_by_payment", ("p1",))


def test_an_unmapped_word_holds_only_edits_of_lines() -> None:
    """The reference goes to Xero although a line's category is not known; an edit of the line waits."""
    unmapped = {"lines/l1/category": "labour", "lines/l1/account": None}
    assert code_of(build_plan(after(unmapped), IN_XERO, TERMS)) == "category_unmapped"
    assert build_plan(after({"reference": "X"}, held=unmapped), IN_XERO, TERMS).moves == ("reference",)


def test_a_new_payment_is_made_in_xero() -> None:
    """By its key, since payments are made one by one."""
    plan = build_plan(after(PAID), IN_XERO, TERMS)
    assert plan == Plan(payments_to_create=("p1",))
    assert (plan.is_empty, plan.writes_invoice) == (False, False)


def test_a_payment_that_is_gone_is_deleted_in_xero() -> None:
    """A payment that the app took back."""
    hub = replace(settled(RECORD | PAID), record=dict(RECORD))
    assert build_plan(hub, IN_XERO, TERMS) == Plan(payments_to_delete=("p1",))


def test_a_payment_that_cannot_be_made_anew_stays_as_it_is() -> None:
    """Taken away for the change that Xero will not take, the money would be gone from there."""
    locked = replace(TERMS, organisation=replace(ORGANISATION, year_lock_on=date(2026, 11, 19)))
    cases = (
        ({"payments/p1/paid_on": "2026-11-19"}, locked, "locked_period"),
        ({"payments/p1/amount": "501"}, replace(TERMS, payment_account_id=None), "payment_account_missing"),
        ({"payments/p1/amount": "1100.01"}, TERMS, "payment_exceeds_due"),
    )
    for changes, terms, code in cases:
        plan = build_plan(after(changes, held=PAID), IN_XERO, terms)
        assert (code_of(plan), plan.is_empty) == (code, True)
        fit = build_plan(after({"payments/p1/amount": "1100"}, held=PAID), IN_XERO, TERMS)
        assert fit == Plan(payments_to_delete=("p1",))


def test_a_payment_that_fits_the_edit_beside_it_makes_way_for_it() -> None:
    """What Xero shows as due is no measure while the lines move too."""
    changes = {"payments/p1/amount": "2000", "lines/l1/unit_price": "2000"}
    plan = build_plan(after(changes, held=PAID), replace(IN_XERO, total="1000.00"), TERMS)
    assert (code_of(plan), plan.payments_to_delete) == ("paid_locked", ("p1",))


def test_payments_wait_for_the_invoice() -> None:
    """An edit first, so that a payment never exceeds what is due; it is made in the next round."""
    plan = build_plan(after({"lines/l1/unit_price": "900", **PAID}), IN_XERO, TERMS)
    assert plan == Plan(moves=("lines/l1/unit_price",))


def test_a_payment_that_is_gone_makes_way_for_an_edit() -> None:
    """The edit is still held by the payment; once it is gone the edit goes out by itself."""
    hub = replace(settled(RECORD | PAID), record=record({"lines/l1/unit_price": "900"}))
    plan = build_plan(hub, IN_XERO, TERMS)
    assert (code_of(plan), plan.payments_to_delete) == ("paid_locked", ("p1",))


def test_what_a_payment_allows_does_not_wait_for_what_it_forbids() -> None:
    """The reference goes to Xero, the price is held and says why."""
    hub = after({"reference": "X", "lines/l1/unit_price": "900"}, held=PAID)
    plan = build_plan(hub, IN_XERO, TERMS)
    assert (code_of(plan), plan.moves) == ("paid_locked", ("reference",))


def test_an_edit_that_a_payment_allows_goes_beside_its_deletion() -> None:
    """Both are due and neither waits for the other."""
    hub = replace(settled(RECORD | PAID), record=record({"reference": "X"}))
    assert build_plan(hub, IN_XERO, TERMS) == Plan(moves=("reference",), payments_to_delete=("p1",))


def test_a_payment_needs_an_account() -> None:
    """Without one it is held, and says what to choose."""
    plan = build_plan(after(PAID), IN_XERO, replace(TERMS, payment_account_id=None))
    assert (code_of(plan), plan.is_empty) == ("payment_account_missing", True)


def test_a_cent_that_differs_is_mended_by_tax_amounts() -> None:
    """Both sides agree on every field, and Xero's own sum does not: our tax per line is sent, once."""
    plan = build_plan(settled(), replace(IN_XERO, total="1100.01"), TERMS)
    assert plan == Plan(with_tax_amounts=True)
    assert plan.writes_invoice


def test_a_cent_that_still_differs_is_held() -> None:
    """Never do the two totals differ in silence."""
    still = XeroState("x-1", "1100.01", tax_amounts_sent=True)
    plan = build_plan(settled(), still, TERMS)
    assert (code_of(plan), plan.is_empty) == ("total_differs", True)
    assert plan.hold is not None
    assert plan.hold.message == "The lines come to 1100.00, and Xero shows 1100.01."


def test_a_cent_on_a_paid_invoice_is_held_at_once() -> None:
    """Under a payment Xero refuses every change of amounts."""
    assert code_of(build_plan(settled(RECORD | PAID), replace(IN_XERO, total="1100.01"), TERMS)) == (
        "total_differs"
    )


@pytest.mark.parametrize(
    ("hub", "xero"),
    [
        pytest.param(settled(), replace(IN_XERO, total=None), id="Xero's is not known"),
        pytest.param(
            settled(record({"lines/l1/tax_type": "TAX009"})),
            replace(IN_XERO, total="1"),
            id="ours is not known",
        ),
        pytest.param(
            settled(record({"status": "cancelled"})), replace(IN_XERO, total="0.00"), id="it is cancelled"
        ),
    ],
)
def test_totals_are_compared_where_there_are_two(hub: Hub, xero: XeroState) -> None:
    """A total that nobody knows, or that of a voided invoice, is no difference."""
    assert build_plan(hub, xero, TERMS) == Plan()


def test_totals_are_not_compared_while_something_moves() -> None:
    """They cannot agree before both sides hold the same lines."""
    plan = build_plan(after({"lines/l1/unit_price": "900"}), replace(IN_XERO, total="1"), TERMS)
    assert plan == Plan(moves=("lines/l1/unit_price",))
    paying = build_plan(after(PAID), replace(IN_XERO, total="1000"), TERMS)
    assert paying == Plan(payments_to_create=("p1",))


def held_reference() -> Hub:
    """A hub with a held conflict over the reference."""
    start = settled()
    theirs = xero_shows(start, changed(start.xero_shadow, {"reference": "X"}), policy=HOLD).hub
    return app_says(theirs, changed(start.partner_shadow, {"reference": "P"}), policy=HOLD).hub


def test_a_held_conflict_holds_its_own_paths_only() -> None:
    """What else is due goes on, and the hold stands beside it."""
    hub = held_reference()
    alone = build_plan(hub, IN_XERO, TERMS)
    assert (code_of(alone), alone.is_empty) == ("conflict_held", True)
    assert alone.hold is not None
    assert alone.hold.message == "Both sides changed reference to different values."
    busy = build_plan(replace(hub, record={**hub.record, "due_on": None}), IN_XERO, TERMS)
    assert (code_of(busy), busy.moves) == ("conflict_held", ("due_on",))
    paying = build_plan(replace(hub, record={**hub.record, **PAID}), IN_XERO, TERMS)
    assert (code_of(paying), paying.payments_to_create) == ("conflict_held", ("p1",))


def test_another_hold_comes_before_a_held_conflict() -> None:
    """What stops the whole invoice is said first."""
    hub = held_reference()
    held = build_plan(replace(hub, record={**hub.record, "status": "draft"}), IN_XERO, TERMS)
    assert code_of(held) == "cannot_unsend"


def test_a_total_is_not_mended_while_a_conflict_is_held() -> None:
    """What the lines should be is not known yet."""
    plan = build_plan(held_reference(), replace(IN_XERO, total="1"), TERMS)
    assert (code_of(plan), plan.with_tax_amounts) == ("conflict_held", False)


def test_a_payment_in_a_held_conflict_is_left_alone() -> None:
    """Taken back in the app, changed in Xero: neither made nor deleted until a person decides."""
    hub = replace(settled(RECORD | PAID), record=dict(RECORD), open_conflicts=frozenset({"payments/p1"}))
    plan = build_plan(hub, IN_XERO, TERMS)
    assert (plan.payments_to_create, plan.payments_to_delete) == ((), ())


@properties
@given(fields=records(statuses=("sent", "cancelled")))
def test_a_settled_link_plans_nothing(fields: dict[str, Any]) -> None:
    """Whatever both sides agree on, nothing is due, and nothing is held for it."""
    xero = XeroState("x-1", None, tax_amounts_sent=False)
    assert build_plan(settled(fields), xero, TERMS) == Plan()


def test_a_wanted_draft_is_created_and_another_is_not() -> None:
    """Only the wish makes the difference (FEATURES T3, O2); no plan of Xero's limits drafts."""
    draft = Hub(record({"status": "draft", "is_sent": False, "sent_at": None}))
    limited = replace(TERMS, organisation=replace(ORGANISATION, actions={APPROVE: False}))
    assert build_plan(draft, replace(NOWHERE, is_draft_wanted=True), limited) == Plan(create=True)
    stays = build_plan(draft, NOWHERE, TERMS).stays_home
    assert stays is not None
    assert stays.code == "draft_stays_home"


def test_a_draft_in_xero_moves_in_place_and_is_approved_when_it_is_sent() -> None:
    """Edits go as for every invoice; approving asks for what a new approved invoice must be (FACTS 4.1)."""
    draft = settled({**RECORD, "status": "draft", "is_sent": False, "sent_at": None})
    edited = replace(draft, record={**draft.record, "reference": "PO 2"})
    assert build_plan(edited, IN_XERO, TERMS) == Plan(moves=("reference",))
    sent = {"status": "sent", "is_sent": True, "sent_at": "2026-11-20T03:15:00Z"}
    approved = replace(draft, record={**draft.record, **sent})
    assert build_plan(approved, IN_XERO, TERMS) == Plan(moves=("is_sent", "status"))
    limited = replace(TERMS, organisation=replace(ORGANISATION, actions={APPROVE: False}))
    assert code_of(build_plan(approved, IN_XERO, limited)) == "plan_limit"
    assert build_plan(edited, IN_XERO, limited) == Plan(moves=("reference",))


def test_payments_wait_for_a_drafts_approval() -> None:
    """Xero takes none on a draft; an approved invoice's go at once."""
    draft = settled({**RECORD, "status": "draft", "is_sent": False, "sent_at": None})
    plan = build_plan(replace(draft, record={**draft.record, **PAID}), IN_XERO, TERMS)
    assert (code_of(plan), plan.payments_to_create) == ("not_approved", ())
