"""Whether other settings let in what was passed over before."""

from datetime import date
from typing import Any

import pytest

from app.domain.connections.settings import ConnectionSettings
from app.domain.connections.widening import brings_more_in
from app.domain.crossing.gate import ImportFromXero
from app.domain.record.direction import Direction

JULY, MAY = date(2026, 7, 1), date(2026, 5, 1)
CLOSED = {"directions": {"invoices": Direction.TO_XERO}}


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        ({}, {}, False),
        ({"import_from_xero": ImportFromXero.OFF}, {}, True),
        ({}, {"import_from_xero": ImportFromXero.AUTHORISED}, True),
        ({}, {"import_from_xero": ImportFromXero.OFF}, False),
        ({"sync_from": JULY}, {}, True),
        ({"sync_from": JULY}, {"sync_from": MAY}, True),
        ({"sync_from": MAY}, {"sync_from": JULY}, False),
        ({}, {"sync_from": JULY}, False),
        (CLOSED, {}, True),
        ({}, CLOSED, False),
        ({"sync_from": JULY, **CLOSED}, CLOSED, False),
    ],
)
def test_only_a_wider_gate_brings_more_in(before: dict[str, Any], after: dict[str, Any], more: bool) -> None:
    """An earlier start, more kinds of invoices, or the way opened; never one that closes (I7, T17, E7)."""
    assert brings_more_in(ConnectionSettings(**before), ConnectionSettings(**after)) is more
