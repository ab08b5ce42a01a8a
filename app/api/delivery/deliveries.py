"""What was sent to an endpoint: a test on demand, the record of deliveries, and one sent again."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import ADMINS_WRITE, PartnerId
from app.api.delivery.endpoints import EndpointId, get_endpoint
from app.api.dependencies import Given
from app.api.pages import LARGEST_NUMBER, AfterNumber, Limit, Page, write_number
from app.api.problems import documented
from app.db.delivery_log import MOST_ATTEMPTS, Call
from app.db.delivery_views import (
    KeptDelivery,
    WantedDeliveries,
    find_delivery,
    list_calls,
    list_deliveries,
)
from app.db.session import ReadSession
from app.delivery.answers import read_acceptance
from app.delivery.by_hand import read_body
from app.intake.refusals import InputRefused

router = APIRouter(
    prefix="/v1/webhook-endpoints/{endpoint_id}", tags=["webhook-endpoints"], dependencies=[ADMINS_WRITE]
)

DeliveryId = Annotated[int, Path(description="The delivery's number.", ge=1, le=LARGEST_NUMBER)]

_MISSING = ("unauthorised", "not_found", "invalid_request")


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

_EXAMPLE_ATTEMPT: dict[str, Any] = {
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
                    "made": [_EXAMPLE_ATTEMPT],
                }
            ]
        },
    )

    body: str = Field(description="The body, byte for byte as it is signed.")
    made: list[DeliveryAttempt] = Field(description=f"The newest {MOST_ATTEMPTS} attempts, oldest first.")


class TestResult(BaseModel):
    """What came back from a test."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "message_id": "tst_2f0a41b8c6d24d0f9b7d5e3c1a6f8e90",
                    "is_taken": True,
                    **_EXAMPLE_ATTEMPT,
                    "answer": "",
                }
            ]
        }
    )

    message_id: str
    is_taken: bool = Field(description="Whether it was answered with a 2xx.")
    at: datetime
    duration_ms: int
    status: int | None
    answer: str | None = Field(description="The first 2 KB of the answer's body.")
    reason: str | None = Field(description="Why no answer came.")


@router.post(
    "/test",
    operation_id="test_webhook_endpoint",
    summary="Send a test now, and see what comes back",
    responses=documented(*_MISSING),
)
async def test_webhook_endpoint(
    services: Given, partner_id: PartnerId, endpoint_id: EndpointId
) -> TestResult:
    """A signed message of the type `test`, whatever the endpoint's types are and whether it is enabled or not. It is
    sent once, and counts neither for nor against the endpoint.
    """
    async with services.database.reading() as session:
        endpoint = await get_endpoint(session, partner_id, endpoint_id)
    webhook_id, made = await services.by_hand.send_test(endpoint)
    is_taken = read_acceptance(made.answer) is None
    return TestResult(message_id=webhook_id, is_taken=is_taken, **_attempt(made.call))


@router.get(
    "/deliveries",
    operation_id="list_deliveries",
    summary="What was sent to the endpoint, the newest first",
    responses=documented(*_MISSING),
)
async def list_endpoint_deliveries(
    services: Given,
    partner_id: PartnerId,
    endpoint_id: EndpointId,
    before: AfterNumber,
    limit: Limit = 100,
    state: Annotated[DeliveryState | None, Query(description="Only those in this state.")] = None,
    type: Annotated[str | None, Query(max_length=64, description="Only this type.")] = None,  # noqa: A002 - as it is called
) -> Page[Delivery]:
    """Of the last thirty days. What an endpoint that applies is still to be sent for the first time is in the feed of
    changes, and comes here with its first attempt.
    """
    wanted = WantedDeliveries(limit, before or None, state.value if state else None, type)
    async with services.database.reading() as session:
        endpoint = await get_endpoint(session, partner_id, endpoint_id)
        found = await list_deliveries(session, endpoint.id, wanted)
    return Page(
        data=[Delivery(**_summary(each)) for each in found],
        next=write_number(found, limit, lambda each: each.id),
    )


@router.get(
    "/deliveries/{delivery_id}",
    operation_id="get_delivery",
    summary="One message with its body and its attempts",
    responses=documented(*_MISSING),
)
async def get_delivery(
    services: Given, partner_id: PartnerId, endpoint_id: EndpointId, delivery_id: DeliveryId
) -> DeliveryWithAttempts:
    """Attempts older than thirty days, and all but the newest fifty, are forgotten."""
    async with services.database.reading() as session:
        endpoint = await get_endpoint(session, partner_id, endpoint_id)
        return await _show_whole(session, await _get_kept(session, endpoint.id, delivery_id))


@router.post(
    "/deliveries/{delivery_id}/replay",
    operation_id="replay_delivery",
    summary="Send the same message again",
    responses=documented(*_MISSING, "endpoint_disabled"),
)
async def replay_delivery(
    services: Given,
    partner_id: PartnerId,
    endpoint_id: EndpointId,
    delivery_id: DeliveryId,
    tasks: BackgroundTasks,
) -> DeliveryWithAttempts:
    """At once, under the id that it had, so that an app which took it before knows it again; the newest attempt in the
    answer is this one. A message that is still `pending` is due now instead, and goes in its turn. A change that is
    sent again after it ended settles nothing, whatever is answered.
    """
    async with services.database.reading() as session:
        endpoint = await get_endpoint(session, partner_id, endpoint_id)
        kept = await _get_kept(session, endpoint.id, delivery_id)
    if not endpoint.is_enabled:
        raise InputRefused("endpoint_disabled", "Nothing is sent to this endpoint; enable it first.")
    await services.by_hand.send_again(endpoint, kept)
    if kept.state == DeliveryState.PENDING and kept.connection_id is not None:
        tasks.add_task(services.waker.deliver_soon, kept.connection_id)
    async with services.database.reading() as session:
        return await _show_whole(session, await _get_kept(session, endpoint.id, delivery_id))


async def _get_kept(session: ReadSession, endpoint_id: UUID, delivery_id: int) -> KeptDelivery:
    found = await find_delivery(session, endpoint_id, delivery_id)
    if found is None:
        raise InputRefused("not_found", "Nothing with that number was sent to this endpoint.")
    return found


async def _show_whole(session: ReadSession, kept: KeptDelivery) -> DeliveryWithAttempts:
    made = [DeliveryAttempt(**_attempt(call)) for call in await list_calls(session, kept.id)]
    return DeliveryWithAttempts(**_summary(kept), body=read_body(kept), made=made)


def _summary(kept: KeptDelivery) -> dict[str, object]:
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


def _attempt(call: Call) -> dict[str, object]:
    return {
        "at": call.at,
        "duration_ms": call.duration_ms,
        "status": call.status,
        "answer": call.answer,
        "reason": call.reason,
    }
