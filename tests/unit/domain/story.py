"""The acts of a story about the hub: it starts settled, then one side or the other is looked at.

The functions are the hub's own, called with what a story leaves out.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.domain.record.direction import OPEN, Lanes
from app.domain.record.fields import ABSENT
from app.domain.record.hub import Hub
from app.domain.record.observing import (
    Observed,
    Rules,
    catch_up,
    observe_document,
    observe_xero,
    xero_answered,
)
from app.domain.record.owed import PartnerChange, next_change, xero_moves
from app.domain.record.policy import ConflictPolicy
from app.domain.record.sent import change_sent
from app.domain.record.sides import Side, holds
from tests.unit.domain.samples import AT, RECORD, VOCABULARY

XERO_WINS, PARTNER_WINS, HOLD = ConflictPolicy.XERO_WINS, ConflictPolicy.PARTNER_WINS, ConflictPolicy.HOLD


def settled(fields: Mapping[str, Any] = RECORD) -> Hub:
    """A hub whose two sides both hold this record; the partner's document has version 1."""
    shadows = {side: {path: value for path, value in fields.items() if holds(side, path)} for side in Side}
    return Hub(
        record=dict(fields),
        partner_shadow=shadows[Side.PARTNER],
        xero_shadow=shadows[Side.XERO],
        partner_version=1,
    )


def app_says(
    hub: Hub,
    fields: Mapping[str, Any],
    *,
    based_on: int | None = 0,
    policy: ConflictPolicy = XERO_WINS,
    version: int | None = None,
    lanes: Lanes = OPEN,
) -> Observed:
    """The hub takes a document, the next version unless it is named."""
    return observe_document(
        hub,
        fields,
        version=hub.partner_version + 1 if version is None else version,
        based_on=based_on,
        rules=rules(policy, lanes),
        at=AT,
        xero_at=AT,
    )


def xero_shows(
    hub: Hub, fields: Mapping[str, Any], *, policy: ConflictPolicy = XERO_WINS, lanes: Lanes = OPEN
) -> Observed:
    """The hub takes what a read of Xero shows."""
    return observe_xero(hub, fields, rules=rules(policy, lanes), at=AT, partner_at=AT)


def xero_answers(
    hub: Hub,
    wrote: Mapping[str, Any],
    returned: Mapping[str, Any],
    *,
    policy: ConflictPolicy = XERO_WINS,
    lanes: Lanes = OPEN,
) -> Observed:
    """The hub takes Xero's answer to a write."""
    return xero_answered(hub, wrote, returned, rules=rules(policy, lanes), at=AT, partner_at=AT)


def directions_change(hub: Hub, lanes: Lanes = OPEN, *, policy: ConflictPolicy = XERO_WINS) -> Observed:
    """The hub takes up what travels by the new directions."""
    return catch_up(hub, rules=rules(policy, lanes), xero_at=AT, partner_at=AT)


def rules(policy: ConflictPolicy, lanes: Lanes = OPEN) -> Rules:
    """The rules of a connection with that policy, the sample's maps and those directions."""
    return Rules(policy.winner_of, VOCABULARY, lanes)


def sent(hub: Hub) -> tuple[Hub, PartnerChange]:
    """The hub after it sent the change that is due, and that change."""
    change = next_change(hub)
    assert change is not None
    return change_sent(hub, change), change


def target_of(hub: Hub) -> dict[str, Any]:
    """What Xero holds once everything that is due there is written."""
    return moved(hub.xero_shadow, xero_moves(hub))


def write_unanswered(hub: Hub) -> tuple[Hub, dict[str, Any]]:
    """The hub after a write to Xero whose answer never came, and what was written."""
    target = target_of(hub)
    return replace(hub, unanswered=target), target


def would_refuse(app: Mapping[str, Any], change: PartnerChange) -> bool:
    """Whether an app that holds these fields must refuse the change: compare-and-set, as our guide asks."""
    return any(app.get(path, ABSENT) not in move for path, move in change.moves.items())


def moved(fields: Mapping[str, Any], moves: Mapping[str, Any]) -> dict[str, Any]:
    """These fields with every move made."""
    after = {**fields, **{path: value for path, (_, value) in moves.items()}}
    return {path: value for path, value in after.items() if value is not ABSENT}
