"""An export's progress as server-sent events: the whole of it each time that there is something new to show.

The id of an event is the export's number. Whoever comes back says the last one in `Last-Event-ID` (browsers do so by
themselves) and is sent nothing again. The stream ends with the event `end` when the export is at rest; before that it
may end any time, as when a process is replaced, and the client comes back.
"""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.api.authentication import MEMBERS_WRITE, OwnConnection
from app.api.dependencies import Given
from app.api.exports.export_paths import OwnExport
from app.api.exports.resource import EXAMPLE, build_export, find_budget
from app.api.pages import LARGEST_NUMBER
from app.api.problems import MISSING, documented
from app.db.connections.connections import find_connection
from app.domain.exports.export import AT_REST
from app.intake.refusals import Fault, InputRefused
from app.reconcile.exports.watch import watch_export

router = APIRouter(
    prefix="/v1/connections/{connection_id}/exports", tags=["exports"], dependencies=[MEMBERS_WRITE]
)

LOOKS_AT_ONCE = 1200
"""Ten minutes of one stream; a client that still looks comes back by itself."""

COME_BACK_AFTER_MS = 1000


async def read_last_seen(
    last_event_id: Annotated[
        str | None, Header(description="The `id` of the last event that was seen.", max_length=20)
    ] = None,
) -> int:
    """The number after which the stream begins; raises `invalid_request`."""
    if not last_event_id:
        return 0
    if not (last_event_id.isascii() and last_event_id.isdecimal()) or int(last_event_id) > LARGEST_NUMBER:
        fault = Fault("Last-Event-ID", "is none of ours")
        raise InputRefused("invalid_request", "The last event's id is none of ours.", [fault])
    return int(last_event_id)


_STREAM: dict[str, Any] = {
    "description": "`progress` and, when the export is at rest, `end`; `data` of both is the export.",
    "content": {
        "text/event-stream": {"example": f"event: progress\nid: 14\ndata: {json.dumps(EXAMPLE)}\n\n"}
    },
}


@router.get(
    "/{export_id}/events",
    operation_id="watch_export",
    summary="Watch an export's progress",
    response_class=EventSourceResponse,
    responses={200: _STREAM, **documented(*MISSING)},
)
async def watch(
    services: Given,
    connection: OwnConnection,
    export: OwnExport,
    last_seen: Annotated[int, Depends(read_last_seen)],
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events; a comment comes every quarter of a minute while there is nothing new."""
    async for seen in watch_export(services.database, export.id, after=last_seen, looks=LOOKS_AT_ONCE):
        async with services.database.reading() as session:
            current = await find_connection(session, connection.id) or connection
        budget = await find_budget(services, current)
        shown = build_export(seen, current, budget, services.clock.now())
        yield ServerSentEvent(
            event="end" if seen.state in AT_REST and not seen.is_portion_open else "progress",
            id=str(seen.number),
            retry=COME_BACK_AFTER_MS,
            raw_data=shown.model_dump_json(by_alias=True),
        )
