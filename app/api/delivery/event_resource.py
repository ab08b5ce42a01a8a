"""How events are found by their id and shown."""

import re
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.api.pages import LARGEST_NUMBER
from app.db.inboxes.event_feed import StoredEvent, find_event
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection
from app.domain.record.sides import Side
from app.intake.refusals import InputRefused
from app.intake.replays import Did

EventState = Literal["waiting", "taken", "stale", "ignored"]

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


async def get_stored(
    session: ReadSession, connection: Connection, event_id: str
) -> tuple[StoredEvent, dict[str, Any]]:
    """The event with its body; raises `not_found`."""
    named = re.fullmatch(r"(partner|xero)_([0-9]{1,19})", event_id)
    number = int(named[2]) if named else 0
    if named and number <= LARGEST_NUMBER:
        found = await find_event(session, connection.id, Side(named[1]), number)
        if found is not None:
            return found[0], dict(found[1])
    raise InputRefused("not_found", "This connection has no event with that id.")


def show_event(event: StoredEvent) -> Event:
    """The resource of an event."""
    return Event.model_validate(
        {name: getattr(event, name) for name in Event.model_fields if name != "id"}
        | {"id": f"{event.side}_{event.number}"}
    )
