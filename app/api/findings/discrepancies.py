"""Discrepancies: differences that no merge explains, kept for a person to look at."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import MEMBERS_WRITE, OwnConnection
from app.api.dependencies import Given
from app.api.pages import AfterNumber, Limit, Page, write_number
from app.api.problems import documented
from app.db.findings import About, KeptDiscrepancy, list_discrepancies
from app.intake.values import Identity

router = APIRouter(
    prefix="/v1/connections/{connection_id}/discrepancies",
    tags=["discrepancies"],
    dependencies=[MEMBERS_WRITE],
)


class Discrepancy(BaseModel):
    """Something that a person should look at on both sides."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 3,
                    "invoice_id": "inv_8801",
                    "contact_id": None,
                    "kind": "overwritten_in_xero",
                    "message": "Somebody changed it in Xero at 2026-11-20T04:00:00Z, between our read and our write.",
                    "values": {"reference": {"before": "PO 1177", "after": "PO 1178"}},
                    "found_at": "2026-11-20T04:00:02Z",
                }
            ]
        }
    )

    id: int
    invoice_id: str | None = Field(description="The invoice that it is of; null where it is a contact's.")
    contact_id: str | None
    kind: str = Field(
        description="`overwritten_in_xero`: an edit there may have been lost to our write. `manifest_total_differs`: "
        "your app says another total of a version than the document that we hold of it. `missing_at_partner`: your app "
        "no longer has it."
    )
    message: str
    values: dict[str, Any] = Field(
        description="By path: what Xero held before our write, and what we wrote; or what either side says."
    )
    found_at: datetime


@router.get(
    "",
    operation_id="list_discrepancies",
    summary="Discrepancies, oldest first",
    responses=documented("unauthorised", "not_found", "invalid_request"),
)
async def list_connection_discrepancies(
    services: Given,
    connection: OwnConnection,
    after: AfterNumber,
    invoice_id: Annotated[Identity | None, Query(description="Only this invoice.")] = None,
    contact_id: Annotated[Identity | None, Query(description="Only this contact.")] = None,
    limit: Limit = 100,
) -> Page[Discrepancy]:
    """Xero has no compare-and-set, so an edit made between our read and our write is noticed afterwards, here."""
    async with services.database.reading() as session:
        found = await list_discrepancies(session, connection.id, About(after, limit, invoice_id, contact_id))
    return Page(data=[_show(one) for one in found], next=write_number(found, limit, lambda one: one.id))


def _show(kept: KeptDiscrepancy) -> Discrepancy:
    return Discrepancy(
        id=kept.id,
        invoice_id=kept.partner_invoice_id,
        contact_id=kept.partner_contact_id,
        kind=kept.kind,
        message=kept.message,
        values=dict(kept.values),
        found_at=kept.found_at,
    )
