"""Events: what both sides sent, as it came and what became of it; and any of them sent through again."""

import base64
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, BackgroundTasks, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import MEMBERS_WRITE, ConnectionId, OwnConnection, PartnerId, lock_own_connection
from app.api.dependencies import Given
from app.api.pages import LARGEST_NUMBER, Cursor, Limit, Page
from app.api.problems import documented
from app.db.event_feed import EventPosition, EventsWanted, StoredEvent, find_event, list_events
from app.db.session import ReadSession
from app.domain.connection import Connection, ConnectionState
from app.domain.sides import Side
from app.intake.refusals import Fault, InputRefused
from app.intake.replays import Did, replay
from app.intake.values import Word

router = APIRouter(
    prefix="/v1/connections/{connection_id}/events", tags=["events"], dependencies=[MEMBERS_WRITE]
)

EventState = Literal["waiting", "taken", "stale", "ignored"]

_MISSING = ("unauthorised", "not_found", "invalid_request")
_EXAMPLE: dict[str, Any] = {
    "id": "xero_511",
    "side": "xero",
    "category": "invoice",
    "type": "UPDATE",
    "state": "taken",
    "outcome": None,
    "resource_id": "0f2a3b64-5a0c-4a40-8f61-6f6a3b1c9d21",
    "received_at": "2026-11-20T04:00:01Z",
    "dated_at": "2026-11-20T04:00:00Z",
    "taken_at": "2026-11-20T04:00:01Z",
    "replayed_at": None,
    "replay_outcome": None,
}


class Event(BaseModel):
    """Something that a side sent, kept once."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: str
    side: Side
    category: str = Field(description="What it is about: `invoice`, `contact`, `creditnote` and so on.")
    type: str = Field(description="Xero's word (`CREATE`, `UPDATE`), or the type of your webhook.")
    state: EventState = Field(
        description="`waiting`: no worker has looked at it yet. `stale`: a newer version was held. `ignored`: nothing "
        "is made of its type."
    )
    outcome: str | None = Field(description="Of your events: what storing the document came to.")
    resource_id: str | None = Field(description="Xero's id of what it is about, or yours.")
    received_at: datetime
    dated_at: datetime | None = Field(description="Of Xero's events: when Xero says that it happened.")
    taken_at: datetime | None
    replayed_at: datetime | None = Field(description="When somebody last sent it through again.")
    replay_outcome: str | None


class EventWithBody(Event):
    """The same with its body."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {**_EXAMPLE, "body": {"eventCategory": "INVOICE", "eventType": "UPDATE", "tenantId": "..."}}
            ]
        }
    )

    body: dict[str, Any] = Field(description="As it came; of Xero's deliveries, this one event.")


class ReplayedEvent(BaseModel):
    """What sending it through again did."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "did": "looks_again",
                    "message": "The invoice 0f2a3b64-5a0c-4a40-8f61-6f6a3b1c9d21 is read in Xero again, whatever is "
                    "held of it.",
                    "event": {**_EXAMPLE, "state": "waiting", "replayed_at": "2026-11-20T05:00:00Z"},
                }
            ]
        }
    )

    did: Did
    message: str
    event: Event


EventId = Annotated[str, Path(max_length=40, description="The event's id.", examples=["xero_511"])]


@router.get(
    "",
    operation_id="list_events",
    summary="What both sides sent, newest first",
    responses=documented(*_MISSING),
)
async def list_inboxes(
    services: Given,
    connection: OwnConnection,
    side: Annotated[Side | None, Query(description="Only events of this side.")] = None,
    category: Annotated[Word | None, Query(description="Only events about this, as `invoice`.")] = None,
    state: Annotated[EventState | None, Query(description="Only events in this state.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[Event]:
    """Your documents that came by PUT are no events; those that came by webhook are, and so is all that Xero sent."""
    about = category.lower() if category else None
    wanted = EventsWanted(side, about, state, _read_cursor(cursor), limit)
    async with services.database.reading() as session:
        found = await list_events(session, connection.id, wanted)
    return Page(data=[_show(one) for one in found], next=_write_cursor(found, limit))


@router.get(
    "/{event_id}",
    operation_id="get_event",
    summary="One event with its body as it came",
    responses=documented(*_MISSING),
)
async def get_event(services: Given, connection: OwnConnection, event_id: EventId) -> EventWithBody:
    """Signatures are not kept, and were checked when it came."""
    async with services.database.reading() as session:
        event, body = await _get(session, connection, event_id)
    return EventWithBody(**_show(event).model_dump(), body=dict(body))


@router.post(
    "/{event_id}/replay",
    operation_id="replay_event",
    summary="Look at a stored event again, as if it came now",
    responses=documented(*_MISSING, "connection_removed", "version_reused", "invalid_document"),
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
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        event, body = await _get(session, connection, event_id)
        replayed = await replay(session, connection, event, body, services.clock.now())
        event, _ = await _get(session, connection, event_id)
    tasks.add_task(services.waker.reconcile_soon, replayed.nudges)
    waits = "" if connection.state is ConnectionState.ACTIVE else " It waits until the connection is active."
    message = replayed.message + (waits if replayed.nudges else "")
    return ReplayedEvent(did=replayed.did, message=message, event=_show(event))


async def _get(
    session: ReadSession, connection: Connection, event_id: str
) -> tuple[StoredEvent, dict[str, Any]]:
    named = re.fullmatch(r"(partner|xero)_([0-9]{1,19})", event_id)
    number = int(named[2]) if named else 0
    if named and number <= LARGEST_NUMBER:
        found = await find_event(session, connection.id, Side(named[1]), number)
        if found is not None:
            return found[0], dict(found[1])
    raise InputRefused("not_found", "This connection has no event with that id.")


def _show(event: StoredEvent) -> Event:
    return Event.model_validate(
        {name: getattr(event, name) for name in Event.model_fields if name != "id"}
        | {"id": f"{event.side}_{event.number}"}
    )


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
