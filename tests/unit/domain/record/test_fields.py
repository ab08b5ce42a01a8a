"""The canonical form: paths, groups, order, and texts that are equal when their meaning is."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from app.domain.record.fields import (
    ABSENT,
    decimal_text,
    differing,
    group_of,
    grouped,
    instant_text,
    is_text_only,
    keys_of,
    line_keys,
    member,
    member_of,
    only_groups,
    pick,
    without_groups,
)

FIELDS = {
    "reference": None,
    "line_order": ["b", "a"],
    "lines/a/tax": "gst",
    "lines/b/tax": None,
    "payments/p/amount": "5",
}


@pytest.mark.parametrize(
    ("path", "group", "name"),
    [
        ("reference", None, "reference"),
        ("lines/l1/tax", "lines/l1", "tax"),
        ("lines/l1", "lines/l1", "l1"),
        ("payments/p.1:x/amount", "payments/p.1:x", "amount"),
    ],
)
def test_a_path_tells_its_group_and_its_name(path: str, group: str | None, name: str) -> None:
    """Header fields have no group; keys may hold anything but a slash."""
    assert (group_of(path), member_of(path)) == (group, name)


def test_fields_fall_into_header_and_groups() -> None:
    """A group is there when any of its members is."""
    assert grouped(FIELDS) == (
        {"reference": None, "line_order": ["b", "a"]},
        {
            "lines/a": {"lines/a/tax": "gst"},
            "lines/b": {"lines/b/tax": None},
            "payments/p": {"payments/p/amount": "5"},
        },
    )
    assert (keys_of(FIELDS, "lines"), keys_of(FIELDS, "payments")) == (["a", "b"], ["p"])
    assert (member(FIELDS, "lines", "a", "tax"), member(FIELDS, "lines", "z", "tax")) == ("gst", None)


def test_groups_are_taken_out_or_left_in() -> None:
    """The line order is a header field, not a line."""
    assert set(without_groups(FIELDS, "lines")) == {"reference", "line_order", "payments/p/amount"}
    assert set(only_groups(FIELDS, "lines")) == {"lines/a/tax", "lines/b/tax"}
    assert pick(FIELDS, ["reference", "number"]) == {"reference": None}


def test_lines_have_their_order_and_the_forgotten_come_last() -> None:
    """An order may name lines that are gone and miss lines that came."""
    assert line_keys(FIELDS) == ["b", "a"]
    assert line_keys(FIELDS | {"line_order": ["gone", "b"]}) == ["b", "a"]
    assert line_keys({path: value for path, value in FIELDS.items() if path != "line_order"}) == ["a", "b"]


def test_a_line_without_a_price_is_only_a_description() -> None:
    """Also where it has a quantity; a price of nothing is a price, and a price that is not said yet may be one."""
    line = {"lines/a/description": "Thank you", "lines/a/quantity": "1", "lines/a/unit_price": None}
    assert is_text_only(line, "a")
    assert not is_text_only(line | {"lines/a/unit_price": "0"}, "a")
    assert not is_text_only({"lines/a/description": "Thank you"}, "a")


def test_absence_differs_from_nothing() -> None:
    """None is a value: an empty reference. A path that is not there is another thing."""
    assert differing({"a": None, "b": 1, "c": 2}, {"b": 1, "c": 3, "d": None}) == ["a", "c", "d"]
    assert repr(ABSENT) == "ABSENT"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1890.00", "1890"),
        (Decimal("1.89E3"), "1890"),
        ("0.1000", "0.1"),
        ("-0.00", "0"),
        ("0.000", "0"),
        (100, "100"),
        ("-12.50", "-12.5"),
        ("9999999999.9999", "9999999999.9999"),
    ],
)
def test_one_number_has_one_text(value: Decimal | str | int, text: str) -> None:
    """Plain digits without trailing zeros."""
    assert decimal_text(value) == text


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 20, 3, 15, tzinfo=UTC), "2026-11-20T03:15:00Z"),
        (datetime(2026, 11, 20, 3, 15, 0, 250_000, UTC), "2026-11-20T03:15:00.250Z"),
        (datetime(2026, 11, 20, 3, 15, 0, 999, UTC), "2026-11-20T03:15:00Z"),
        (datetime(2026, 11, 20, 14, 15, tzinfo=timezone(timedelta(hours=11))), "2026-11-20T03:15:00Z"),
    ],
)
def test_one_instant_has_one_text(at: datetime, text: str) -> None:
    """UTC, whole seconds unless there are milliseconds."""
    assert instant_text(at) == text
