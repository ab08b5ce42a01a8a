"""A hub as the tables of links keep it, and what of it has a form of its own there.

That is what sides are brought back to, and what is left as it is. A value that is not there is left out, so that None
stays a value.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, and_, case, func

from app.domain.record.apart import apart_to_json
from app.domain.record.fields import ABSENT, Absent, Value
from app.domain.record.held import Parted
from app.domain.record.hub import Hub
from app.domain.record.moves import Move
from app.domain.record.sides import Side

HUB = (
    "record",
    "partner_shadow",
    "xero_shadow",
    "unanswered",
    "revision",
    "merged_version",
    "merged_based_on",
    "open_conflicts",
    "partner_apart",
    "xero_apart",
    "apart",
    "ignored",
)
"""The columns of a hub that are the loop's alone, in the tables of both kinds of links."""


def hub_to_row(hub: Hub) -> dict[str, Any]:
    """What those columns hold of a hub."""
    return {
        "record": dict(hub.record),
        "partner_shadow": dict(hub.partner_shadow),
        "xero_shadow": dict(hub.xero_shadow),
        "unanswered": None if hub.unanswered is None else dict(hub.unanswered),
        "revision": hub.revision,
        "merged_version": hub.partner_version,
        "merged_based_on": hub.partner_based_on,
        "open_conflicts": sorted(hub.open_conflicts),
        "partner_apart": apart_to_json(hub.partner_apart),
        "xero_apart": apart_to_json(hub.xero_apart),
        "apart": {
            path: {side.value: _kept(value) for side, value in values.items()}
            for path, values in hub.parted.items()
        },
        "ignored": {
            path: {Side.PARTNER.value: _kept(partner), Side.XERO.value: _kept(xero)}
            for path, (partner, xero) in hub.ignored.items()
        },
    }


def build_standing(kept: Any, given: Any, saved_at: BindParameter[datetime]) -> dict[str, Any]:
    """The columns that depend on what was kept, for a statement that saves given rows: since when a link stands as it
    does, and what the app has taken, which delivery saves too.
    """
    stands = and_(kept.state == given.state, kept.reason_code.is_not_distinct_from(given.reason_code))
    return {
        "acked_revision": func.greatest(kept.acked_revision, given.acked_revision),
        "since_at": case((stands, kept.since_at), else_=saved_at),
    }


def parted_from_row(kept: Mapping[str, Mapping[str, Any]]) -> Parted:
    """What `hub_to_row` kept of `parted`."""
    return {
        path: {Side(side): _value(value) for side, value in values.items()} for path, values in kept.items()
    }


def ignored_from_row(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, Move]:
    """What `hub_to_row` kept of `ignored`."""
    return {path: (_value(values[Side.PARTNER]), _value(values[Side.XERO])) for path, values in kept.items()}


def _kept(value: Value | Absent) -> dict[str, Any]:
    return {} if isinstance(value, Absent) else {"value": value}


def _value(kept: Mapping[str, Any]) -> Value | Absent:
    return kept.get("value", ABSENT)
