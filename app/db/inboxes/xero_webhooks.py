"""Xero's webhooks between their answer and the reading of their events.

A storm is answered as fast as its bytes reach the disk, by one statement for as many as came together; what they say is
read afterwards, by whoever takes them up first. Who takes some holds them until his transaction ends, with which they
are gone; nobody waits for him.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, bindparam, delete, select, update
from sqlalchemy.sql.dml import ReturningDelete

from app.db.postgres.built import asked
from app.db.postgres.given import bare
from app.db.postgres.lent import LentConnection
from app.db.postgres.session import WriteSession
from app.db.tables import XeroWebhookRow


class Webhook(NamedTuple):
    """One POST that Xero signed; `xero_app_id` is None for Plumbline's own app.

    Under `correlation_id` its request is logged, in `trace` it went on, where there is one; both go on with what comes
    of it.
    """

    body: bytes
    received_at: datetime
    xero_app_id: UUID | None = None
    correlation_id: str | None = None
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A webhook that is held; its number says when it came among the others."""

    id: int
    webhook: Webhook
    failures: int


SAVE = """
INSERT INTO xero_webhooks (body, received_at, xero_app_id, correlation_id, trace)
SELECT * FROM unnest($1::bytea[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[])
"""
"""Each column as one array, in the order of a `Webhook`."""


async def save_webhooks(connection: LentConnection, webhooks: Sequence[Webhook]) -> None:
    """Store them as they came."""
    await connection.execute(SAVE, *zip(*webhooks, strict=True))


async def take_webhooks(session: WriteSession, most: int) -> list[Taken]:
    """The oldest, so many at most, which are gone with the end of this transaction; none that somebody holds."""
    return await _take(session, _TAKING, {"at_most": most})


async def take_failed(session: WriteSession, now: datetime) -> list[Taken]:
    """The same of those that could not be read, and are to be tried again: one, or none."""
    return await _take(session, _TAKING_FAILED, {"now": now, "at_most": 1})


async def _take(session: WriteSession, statement: Any, asking: Mapping[str, Any]) -> list[Taken]:
    found = [Taken(row.id, _read(row), row.failures) for row in await session.execute(statement, asking)]
    return sorted(found, key=lambda taken: taken.id)


def _read(row: Any) -> Webhook:
    return Webhook(row.body, row.received_at, row.xero_app_id, row.correlation_id, row.trace)


async def try_again_later(session: WriteSession, webhook_id: int, again_at: datetime) -> None:
    """One could not be read: it stays, and is left alone until then."""
    await session.execute(_LEAVING, {"of_id": webhook_id, "until": again_at})


_WEBHOOK = bare(XeroWebhookRow)
_AGAIN_AT = _WEBHOOK.c.again_at


def _build_taking(is_due: ColumnElement[bool], first: ColumnElement[Any]) -> ReturningDelete[Any]:
    oldest = (
        select(_WEBHOOK.c.id)
        .where(is_due)
        .order_by(first)
        .limit(bindparam("at_most", type_=Integer))
        .with_for_update(skip_locked=True)
        .cte("oldest")
    )
    return delete(_WEBHOOK).where(_WEBHOOK.c.id == oldest.c.id).returning(_WEBHOOK)


_TAKING = _build_taking(_AGAIN_AT.is_(None), _WEBHOOK.c.id)
_TAKING_FAILED = _build_taking(asked("now", _AGAIN_AT) >= _AGAIN_AT, _AGAIN_AT)
_LEAVING = (
    update(_WEBHOOK)
    .where(_WEBHOOK.c.id == asked("of_id", _WEBHOOK.c.id))
    .values(failures=_WEBHOOK.c.failures + 1, again_at=asked("until", _AGAIN_AT))
)
