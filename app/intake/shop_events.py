"""POST /webhooks/shops/{connection_id}: a shop says that something moved, and is looked at.

The platform verifies the raw body with the secret that was set; without one, and for a connection that has no shop,
every signature is wrong. What the webhook says is not read, but for whose shop it is of: the look finds what changed,
so one that is lost, doubled or out of order costs time alone. It is answered once the look is due in the database.
"""

from uuid import UUID

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from app.intake.dependencies import IntakeServices
from app.metrics import EVENTS
from app.tracing import span


async def take_shop_event(request: Request) -> Response:
    """Answer one webhook of a shop: 200 the look is due, or it is of another shop of the same app; 401 not signed."""
    services: IntakeServices = request.app.state.intake
    body = await request.body()
    connection_id = _read_id(request.path_params["connection_id"])
    hook = await services.shop_hooks.find(connection_id) if connection_id else None
    if hook is None or connection_id is None:
        return Response(status_code=401)
    if hook.is_ping(body):
        return Response()
    headers = {name.lower(): value for name, value in request.headers.items()}
    if not hook.is_signed(headers, body):
        return Response(status_code=401)
    if not hook.is_about(body):
        return Response()
    with span("intake", source="shop"):
        await services.shop_hooks.hear(connection_id)
    EVENTS.labels("shop", "order").inc()
    return Response(background=BackgroundTask(services.waker.read_soon, connection_id))


def _read_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
