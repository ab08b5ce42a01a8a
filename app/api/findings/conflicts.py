"""Conflicts: what both sides changed differently, with the base and both values, whatever was decided."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import MEMBERS_WRITE, OwnConnection
from app.api.dependencies import Given
from app.api.pages import AfterNumber, Limit, Page, write_number
from app.api.problems import documented
from app.db.findings import About, KeptConflict, list_conflicts
from app.intake.values import Identity

router = APIRouter(
    prefix="/v1/connections/{connection_id}/conflicts", tags=["conflicts"], dependencies=[MEMBERS_WRITE]
)


class Conflict(BaseModel):
    """One field or line that was changed on both sides to different values."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 12,
                    "invoice_id": "inv_8801",
                    "contact_id": None,
                    "path": "reference",
                    "values": {"base": "PO 1177", "partner": "PO 1178", "xero": "PO 1179"},
                    "winner": "xero",
                    "policy": "xero_wins",
                    "policy_field": "reference",
                    "revision": 14,
                    "found_at": "2026-11-20T04:00:00Z",
                    "closed_at": "2026-11-20T04:00:00Z",
                }
            ]
        }
    )

    id: int
    invoice_id: str | None = Field(description="The invoice that it is of; null where it is a contact's.")
    contact_id: str | None
    path: str
    values: dict[str, Any] = Field(
        description="`base`, `partner` and `xero`; one that is missing was not there."
    )
    winner: str | None = Field(description="The side whose value stands; null while it is held for a person.")
    policy: str = Field(
        description="What decided: a conflict policy, or a direction where the field travels one way alone."
    )
    policy_field: str | None = Field(
        description="The name under which that was chosen for a field; null where it is for everything."
    )
    revision: int
    found_at: datetime
    closed_at: datetime | None


@router.get(
    "",
    operation_id="list_conflicts",
    summary="Conflicts, oldest first",
    responses=documented("unauthorised", "not_found", "invalid_request"),
)
async def list_connection_conflicts(
    services: Given,
    connection: OwnConnection,
    after: AfterNumber,
    invoice_id: Annotated[Identity | None, Query(description="Only this invoice.")] = None,
    contact_id: Annotated[Identity | None, Query(description="Only this contact.")] = None,
    limit: Limit = 100,
) -> Page[Conflict]:
    """Settled ones are kept as well as held ones."""
    async with services.database.reading() as session:
        found = await list_conflicts(session, connection.id, About(after, limit, invoice_id, contact_id))
    return Page(data=[_show(one) for one in found], next=write_number(found, limit, lambda one: one.id))


def _show(kept: KeptConflict) -> Conflict:
    return Conflict(
        id=kept.id,
        invoice_id=kept.partner_invoice_id,
        contact_id=kept.partner_contact_id,
        path=kept.path,
        values=dict(kept.values),
        winner=kept.winner,
        policy=kept.policy,
        policy_field=kept.policy_field,
        revision=kept.revision,
        found_at=kept.found_at,
        closed_at=kept.closed_at,
    )
