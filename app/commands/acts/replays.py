"""What was sent before, through again: by the functions of the API's own routes."""

from uuid import UUID

from app.api.delivery.acts import replay_own_event, resend_own_change
from app.api.delivery.delivery_resource import DeliveryState, replay_own_delivery
from app.api.dependencies import Services
from app.commands.acts.named import get_connection, get_partner
from app.commands.screen import build_facts, build_table
from app.commands.shown import Exit, Shown


async def replay_event(services: Services, connection_id: UUID, event_id: str) -> Shown:
    """What looking at a stored event again did."""
    connection = await get_connection(services, connection_id)
    replayed, nudges = await replay_own_event(services, connection.partner_id, connection.id, event_id)
    await nudges.send(services.waker)
    event = replayed.event
    facts = {
        "event": event.id,
        "about": f"{event.category} {event.resource_id}",
        "received": event.received_at,
        "did": replayed.did.value,
        "in words": replayed.message,
    }
    return Shown(replayed, [build_facts("Event replayed", facts)])


async def resend_change(services: Services, connection_id: UUID, cursor: int) -> Shown:
    """Which change goes for the one that was named."""
    connection = await get_connection(services, connection_id)
    resent, nudges = await resend_own_change(services, connection.partner_id, connection.id, cursor)
    await nudges.send(services.waker)
    facts = {
        "change": resent.cursor,
        "it was": resent.state,
        "sends": resent.sends,
        "revision": resent.revision,
        "by": resent.by,
        "in words": resent.message,
    }
    return Shown(resent, [build_facts("Change sent again", facts)])


async def replay_delivery(services: Services, partner_id: UUID, endpoint_id: UUID, delivery_id: int) -> Shown:
    """A message with its attempts, the newest of them made now; one that is pending goes in its turn."""
    await get_partner(services, partner_id)
    kept, nudges = await replay_own_delivery(services, partner_id, endpoint_id, delivery_id)
    await nudges.send(services.waker)
    facts = {
        "delivery": kept.id,
        "message": kept.message_id,
        "type": kept.type,
        "state": kept.state.value,
        "due at": kept.due_at,
    }
    rows = [(one.at, one.duration_ms, one.status, one.reason or one.answer) for one in kept.made]
    attempts = build_table("Attempts", ["at", "ms", "status", "came back"], rows, right=["ms"])
    status = kept.made[-1].status if kept.made else None
    is_taken = kept.state is DeliveryState.PENDING or (status is not None and 200 <= status < 300)
    return Shown(kept, [build_facts("Delivery", facts), attempts], Exit.WELL if is_taken else Exit.NOT_WELL)
