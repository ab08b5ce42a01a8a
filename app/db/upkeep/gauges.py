"""What an operator watches, counted over everybody: backlog, holds, connections, feeds, tokens, webhooks.

Every statement reads a partial index of what is not well, or a table with a row for each connection at most, so that
its cost grows with the work that is left and not with what was ever done. Ages are in seconds by the database's clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import func, select, text

from app.db.postgres.session import ReadSession
from app.domain.holds.skip import SKIPPED

LONGEST_STATEMENT = "3s"

_STANDING = """CASE WHEN c.state = 'active' AND c.next_run_at IS NOT NULL AND NOT c.run_due THEN 'scheduled'
    ELSE c.state END"""
"""A connection's state; one that works at set times, and not now, is `scheduled`."""

_AGE = "GREATEST(0, COALESCE(EXTRACT(EPOCH FROM now() - {}), 0))::float"

_THINGS = {"invoice": "invoice_links", "contact": "contact_links", "item": "item_links"}

_LINKS = """
    SELECT {standing},
        CASE WHEN l.generation > l.settled_generation THEN 'work' WHEN l.state = 'held' THEN 'held'
            WHEN l.reason_code = 'awaiting_partner' THEN 'partner' ELSE 'work' END,
        CASE WHEN l.generation <= l.settled_generation AND l.state = 'held' THEN l.reason_code END,
        count(*), {age}
    FROM {table} l JOIN connections c ON c.id = l.connection_id
    WHERE {is_left} AND l.skipped_at IS NULL
    GROUP BY 1, 2, 3
"""

_UNSETTLED = "(l.state <> 'settled' OR l.generation > l.settled_generation)"
_IS_LEFT = {
    "invoice": _UNSETTLED,
    "contact": _UNSETTLED,
    # Products of a connection that keeps none in Xero are stored, and are no work.
    "item": "(l.state = 'held' OR l.generation > l.settled_generation) AND c.settings ->> 'items' = 'on'",
}
"""In the words of each table's partial indexes."""

_TOUCHED = "(l.settled_generation = 0 OR l.touched_at > l.since_at OR l.reason_code = 'work_left')"
_BEHIND_SINCE = f"CASE WHEN {_TOUCHED} THEN l.touched_at ELSE l.updated_at END"
"""What a search in Xero made due was touched by nobody, perhaps for years: it is behind since it was written last."""

_SKIPPED = "SELECT count(*) FROM {table} WHERE skipped_at IS NOT NULL"

_CONNECTIONS = f"SELECT {_STANDING}, count(*) FROM connections c GROUP BY 1"  # noqa: S608 - constants alone

_POSTPONED = """
    SELECT split_part(retry_reason, ':', 1), count(*) FROM connections
    WHERE state = 'active' AND retry_at > now() AND retry_reason IS NOT NULL GROUP BY 1
"""

_LEASES = """
    SELECT count(*) FILTER (WHERE lease_until >= now()), count(*) FILTER (WHERE lease_until < now())
    FROM connections WHERE lease_owner IS NOT NULL
"""

_EVENTS = f"""
    SELECT {_STANDING}, count(*), {_AGE.format("min(e.received_at)")}
    FROM xero_events e JOIN connections c ON c.id = e.connection_id
    WHERE e.taken_at IS NULL AND e.connection_id IS NOT NULL GROUP BY 1
    UNION ALL SELECT 'unread', count(*), {_AGE.format("min(w.received_at)")} FROM xero_webhooks w
"""  # noqa: S608 - constants alone

_CHANGES = f"""
    WITH waiting AS (
        SELECT connection_id, count(*) AS number, min(created_at) AS oldest
        FROM changes WHERE state = 'pending' GROUP BY connection_id
    ), reached AS (
        SELECT w.*, (
            SELECT bool_or(e.is_enabled) FROM webhook_endpoints e
            WHERE e.partner_id = c.partner_id AND e.part = 'applies' AND e.deleted_at IS NULL
                AND (e.connection_ids IS NULL OR c.id = ANY (e.connection_ids))
        ) AS is_enabled
        FROM waiting w JOIN connections c ON c.id = w.connection_id WHERE c.state <> 'removed'
    )
    SELECT CASE is_enabled WHEN true THEN 'enabled' WHEN false THEN 'disabled' ELSE 'none' END,
        sum(number)::bigint, {_AGE.format("min(oldest)")}
    FROM reached GROUP BY 1
"""  # noqa: S608 - constants alone

