"""Why an invoice is not in step, in one answer: the link's own reason, or that of the connection that holds it up."""

from datetime import datetime

from pydantic import BaseModel

from app.db.resources import KeptInvoice
from app.domain.connection import Connection, ConnectionState
from app.domain.link import Standing, State


class Reason(BaseModel):
    """A code for machines, a sentence for people, and what would let it go on."""

    code: str
    message: str
    cure: str | None


class Shown(BaseModel):
    """Where a link stands, why, and since when."""

    state: State
    reason: Reason | None
    since: datetime


_HELD_UP = {
    ConnectionState.PENDING: ("not_authorised_yet", "Authorise the connection in Xero."),
    ConnectionState.PAUSED: ("connection_paused", "Resume the connection."),
    ConnectionState.DISCONNECTED: (
        "disconnected",
        "Authorise the connection in Xero again; nothing is lost.",
    ),
    ConnectionState.REMOVED: ("connection_removed", None),
}


def show(kept: KeptInvoice, connection: Connection) -> Shown:
    """A link is behind while something was triggered since it last settled, whatever it was before."""
    standing = kept.standing
    if not kept.is_behind:
        return Shown(state=standing.state, reason=_own_reason(standing), since=kept.since_at)
    if standing.state is State.BEHIND:
        own, since = _own_reason(standing), kept.since_at
    else:
        own, since = None, max(kept.touched_at, kept.since_at)
    return Shown(state=State.BEHIND, reason=find_connection_reason(connection) or own, since=since)


def find_connection_reason(connection: Connection) -> Reason | None:
    """What keeps the whole connection from working, or None."""
    if connection.state in _HELD_UP:
        code, cure = _HELD_UP[connection.state]
        return Reason(
            code=code, message=connection.reason or f"The connection is {connection.state}.", cure=cure
        )
    if connection.retry_at is None:
        return None
    code, separator, message = (connection.retry_reason or "").partition(": ")
    at = connection.retry_at.isoformat(timespec="seconds")
    return Reason(
        code=code if separator else "waiting",
        message=message or code or "Work waits.",
        cure=f"Nothing to do: it is tried again at {at}.",
    )


def _own_reason(standing: Standing) -> Reason | None:
    if standing.code is None:
        return None
    return Reason(code=standing.code, message=standing.message or standing.code, cure=standing.cure)
