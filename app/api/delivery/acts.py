"""Sent through again by hand: a stored event, and a change. The API's routes and a command line do the same by these.

Both are harmless however often; each answers what came of it and whom to wake now that it is committed.
"""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import lock_own_connection
from app.api.delivery.event_resource import ReplayedEvent, get_stored, show_event
from app.api.dependencies import Services
from app.api.nudges import Nudges
from app.db.delivery.resends import Resend, ask_to_resend
from app.db.partners.endpoints import has_applying_endpoint
from app.domain.connections.connection import ConnectionState
from app.intake.refusals import InputRefused
from app.intake.replays import replay


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


async def replay_own_event(
    services: Services, partner_id: UUID, connection_id: UUID, event_id: str
) -> tuple[ReplayedEvent, Nudges]:
    """Look at a stored event again as if it came now. Raises `not_found`, `connection_removed`, and what the document
    itself would: `version_reused`, `invalid_document`.
    """
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        event, body = await get_stored(session, connection, event_id)
        replayed = await replay(session, connection, event, body, services.clock.now())
        event, _ = await get_stored(session, connection, event_id)
    waits = replayed.brings_news and connection.state is not ConnectionState.ACTIVE
    message = replayed.message + (" It waits until the connection is active." if waits else "")
    shown = ReplayedEvent(did=replayed.did, message=message, event=show_event(event))
    return shown, Nudges(reconcile=replayed.nudges)


async def resend_own_change(
    services: Services, partner_id: UUID, connection_id: UUID, cursor: int
) -> tuple[Resent, Nudges]:
    """Send a change again, or the newest of its thing. Raises `not_found` and `connection_removed`."""
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        resend = await ask_to_resend(session, connection.id, cursor, services.clock.now())
        has_webhook = await has_applying_endpoint(session, connection.id)
    if resend is None:
        raise InputRefused("not_found", "This connection has no change with that cursor.")
    is_due = resend.sent is not None and has_webhook
    shown = _show(resend, has_webhook=has_webhook, is_paused=connection.state is ConnectionState.PAUSED)
    return shown, Nudges(deliver=(connection_id,) if is_due else ())


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
