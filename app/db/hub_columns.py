"""What of a hub the tables keep in a form of their own: what sides are brought back to, and what is left as it is.

A value that is not there is left out, so that None stays a value.
"""

from collections.abc import Mapping
from typing import Any

from app.domain.fields import ABSENT, Absent, Value
from app.domain.held import Parted
from app.domain.hub import Hub
from app.domain.moves import Move
from app.domain.sides import Side


def decided_to_row(hub: Hub) -> dict[str, Any]:
    """The columns `parted` and `ignored`."""
    return {
        "parted": {
            path: {side.value: _kept(value) for side, value in values.items()}
            for path, values in hub.parted.items()
        },
        "ignored": {
            path: {Side.PARTNER.value: _kept(partner), Side.XERO.value: _kept(xero)}
            for path, (partner, xero) in hub.ignored.items()
        },
    }


def parted_from_row(kept: Mapping[str, Mapping[str, Any]]) -> Parted:
    """What `decided_to_row` kept of `parted`."""
    return {
        path: {Side(side): _value(value) for side, value in values.items()} for path, values in kept.items()
    }


def ignored_from_row(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, Move]:
    """What `decided_to_row` kept of `ignored`."""
    return {path: (_value(values[Side.PARTNER]), _value(values[Side.XERO])) for path, values in kept.items()}


def _kept(value: Value | Absent) -> dict[str, Any]:
    return {} if isinstance(value, Absent) else {"value": value}


def _value(kept: Mapping[str, Any]) -> Value | Absent:
    return kept.get("value", ABSENT)
