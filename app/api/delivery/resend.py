"""Sending a change again: for an app that lost what it was sent, or answered what it should not have."""

from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Path
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import MEMBERS_WRITE, ConnectionId, PartnerId, lock_own_connection
from app.api.dependencies import Given
from app.api.pages import LARGEST_NUMBER
from app.api.problems import documented
from app.db.endpoints import has_applying_endpoint
from app.db.resends import Resend, ask_to_resend
from app.domain.connection import ConnectionState
from app.intake.refusals import InputRefused

router = APIRouter(
    prefix="/v1/connections/{connection_id}/changes", tags=["changes"], dependencies=[MEMBERS_WRITE]
)

ChangeCursor = Annotated[int, Path(ge=1, le=LARGEST_NUMBER, description="The change's cursor.")]


class Resent(BaseModel):
    """Which change is sent for the one that was named."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "cursor": 1042,
                    "state": "superseded",
                    "sends": 1044,
                    "revision": 15,
                    "by": "webhook",
                    "message": "Change 1042 was replaced by a newer one: 1044 is sent in its place.",
                }
            ]
        }
    )

    cursor: int
    state: str = Field(description="What had become of the change that was named.")
    sends: int | None = Field(description="The cursor of the change that is sent: the newest of its invoice.")
    revision: int | None = Field(
        description="Its revision: an app that has it answers 200 and changes nothing."
    )
    by: Literal["webhook", "feed"] | None = Field(
        description="`feed`: there is no webhook address; read it there, after the cursor before it."
    )
    message: str


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
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        resend = await ask_to_resend(session, connection.id, cursor, services.clock.now())
        has_webhook = await has_applying_endpoint(session, connection.id)
    if resend is None:
        raise InputRefused("not_found", "This connection has no change with that cursor.")
    if resend.sent is not None and has_webhook:
        tasks.add_task(services.waker.deliver_soon, connection_id)
    return _show(resend, has_webhook=has_webhook, is_paused=connection.state is ConnectionState.PAUSED)


def _show(resend: Resend, *, has_webhook: bool, is_paused: bool) -> Resent:
    sent = resend.sent
    message = _tell(resend)
    if sent is not None and is_paused:
        message += " It goes when the connection is resumed."
    elif sent is not None and not has_webhook:
        message += f" You have no webhook address: read the feed after cursor {sent.cursor - 1}."
    return Resent(
        cursor=resend.named.cursor,
        state=resend.named.state,
        sends=sent.cursor if sent else None,
        revision=sent.revision if sent else None,
        by=("webhook" if has_webhook else "feed") if sent else None,
        message=message,
    )


def _tell(resend: Resend) -> str:
    named, sent = resend.named, resend.sent
    if sent is None:
        return (
            "Nothing of it is to be sent: the app refused it, and what it needs comes as a change of its own."
        )
    if sent.cursor == named.cursor:
        was = (
            "waits, and is sent now" if named.state == "pending" else f"was {named.state}, and is sent again"
        )
        return f"Change {named.cursor} {was}."
    return f"Change {named.cursor} is {named.state}, and not the newest: {sent.cursor} is sent in its place."
