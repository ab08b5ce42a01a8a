"""Stored events, sent through again as if they came now: by the same rules, with what each came to told apart.

Xero's: its target is due for a read, and what is believed of its date is forgotten. The partner's: its document is
taken in again. Neither can undo anything: Xero is read and not believed, and a document that is no newer than the one
held is stale as ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.db.connections.connections import raise_generation
from app.db.inboxes.event_feed import StoredEvent, replay_xero_event, save_replay_of_partner
from app.db.links.documents import DocumentOutcome
from app.db.postgres.session import WriteSession
from app.domain.connections.connection import Connection
from app.domain.record.sides import Side
from app.intake.partner_event import IGNORED, parse_event, take_in_changed

FOLLOWED = frozenset({"invoice", "contact", "creditnote", "prepayment", "overpayment"})
"""Categories of Xero's events that lead to something; others are kept and let be."""


class Did(StrEnum):
    """What a replay did."""

    LOOKS_AGAIN = "looks_again"
    TAKEN_IN = "taken_in"
    UNCHANGED = "unchanged"
    STALE = "stale"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Replayed:
    """What it did, in a word and in a sentence, and which connections to wake after the commit."""

    did: Did
    message: str
    nudges: tuple[UUID, ...] = ()

    @property
    def brings_news(self) -> bool:
        """Whether there is something to carry out now."""
        return self.did in {Did.TAKEN_IN, Did.LOOKS_AGAIN}


async def replay(
    session: WriteSession,
    connection: Connection,
    event: StoredEvent,
    payload: Mapping[str, Any],
    at: datetime,
) -> Replayed:
    """Send a stored event through again; the connection's row is locked.

    Raises `InputRefused` as the document itself would: `version_reused`, `invalid_document`.
    """
    if event.side is Side.XERO:
        return await _look_again(session, connection, event, at)
    changed = parse_event(payload)
    if changed is None:
        await save_replay_of_partner(session, event.number, IGNORED, at)
        return Replayed(Did.IGNORED, f"Nothing is made of events of the type {event.type}.")
    taken = await take_in_changed(session, connection, changed, at)
    outcome = taken.stored.outcome
    await save_replay_of_partner(session, event.number, outcome.value, at)
    return Replayed(*_tell(outcome, changed.document.version, taken.stored.held_version), taken.nudges)


async def _look_again(
    session: WriteSession, connection: Connection, event: StoredEvent, at: datetime
) -> Replayed:
    if event.category not in FOLLOWED:
        return Replayed(Did.IGNORED, f"Nothing is made of events about {event.category or 'nothing'}.")
    await replay_xero_event(session, event.number, at)
    await raise_generation(session, connection.id)
    said = f"The {event.category} {event.resource_id} is read in Xero again, whatever is held of it."
    return Replayed(Did.LOOKS_AGAIN, said, (connection.id,))


def _tell(outcome: DocumentOutcome, version: int, held: int) -> tuple[Did, str]:
    match outcome:
        case DocumentOutcome.CREATED | DocumentOutcome.UPDATED:
            return Did.TAKEN_IN, f"Version {version} was taken in, and is brought to Xero."
        case DocumentOutcome.STALE:
            return (
                Did.STALE,
                f"Version {version} is older than version {held}, which is held; nothing changed.",
            )
    return Did.UNCHANGED, f"Version {version} is held already; nothing changed. A retry looks at it again."
