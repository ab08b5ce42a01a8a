"""Events: what both sides sent, as it came and what became of it; and any of them sent through again."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Path, Query

from app.api.authentication import MEMBERS_WRITE, ConnectionId, OwnConnection, PartnerId
from app.api.delivery.acts import replay_own_event
from app.api.delivery.event_resource import (
    Event,
    EventState,
    EventWithBody,
    ReplayedEvent,
    get_stored,
    show_event,
)
from app.api.dependencies import Given
from app.api.pages import LARGEST_NUMBER, Cursor, Limit, Page
from app.api.problems import MISSING, documented
from app.db.inboxes.event_feed import EventPosition, EventsWanted, StoredEvent, list_events
from app.domain.record.sides import Side
from app.intake.refusals import Fault, InputRefused
from app.intake.values import Word

router = APIRouter(
    prefix="/v1/connections/{connection_id}/events", tags=["events"], dependencies=[MEMBERS_WRITE]
)


EventId = Annotated[str, Path(max_length=40, description="The event's id.", examples=["xero_511"])]


@router.get(
    "",
    operation_id="list_events",
    summary="What both sides sent, newest first",
    responses=documented(*MISSING),
)
async def list_inboxes(
    services: Given,
    connection: OwnConnection,
    side: Annotated[Side | None, Query(description="Only events of this side.")] = None,
    category: Annotated[
        Word | None,
        Query(description="Only events about this, as `invoice`; Xero's own words, in any case, or yours."),
    ] = None,
    state: Annotated[EventState | None, Query(description="Only events in this state.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[Event]:
    """Your documents that came by PUT are no events; those that came by webhook are, and so is all that Xero sent."""
    about = category.lower() if category else None
    wanted = EventsWanted(side, about, state, _read_cursor(cursor), limit)
    async with services.database.reading() as session:
        found = await list_events(session, connection.id, wanted)
    return Page(data=[show_event(one) for one in found], next=_write_cursor(found, limit))


@router.get(
    "/{event_id}",
    operation_id="get_event",
    summary="One event with its body as it came",
    responses=documented(*MISSING),
)
async def get_event(services: Given, connection: OwnConnection, event_id: EventId) -> EventWithBody:
    """Signatures are not kept, and were checked when it came."""
    async with services.database.reading() as session:
        event, body = await get_stored(session, connection, event_id)
    return EventWithBody(**show_event(event).model_dump(), body=dict(body))


@router.post(
    "/{event_id}/replay",
    operation_id="replay_event",
    summary="Look at a stored event again, as if it came now",
    responses=documented(*MISSING, "connection_removed", "version_reused", "invalid_document"),
)
async def replay_event(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    event_id: EventId,
    tasks: BackgroundTasks,
) -> ReplayedEvent:
    """Of Xero's, what it points to is read anew, whatever is known of its date. Of yours, the document is taken in by
    the same rules: one that is not newer changes nothing, and the answer says so. Harmless however often.
    """
    replayed, nudges = await replay_own_event(services, partner_id, connection_id, event_id)
    tasks.add_task(nudges.send, services.waker)
    return replayed


def _write_cursor(page: Sequence[StoredEvent], limit: int) -> str | None:
    if len(page) < limit:
        return None
    received_at, side, number = page[-1].position
    return base64.urlsafe_b64encode(f"{received_at.isoformat()} {side} {number}".encode()).decode()


def _read_cursor(cursor: str | None) -> EventPosition | None:
    """The position that a cursor stands for; raises `invalid_request` for one that we did not write."""
    if cursor is None:
        return None
    try:
        received_at, side, number = base64.urlsafe_b64decode(cursor.encode("ascii")).decode().split(" ")
        position = datetime.fromisoformat(received_at), Side(side), int(number)
    except ValueError:
        position = None
    if position is None or position[0].tzinfo is None or not 0 < position[2] <= LARGEST_NUMBER:
        fault = Fault("cursor", "is none of ours")
        raise InputRefused("invalid_request", "The cursor is none of ours.", [fault])
    return position
