"""What is kept of one business: given out whole, and erased for good. For admins alone."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from app.api.authentication import ADMINS_ALONE, ConnectionId, OwnConnection, PartnerId, lock_any_connection
from app.api.dependencies import Given, Services
from app.api.problems import MISSING, documented
from app.db.life.business_data import list_data
from app.db.life.closings import close_connection
from app.db.life.erasures import Erasure, ask_for_erasure, find_erasure
from app.db.life.states import move
from app.db.upkeep import audit
from app.domain.connections.connection import ConnectionState
from app.intake.refusals import InputRefused
from app.reconcile.timers.closing import REMOVED, REMOVED_HERE

router = APIRouter(prefix="/v1/connections/{connection_id}", tags=["data"], dependencies=[ADMINS_ALONE])

BATCH = 200
_MISSING = documented(*MISSING)


class ErasureShown(BaseModel):
    """How far the erasure of a business's data is."""

    model_config = ConfigDict(
        title="Erasure",
        json_schema_extra={
            "examples": [
                {
                    "connection_id": "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10",
                    "state": "erasing",
                    "asked_at": "2026-11-20T04:00:00Z",
                    "rows": 1500,
                    "ended_at": None,
                }
            ]
        },
    )

    connection_id: UUID
    state: Literal["waiting_for_xero", "erasing", "erased"] = Field(
        description="`waiting_for_xero` until the organisation is disconnected there, or cannot be any more."
    )
    asked_at: datetime
    rows: int = Field(description="How many rows were deleted so far.")
    ended_at: datetime | None


@router.get(
    "/data",
    operation_id="export_data",
    summary="Everything that is kept of this business, as lines of JSON",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "A line of JSON for each row: `table` names what it is of, `row` has it.",
            "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
        },
        **_MISSING,
    },
)
async def export_data(services: Given, connection: OwnConnection) -> StreamingResponse:
    """For a person who asks what is known of them, and to take along. Tokens and secrets are not in it. Documents that
    came with other businesses' are not either. The audit log tells that it was given out.
    """
    await note_export(services, connection.partner_id, connection.id)
    return StreamingResponse(
        write_data(services, connection.id),
        media_type="application/x-ndjson",
        headers={"content-disposition": f'attachment; filename="connection-{connection.id}.ndjson"'},
    )


@router.delete(
    "/data",
    status_code=202,
    operation_id="erase_data",
    summary="Erase everything that is kept of this business, for good",
    responses=_MISSING,
)
async def erase_data(services: Given, partner_id: PartnerId, connection_id: ConnectionId) -> ErasureShown:
    """The connection is removed, Xero is told first, and then documents, contacts, links, events, changes, attempts
    and settings are deleted by a worker. What stays is the connection's id with its dates, the audit log, and how many
    calls were made on which day. It cannot be undone; asking again tells how far it is. What is in Xero stays there,
    and nothing here knows any more that the app wrote it: whoever connects the business anew sets `import_from_xero`
    to `off` until the app's documents have come, lest its own invoices come to it as new ones.
    """
    return await erase(services, partner_id, connection_id)


@router.get(
    "/erasure",
    operation_id="get_erasure",
    summary="How far an erasure is",
    responses=_MISSING,
)
async def get_erasure(services: Given, connection: OwnConnection) -> ErasureShown:
    """Not found until somebody asked for one."""
    async with services.database.reading() as session:
        found = await find_erasure(session, connection.id)
    if found is None:
        raise InputRefused("not_found", "Nobody asked for this connection's data to be erased.")
    return build_erasure(found)


async def erase(services: Services, partner_id: UUID, connection_id: UUID) -> ErasureShown:
    """Remove the connection if it is not yet, and ask for the erasure; in one transaction."""
    now = services.clock.now()
    async with services.database.writing() as session:
        connection = await lock_any_connection(session, partner_id, connection_id)
        if connection.state is not ConnectionState.REMOVED:
            is_told = await close_connection(session, connection.id, now)
            await move(
                session, connection, ConnectionState.REMOVED, REMOVED_HERE if is_told else REMOVED, now
            )
        await ask_for_erasure(session, connection_id, now)
        found = await find_erasure(session, connection_id)
    assert found is not None  # it was just asked for
    return build_erasure(found)


async def note_export(services: Services, partner_id: UUID, connection_id: UUID) -> None:
    """Tell the audit log, before anything is given out."""
    async with services.database.writing() as session:
        audit.note(session, "data_exported", partner_id=partner_id, connection_id=connection_id)


async def write_data(services: Services, connection_id: UUID) -> AsyncIterator[bytes]:
    """The lines."""
    async for table, row in list_data(services.database, connection_id, BATCH):
        yield to_json({"table": table, "row": row}) + b"\n"


def build_erasure(found: Erasure) -> ErasureShown:
    """An erasure as it is shown."""
    state: Literal["waiting_for_xero", "erasing", "erased"] = "erasing"
    if found.ended_at is not None:
        state = "erased"
    elif not found.is_told_to_xero:
        state = "waiting_for_xero"
    return ErasureShown(
        connection_id=found.connection_id,
        state=state,
        asked_at=found.asked_at,
        rows=found.rows,
        ended_at=found.ended_at,
    )
