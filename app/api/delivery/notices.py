"""The notices: what became of a connection itself, by cursor, for apps with and without a webhook."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import OwnConnection
from app.api.dependencies import Given
from app.api.pages import AfterNumber, Limit, Page, write_number
from app.api.problems import MISSING, documented
from app.db.delivery.notices import list_notices

router = APIRouter(prefix="/v1/connections/{connection_id}/notices", tags=["notices"])


class Notice(BaseModel):
    """One notice. Beside these members it has what belongs to its type, as the state that the connection came to."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "cursor": 17,
                    "type": "connection.disconnected",
                    "connection_id": "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10",
                    "at": "2026-11-20T04:00:00Z",
                    "business_id": "biz_204",
                    "state": "disconnected",
                    "reason": "The organisation no longer lets this app in.",
                }
            ]
        },
    )

    cursor: int
    type: str = Field(description="What happened, as `connection.disconnected`. Take unknown ones and go on.")
    connection_id: str
    at: datetime = Field(description="When it happened.")


@router.get(
    "",
    operation_id="list_notices",
    summary="What became of the connection after a cursor, oldest first",
    responses=documented(*MISSING),
)
async def list_notice_feed(
    services: Given, connection: OwnConnection, after: AfterNumber, limit: Limit = 100
) -> Page[Notice]:
    """All of them, whether a webhook has brought them or not. They need no acknowledgement: keep the last cursor."""
    async with services.database.reading() as session:
        found = await list_notices(session, connection.id, after, limit)
    return Page(
        data=[build_notice(one.cursor, one.type, one.body) for one in found],
        next=write_number(found, limit, lambda one: one.cursor),
    )


def build_notice(cursor: int, kind: str, body: Any) -> Notice:
    """A notice as the feed shows it."""
    return Notice.model_validate({"cursor": cursor, "type": kind, **body})
