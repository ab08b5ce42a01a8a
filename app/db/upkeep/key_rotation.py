"""Secrets at rest under the newest key: what is still under an older one is found, encrypted anew, and counted.

Nothing says by which key a value was encrypted, so that each is tried; what the newest opens is passed over. That is
also all the memory that a rotation has: one that was cut off anywhere is simply begun again.

Beside running processes:
    1. A batch is read without a lock, and what needs an older key is picked out.
    2. Those rows alone are locked, read again and written, in one short transaction. A token refresh that comes
       meanwhile waits some milliseconds; its own statement then takes up the row as it is now.
    3. A row that somebody else holds is skipped, so that this never waits for anybody and nobody can wait in a circle
       with it. The next round finds it.
A process that still encrypts by an older key makes new work; so rounds go on until one finds nothing left, and what is
left after the last is told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, select, update
from sqlalchemy.orm import InstrumentedAttribute

from app.db.postgres.session import Database
from app.db.tables import (
    IdempotencyKeyRow,
    OAuthStateRow,
    ReadEndpointRow,
    ShopRow,
    Table,
    TokenSetRow,
    WebhookSecretRow,
    XeroAppRow,
)
from app.errors import ConfigurationMissing
from app.vault import Vault

BATCH = 200
MOST_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Sealed:
    """A table with encrypted columns; `key` is its primary key."""

    row: type[Table]
    key: InstrumentedAttribute[Any]
    columns: tuple[InstrumentedAttribute[Any], ...]

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.row.__tablename__)


SEALED = (
    Sealed(
        TokenSetRow,
        TokenSetRow.id,
        (TokenSetRow.access_token, TokenSetRow.refresh_token, TokenSetRow.previous_refresh_token),
    ),
    Sealed(XeroAppRow, XeroAppRow.id, (XeroAppRow.client_secret, XeroAppRow.webhook_key)),
    Sealed(WebhookSecretRow, WebhookSecretRow.id, (WebhookSecretRow.secret,)),
    Sealed(ReadEndpointRow, ReadEndpointRow.id, (ReadEndpointRow.bearer,)),
    Sealed(ShopRow, ShopRow.connection_id, (ShopRow.credentials, ShopRow.webhook_secret)),
    Sealed(OAuthStateRow, OAuthStateRow.state_hash, (OAuthStateRow.code_verifier,)),
    Sealed(IdempotencyKeyRow, IdempotencyKeyRow.id, (IdempotencyKeyRow.answer,)),
)
"""Everything that is encrypted."""


@dataclass(slots=True)
class Standing:
    """What was found of one table: rows seen, encrypted anew, still under an older key, and opened by no key."""

    table: str
    seen: int = 0
    renewed: int = 0
    left: int = 0
    unreadable: int = 0


@dataclass(slots=True)
class Rotation:
    """What a rotation, or a look, came to: one standing for each table."""

    tables: list[Standing] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Whether the newest key opens everything, so that the older ones may go."""
        return not any(each.left or each.unreadable for each in self.tables)


Tell = Callable[[Standing], None]


async def rotate_keys(database: Database, vault: Vault, tell: Tell) -> Rotation:
    """Encrypt anew what the newest key does not open; `tell` hears of each batch. Safe to run twice, and at once."""
    done: dict[str, int] = {}
    rotation = await look_at_keys(database, vault)
    for _ in range(MOST_ROUNDS):
        if not any(each.left for each in rotation.tables):
            break
        for sealed in SEALED:
            standing = await _walk(database, vault, sealed, tell, is_rotating=True)
            done[sealed.name] = done.get(sealed.name, 0) + standing.renewed
        # Looked at anew: what was written meanwhile counts, by whichever key.
        rotation = await look_at_keys(database, vault)
    for each in rotation.tables:
        each.renewed = done.get(each.table, 0)
    return rotation


async def look_at_keys(database: Database, vault: Vault) -> Rotation:
    """Count what needs an older key, and change nothing."""
    return Rotation(
        [await _walk(database, vault, sealed, lambda _: None, is_rotating=False) for sealed in SEALED]
    )


async def _walk(
    database: Database, vault: Vault, sealed: Sealed, tell: Tell, *, is_rotating: bool
) -> Standing:
    """Go through a table by its key, batch by batch."""
    standing, after = Standing(sealed.name), None
    while batch := await _read(database, sealed, after):
        after = batch[-1][0]
        standing.seen += len(batch)
        keys = _sort_out(vault, batch, standing)
        if keys and is_rotating:
            renewed = await _renew(database, vault, sealed, keys)
            standing.renewed += renewed
            standing.left -= renewed
        tell(standing)
        if len(batch) < BATCH:
            break
    return standing


def _sort_out(vault: Vault, batch: Sequence[Row[Any]], standing: Standing) -> list[Any]:
    """The keys of the rows that can be encrypted anew; counts them, and those that no key opens."""
    found = []
    for row in batch:
        key, *values = list[Any](row)
        old = [value for value in values if value is not None and vault.needs_older_key(value)]
        if not old:
            continue
        if all(_opens(vault, value) for value in old):
            found.append(key)
        else:
            standing.unreadable += 1
    standing.left += len(found)
    return found


def _opens(vault: Vault, value: bytes) -> bool:
    try:
        vault.decrypt_bytes(value)
    except ConfigurationMissing:
        return False
    return True


async def _read(database: Database, sealed: Sealed, after: Any) -> Sequence[Row[Any]]:
    wanted = _select(sealed).order_by(sealed.key).limit(BATCH)
    async with database.reading() as session:
        following = wanted if after is None else wanted.where(sealed.key > after)
        return list((await session.execute(following)).all())


async def _renew(database: Database, vault: Vault, sealed: Sealed, keys: Sequence[Any]) -> int:
    """Encrypt those rows anew that nobody else holds; how many that were."""
    async with database.writing_alone() as session:
        held = _select(sealed).where(sealed.key.in_(keys)).with_for_update(skip_locked=True)
        rows = (await session.execute(held)).all()
        for row in rows:
            key, *values = list[Any](row)
            anew = {
                column: vault.rotate(value)
                for column, value in zip(sealed.columns, values, strict=True)
                if value is not None
            }
            await session.execute(update(sealed.row).where(sealed.key == key).values(anew))
        return len(rows)


def _select(sealed: Sealed) -> Select[Any]:
    return select(sealed.key, *sealed.columns)
