"""A partner's connections as they are listed: page by page, by an index, and counted by state.

The facts of an organisation are nearly all of a connection, and a list shows few of them: its name, and what became of
the accounts, rates and tracking that the settings name. PostgreSQL picks those out. Nothing that is read here is kept
at hand, where a walk through all connections would put away those that are worked with.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, literal, literal_column, select, tuple_, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from app.db.connections.connections import connection_from_shown
from app.db.connections.organisations import organisation_from_json
from app.db.postgres.built import fetch_whole, whole_columns
from app.db.postgres.given import bare
from app.db.postgres.session import ReadSession
from app.db.tables import ConnectionRow
from app.domain.connections.connection import Connection, ConnectionState

Place = tuple[datetime, UUID]
"""Where a page ended: when a connection was opened, and its id."""

_table = bare(ConnectionRow).c

WORDS = (
    """ARRAY(SELECT word #>> '{}' FROM jsonb_path_query(settings, '$.** ? (@.type() == "string")') AS word)"""
)
"""Every text that the settings have as a value."""

FEW_FACTS = """
CASE WHEN organisation IS NOT NULL THEN
organisation - ARRAY['accounts', 'tax_rates', 'tracking_categories', 'branding_themes'] || jsonb_build_object(
    'accounts', ARRAY(
        SELECT each FROM jsonb_array_elements(organisation -> 'accounts') AS each
        WHERE each ->> 'account_id' = ANY (words) OR each ->> 'code' = ANY (words)),
    'tax_rates', ARRAY(
        SELECT each FROM jsonb_array_elements(organisation -> 'tax_rates') AS each
        WHERE each ->> 'tax_type' = ANY (words)),
    'tracking_categories', ARRAY(
        SELECT each FROM jsonb_array_elements(organisation -> 'tracking_categories') AS each
        WHERE settings -> 'tracking' ? (each ->> 'category_id')),
    'branding_themes', ARRAY(
        SELECT each FROM jsonb_array_elements(organisation -> 'branding_themes') AS each
        WHERE each ->> 'theme_id' = ANY (words)))
END
"""
"""An organisation's facts, with those alone of its lists that the settings name."""

_FEW = type_coerce(literal_column(FEW_FACTS), JSONB)


async def list_shown_connections(
    session: ReadSession,
    partner_id: UUID,
    business_id: str | None = None,
    *,
    after: Place | None = None,
    limit: int,
) -> list[Connection]:
    """A page of a partner's connections, oldest first; of one business those that were not removed.

    Of their organisations they have what `build_connection_page` tells, and no more.
    """
    rows = await fetch_whole(session, build_connection_page(partner_id, business_id, after, limit), {})
    return [
        connection_from_shown(row, organisation_from_json(row.organisation) if row.organisation else None)
        for row in rows
    ]


def place_of(connection: Connection) -> Place:
    """The place of a connection in the list."""
    return connection.created_at, connection.id


def build_connection_page(
    partner_id: UUID, business_id: str | None, after: Place | None, limit: int
) -> Select[Any]:
    """The query of one page: each connection with those facts of its organisation that its settings name."""
    page = select(*whole_columns(ConnectionRow), literal_column(WORDS).label("words")).where(
        _table.partner_id == partner_id
    )
    if business_id is not None:
        page = page.where(_table.business_id == business_id, _table.state != REMOVED)
    if after is not None:
        place = tuple_(_table.created_at, _table.id)
        page = page.where(place > tuple_(literal(after[0]), literal(after[1])))
    kept = page.order_by(_table.created_at, _table.id).limit(limit).subquery("page").c
    others = [each for each in kept if each.name not in ("organisation", "words")]
    return select(*others, _FEW.label("organisation")).order_by(kept.created_at, kept.id)


REMOVED = literal(ConnectionState.REMOVED.value, literal_execute=True)
"""No parameter: PostgreSQL would not know the partial index by one."""


async def count_connections(session: ReadSession, partner_id: UUID) -> dict[ConnectionState, int]:
    """How many connections a partner has in each state that there is one in."""
    counted = select(_table.state, func.count()).where(_table.partner_id == partner_id).group_by(_table.state)
    return {ConnectionState(state): number for state, number in await session.execute(counted)}
