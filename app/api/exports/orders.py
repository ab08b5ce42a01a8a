"""What an export is told: to start, pause, resume, cancel. Four calls of one shape; a table says what each is."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from fastapi import APIRouter, BackgroundTasks

from app.api.authentication import MEMBERS_WRITE, OwnConnection, PartnerId
from app.api.dependencies import Given
from app.api.exports import acts
from app.api.exports.export_paths import ExportId
from app.api.exports.resource import ExportShown
from app.api.problems import MISSING, documented
from app.domain.exports.export import Order

router = APIRouter(
    prefix="/v1/connections/{connection_id}/exports/{export_id}",
    tags=["exports"],
    dependencies=[MEMBERS_WRITE],
)

_REFUSED = (*MISSING, "connection_removed", "wrong_state")


class _Told(NamedTuple):
    """An order as the contract tells it; `more` is what it is refused for beside what refuses all of them."""

    order: Order
    summary: str
    description: str
    more: tuple[str, ...] = ()


ORDERS = (
    _Told(
        Order.START,
        "Carry out what a dry run showed",
        "The very things of the dry run are carried out, each as it stands by then; a second call changes nothing.",
        ("export_under_way",),
    ),
    _Told(
        Order.PAUSE,
        "Stop after the portion that is under way",
        "What was taken up is done, 200 things at the most; what people do on the connection goes on.",
    ),
    _Told(Order.RESUME, "Go on with a paused export", "It goes on where it stopped."),
    _Told(
        Order.CANCEL,
        "End an export",
        "The portion that is under way is done, the rest has no outcome. What went to Xero stays there.",
    ),
)


def _build_route(order: Order) -> Callable[..., Awaitable[ExportShown]]:
    async def tell(
        services: Given,
        partner_id: PartnerId,
        connection: OwnConnection,
        export_id: ExportId,
        tasks: BackgroundTasks,
    ) -> ExportShown:
        export = await acts.tell(services, partner_id, connection.id, export_id, order)
        tasks.add_task(services.waker.reconcile_soon, [connection.id])
        return await acts.show(services, export, connection)

    return tell


for _told in ORDERS:
    router.post(
        f"/{_told.order}",
        operation_id=f"{_told.order}_export",
        summary=_told.summary,
        description=_told.description,
        responses=documented(*_REFUSED, *_told.more),
    )(_build_route(_told.order))
