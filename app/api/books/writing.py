"""A call that writes: whose it is, of which connection, and what is left to do after its answer."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import BackgroundTasks, Depends

from app.api.authentication import ConnectionId, PartnerId
from app.api.dependencies import Given, Services


class Writing(NamedTuple):
    """What the routes that write share; `tasks` run once the answer is sent."""

    services: Services
    partner_id: UUID
    connection_id: UUID
    tasks: BackgroundTasks

    def wake(self, connections: Sequence[UUID]) -> None:
        """Have these connections looked at once the answer is sent."""
        self.tasks.add_task(self.services.waker.reconcile_soon, connections)


async def get_writing(
    services: Given, partner_id: PartnerId, connection_id: ConnectionId, tasks: BackgroundTasks
) -> Writing:
    """The call as it came."""
    return Writing(services, partner_id, connection_id, tasks)


GivenWriting = Annotated[Writing, Depends(get_writing)]
