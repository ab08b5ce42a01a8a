"""The lane of webhooks: what is signed goes past all that only calls of the API need.

A storm of Xero's comes through here, and every millisecond is latency. A webhook has no key, no idempotency key, no
conditions and no usage to keep; what is left around it is what every answer has.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Scope

from app.api.access.side_doors import SideDoors
from app.api.answer_headers import AnswerHeaders
from app.api.metrics.route_times import RouteTimes
from app.api.middleware import BodyLimit, Correlation
from app.api.request_limits import RequestLimits

_AROUND = (RouteTimes, AnswerHeaders, Correlation, RequestLimits, SideDoors, BodyLimit)
"""The outermost first, as in `application.MIDDLEWARE`."""


def is_webhook(scope: Scope) -> bool:
    """Whether a request goes this way; what asks a webhook's address for anything else goes the way of all."""
    return bool(
        scope["type"] == "http" and scope["method"] == "POST" and scope["path"].startswith("/webhooks/")
    )


def build_webhook_lane(routes: Sequence[BaseRoute], handlers: Mapping[Any, Any]) -> ASGIApp:
    """The routes of intake with what surrounds them."""
    lane: ASGIApp = ExceptionMiddleware(Router(routes, redirect_slashes=False), handlers=handlers)
    for each in reversed(_AROUND):
        lane = each(lane)
    return lane
