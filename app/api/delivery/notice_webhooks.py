"""The webhooks that tell an app of a connection itself, or of an endpoint of its own, as the contract tells them.

Nothing is routed from here.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header
from pydantic import BaseModel

from app.api.delivery.notices import Notice

NOTICES = {
    "connection.connected": "Consent was given, for the first time or again, and work goes on.",
    "connection.disconnected": "Xero no longer lets us in; somebody must give consent again, and nothing is lost.",
    "connection.paused": "Somebody paused the connection.",
    "connection.resumed": "It goes on after a pause.",
    "connection.removed": "It has ended for good.",
    "connection.invoices_numbered": "Xero gave invoices other numbers than the app's, as the settings ask for.",
    "endpoint.disabled": "Nothing is sent to an endpoint of yours any more, because it does not work.",
    "connection.attention": "It works, but somebody should act; `reason` and `next_step`, or what is named, say how.",
}
"""Every type with a sentence."""

SentAt = Annotated[str, Header(description="Unix seconds of this attempt.")]
Signature = Annotated[
    str,
    Header(
        description="`v1,` and a signature, with the endpoint's secret; several while one replaces another."
    ),
]


class NoticeSent(BaseModel):
    """What an app is sent: the very object that the feed of notices has, in an envelope."""

    type: str
    timestamp: datetime
    data: Notice


def declare_notices(router: APIRouter) -> None:
    """Put one webhook for each type on the router of webhooks."""
    for kind, sentence in NOTICES.items():
        router.post(
            kind,
            operation_id=f"send_{kind.replace('.', '_')}",
            status_code=204,
            summary=f"To your app: {sentence[0].lower()}{sentence[1:].rstrip('.')}",
            responses={
                204: {"description": "Taken, now or before: any 2xx says so. No body is read."},
                "default": {
                    "description": "Anything else, or no answer in 10 seconds: it is sent again, later and later."
                },
            },
        )(send_notice)


def send_notice(
    notice: NoticeSent,
    webhook_id: Annotated[str, Header(description="The same at every retry, as in `ntc_17`.")],
    webhook_timestamp: SentAt,
    webhook_signature: Signature,
) -> None:
    """One connection's notices come in the order in which things happened, one at a time; it may be history by then,
    so read the connection where its present state matters. Signed as changes are.
    """
