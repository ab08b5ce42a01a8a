"""What was sent to an endpoint: a test on demand, the record of deliveries, and one sent again."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import ADMINS_WRITE, PartnerId
from app.api.delivery.delivery_resource import (
    EXAMPLE_ATTEMPT,
    Delivery,
    DeliveryState,
    DeliveryWithAttempts,
    SentType,
    get_kept,
    replay_own_delivery,
    show_attempt,
    show_whole,
    summarise,
)
from app.api.delivery.endpoints import EndpointId, get_endpoint
from app.api.dependencies import Given
from app.api.pages import LARGEST_NUMBER, AfterNumber, Limit, Page, write_number
from app.api.problems import MISSING, documented
from app.db.delivery.delivery_views import (
    WantedDeliveries,
    list_deliveries,
)
from app.delivery.answers import read_acceptance

router = APIRouter(
    prefix="/v1/webhook-endpoints/{endpoint_id}", tags=["webhook-endpoints"], dependencies=[ADMINS_WRITE]
)

DeliveryId = Annotated[int, Path(description="The delivery's number.", ge=1, le=LARGEST_NUMBER)]


class TestResult(BaseModel):
    """What came back from a test."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "message_id": "tst_2f0a41b8c6d24d0f9b7d5e3c1a6f8e90",
                    "is_taken": True,
                    **EXAMPLE_ATTEMPT,
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
    responses=documented(*MISSING),
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
    return TestResult(message_id=webhook_id, is_taken=is_taken, **show_attempt(made.call))


@router.get(
    "/deliveries",
    operation_id="list_deliveries",
    summary="What was sent to the endpoint, the newest first",
    responses=documented(*MISSING),
)
async def list_endpoint_deliveries(
    services: Given,
    partner_id: PartnerId,
    endpoint_id: EndpointId,
    before: AfterNumber,
    limit: Limit = 100,
    state: Annotated[DeliveryState | None, Query(description="Only those in this state.")] = None,
    type: Annotated[SentType | None, Query(description="Only this type.")] = None,  # noqa: A002 - as it is called
) -> Page[Delivery]:
    """Of the last thirty days. What an endpoint that applies is still to be sent for the first time is in the feed of
    changes, and comes here with its first attempt.
    """
    wanted = WantedDeliveries(limit, before or None, state.value if state else None, type)
    async with services.database.reading() as session:
        endpoint = await get_endpoint(session, partner_id, endpoint_id)
        found = await list_deliveries(session, endpoint.id, wanted)
    return Page(
        data=[Delivery(**summarise(each)) for each in found],
        next=write_number(found, limit, lambda each: each.id),
    )


@router.get(
    "/deliveries/{delivery_id}",
    operation_id="get_delivery",
    summary="One message with its body and its attempts",
    responses=documented(*MISSING),
)
async def get_delivery(
    services: Given, partner_id: PartnerId, endpoint_id: EndpointId, delivery_id: DeliveryId
) -> DeliveryWithAttempts:
    """Attempts older than thirty days, and all but the newest fifty, are forgotten."""
    async with services.database.reading() as session:
        endpoint = await get_endpoint(session, partner_id, endpoint_id)
        return await show_whole(session, await get_kept(session, endpoint.id, delivery_id))


@router.post(
    "/deliveries/{delivery_id}/replay",
    operation_id="replay_delivery",
    summary="Send the same message again",
    responses=documented(*MISSING, "endpoint_disabled"),
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
    shown, nudges = await replay_own_delivery(services, partner_id, endpoint_id, delivery_id)
    tasks.add_task(nudges.send, services.waker)
    return shown
