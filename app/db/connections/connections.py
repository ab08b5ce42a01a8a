"""Connections: their state, their generation, their lease, and what is kept of their organisation."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, or_, select, update

from app.db.connections.facts_at_hand import (
    AtHand,
    ask_beyond,
    list_at_hand,
    list_columns,
    read_organisation,
)
from app.db.connections.organisations import organisation_from_json
from app.db.connections.runs import may_work
from app.db.connections.settings import keep_version
from app.db.postgres.built import among_asked, asked, fetch_whole
from app.db.postgres.given import bare
from app.db.postgres.json_cache import JsonCache
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import ConnectionRow, InvoiceLinkRow
from app.db.upkeep import audit
from app.domain.connections.compare_run import CompareRun
from app.domain.connections.connection import Connection, ConnectionState, Offer
from app.domain.connections.precedence import LATELY
from app.domain.connections.settings import ConnectionSettings
from app.domain.xero.organisation import Organisation


async def insert_connection(
    session: WriteSession,
    partner_id: UUID,
    business_id: str,
    display_name: str,
    xero_app_id: UUID | None = None,
) -> Connection:
    """Make a pending connection with nothing chosen yet; of the partner's own Xero app where one is named."""
    settings = ConnectionSettings()
    row = ConnectionRow(
        partner_id=partner_id,
        business_id=business_id,
        display_name=display_name,
        xero_app_id=xero_app_id,
        reason="Not authorised in Xero yet.",
        settings=settings.to_json(),
    )
    session.add(row)
    await session.flush()
    await session.refresh(row)
    await keep_version(session, row.id, row.settings_version, settings, at=row.created_at)
    audit.note(session, "connection_opened", partner_id=partner_id, connection_id=row.id)
    return connection_from_row(row)


async def rename_connection(session: WriteSession, connection_id: UUID, display_name: str) -> None:
    """Call it so from now on; the caller holds the row. The log does not tell names, which people chose."""
    named = update(ConnectionRow).where(ConnectionRow.id == connection_id).values(display_name=display_name)
    await session.execute(named)
    await audit.note_of_connection(session, "connection_renamed", connection_id)


async def find_connection(
    session: ReadSession, connection_id: UUID, *, partner_id: UUID | None = None
) -> Connection | None:
    """The connection, or None; with `partner_id`, None also when it is another partner's."""
    asking = {"of_connection": connection_id, "of_partner": partner_id}
    found = await fetch_connections(session, FINDING, asking, [connection_id])
    return found[0] if found else None


async def find_connections(session: ReadSession, connection_ids: Collection[UUID]) -> dict[UUID, Connection]:
    """The connections of these ids, by id; ids of none are left out."""
    found = await fetch_connections(session, _NAMED, {"named": list(connection_ids)}, connection_ids)
    return {each.id: each for each in found}


async def fetch_connections(
    session: ReadSession,
    statement: Select[Any],
    asking: Mapping[str, Any],
    connection_ids: Collection[UUID],
) -> list[Connection]:
    """The connections that a query for `list_columns` finds among these, which it names."""
    at_hand = list_at_hand(connection_ids)
    rows = await fetch_whole(session, statement, {**asking, **ask_beyond(at_hand)})
    return [connection_from_columns(row, at_hand) for row in rows]


_table = bare(ConnectionRow)
_IS_ASKED = _table.c.id == asked("of_connection", _table.c.id)
_PARTNER = asked("of_partner", _table.c.partner_id)
FINDING = select(*list_columns()).where(_IS_ASKED, or_(_PARTNER.is_(None), _table.c.partner_id == _PARTNER))
"""The row `of_connection`; `of_partner` is null where it does not matter whose it is."""


_NAMED = select(*list_columns()).where(among_asked(_table.c.id, "named"))


async def raise_generation(session: WriteSession, connection_id: UUID, *, has_answer: bool = False) -> None:
    """Give a reason to look at a connection; an answer of the app is one that waits for no set time (`runs`)."""
    raising = _RAISING_FOR_ANSWER if has_answer else _RAISING_ONE
    await session.execute(raising, {"of_connection": connection_id})


