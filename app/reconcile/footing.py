"""What merging and planning stand on: a connection and what is known of its organisation, and nothing that writes.

A round of the loop is one; so is a look at what the loop would do (`preview`). What takes a footing alone can be asked
by either, so the two cannot come to different answers.
"""

from typing import Protocol

from app.domain.connections.connection import Connection
from app.domain.invoices.plan import Terms
from app.domain.record.direction import Lanes
from app.domain.record.observing import Rules
from app.domain.xero.organisation import Organisation


class Footing(Protocol):
    """The connection as it is, its organisation's facts, and how it merges and plans by them."""

    @property
    def connection(self) -> Connection: ...
    @property
    def organisation(self) -> Organisation: ...
    @property
    def rules(self) -> Rules: ...
    @property
    def lanes(self) -> Lanes: ...
    @property
    def terms(self) -> Terms: ...
