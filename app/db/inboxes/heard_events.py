"""Xero's events as they are read: whom they concern, which are new, and whom to wake, all by one statement.

A storm of events passes here, so what would be four questions is one: PostgreSQL finds the connections of each
tenant, stores what is not there, raises the generations, and locks the rows that follow the events' numbers. Rows are
locked in one order by everybody, events by what identifies them, then connections by id, then subscriptions by id, so
that two transactions of the same events wait for each other, and not in a ring.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from app.db.inboxes.subscriptions import Kept, read_kept
from app.db.postgres.session import WriteSession


@dataclass(frozen=True, slots=True)
class StoredEvents:
    """What storing came to.

    `news` are the deliveries that brought something new, each with whom it concerns (None for an unknown tenant), in
    order. `kept` has each Xero app that was heard before; those rows are locked until the transaction ends.
    """

    news: Sequence[tuple[int, UUID | None]]
    kept: Mapping[UUID | None, Kept]


async def store_events(session: WriteSession, events: Sequence[Mapping[str, Any]]) -> StoredEvents:
    """Store events, each once for each connection of its tenant, and raise the generation of whoever got a new one.

    One has the values that the statement takes in, as JSON has them: `delivery` is the number of its delivery in the
    batch, `dated` the date as Xero wrote it, `dated_at` the same read, None where it is no instant; words are in the
    case that the intake gave them.
    """
    news, kept = (await session.execute(_STORING, {"given": events})).one()
    return StoredEvents(
        news=[(delivery, _read_id(connection_id)) for delivery, connection_id in news],
        kept={
            _read_id(app): read_kept(sequence, was_silent=was_silent) for app, sequence, was_silent in kept
        },
    )


def _read_id(given: str | None) -> UUID | None:
    return UUID(given) if given else None


STORING = """
WITH given AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(:given) AS given (
        delivery int, xero_app_id uuid, tenant_id text, category text, event_type text, resource_id text,
        dated text, dated_at timestamptz, payload jsonb, received_at timestamptz, correlation_id text)
), addressed AS MATERIALIZED (
    SELECT given.*, connections.id AS connection_id FROM given LEFT JOIN connections
        ON lower(connections.tenant_id) = given.tenant_id AND connections.state <> 'removed'
        AND connections.xero_app_id IS NOT DISTINCT FROM given.xero_app_id
), stored AS (
    INSERT INTO xero_events (
        connection_id, tenant_id, category, event_type, resource_id, dated, dated_at, payload, received_at,
        correlation_id)
    SELECT connection_id, tenant_id, category, event_type, resource_id, dated, dated_at, payload, received_at,
        correlation_id
    FROM addressed ORDER BY connection_id, tenant_id, category, resource_id, event_type, dated, delivery
    ON CONFLICT DO NOTHING
    RETURNING connection_id, tenant_id, category, resource_id, event_type, dated
), news AS (
    SELECT DISTINCT addressed.delivery, addressed.connection_id FROM addressed JOIN stored
        USING (tenant_id, category, resource_id, event_type, dated)
    WHERE stored.connection_id IS NOT DISTINCT FROM addressed.connection_id
), woken AS MATERIALIZED (
    SELECT id FROM connections WHERE id = ANY (ARRAY(SELECT connection_id FROM stored))
    ORDER BY id FOR NO KEY UPDATE
), raised AS (
    UPDATE connections SET generation = generation + 1 FROM woken WHERE connections.id = woken.id RETURNING 1
), kept AS MATERIALIZED (
    SELECT xero_app_id, sequence, silent_since IS NOT NULL AS was_silent FROM subscriptions
    WHERE (SELECT count(*) FROM raised) >= 0
        AND EXISTS (SELECT FROM given WHERE given.xero_app_id IS NOT DISTINCT FROM subscriptions.xero_app_id)
    ORDER BY id FOR UPDATE
)
SELECT
    (SELECT coalesce(jsonb_agg(jsonb_build_array(delivery, connection_id) ORDER BY delivery, connection_id), '[]')
        FROM news) AS news,
    (SELECT coalesce(jsonb_agg(jsonb_build_array(xero_app_id, sequence, was_silent)), '[]') FROM kept) AS kept
"""
"""A subscription is locked once all generations are raised, which the count waits for; see `subscriptions`."""

_STORING = text(STORING).bindparams(bindparam("given", type_=JSONB)).columns(news=JSONB, kept=JSONB)
