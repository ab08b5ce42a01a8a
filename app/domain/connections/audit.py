"""The audit log's words: who did what to what; and the chain by which an entry that was changed or taken out shows.

Each entry's hash covers its content and the hash of the one before it in the same partner's log. Who holds the newest
hash of a log can tell later whether anything up to it was touched.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

FIRST = b""
"""Before the first entry of a log."""


Act = Literal[
    "connection_moved",
    "connection_opened",
    "connection_renamed",
    "data_erased",
    "data_erasure_asked",
    "data_exported",
    "decision_taken",
    "endpoint_changed",
    "endpoint_deleted",
    "endpoint_made",
    "key_made",
    "key_revoked",
    "key_rotated",
    "partner_made",
    "read_endpoint_deleted",
    "read_endpoint_set",
    "secret_rotated",
    "settings_changed",
    "shop_deleted",
    "shop_set",
    "xero_app_changed",
    "xero_app_deleted",
    "xero_app_registered",
]
"""Everything that a log tells of. Entries are kept for good, so a word stays here once it was written."""


class ActorKind(StrEnum):
    """Who can have done something."""

    API_KEY = "api_key"
    OPERATOR = "operator"
    """A command at a terminal."""
    PERSON = "person"
    """Whoever consented at Xero, or chose on the page after it."""
    PLUMBLINE = "plumbline"
    """The loop and the timers."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something; `key_id` where it is an API key's caller."""

    kind: ActorKind
    key_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AuditNote:
    """What was done. `partner_id` is None for what concerns the whole installation.

    `subject` is the id of what it was done to, where that is no connection; `facts` are texts about it, never a secret
    and nothing that a person wrote.
    """

    action: str
    partner_id: UUID | None
    connection_id: UUID | None
    subject: str | None
    facts: Mapping[str, str]
    actor: Actor
    at: datetime


def chain(before: bytes, note: AuditNote) -> bytes:
    """The hash of an entry that follows the one of that hash."""
    said = [
        note.action,
        *(
            None if each is None else str(each)
            for each in (note.partner_id, note.connection_id, note.subject)
        ),
        dict(note.facts),
        note.actor.kind.value,
        None if note.actor.key_id is None else str(note.actor.key_id),
        note.at.astimezone(UTC).isoformat(timespec="microseconds"),
    ]
    return hashlib.sha256(before + json.dumps(said, sort_keys=True).encode()).digest()
