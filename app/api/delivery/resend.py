"""Sending a change again: for an app that lost what it was sent, or answered what it should not have."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Path

from app.api.authentication import MEMBERS_WRITE, ConnectionId, PartnerId
from app.api.delivery.acts import Resent, resend_own_change
from app.api.dependencies import Given
from app.api.pages import LARGEST_NUMBER
from app.api.problems import documented

router = APIRouter(
    prefix="/v1/connections/{connection_id}/changes", tags=["changes"], dependencies=[MEMBERS_WRITE]
)

ChangeCursor = Annotated[int, Path(ge=1, le=LARGEST_NUMBER, description="The change's cursor.")]


@router.post(
    "/{cursor}/resend",
    operation_id="resend_change",
    summary="Send a change again, or the newer one that stands for it",
    responses=documented("unauthorised", "not_found", "connection_removed", "invalid_request"),
)
async def resend_change(
    services: Given,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    cursor: ChangeCursor,
    tasks: BackgroundTasks,
) -> Resent:
    """Also one that was applied or replaced: the newest state of its invoice or contact is what matters, and that is
    sent. By its revision it is harmless for an app that has it already.
    """
    resent, nudges = await resend_own_change(services, partner_id, connection_id, cursor)
    tasks.add_task(nudges.send, services.waker)
    return resent
