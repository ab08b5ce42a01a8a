"""What is asked of the database server itself: which it is, what time it has, and which schema."""

from collections.abc import Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import NamedTuple

from sqlalchemy import Integer, cast, func, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from app.db.postgres.session import ReadSession
from app.db.postgres.unavailable import DISK_FULL, find_state
from app.db.tables import TokenSetRow, WebhookSecretRow
from app.errors import PlumblineError

SAMPLE = 20

_ROWS_TO_DISK = 10_000
"""More than fit the least memory that a query can be given: they go to a file of some hundred kilobytes, gone after."""


class NoRoom(PlumblineError):
    """PostgreSQL answers, and can write no file: its disk is full."""


class Server(NamedTuple):
    """A PostgreSQL: 180001 is 18.1. `now` is the moment at which it answered, by its own clock."""

    number: int
    version: str
    now: datetime


async def read_server(session: ReadSession) -> Server:
    """The server's version, and its time."""
    number, version = func.current_setting("server_version_num"), func.current_setting("server_version")
    asked = select(cast(number, Integer), version, func.clock_timestamp())
    return Server(*(await session.execute(asked)).one())


async def check_room(session: ReadSession) -> None:
    """Raise `NoRoom` where the disk that holds the data takes nothing more; a query that writes no row finds out."""
    try:
        await session.execute(text("SET LOCAL work_mem = '64kB'"))
        rows = func.generate_series(1, _ROWS_TO_DISK).table_valued("number")
        await session.execute(select(func.count()).select_from(rows))
    except DBAPIError as error:
        if find_state(error.orig) == DISK_FULL:
            raise NoRoom from error
        raise


class Way(NamedTuple):
    """How PostgreSQL is reached; `is_checked`: the server's certificate and its name were."""

    is_inside: bool
    is_encrypted: bool
    is_checked: bool


async def find_way(session: ReadSession) -> Way:
    """How this very session reaches PostgreSQL, or what stands in front of it, as this end of it knows."""
    raw = await (await session.connection()).get_raw_connection()
    # asyncpg has no other way to ask; the server's own view ends at a pooler or a proxy in between.
    transport = raw.driver_connection._transport  # type: ignore[union-attr]
    peer, tls = transport.get_extra_info("peername"), transport.get_extra_info("ssl_object")
    is_inside = not isinstance(peer, tuple) or ip_address(peer[0]).is_loopback
    return Way(is_inside, tls is not None, tls is not None and tls.context.check_hostname)


async def check_schema(session: ReadSession) -> None:
    """Raise unless the database answers and the tables are there."""
    await session.execute(text("SELECT 1 FROM partners LIMIT 1"))


async def find_revision(session: ReadSession) -> str | None:
    """The schema's version; None where no migration has ever run."""
    try:
        found = await session.execute(text("SELECT version_num FROM alembic_version"))
    except ProgrammingError:
        return None
    revision: str | None = found.scalar_one_or_none()
    return revision


async def sample_sealed(session: ReadSession) -> Sequence[bytes]:
    """Secrets as they are stored: of some token sets, those refreshed longest ago first, and of some endpoints."""
    tokens = select(TokenSetRow.refresh_token).order_by(TokenSetRow.refreshed_at).limit(SAMPLE)
    secrets = select(WebhookSecretRow.secret).order_by(WebhookSecretRow.made_at).limit(SAMPLE)
    return [*(await session.execute(tokens)).scalars(), *(await session.execute(secrets)).scalars()]
