"""How deliveries are found and shown: a message to one endpoint, its state, and its attempts; and one sent again."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.delivery.endpoints import get_endpoint
from app.api.delivery.notice_webhooks import NOTICES
from app.api.dependencies import Services
from app.api.nudges import Nudges
from app.api.words import one_of
from app.db.delivery.delivery_log import MOST_ATTEMPTS, Call
from app.db.delivery.delivery_views import KeptDelivery, find_delivery, list_calls
from app.db.postgres.session import ReadSession
from app.delivery.by_hand import read_body
from app.domain.partner.endpoint import CHANGE_TYPES, TEST
from app.intake.refusals import InputRefused
from app.intake.values import Word

_TYPE_CHECK, _TYPE_SHOWN = one_of((TEST, *CHANGE_TYPES, *NOTICES))
SentType = Annotated[Word, _TYPE_CHECK, _TYPE_SHOWN]
"""The type of a message that an endpoint is sent."""


class DeliveryState(StrEnum):
    """`pending`: to be sent, again perhaps. `delivered`: taken. `refused`: a change was answered 409 with the app's
    document, and is merged. `superseded`: a newer change took its place. `given_up`: a copy that nobody took for three
    days. `failed`: a test that was not taken.
    """

    PENDING = "pending"
    DELIVERED = "delivered"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    GIVEN_UP = "given_up"
    FAILED = "failed"


class DeliveryAttempt(BaseModel):
    """One call, and what came back."""

    at: datetime
    duration_ms: int
    status: int | None = Field(description="Null when no whole answer came; `reason` says why.")
    answer: str | None = Field(description="The first 2 KB of the answer's body.")
    reason: str | None


_EXAMPLE: dict[str, Any] = {
    "id": 5120,
    "message_id": "chg_1042",
    "type": "invoice.changed",
    "connection_id": "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10",
    "cursor": 1042,
    "is_copy": False,
    "state": "delivered",
    "attempts": 2,
    "due_at": None,
    "created_at": "2026-11-20T04:00:01Z",
}

EXAMPLE_ATTEMPT: dict[str, Any] = {
    "at": "2026-11-20T04:00:06Z",
    "duration_ms": 41,
    "status": 200,
    "answer": '{"version": 8}',
    "reason": None,
}


class Delivery(BaseModel):
    """A message to an endpoint."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: int
    message_id: str = Field(description="The `webhook-id`: the same at every attempt and for every endpoint.")
    type: str
    connection_id: UUID | None = Field(description="Null of a test.")
    cursor: int | None = Field(description="The change or the notice that it tells, in the feed.")
    is_copy: bool = Field(description="For an endpoint that listens; else it went in order, and counted.")
    state: DeliveryState
    attempts: int
    due_at: datetime | None = Field(description="When it is tried next; null when it is over.")
    created_at: datetime


class DeliveryWithAttempts(Delivery):
    """The same with what was sent and every attempt that is kept."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_EXAMPLE,
                    "body": '{"type": "invoice.changed", "data": {"cursor": 1042}}',
                    "made": [EXAMPLE_ATTEMPT],
                }
            ]
        },
    )

    body: str = Field(description="The body, byte for byte as it is signed.")
    made: list[DeliveryAttempt] = Field(description=f"The newest {MOST_ATTEMPTS} attempts, oldest first.")


async def get_kept(session: ReadSession, endpoint_id: UUID, delivery_id: int) -> KeptDelivery:
    """One message to that endpoint; raises `not_found`."""
    found = await find_delivery(session, endpoint_id, delivery_id)
    if found is None:
        raise InputRefused("not_found", "Nothing with that number was sent to this endpoint.")
    return found


async def show_whole(session: ReadSession, kept: KeptDelivery) -> DeliveryWithAttempts:
    """The resource with what was sent and its attempts."""
    made = [DeliveryAttempt(**show_attempt(call)) for call in await list_calls(session, kept.id)]
    return DeliveryWithAttempts(**summarise(kept), body=read_body(kept), made=made)


def summarise(kept: KeptDelivery) -> dict[str, object]:
    """The members of `Delivery`."""
    is_over = kept.state != DeliveryState.PENDING
    return {
        "id": kept.id,
        "message_id": kept.message_id,
        "type": kept.type,
        "connection_id": kept.connection_id,
        "cursor": kept.cursor,
        "is_copy": kept.is_copy,
        "state": kept.state,
        "attempts": kept.attempts,
        "due_at": None if is_over else kept.due_at,
        "created_at": kept.created_at,
    }


def show_attempt(call: Call) -> dict[str, object]:
    """The members of `DeliveryAttempt`."""
    return {
        "at": call.at,
        "duration_ms": call.duration_ms,
        "status": call.status,
        "answer": call.answer,
        "reason": call.reason,
    }


async def replay_own_delivery(
    services: Services, partner_id: UUID, endpoint_id: UUID, delivery_id: int
) -> tuple[DeliveryWithAttempts, Nudges]:
    """Send the same message again, under the id that it had; raises `not_found` and `endpoint_disabled`."""
    async with services.database.reading() as session:
        endpoint = await get_endpoint(session, partner_id, endpoint_id)
        kept = await get_kept(session, endpoint.id, delivery_id)
    if not endpoint.is_enabled:
        raise InputRefused("endpoint_disabled", "Nothing is sent to this endpoint; enable it first.")
    await services.by_hand.send_again(endpoint, kept)
    is_due = kept.state == DeliveryState.PENDING and kept.connection_id is not None
    async with services.database.reading() as session:
        shown = await show_whole(session, await get_kept(session, endpoint.id, delivery_id))
    return shown, Nudges(deliver=(kept.connection_id,) if is_due and kept.connection_id else ())
