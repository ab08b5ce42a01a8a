"""The correlation id of each link that is due: that of the webhook that told of it, also if a search found it first."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from app.db.inboxes.events import XeroEvent
from app.db.links.following import follow_links, list_told
from app.db.postgres.session import WriteSession
from app.domain.holds.thing import Thing
from app.reconcile.round import Round


class Linked(Protocol):
    """A link of whichever kind."""

    @property
    def id(self) -> UUID: ...


def list_followed(
    known: Mapping[str | None, Linked], news: Collection[UUID], events: Sequence[XeroEvent]
) -> dict[UUID, str]:
    """The correlation id of the newest event of each of the links `news`; `known` has links by Xero's id."""
    ids = {
        known[event.resource_id].id: event.correlation_id for event in events if event.resource_id in known
    }
    return {link_id: ids[link_id] or "" for link_id in news if ids.get(link_id)}


async def follow_found(
    current: Round, session: WriteSession, found: Mapping[str | None, Linked], kind: Thing
) -> None:
    """Give links that a search made due the correlation ids of events that tell of them and wait for the next round."""
    told = await list_told(session, current.connection_id, [xero_id for xero_id in found if xero_id])
    await follow_links(session, {found[xero_id].id: told_as for xero_id, told_as in told.items()}, kind)
