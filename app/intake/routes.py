"""The routes of intake: plain Starlette, because the body must stay as it came and every millisecond is latency."""

from starlette.routing import Route

from app.intake.partner_events import take_partner_event
from app.intake.shop_events import take_shop_event
from app.intake.xero_events import take_xero_events, take_xero_events_of_app


def build_routes() -> list[Route]:
    """The routes; they find their `IntakeServices` on the application's state."""
    return [
        Route("/webhooks/xero", take_xero_events, methods=["POST"], name="take_xero_events"),
        Route(
            "/webhooks/xero/{xero_app_id}",
            take_xero_events_of_app,
            methods=["POST"],
            name="take_xero_events_of_app",
        ),
        Route(
            "/webhooks/partner/{partner_id}", take_partner_event, methods=["POST"], name="take_partner_event"
        ),
        Route("/webhooks/shops/{connection_id}", take_shop_event, methods=["POST"], name="take_shop_event"),
    ]
