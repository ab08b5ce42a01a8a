"""A hub as the tables of links keep it, and what of it has a form of its own there.

That is what sides are brought back to, and what is left as it is. A value that is not there is left out, so that None
stays a value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, and_, case, func

from app.db.tables import ContactLinkRow, InvoiceLinkRow
from app.domain.record.apart import apart_from_json, apart_to_json
from app.domain.record.fields import ABSENT, Absent, Fields, Value
from app.domain.record.hub import Hub
from app.domain.record.kind import Kind
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


@dataclass(slots=True)
class SentChanges:
    """What was sent of one link since the partner's last document: what may have been applied, and what was refused.

    `applied` are the revisions of which the partner said so. `is_newest_withdrawn`: nothing replaced it.
    """

    sent: dict[int, Mapping[str, Move]] = field(default_factory=dict)
    refused: dict[int, Mapping[str, Move]] = field(default_factory=dict)
    newest: int = 0
    is_newest_withdrawn: bool = False
    applied: set[int] = field(default_factory=set)


def hub_from_row(
    row: InvoiceLinkRow | ContactLinkRow,
    sent: SentChanges,
    kind: Kind,
    *,
    record: Fields,
    partner_shadow: Fields,
    in_xero: Callable[[Fields], Fields],
) -> Hub:
    """The hub that those columns hold, beside what was sent of it; `in_xero` reads what Xero holds or was asked to."""
    return Hub(
        record=record,
        partner_shadow=partner_shadow,
        xero_shadow=in_xero(row.xero_shadow),
        revision=row.revision,
        partner_version=row.merged_version,
        partner_based_on=row.merged_based_on,
        acked_revision=row.acked_revision,
        sent=sent.sent,
        refused=sent.refused,
        newest_sent=sent.newest,
        is_newest_withdrawn=sent.is_newest_withdrawn,
        unanswered=None if row.unanswered is None else in_xero(row.unanswered),
        open_conflicts=frozenset(row.open_conflicts),
        partner_apart=apart_from_json(row.partner_apart),
        xero_apart=apart_from_json(row.xero_apart),
        parted={
            path: {Side(side): _value(value) for side, value in values.items()}
            for path, values in row.parted.items()
        },
        ignored={
            path: (_value(values[Side.PARTNER]), _value(values[Side.XERO]))
            for path, values in row.ignored.items()
        },
        kind=kind,
    )


def build_standing(kept: Any, given: Any, saved_at: BindParameter[datetime]) -> dict[str, Any]:
    """The columns that depend on what was kept, for a statement that saves given rows: since when a link stands as it
    does, and what the app has taken, which delivery saves too.
    """
    stands = and_(kept.state == given.state, kept.reason_code.is_not_distinct_from(given.reason_code))
    return {
        "acked_revision": func.greatest(kept.acked_revision, given.acked_revision),
        "since_at": case((stands, kept.since_at), else_=saved_at),
    }


def _kept(value: Value | Absent) -> dict[str, Any]:
    return {} if isinstance(value, Absent) else {"value": value}


def _value(kept: Mapping[str, Any]) -> Value | Absent:
    return kept.get("value", ABSENT)
