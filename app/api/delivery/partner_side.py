"""What is known of the partner's side of a connection: as of when, by what, and what the last compare came to."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import OwnConnection
from app.api.dependencies import Given
from app.api.problems import MISSING, documented
from app.db.delivery.partner_reads import find_read_standing
from app.db.partners.read_endpoints import find_read_endpoint_of
from app.db.partners.shops import find_shop
from app.domain.partner.partner_knowledge import Source, find_knowledge
from app.domain.partner.partner_read import Found

router = APIRouter(prefix="/v1/connections/{connection_id}/partner-side", tags=["partner-side"])


class PartnerCompare(BaseModel):
    """What a look at everything came to."""

    at: datetime
    listed: int = Field(description="Things that your app listed.")
    taken: int = Field(
        description="Of those, documents that were lost on the way, or on their way: taken in."
    )
    refused: int = Field(description="Documents that could not be taken; the operator's log says why.")
    missing: int = Field(description="Things that your app has no more: discrepancies `missing_at_partner`.")
    unsure: int = Field(
        description="Not listed, and too many to ask for one by one, or not shown to us any more."
    )


class Reading(BaseModel):
    """How the looks at your app stand."""

    url: str = Field(description="Your read endpoint's, or the shop's.")
    shop: str | None = Field(description="The platform of the shop that is asked; null where your app is.")
    next_at: datetime | None = Field(description="Null: at once.")
    is_under_way: bool
    failures: int = Field(description="Calls that failed in a row.")
    last_error: str | None
    compare: PartnerCompare | None = Field(description="The last look at everything, once a day.")


class PartnerKnowledge(BaseModel):
    """How old what is known of your side is, and where it is from (FEATURES N10)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "connection_id": "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10",
                    "known_at": "2026-11-20T04:00:00Z",
                    "known_by": "read",
                    "read_at": "2026-11-20T04:00:00Z",
                    "manifest_at": None,
                    "documented_at": "2026-11-20T03:15:00Z",
                    "reading": {
                        "url": "https://app.example/plumbline/read",
                        "shop": None,
                        "next_at": "2026-11-20T04:15:00Z",
                        "is_under_way": False,
                        "failures": 0,
                        "last_error": None,
                        "compare": {
                            "at": "2026-11-20T03:00:00Z",
                            "listed": 412,
                            "taken": 1,
                            "refused": 0,
                            "missing": 0,
                            "unsure": 0,
                        },
                    },
                }
            ]
        }
    )

    connection_id: UUID
    known_at: datetime | None = Field(description="`partner_known_at` of the connection.")
    known_by: Source | None
    read_at: datetime | None = Field(description="When your app was last read to the end.")
    manifest_at: datetime | None = Field(description="When you last posted a manifest.")
    documented_at: datetime | None = Field(description="When the newest document came that was news.")
    reading: Reading | None = Field(description="Null where your app cannot be asked.")


@router.get(
    "",
    operation_id="get_partner_side",
    summary="As of when your side is known here, and by what",
    responses=documented(*MISSING),
)
async def get_partner_side(services: Given, connection: OwnConnection) -> PartnerKnowledge:
    """By a read or a manifest it is complete as of that moment. By documents alone, one that was lost on the way is not
    noticed: post manifests, or let your app be asked. `POST .../sweep` and `.../compare` look at once.
    """
    known = find_knowledge(connection.partner_read_at, connection.manifest_at, connection.documented_at)
    async with services.database.reading() as session:
        shop = await find_shop(session, connection.id)
        endpoint = await find_read_endpoint_of(session, connection.id) if shop is None else None
        standing = await find_read_standing(session, connection.id)
    reading = None
    url = shop.address if shop else endpoint.url if endpoint else None
    if url is not None:
        reading = Reading(
            url=url,
            shop=shop.platform if shop else None,
            next_at=standing.due_at if standing else None,
            is_under_way=standing.is_under_way if standing else False,
            failures=standing.failures if standing else 0,
            last_error=standing.last_error if standing else None,
            compare=_show_compare(standing.compared_at, standing.compared) if standing else None,
        )
    return PartnerKnowledge(
        connection_id=connection.id,
        known_at=known.known_at if known else None,
        known_by=known.source if known else None,
        read_at=connection.partner_read_at,
        manifest_at=connection.manifest_at,
        documented_at=connection.documented_at,
        reading=reading,
    )


def _show_compare(at: datetime | None, found: Found | None) -> PartnerCompare | None:
    if at is None or found is None:
        return None
    return PartnerCompare(
        at=at,
        listed=found.listed,
        taken=found.taken,
        refused=found.refused,
        missing=found.missing,
        unsure=found.unsure,
    )
