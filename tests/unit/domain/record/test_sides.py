"""What each side can hold, and the record as it would hold it."""

import pytest

from app.domain.record.sides import Side, holds, project
from tests.unit.domain.samples import RECORD, payment, record


def test_each_side_has_another() -> None:
    """There are two."""
    assert [side.other for side in Side] == [Side.XERO, Side.PARTNER]


@pytest.mark.parametrize(
    ("path", "partner", "xero"),
    [
        ("reference", True, True),
        ("line_order", True, True),
        ("contact", True, True),
        ("sent_at", True, False),
        ("url", True, False),
        ("job", True, False),
        ("is_sent", False, True),
        ("lines/l1/unit_price", True, True),
        ("lines/l1/category", True, False),
        ("lines/l1/tax", True, False),
        ("lines/l1/account", False, True),
        ("lines/l1/tax_type", False, True),
        ("payments/p1/amount", True, True),
        ("payments/p1/method", True, False),
        ("no_such_field", False, False),
    ],
)
def test_what_a_side_can_hold(path: str, partner: bool, xero: bool) -> None:
    """A job never goes to Xero, a ledger account never to the app."""
    assert (holds(Side.PARTNER, path), holds(Side.XERO, path)) == (partner, xero)


def test_a_projection_leaves_out_what_the_side_cannot_hold() -> None:
    """And changes nothing of the rest."""
    fields = RECORD | payment("p1", "5", method="card")
    for side in Side:
        assert project(side, fields) == {path: value for path, value in fields.items() if holds(side, path)}


def test_of_a_cancelled_record_xero_holds_only_that_it_is_cancelled() -> None:
    """A voided invoice can be edited no more (FACTS 4.1); the app shows it whole."""
    cancelled = record({"status": "cancelled"})
    assert project(Side.XERO, cancelled) == {"status": "cancelled"}
    assert project(Side.PARTNER, cancelled)["reference"] == "PO 1177"