_RAISING_ONE = update(_table).where(_IS_ASKED).values(generation=_table.c.generation + 1)
_RAISING_FOR_ANSWER = _RAISING_ONE.values(
    answers_due=or_(_table.c.answers_due, _table.c.next_run_at.is_not(None))
)


async def save_state(
    session: WriteSession, connection_id: UUID, state: ConnectionState, reason: str | None, at: datetime
) -> None:
    """Move a connection to a state, with the reason in words. Whoever may tell the partner uses `states.move`."""
    await session.execute(
        update(ConnectionRow)
        .where(ConnectionRow.id == connection_id)
        .values(state=state.value, reason=reason, since_at=at, retry_at=None, retry_reason=None, retries=0)
    )


async def list_due(session: ReadSession, now: datetime, limit: int) -> Sequence[UUID]:
    """Active connections that are behind, not waiting for a time of any kind, and that no worker holds.

    Where a bulk alone waits, a document that came lately makes it due.
    """
    row, link = ConnectionRow, InvoiceLinkRow
    has_news = exists().where(
        link.connection_id == row.id,
        link.generation > link.settled_generation,
        link.touched_at > now - LATELY,
    )
    due = (
        select(row.id)
        .where(
            row.is_behind,
            row.state == ConnectionState.ACTIVE,
            may_work(),
            or_(row.retry_at.is_(None), row.retry_at <= now, and_(row.bulk_waits, has_news)),
            or_(row.lease_until.is_(None), row.lease_until < now),
        )
        .limit(limit)
    )
    return (await session.execute(due)).scalars().all()


_settings = JsonCache(ConnectionSettings.from_json)


def connection_from_row(row: ConnectionRow) -> Connection:
    """The domain value of a row."""
    return _build(row, organisation_from_json(row.organisation) if row.organisation else None)


def connection_from_columns(row: Any, at_hand: AtHand) -> Connection:
    """The connection of a row that was read by `list_columns`."""
    return _build(row, read_organisation(row, at_hand))


def connection_from_shown(row: Any, organisation: Organisation | None) -> Connection:
    """The connection of a row that is only shown; its settings are not put into the cache."""
    return _build(row, organisation, ConnectionSettings.from_json(row.settings))


def _build(
    row: ConnectionRow, organisation: Organisation | None, settings: ConnectionSettings | None = None
) -> Connection:
    return Connection(
        id=row.id,
        partner_id=row.partner_id,
        business_id=row.business_id,
        display_name=row.display_name,
        state=ConnectionState(row.state),
        reason=row.reason,
        since_at=row.since_at,
        tenant_id=row.tenant_id,
        settings=settings or _settings.get(row.id, row.settings),
        settings_version=row.settings_version,
        organisation=organisation,
        organisation_fetched_at=row.organisation_fetched_at,
        generation=row.generation,
        settled_generation=row.settled_generation,
        retry_at=row.retry_at,
        retry_reason=row.retry_reason,
        retries=row.retries,
        sweep_due=row.sweep_due,
        swept_to=row.swept_to,
        swept_at=row.swept_at,
        created_at=row.created_at,
        facts_due=row.facts_due,
        facts_asked=row.facts_asked,
        xero_app_id=row.xero_app_id,
        offered=tuple(Offer(**offer) for offer in row.offered),
        missing_scopes=tuple(row.missing_scopes),
        was_paused=row.was_paused,
        consents=row.consents,
        forked_from=row.forked_from,
        bulk_waits=row.bulk_waits,
        next_run_at=row.next_run_at,
        run_due=row.run_due,
        answers_due=row.answers_due,
        compare_due=row.compare_due,
        compare_run=CompareRun.from_json(row.compare_run) if row.compare_run else None,
        compared_at=row.compared_at,
        compared=CompareRun.from_json(row.compared) if row.compared else None,
        documented_at=row.documented_at,
        manifest_at=row.manifest_at,
        partner_read_at=row.partner_read_at,
        doubted_since=row.doubted_since,
        doubted_until=row.doubted_until,
    )
