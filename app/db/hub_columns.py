"""What of a hub the tables keep in a form of their own: what sides are brought back to, and what is left as it is.

A value that is not there is left out, so that None stays a value.
"""

from collections.abc import Mapping
from typing import Any

from app.domain.fields import ABSENT, Absent, Value
from app.domain.held import Apart
from app.domain.hub import Hub, Move
from app.domain.sides import Side


def decided_to_row(hub: Hub) -> dict[str, Any]:
    """The columns `apart` and `ignored`."""
    return {
        "apart": {
            path: {side.value: _kept(value) for side, value in values.items()}
            for path, values in hub.apart.items()
        },
        "ignored": {
            path: {Side.PARTNER.value: _kept(partner), Side.XERO.value: _kept(xero)}
            for path, (partner, xero) in hub.ignored.items()
        },
    }


def apart_from_row(kept: Mapping[str, Mapping[str, Any]]) -> Apart:
    """What `decided_to_row` kept of `apart`."""
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
