"""Events on their way to the app's webhook: numbered, held or live, lost or doubled as ordered (FACTS 3).

Sequence numbers are per subscription or per tenant, as `sequence_scope` says, for nobody knows (FACTS 8). There is no
event id. One POST carries many events, of many tenants where these share their numbers. What is lost here is lost for
good; what fails to arrive is kept and tried again by the sender.
"""

import json
import random
import secrets
from dataclasses import dataclass, field
from typing import Any

from app.sandbox.xero.books.journal import Event
from app.sandbox.xero.forms.dates import event_instant

_PATHS = {
    "INVOICE": "Invoices",
    "CONTACT": "Contacts",
    "CREDITNOTE": "CreditNotes",
    "OVERPAYMENT": "Overpayments",
    "PREPAYMENT": "Prepayments",
}


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event with its place in the subscription's sequence."""

    sequence: int
    event: Event

    def view(self, root_url: str) -> dict[str, Any]:
        """The event as it is sent."""
        event = self.event
        shown: dict[str, Any] = {
            "resourceUrl": f"{root_url}/api.xro/2.0/{_PATHS[event.category]}/{event.resource_id}",
            "resourceId": event.resource_id,
            "eventDateUtc": event_instant(event.at),
            "eventType": event.kind,
            "eventCategory": event.category,
            "tenantId": event.tenant_id,
            "tenantType": "ORGANISATION",
        }
        return {**shown, "data": dict(event.data)} if event.data else shown


@dataclass
class WebhookQueue:
    """What waits to be sent, and the tricks that were ordered for it."""

    root_url: str
    mode: str = "live"
    delay_ms: int = 0
    batch_size: int = 100
    lose_next: int = 0
    double_next: int = 0
    shuffle: bool = False
    sequence_scope: str = "subscription"
    sequence: int = 0
    """The number of the newest event of the subscription."""
    lost: int = 0
    pending: list[Numbered] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)
    _random: random.Random = field(default_factory=lambda: random.Random(7))

    def add(self, events: list[Event]) -> None:
        """Number the events and let them wait."""
        for event in events:
            self.sequence += 1
            number = self._numbers[event.tenant_id] = self._numbers.get(event.tenant_id, 0) + 1
            self.pending.append(Numbered(number if self._is_by_tenant else self.sequence, event))

    @property
    def _is_by_tenant(self) -> bool:
        return self.sequence_scope == "tenant"

    def take_batches(self) -> list[list[Numbered]]:
        """Everything that waits, in the POSTs in which it will go out."""
        waiting, self.pending = self.pending, []
        kept: list[Numbered] = []
        doubles: list[Numbered] = []
        for entry in waiting:
            if self.lose_next > 0:
                self.lose_next -= 1
                self.lost += 1
                continue
            kept.append(entry)
            if self.double_next > 0:
                self.double_next -= 1
                doubles.append(entry)
        if not self.shuffle:
            return self._cut(kept, self.batch_size) + self._cut(doubles, self.batch_size)
        mixed = kept + doubles
        self._random.shuffle(mixed)
        return self._cut(mixed, max(1, min(self.batch_size, -(-len(mixed) // 3))))

    def _cut(self, entries: list[Numbered], size: int) -> list[list[Numbered]]:
        """Batches of at most that size; of one tenant each where each tenant has numbers of its own."""
        tenants = dict.fromkeys(entry.event.tenant_id if self._is_by_tenant else "" for entry in entries)
        groups = [
            [entry for entry in entries if not self._is_by_tenant or entry.event.tenant_id == tenant]
            for tenant in tenants
        ]
        return [group[at : at + size] for group in groups for at in range(0, len(group), size)]

    def build_body(self, batch: list[Numbered]) -> bytes:
        """The raw body of a POST, spaced as in Xero's own samples: only these very bytes fit the signature."""
        events = json.dumps([entry.view(self.root_url) for entry in batch], separators=(",", ":"))
        numbers = [entry.sequence for entry in batch] or [0]
        entropy = secrets.token_hex(10).upper()
        return (
            f'{{"events":{events},"lastEventSequence": {max(numbers)},"firstEventSequence": {min(numbers)}, '
            f'"entropy": "{entropy}"}}'
        ).encode()
