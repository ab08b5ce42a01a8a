"""The rule by which the app applies a change or refuses it, as pure functions."""

from typing import Any

import pytest

from app.sandbox.partner.compare_and_set import UnknownPath, apply_fields, list_moved, parse_path
from app.sandbox.partner.document import Document


@pytest.fixture
def document() -> Document:
    """An invoice with one line and one payment."""
    line = {"id": "l1", "description": "Tap", "quantity": "1", "unit_price": "1890.00", "item_code": None}
    return {
        "id": "inv_1",
        "status": "sent",
        "reference": "PO 1",
        "sent_at": "2026-11-20T03:15:00Z",
        "amounts_are": "tax_inclusive",
        "contact": {"id": "cus_1", "name": "Kim Tran", "email": None, "phone": None},
        "lines": [{**line, "discount_rate": None}],
        "payments": [{"id": "p1", "amount": "500.00", "paid_on": "2026-11-20", "method": "card"}],
    }


def entry(path: str, before: Any, after: Any) -> Document:
    """One entry of a change."""
    return {"path": path, "before": before, "after": after}


LINE = {"id": "x1", "description": "Valve", "quantity": "2", "unit_price": "10.00", "discount_rate": None}
PAYMENT = {"id": "p2", "amount": "1390.00", "paid_on": "2026-11-21", "method": None}
CREDIT = {"id": "c1", "kind": "credit_note", "amount": "10.00", "applied_on": "2026-11-21", "number": "CN-1"}


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("reference", "PO 1", "PO 2"),
        ("reference", "PO 0", "PO 1"),
        ("lines/l1/unit_price", "1890.0", "1900.00"),
        ("lines/l1/quantity", "1.0000", "2"),
        ("lines/l1/item_code", None, "TAP"),
        ("sent_at", "2026-11-20T14:15:00+11:00", None),
        ("contact", {"id": "cus_1", "name": "Kim as it was"}, {"id": "cus_2", "name": "Ann"}),
        ("lines/x1", None, LINE),
        ("payments/p2", None, PAYMENT),
        ("payments/p1", {"id": "p1", "amount": "500", "paid_on": "2026-11-20", "method": "card"}, None),
        ("line_order", ["l1"], ["x1", "l1"]),
    ],
)
def test_a_change_applies_where_the_value_is_still_before_or_already_after(
    document: Document, path: str, before: Any, after: Any
) -> None:
    """Values are compared by meaning: decimals as decimals, instants as instants, absence as null."""
    assert list_moved(document, [entry(path, before, after)]) == []


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("reference", "PO 0", "PO 2"),
        ("lines/l1/unit_price", "1889.99", "1900.00"),
        ("lines/l1/item_code", "OLD", "NEW"),
        ("lines/gone/item_code", None, "TAP"),
        ("lines/gone/item_code", "TAP", None),
        ("lines/l1", None, LINE),
        ("lines/l1", {"id": "l1", "description": "Other"}, None),
        ("payments/p1", None, PAYMENT),
        ("credits/c1", CREDIT, CREDIT | {"amount": "5.00"}),
        ("line_order", ["l1", "l2"], ["l2", "l1"]),
        ("contact", {"id": "cus_3", "name": "Kim Tran"}, {"id": "cus_2", "name": "Ann"}),
    ],
)
def test_a_change_is_refused_where_somebody_edited_the_field(
    document: Document, path: str, before: Any, after: Any
) -> None:
    """A field that holds neither value was edited in the app; a field of a removed line counts as edited."""
    assert list_moved(document, [entry("reference", "PO 1", "PO 9"), entry(path, before, after)]) == [path]


def test_lines_and_payments_come_and_go_in_the_order_that_the_change_names(document: Document) -> None:
    """The order is applied last, so it may name a line that the same change adds."""
    fields = [
        entry("line_order", ["l1"], ["x1", "l1"]),
        entry("lines/x1", None, LINE),
        entry("payments/p1", document["payments"][0], None),
        entry("payments/p2", None, PAYMENT),
        entry("credits/c1", None, CREDIT),
        entry("lines/l1/description", "Tap", "Tap, chrome"),
        entry("status", "sent", "paid"),
    ]
    changed = apply_fields(document, fields)
    assert [line["description"] for line in changed["lines"]] == ["Valve", "Tap, chrome"]
    assert (changed["payments"], changed["credits"]) == ([PAYMENT], [CREDIT])
    assert changed["status"] == "paid"
    assert changed["total"] == "1910.00"


def test_applying_leaves_the_document_that_was_given_as_it_was(document: Document) -> None:
    """The rule is pure."""
    apply_fields(document, [entry("lines/l1", document["lines"][0], None)])
    assert [line["id"] for line in document["lines"]] == ["l1"]


@pytest.mark.parametrize(
    "path", ["colour", "lines/", "lines/l1/colour", "payments/p1/amount", "credits/c1/amount", "job/name", ""]
)
def test_a_path_that_the_app_does_not_know_is_an_error(path: str) -> None:
    """What can be neither compared nor set must not be taken for applied."""
    with pytest.raises(UnknownPath):
        parse_path(path)
