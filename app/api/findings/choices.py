"""What can be chosen for a conflict or a discrepancy, with the value that each choice would bring."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from app.api.findings.decision_input import Choice
from app.api.findings.stakes import Link, Subject, find_value, list_with
from app.db.findings.conflicts import ConflictState, KeptConflict
from app.domain.findings.decision import find_closed
from app.domain.findings.discrepancy import WHOLE
from app.domain.findings.stake import sides_of
from app.domain.record.direction import Lanes
from app.domain.record.fields import Absent
from app.domain.record.sides import Side

_MEANINGS: dict[Choice, str] = {
    "take_xero": "Xero's value stands on both sides.",
    "take_partner": "The app's value stands on both sides.",
    "merged": "Another value, given under `values` by path, stands on both sides.",
    "relink": "It is another invoice or contact of Xero's, named by `xero_id`.",
    "ignore": "It stays as it is, and is spoken of no more while the values stay.",
}
_ALONG = " So do its basis of amounts and its lines that wait together."


class Offered(BaseModel):
    """One thing that can be chosen."""

    action: Choice
    meaning: str
    value: Any = Field(default=None, description="What both sides would have; null also: nothing, or gone.")


def list_offers(subject: Subject, link: Link, lanes: Lanes) -> list[Offered]:
    """The choices that there are, the plainest first; a side's value that would not travel to the other is none."""
    sides: Mapping[Choice, Side] = {"take_xero": Side.XERO, "take_partner": Side.PARTNER}
    offers: list[Offered] = []
    together = list_with(subject, link.hub)
    along = _ALONG if len(together) > 1 else ""
    if subject.path != WHOLE:
        offers += [
            Offered(action=action, meaning=_MEANINGS[action] + along, value=_value(subject, link, side))
            for action, side in sides.items()
            if _travels(subject, link, side, lanes)
        ]
    if not subject.path.startswith(("payments/", "credits/")) and len(together) < 2:
        offers.append(Offered(action="merged", meaning=_MEANINGS["merged"]))
    offers.append(Offered(action="relink", meaning=_MEANINGS["relink"]))
    if not isinstance(subject, KeptConflict) or subject.state is ConflictState.HELD:
        offers.append(Offered(action="ignore", meaning=_MEANINGS["ignore"]))
    return offers


def _travels(subject: Subject, link: Link, side: Side, lanes: Lanes) -> bool:
    value = find_value(subject, link.hub, side)
    wanted = {subject.path: dict.fromkeys(sides_of(link.hub, subject.path), value)}
    return not find_closed(link.hub, wanted, lanes)


def _value(subject: Subject, link: Link, side: Side) -> Any:
    value = find_value(subject, link.hub, side)
    return None if isinstance(value, Absent) else value
