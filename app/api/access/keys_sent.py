"""Whose keys were sent: looked up for all calls that come at about the same time, and for each call anew, so that one
which is revoked or expires is refused at once by every process.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.batcher import Batcher
from app.db.partners.partners import Key, find_keys
from app.db.postgres.session import Database
from app.keys import hash_key


class SentKey(NamedTuple):
    """A key as it was sent, and when."""

    text: str
    at: datetime


SentKeys = Batcher[SentKey, Key | None]
"""None for a key that is not in force."""


def gather_sent_keys(database: Database) -> SentKeys:
    """The batched look-up of sent keys, one for each process."""

    async def find_all(sent: Sequence[SentKey]) -> list[Key | None]:
        hashes = [hash_key(each.text) for each in sent]
        async with database.reading_bare() as connection:
            found = await find_keys(connection, sorted(set(hashes)), max(each.at for each in sent))
        return [found.get(each) for each in hashes]

    return Batcher(find_all)