_COPIES = f"""
    SELECT count(*), {_AGE.format("min(created_at)")} FROM deliveries WHERE is_copy AND state = 'pending'
"""  # noqa: S608 - constants alone

_ENDPOINTS = """
    SELECT part, CASE WHEN NOT is_enabled THEN 'disabled' WHEN failing_since IS NOT NULL THEN 'failing'
        ELSE 'well' END, count(*)
    FROM webhook_endpoints WHERE deleted_at IS NULL GROUP BY 1, 2
"""

_TOKENS = f"""
    SELECT {_AGE.format("min(t.refreshed_at)")} FROM token_sets t
    WHERE t.dead_reason IS NULL AND EXISTS (
        SELECT 1 FROM connections c WHERE c.token_set_id = t.id AND c.state IN ('active', 'paused')
    )
"""  # noqa: S608 - constants alone

_WEBHOOKS = f"""
    SELECT CASE WHEN silent_since IS NOT NULL THEN 'silent' WHEN heard_at IS NULL THEN 'waiting' ELSE 'heard' END,
        count(*), {_AGE.format("max(heard_at)")}, sum(events_missed)::bigint
    FROM subscriptions GROUP BY 1
"""  # noqa: S608 - constants alone

_TENANTS = """
    SELECT DISTINCT a.client_id, c.tenant_id FROM connections c LEFT JOIN xero_apps a ON a.id = c.xero_app_id
    WHERE c.state = 'active' AND c.tenant_id IS NOT NULL
"""


class LinksLeft(NamedTuple):
    """Links of one thing that are not settled. `waits_for`: `work`, `partner`, or `held` with its code."""

    thing: str
    connection: str
    waits_for: str
    code: str | None
    number: int
    oldest_seconds: float


class Waiting(NamedTuple):
    """What waits, of one kind."""

    kind: str
    number: int
    oldest_seconds: float


class Webhooks(NamedTuple):
    """Xero's subscriptions in one state."""

    state: str
    number: int
    heard_seconds_ago: float
    events_missed: int


class Tenant(NamedTuple):
    """An organisation in use, and the partner's own Xero app that reaches it; None is Plumbline's."""

    client_id: str | None
    tenant_id: str


@dataclass(frozen=True, slots=True)
class Gauges:
    """All of it, as of one moment. Counts by kind are tuples of labels and a number."""

    links: Sequence[LinksLeft]
    connections: Sequence[tuple[str, int]]
    postponed: Sequence[tuple[str, int]]
    leases_held: int
    leases_expired: int
    events: Sequence[Waiting]
    changes: Sequence[Waiting]
    copies: Waiting
    endpoints: Sequence[tuple[str, str, int]]
    oldest_token_seconds: float
    webhooks: Sequence[Webhooks]
    tenants: Sequence[Tenant]


async def read_gauges(session: ReadSession) -> Gauges:
    """Read everything, in one transaction; raises what the database raises, after three seconds for a statement."""
    await session.execute(select(func.set_config("statement_timeout", LONGEST_STATEMENT, True)))
    [(held, expired)] = await _rows(session, _LEASES)
    [(oldest_token,)] = await _rows(session, _TOKENS)
    [copies] = await _rows(session, _COPIES)
    return Gauges(
        links=await _list_links(session),
        connections=await _rows(session, _CONNECTIONS),
        postponed=await _rows(session, _POSTPONED),
        leases_held=held,
        leases_expired=expired,
        events=[Waiting(*row) for row in await _rows(session, _EVENTS)],
        changes=[Waiting(*row) for row in await _rows(session, _CHANGES)],
        copies=Waiting("copy", *copies),
        endpoints=await _rows(session, _ENDPOINTS),
        oldest_token_seconds=oldest_token,
        webhooks=[Webhooks(*row) for row in await _rows(session, _WEBHOOKS)],
        tenants=[Tenant(*row) for row in await _rows(session, _TENANTS)],
    )


async def _list_links(session: ReadSession) -> list[LinksLeft]:
    found: list[LinksLeft] = []
    for thing, table in _THINGS.items():
        age = _AGE.format(f"min({'l.touched_at' if thing == 'item' else _BEHIND_SINCE})")
        left = _LINKS.format(standing=_STANDING, age=age, table=table, is_left=_IS_LEFT[thing])
        found += [LinksLeft(thing, *row) for row in await _rows(session, left)]
        [(skipped,)] = await _rows(session, _SKIPPED.format(table=table))
        if skipped:
            found.append(LinksLeft(thing, "active", "held", SKIPPED, skipped, 0.0))
    return found


async def _rows(session: ReadSession, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await session.execute(text(statement))]
