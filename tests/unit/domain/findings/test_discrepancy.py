"""Differences: which side moved, and when their cause is gone."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.domain.findings.discrepancy import (
    DiscrepancyKind,
    MovedBy,
    find_left_over,
    find_moves_of_xero,
    find_overwritten,
    find_stated_total,
    find_unequal,
    find_why_gone,
)
from app.domain.invoices.sums import CANCELLED, SideSum, sum_partner, sum_xero
from app.domain.record.hub import Hub
from app.domain.record.sides import Side, project
from tests.unit.domain.samples import AT, changed, credit, payment, record

MOVED_AT = {Side.PARTNER: AT, Side.XERO: None}


def hub(partner: Any = "PO 1177", xero: Any = "PO 1177") -> Hub:
    """A hub whose two sides hold these references; the record says PO 1177."""
    return Hub(
        record=record(),
        partner_shadow=changed(project(Side.PARTNER, record()), {"reference": partner}),
        xero_shadow=changed(project(Side.XERO, record()), {"reference": xero}),
    )


@pytest.mark.parametrize(
    ("partner", "xero", "moved_by", "moved_at", "base"),
    [
        ("PO a", "PO 1177", MovedBy.PARTNER, AT, {"base": "PO 1177"}),
        ("PO 1177", "PO x", MovedBy.XERO, None, {"base": "PO 1177"}),
        ("PO a", "PO x", MovedBy.UNKNOWN, None, {}),
    ],
)
def test_the_side_that_left_the_record_moved_it(
    partner: str, xero: str, moved_by: MovedBy, moved_at: Any, base: Any
) -> None:
    """Where neither holds it any more nobody knows, and nothing is said (FEATURES E10)."""
    [found] = find_unequal(hub(partner, xero), MOVED_AT)
    assert (found.path, found.moved_by, found.moved_at) == ("reference", moved_by, moved_at)
    assert found.values == base | {"partner": partner, "xero": xero}


def test_sides_that_agree_differ_in_nothing_and_held_conflicts_are_told_elsewhere() -> None:
    """A difference that a person is asked about already is none to find."""
    assert find_unequal(hub(), MOVED_AT) == []
    held = replace(hub("PO a", "PO x"), open_conflicts=frozenset({"reference"}))
    assert find_unequal(held, MOVED_AT) == []


def test_what_xero_moved_without_a_timestamp_has_no_time() -> None:
    """When is told only where Xero's clock moved."""
    seen = changed(project(Side.XERO, record()), {"due_on": "2027-01-01"})
    [found] = find_moves_of_xero(hub(), seen, known_at=AT, seen_at=AT)
    assert (found.path, found.moved_by, found.moved_at) == ("due_on", MovedBy.XERO, None)
    assert found.values == {"base": "2026-12-04", "partner": "2026-12-04", "xero": "2027-01-01"}
    [dated] = find_moves_of_xero(hub(), seen, known_at=None, seen_at=AT)
    assert dated.moved_at == AT


def gone(kind: DiscrepancyKind, values: Any, known: Hub, **more: Any) -> str | None:
    """Why it is gone, of a difference at the reference."""
    more = {"standing": None, "totals_agree": False} | more
    return find_why_gone(kind, "reference", values, known, **more)


def test_a_difference_is_gone_with_its_cause() -> None:
    """Each kind has its own."""
    assert gone(DiscrepancyKind.VALUE_DIFFERS, {}, hub("PO a")) is None
    assert gone(DiscrepancyKind.VALUE_DIFFERS, {}, hub())
    [overwritten] = find_overwritten({"reference": {"before": "PO 1", "after": "PO 1177"}}, AT)
    assert gone(overwritten.kind, overwritten.values, hub()) is None
    edited = replace(hub(), record=record({"reference": "PO new"}))
    assert gone(overwritten.kind, overwritten.values, edited)
    assert gone(DiscrepancyKind.MISSING_IN_XERO, {}, hub(), standing="missing_in_xero") is None
    assert gone(DiscrepancyKind.MISSING_IN_XERO, {}, hub())
    assert gone(DiscrepancyKind.TOTAL_DIFFERS, {}, hub()) is None
    assert gone(DiscrepancyKind.TOTAL_DIFFERS, {}, hub(), totals_agree=True)
    assert gone(DiscrepancyKind.PAYMENT_ON_VOIDED, {}, hub(), standing="payment_on_voided") is None
    assert gone(DiscrepancyKind.PAYMENT_ON_VOIDED, {}, hub())
    left = find_left_over("payments/p1", {"amount": "150"}, Decimal(40), AT)
    assert gone(left.kind, left.values, hub(), has_left_over=True) is None
    assert gone(left.kind, left.values, hub())


def test_what_the_apps_list_told_is_gone_with_the_next_version() -> None:
    """That our own totals agree says nothing of what the app states."""
    stated = find_stated_total(Decimal("111"), Decimal("110"), None, 3)
    assert stated.values == {"base": "110.00", "partner": "111.00", "version": 3}
    known = replace(hub(), partner_version=3)
    assert gone(stated.kind, stated.values, known, totals_agree=True) is None
    assert gone(stated.kind, stated.values, replace(known, partner_version=4))
    assert gone(DiscrepancyKind.MISSING_AT_PARTNER, {"version": 3}, known) is None


def test_sums_are_to_the_cent_and_nothing_of_what_is_cancelled() -> None:
    """What was paid too much is no debt; a side that shows nothing has no sum (FEATURES N10)."""
    view = record() | payment("p1", "500.005") | credit("c1", "100")
    assert sum_partner(view, Decimal("1100")) == SideSum(
        Decimal("1100.00"), Decimal("500.01"), Decimal("100.00"), Decimal("499.99")
    )
    paid = sum_partner(record() | payment("p1", "2000"), Decimal("1100"))
    assert paid is not None
    assert paid.due == 0
    assert sum_partner(record({"status": "cancelled"}), Decimal("1100")) == CANCELLED
    assert sum_partner({}, None) is None
    assert sum_xero(view, "1100.00", "499.99") == SideSum(
        Decimal("1100.00"), Decimal("500.01"), Decimal("100.00"), Decimal("499.99")
    )
    assert sum_xero(view, "1100.00", None) == sum_xero(view, "1100.00", "499.99")
    assert sum_xero(view, None, None) is None
