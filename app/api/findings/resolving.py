"""What the two calls that decide something do alike: a conflict's and a discrepancy's."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import BackgroundTasks, Depends, Response

from app.api.authentication import Caller, ConnectionId, GivenCaller, lock_own_connection
from app.api.dependencies import Given, Services
from app.api.findings.deciding import take_decision
from app.api.findings.decision_input import Decision
from app.api.findings.resolution_resource import Resolution, build_resolution
from app.api.findings.stakes import Subject
from app.api.problems import MISSING, documented
from app.db.findings.resolutions import find_kept_resolution
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection

GetSubject = Callable[[ReadSession, Connection, int], Awaitable[Subject]]

RESPONSES: dict[int | str, dict[str, Any]] = {
    201: {"model": Resolution, "description": "The decision was stored."},
    **documented(
        "malformed_body",
        *MISSING,
        "connection_removed",
        "decision_refused",
        "contact_in_use",
        "too_large",
    ),
}


class Deciding(NamedTuple):
    """A call that decides: whose it is, what is decided, and where its answer is prepared."""

    services: Services
    caller: Caller
    connection_id: UUID
    decision: Decision
    response: Response
    tasks: BackgroundTasks

    async def resolve(self, get_subject: GetSubject, number: int) -> Resolution:
        """Store the decision, 201, or find the same one in place, 200; raises what it was refused for."""
        services = self.services
        async with services.database.writing() as session:
            connection = await lock_own_connection(session, self.caller.partner_id, self.connection_id)
            subject = await get_subject(session, connection, number)
            taken = await take_decision(
                session, connection, self.caller, subject, self.decision, services.clock.now()
            )
            kept = await find_kept_resolution(session, connection.id, taken.resolution_id)
        assert kept is not None  # it was stored by this transaction, or before
        self.tasks.add_task(services.waker.reconcile_soon, [connection.id])
        self.response.status_code = 201 if taken.is_new else 200
        where = f"/v1/connections/{connection.id}/resolutions/{taken.resolution_id}"
        self.response.headers["Location"] = where
        return build_resolution(kept)


async def get_deciding(
    services: Given,
    caller: GivenCaller,
    connection_id: ConnectionId,
    decision: Decision,
    response: Response,
    tasks: BackgroundTasks,
) -> Deciding:
    """The call as it came."""
    return Deciding(services, caller, connection_id, decision, response, tasks)


GivenDeciding = Annotated[Deciding, Depends(get_deciding)]
