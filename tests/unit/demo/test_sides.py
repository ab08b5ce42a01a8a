"""What the demo lays side by side: it must see every difference, or a step would hold that did not."""

from typing import Any

from app.demo.sides import (
    NOTHING,
    PARTNER,
    Movement,
    format_amount,
    list_differences,
    list_missing,
    list_movements,
    view_document,
)

SENT: dict[str, str] = {"status": "sent", "number": "JOB-1", "reference": "PO 1", "total": "10.00"}
AUTHORISED = {**SENT, "status": "AUTHORISED", "number": "INV-0001"}


def test_each_side_says_status_and_number_in_its_own_words() -> None:
    """sent and AUTHORISED are one thing, and the two numbers need not be equal."""
    assert list_differences(SENT, AUTHORISED) == []


def test_a_field_that_differs_is_named_with_both_values() -> None:
    """Whoever reads the failure needs no second look."""
    differing = list_differences(SENT, {**AUTHORISED, "total": "10.01"})
    assert differing == ["total: 10.00 in the app, 10.01 in Xero"]


def test_a_field_that_only_one_side_has_is_a_difference() -> None:
    """A line that is missing on one side must not pass for equal."""
    assert list_differences(SENT, {**AUTHORISED, "line 1": "Call-out, 1 x 10.00"}) == [
        f"line 1: {NOTHING} in the app, Call-out, 1 x 10.00 in Xero"
    ]


def test_an_invoice_that_is_gone_on_both_sides_needs_nothing_more() -> None:
    """Xero empties what is voided; the app keeps what it cancelled."""
    assert list_differences({**SENT, "status": "cancelled"}, {"status": "VOIDED"}) == []


def test_one_that_is_gone_on_one_side_only_differs() -> None:
    """Cancelled here and approved there is the worst of all."""
    assert list_differences({**SENT, "status": "cancelled"}, AUTHORISED) == [
        "status: cancelled in the app, AUTHORISED in Xero"
    ]


def test_what_is_expected_and_not_shown_is_named() -> None:
    """Both sides may be equal and both be wrong."""
    assert list_missing("Xero", SENT, {"reference": "PO 2"}) == ["reference: PO 1 in Xero, expected PO 2"]


def test_movements_are_what_shows_otherwise_than_before() -> None:
    """New, changed and gone; an empty value is nothing, so from nothing to empty nothing moved."""
    before = {"reference": "PO 1", "total": "10.00", "line 2": "gone"}
    after = {"reference": "PO 2", "total": "10.00", "due": ""}
    assert list_movements(PARTNER, before, after) == [
        Movement(PARTNER, "reference", "PO 1", "PO 2"),
        Movement(PARTNER, "line 2", "gone", NOTHING),
    ]


def test_amounts_look_alike_however_they_are_written() -> None:
    """A price of four places keeps them; one without places gets two."""
    assert [format_amount(each) for each in ("10", 10.5, "0.1234", "1.2000")] == [
        "10.00",
        "10.50",
        "0.1234",
        "1.20",
    ]


def test_a_document_that_is_not_there_shows_nothing() -> None:
    """Before it was opened, every field is nothing."""
    missing: dict[str, Any] | None = None
    assert view_document(missing) == {}
