"""A partner's products on their way in: each stored with its triggers in the caller's transaction, or refused."""

from collections.abc import Sequence
from datetime import datetime

from app.db.connections.connections import raise_generation
from app.db.items.item_links import ITEMS
from app.db.links.documents import file_all, save_documents
from app.db.postgres.session import WriteSession
from app.domain.connections.connection import Connection
from app.domain.connections.settings import ItemSync
from app.intake.item_document import ItemDocument
from app.intake.taking import Taken, TakenIn, count_stored, find_contradiction, take_in_turns, whom_to_wake


async def take_in_items(
    session: WriteSession, connection: Connection, documents: Sequence[ItemDocument], at: datetime
) -> list[Taken]:
    """Store products that passed their schema, the connection's row being locked; what became of each, in order.

    Nothing is triggered while items are off: turning them on does. A version that is held with other content is
    refused (`version_reused`); a stale one is an outcome.
    """

    async def take(turn: Sequence[ItemDocument]) -> list[Taken]:
        return await _take_turn(session, connection, turn, at)

    return await take_in_turns(documents, take)


async def _take_turn(
    session: WriteSession, connection: Connection, documents: Sequence[ItemDocument], at: datetime
) -> list[Taken]:
    filed = file_all(connection.id, [document.to_json() for document in documents], at)
    stored = await save_documents(session, ITEMS, filed)
    count_stored("item", stored)
    is_on = connection.settings.items is ItemSync.ON
    if is_on and any(one.is_news for one in stored):
        await raise_generation(session, connection.id)
    return [
        find_contradiction(one, document.version, "product")
        or TakenIn(one, whom_to_wake(connection, at) if is_on and one.is_news else ())
        for document, one in zip(documents, stored, strict=True)
    ]
