"""Usage: the calls to Xero, kept by connection, day, entity and method; and in shares, by link and day.

Counts come in batches (`UsageBook.save`), at the end of each round of a reconcile and of each API request that called
Xero, and when a process ends. A process that dies loses what it counted since; a database that is gone loses nothing,
the counts wait for the next batch. Where a commit's answer is lost they are kept twice: these are figures to go by, the
bill is Xero's.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import structlog
from sqlalchemy import BigInteger, Date, Insert, Numeric, Text, Uuid, and_, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from app.db.postgres.given import Types, bare, give, rows_given
from app.db.postgres.lent import DRIVER_ERRORS, LentConnection
from app.db.postgres.session import Database, ReadSession
from app.db.postgres.straight import run_alone
from app.db.tables import ConnectionRow, LinkUsageRow, XeroUsageRow
from app.domain.connections.connection import ConnectionState
from app.domain.connections.usage import Counted, LinkUsage, Usage

log = structlog.get_logger(__name__)

_AMOUNTS = ("calls", "bytes_sent", "bytes_received")


class Counts(Protocol):
    """Where calls are counted as they are made (`xero.usage.CallCounter`)."""

    def take(self) -> Counted:
        """What was counted since the last take."""
        ...

    def put_back(self, counted: Counted) -> None:
        """Count these again, which could not be kept."""
        ...

    def count_made(self, connection_id: UUID) -> int:
        """Every call of this process for a connection."""
        ...


class UsageBook:
    """Keeps what one process counted; safe for several tasks."""

    def __init__(self, database: Database, counts: Counts) -> None:
        self._database = database
        self._counts = counts

    def count_made(self, connection_id: UUID) -> int:
        """The calls that this process has made for a connection, whether they are kept already or not."""
        return self._counts.count_made(connection_id)

    async def save(self) -> None:
        """Keep everything counted until now, in one statement; nothing is done where nothing was counted.

        Never raises: nobody's work waits for a figure.
        """
        counted = self._counts.take()
        if not counted.usages:
            return
        try:
            async with self._database.writing_bare() as driver:
                await add_usage(driver, counted.usages, counted.shares)
        except (SQLAlchemyError, *DRIVER_ERRORS, OSError) as error:
            self._counts.put_back(counted)
            log.warning("usage_not_kept", error=type(error).__name__)
        except BaseException:
            self._counts.put_back(counted)
            raise


async def add_usage(
    driver: LentConnection, counts: Sequence[Usage], shares: Sequence[LinkUsage] = ()
) -> None:
    """Add to what is kept of connections and of links, in one statement; rows are locked in one order by everybody."""
    given = give(_COUNTS, _in_order(counts, _KEY)) | give(_SHARES, _in_order(shares, _LINK_KEY), "share_")
    await run_alone(driver, _ADDING, given)


def _in_order(counts: Sequence[Usage] | Sequence[LinkUsage], key: Sequence[str]) -> list[dict[str, Any]]:
    return sorted((asdict(each) for each in counts), key=lambda each: [str(each[name]) for name in key])


_KEY = ("connection_id", "used_on", "entity", "method")
_LINK_KEY = ("link_id", "used_on")

_BYTES: Types = {"bytes_sent": BigInteger, "bytes_received": BigInteger}
_COUNTS: Types = {
    "connection_id": Uuid,
    "used_on": Date,
    "entity": Text,
    "method": Text,
    "calls": BigInteger,
    **_BYTES,
}
_SHARES: Types = {"link_id": Uuid, "used_on": Date, "connection_id": Uuid, "calls": Numeric(18, 6), **_BYTES}


def _build_adding_to(
    row: type[XeroUsageRow] | type[LinkUsageRow], types: Types, key: Sequence[str], prefix: str = "given_"
) -> Insert:
    given = rows_given(types, f"{prefix}rows", prefix)
    added = insert(bare(row)).from_select(list(types), select(*(given.c[name] for name in types)))
    sums = {name: getattr(row, name) + added.excluded[name] for name in _AMOUNTS}
    return added.on_conflict_do_update(index_elements=list(key), set_=sums)


def _build_adding() -> Insert:
    links = _build_adding_to(LinkUsageRow, _SHARES, _LINK_KEY, "share_").cte("links")
    return _build_adding_to(XeroUsageRow, _COUNTS, _KEY).add_cte(links)


_ADDING = _build_adding()


async def list_usage(session: ReadSession, connection_id: UUID, since: date, until: date) -> list[Usage]:
    """What a connection used on these days, both included, in the order of days, entities and methods."""
    row = XeroUsageRow
    found = await session.execute(
        select(row)
        .where(row.connection_id == connection_id, row.used_on.between(since, until))
        .order_by(row.used_on, row.entity, row.method)
    )
    return [_usage_from_row(each) for each in found.scalars()]


async def list_link_usage(session: ReadSession, link_id: UUID, since: date, until: date) -> list[LinkUsage]:
    """What was used for one link on these days, both included, in their order."""
    row = LinkUsageRow
    found = await session.execute(
        select(row).where(row.link_id == link_id, row.used_on.between(since, until)).order_by(row.used_on)
    )
    return [_link_usage_from_row(each) for each in found.scalars()]


class LinkTotal(NamedTuple):
    """What was used for several links; `calls` is exact to six places."""

    calls: Decimal
    bytes_sent: int
    bytes_received: int


async def sum_link_usage(session: ReadSession, connection_id: UUID, since: date, until: date) -> LinkTotal:
    """What was used for all links of a connection together."""
    row = LinkUsageRow
    calls, sent, received = (func.coalesce(func.sum(getattr(row, name)), 0) for name in _AMOUNTS)
    found = await session.execute(
        select(calls, sent, received).where(
            row.connection_id == connection_id, row.used_on.between(since, until)
        )
    )
    total = found.one()
    return LinkTotal(total[0], int(total[1]), int(total[2]))


@dataclass(frozen=True, slots=True)
class ConnectionUsage:
    """What one connection used; `is_counted_by_xero` while it stands in Xero's list of the app's connections."""

    connection_id: UUID
    business_id: str
    is_counted_by_xero: bool
    opened_at: datetime
    entity: str | None
    calls: int
    bytes_sent: int
    bytes_received: int


async def list_partner_usage(
    session: ReadSession, partner_id: UUID, since: date, until: date
) -> list[ConnectionUsage]:
    """What each connection of a partner used of each entity; one that used nothing has one row, without an entity."""
    row, connection = XeroUsageRow, ConnectionRow
    # Xero goes on counting a connection until it is deleted there (FACTS 2), which we do at its removal.
    is_counted = and_(connection.xero_connection_id.is_not(None), connection.state != ConnectionState.REMOVED)
    is_used = and_(row.connection_id == connection.id, row.used_on.between(since, until))
    found = await session.execute(
        select(
            connection.id,
            connection.business_id,
            is_counted,
            connection.created_at,
            row.entity,
            *(func.coalesce(func.sum(each), 0) for each in (row.calls, row.bytes_sent, row.bytes_received)),
        )
        .outerjoin(row, is_used)
        .where(connection.partner_id == partner_id)
        .group_by(connection.id, row.entity)
        .order_by(connection.id, row.entity)
    )
    return [ConnectionUsage(*each[:5], *(int(number) for number in each[5:])) for each in found]


def _usage_from_row(row: XeroUsageRow) -> Usage:
    return Usage(
        connection_id=row.connection_id,
        used_on=row.used_on,
        entity=row.entity,
        method=row.method,
        calls=row.calls,
        bytes_sent=row.bytes_sent,
        bytes_received=row.bytes_received,
    )


def _link_usage_from_row(row: LinkUsageRow) -> LinkUsage:
    return LinkUsage(
        link_id=row.link_id,
        connection_id=row.connection_id,
        used_on=row.used_on,
        calls=row.calls,
        bytes_sent=row.bytes_sent,
        bytes_received=row.bytes_received,
    )
