"""Conflicts: what both sides changed differently, with the base and both values; and how a person decides them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import (
    MEMBERS_WRITE,
    OwnConnection,
)
from app.api.dependencies import Given
from app.api.findings.choices import Offered, list_offers
from app.api.findings.deciding import get_conflict, get_link
from app.api.findings.resolution_resource import Resolution, show_values
from app.api.findings.resolving import RESPONSES, GivenDeciding
from app.api.findings.words import explain
from app.api.pages import AskedNumbers, Page, write_number
from app.api.problems import MISSING, documented
from app.db.findings.conflicts import ConflictState, KeptConflict, WantedConflicts, list_conflicts
from app.domain.record.direction import Direction
from app.domain.record.hub import Hub, hold_of
from app.domain.record.path import read_at
from app.domain.record.policy import ConflictPolicy
from app.domain.record.sides import Side
from app.intake.values import Identity

router = APIRouter(
    prefix="/v1/connections/{connection_id}/conflicts", tags=["conflicts"], dependencies=[MEMBERS_WRITE]
)

ConflictId = Annotated[int, Path(ge=1, le=2**63 - 1, description="The conflict's id.", examples=[12])]

_EXAMPLE: dict[str, Any] = {
    "id": 12,
    "invoice_id": "inv_8801",
    "contact_id": None,
    "path": "reference",
    "values": {"base": "PO 1177", "partner": "PO 1178", "xero": "PO 1179"},
    "state": "settled",
    "winner": "xero",
    "policy": "xero_wins",
    "policy_field": "reference",
    "revision": 14,
    "partner_changed_at": "2026-11-20T03:58:00Z",
    "xero_changed_at": "2026-11-20T03:59:00Z",
    "found_at": "2026-11-20T04:00:00Z",
    "closed_at": "2026-11-20T04:00:00Z",
}


class Decider(StrEnum):
    """What decides a conflict: a policy, or a direction where a field travels one way alone."""

    XERO_WINS = ConflictPolicy.XERO_WINS.value
    PARTNER_WINS = ConflictPolicy.PARTNER_WINS.value
    NEWEST_WINS = ConflictPolicy.NEWEST_WINS.value
    HOLD = ConflictPolicy.HOLD.value
    TO_XERO = Direction.TO_XERO.value
    TO_PARTNER = Direction.TO_PARTNER.value


class Conflict(BaseModel):
    """One field or line that was changed on both sides to different values."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: int
    invoice_id: str | None = Field(description="The invoice that it is of; null where it is a contact's.")
    contact_id: str | None
    path: str
    values: dict[str, Any] = Field(
        description="`base`, `partner` and `xero`; one that is missing was not there."
    )
    state: ConflictState = Field(
        description="`held`: waits for a person. `ignored`: left as it is by one. `settled`: by the policy, when it "
        "was found. `closed`: it was held, and has ended."
    )
    winner: str | None = Field(description="The side whose value stands; null where a person is to decide.")
    policy: str = Field(
        description="What decided: a conflict policy, or a direction where the field travels one way alone."
    )
    policy_field: str | None = Field(
        description="The name under which that was chosen for a field; null where it is for everything."
    )
    revision: int
    partner_changed_at: datetime | None = Field(description="When the app last spoke of it; null: not known.")
    xero_changed_at: datetime | None = Field(description="When it last moved in Xero, by Xero's clock.")
    found_at: datetime
    closed_at: datetime | None


class ConflictInWords(Conflict):
    """A conflict with its story, what both sides hold now, and what can be chosen."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_EXAMPLE,
                    "explanation": "Both sides changed reference of invoice inv_8801; both had agreed on 'PO 1177'.",
                    "now": {"partner": "PO 1179", "xero": "PO 1179"},
                    "choices": [
                        {
                            "action": "take_partner",
                            "meaning": "The app's value stands.",
                            "value": "PO 1178",
                        }
                    ],
                }
            ]
        }
    )

    explanation: str
    now: dict[str, Any] = Field(description="What each side is known to hold there now.")
    choices: list[Offered]


@router.get(
    "",
    operation_id="list_conflicts",
    summary="Conflicts, oldest first or newest first",
    responses=documented(*MISSING),
)
async def list_connection_conflicts(
    services: Given,
    connection: OwnConnection,
    page: AskedNumbers,
    invoice_id: Annotated[Identity | None, Query(description="Only this invoice.")] = None,
    contact_id: Annotated[Identity | None, Query(description="Only this contact.")] = None,
    state: Annotated[ConflictState | None, Query(description="Only conflicts in this state.")] = None,
    policy: Annotated[
        Decider | None, Query(description="Only those found under this policy or direction.")
    ] = None,
) -> Page[Conflict]:
    """Settled ones are kept as well as held ones; `state=held` lists what waits for a person."""
    wanted = WantedConflicts(page, invoice_id, contact_id, state, policy.value if policy else None)
    async with services.database.reading() as session:
        found = await list_conflicts(session, connection.id, wanted)
    data = [Conflict(**_show(one)) for one in found]
    return Page(data=data, next=write_number(found, page.limit, lambda one: one.id))


@router.get(
    "/{conflict_id}",
    operation_id="get_conflict",
    summary="One conflict in words, and what can be chosen",
    responses=documented(*MISSING),
)
async def get_one_conflict(
    services: Given, connection: OwnConnection, conflict_id: ConflictId
) -> ConflictInWords:
    """Who changed what and when, which policy decided, and what the other value was."""
    async with services.database.reading() as session:
        kept = await get_conflict(session, connection, conflict_id)
        link = await get_link(session, connection, kept)
    return ConflictInWords(
        **_show(kept),
        explanation=explain(kept),
        now=_now(link.hub, kept.path),
        choices=list_offers(kept, link, connection.settings.lanes),
    )


@router.post(
    "/{conflict_id}/resolve",
    operation_id="resolve_conflict",
    summary="Decide a conflict",
    responses=RESPONSES,
)
async def resolve_conflict(deciding: GivenDeciding, conflict_id: ConflictId) -> Resolution:
    """Held or settled, it is stored at once and carried out right after: the app gets a change, Xero a write. An edit
    that comes meanwhile is met by the ordinary merge and never overwritten in silence. The same decision again, while
    it stands, is the one that is there (200).
    """
    return await deciding.resolve(get_conflict, conflict_id)


def _show(kept: KeptConflict) -> dict[str, Any]:
    winner: Literal["partner", "xero"] | str | None = kept.winner
    return {
        "id": kept.id,
        "invoice_id": kept.partner_invoice_id,
        "contact_id": kept.partner_contact_id,
        "path": kept.path,
        "values": dict(kept.values),
        "state": kept.state,
        "winner": winner,
        "policy": kept.policy,
        "policy_field": kept.policy_field,
        "revision": kept.revision,
        "partner_changed_at": kept.partner_at,
        "xero_changed_at": kept.xero_at,
        "found_at": kept.found_at,
        "closed_at": kept.closed_at,
    }


def _now(hub: Hub, path: str) -> dict[str, Any]:
    return show_values({side.value: read_at(hold_of(hub, side), path) for side in Side})
