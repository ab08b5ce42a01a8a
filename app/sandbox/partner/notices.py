"""What Plumbline tells of a connection itself, as it comes in: `connection.disconnected` and its like.

Each is kept once by its webhook id, in the order in which it came; a repeat is answered as the first one was. A notice
asks nothing of the app's books.
"""

import json
from dataclasses import dataclass, field

from app.sandbox.partner.document import Document

PREFIX = "connection."


@dataclass
class Notices:
    """Every notice that was taken, oldest first."""

    taken: list[Document] = field(default_factory=list)

    def take(self, webhook_id: str, notice: Document) -> bool:
        """Keep a notice; False when it was kept before."""
        if any(known["webhook_id"] == webhook_id for known in self.taken):
            return False
        self.taken.append({"webhook_id": webhook_id, "type": notice["type"], **notice["data"]})
        return True


def find_notice(body: bytes) -> Document | None:
    """The notice in a verified message; None if it is something else."""
    try:
        message = json.loads(body)
    except ValueError:
        return None
    is_notice = (
        isinstance(message, dict)
        and str(message.get("type")).startswith(PREFIX)
        and isinstance(message.get("data", {}), dict)
    )
    return {"data": {}, **message} if is_notice else None
