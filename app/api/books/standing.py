"""Why an invoice is not in step, in one answer: the link's own reason, or that of the connection that holds it up."""

from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, Field

from app.domain.connections.connection import Connection, ConnectionState
from app.domain.connections.next_run import SCHEDULED, tell_run
from app.domain.connections.next_step import find_next_step
from app.domain.holds.hold import Way
from app.domain.holds.skip import Skip
from app.domain.invoices.link import Standing, State
from app.domain.record.fields import instant_in_words
from app.domain.why.reasons import CODE_OF_STATE


class Reason(BaseModel):
    """A code for machines, a sentence for people, and what would let it go on."""

    code: str
    message: str
    cure: str | None
    until: datetime | None = Field(
        default=None, description="When it is tried again by itself; null where somebody must act first."
    )
    way: Way | None = Field(
        default=None,
        description="Of a held invoice: what kind of step the cure is; `none`: Xero can never do it.",
    )


class Shown(BaseModel):
    """Where a link stands, why, and since when."""

    state: State
    reason: Reason | None
    since: datetime


_CURES = {
    ConnectionState.PENDING: "Authorise the connection in Xero.",
    ConnectionState.PAUSED: "Resume the connection.",
    ConnectionState.DISCONNECTED: "Authorise the connection in Xero again; nothing is lost.",
}


class Kept(Protocol):
    """A link of any kind, as far as its standing goes."""

    @property
    def is_behind(self) -> bool: ...
    @property
    def standing(self) -> Standing: ...
    @property
    def since_at(self) -> datetime: ...
    @property
    def touched_at(self) -> datetime: ...
    @property
    def skip(self) -> Skip | None: ...


def show(kept: Kept, connection: Connection) -> Shown:
    """A link is behind while something was triggered since it last settled, whatever it was before; what a person set
    aside is held from that moment on.
    """
    if kept.skip is not None:
        held = Standing.held(kept.skip.hold)
        return Shown(state=State.HELD, reason=show_standing(held), since=kept.skip.at)
    standing = kept.standing
    if not kept.is_behind:
        return Shown(state=standing.state, reason=show_standing(standing), since=kept.since_at)
    if standing.state is State.BEHIND:
        own, since = show_standing(standing), kept.since_at
    else:
        own, since = None, max(kept.touched_at, kept.since_at)
    return Shown(state=State.BEHIND, reason=find_connection_reason(connection) or own, since=since)


def find_connection_reason(connection: Connection) -> Reason | None:
    """What keeps the whole connection from working, or None."""
    code = CODE_OF_STATE.get(connection.state)
    if code is not None:
        cure = _CURES.get(connection.state)
        if connection.awaits_choice:
            cure = "Choose the organisation of the connection, of those that its consent covers."
        return Reason(
            code=code, message=connection.reason or f"The connection is {connection.state}.", cure=cure
        )
    run = tell_run(connection)
    if run is not None:
        return Reason(code=SCHEDULED, message=run.message, cure=run.cure, until=run.at)
    if connection.retry_at is None:
        return None
    at = instant_in_words(connection.retry_at)
    needs_somebody = connection.lacks_scopes or connection.is_app_refused
    step = find_next_step(connection) if needs_somebody else None
    return Reason(
        code=connection.retry_code or "waiting",
        message=connection.retry_message or connection.retry_code or "Work waits.",
        cure=step.message if step else f"Nothing to do: it is tried again at {at}.",
        until=connection.retry_at,
    )


def show_standing(standing: Standing) -> Reason | None:
    """A link's own reason; None where it has none."""
    if standing.code is None:
        return None
    return Reason(
        code=standing.code,
        message=standing.message or standing.code,
        cure=standing.cure,
        until=standing.retry_at,
        way=standing.way,
    )
