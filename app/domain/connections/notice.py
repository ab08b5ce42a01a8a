"""What a partner is told of a connection: which kind of notice a move of its state is, and what stands in it."""

from typing import Any

from app.domain.connections.connection import Connection, ConnectionState
from app.domain.connections.next_step import find_next_step

ATTENTION = "connection.attention"
"""Nothing ended, but somebody must act: the next step says how."""


def name_move(before: ConnectionState, after: ConnectionState) -> str:
    """The kind of notice for a move. What was lost and is paused again has been connected, not paused by anybody."""
    match before, after:
        case ConnectionState.PAUSED, ConnectionState.ACTIVE:
            return "connection.resumed"
        case ConnectionState.DISCONNECTED, ConnectionState.PAUSED:
            return "connection.connected"
        case _, ConnectionState.ACTIVE:
            return "connection.connected"
    return f"connection.{after.value}"


def build_notice(connection: Connection, reason: str | None = None) -> dict[str, Any]:
    """The body of a notice about a connection as it is now; `reason` where it is not the state's own."""
    step = find_next_step(connection)
    return {
        "business_id": connection.business_id,
        "display_name": connection.display_name,
        "state": connection.state.value,
        "reason": reason or connection.reason,
        "next_step": {"code": step.code, "message": step.message, "call": step.call} if step else None,
    }
