"""What a check-up counts of a connection: its consent, what its partner was told, what is behind and what is held."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app.db.delivery.partner_reads import find_read_standing
from app.db.inboxes.event_feed import count_waiting_events
from app.db.inboxes.subscriptions import find_subscription
from app.db.links.held import count_held
from app.db.links.rows import ROWS
from app.db.partners.endpoints import has_applying_endpoint
from app.db.partners.shop_refusals import count_refusals
from app.db.partners.shops import find_shop
from app.db.postgres.session import ReadSession
from app.db.tables import ChangeRow, ConnectionRow, TokenSetRow
from app.domain.checkup.facts import Backlog, ConsentState, Heard, ShopState, Told
from app.domain.connections.connection import Connection
from app.domain.connections.settings import ItemSync
from app.domain.holds.thing import Thing


async def find_consent_state(session: ReadSession, connection_id: UUID) -> ConsentState | None:
    """The state of the token set that serves a connection; None where there is none."""
    served = (
        select(TokenSetRow.scopes, TokenSetRow.refreshed_at, TokenSetRow.dead_reason)
        .join(ConnectionRow, ConnectionRow.token_set_id == TokenSetRow.id)
        .where(ConnectionRow.id == connection_id)
    )
    found = (await session.execute(served)).one_or_none()
    return ConsentState(tuple(found[0].split()), found[1], found[2]) if found else None


async def find_heard(session: ReadSession, connection: Connection) -> Heard:
    """What arrives of Xero's webhooks for the connection's Xero app."""
    subscription = await find_subscription(session, connection.xero_app_id)
    waiting = await count_waiting_events(session, connection.id)
    if subscription is None:
        return Heard(waiting=waiting)
    return Heard(subscription.heard_at, subscription.silent_since, subscription.events_missed, waiting)


async def find_told(session: ReadSession, connection_id: UUID) -> Told:
    """How the partner's app answers changes of this connection."""
    row = ChangeRow
    has_address = await has_applying_endpoint(session, connection_id)
    is_pending = (row.connection_id == connection_id, row.state == "pending")
    counted = select(func.count(), func.min(row.created_at)).where(*is_pending)
    waiting, since = (await session.execute(counted)).one()
    failing = select(row.attempts, row.last_answer).where(*is_pending, row.attempts > 0)
    failed = (await session.execute(failing.order_by(row.id).limit(1))).one_or_none()
    answered = select(row.answered_at, row.last_answer).where(
        row.connection_id == connection_id, row.answered_at.is_not(None)
    )
    last = (await session.execute(answered.order_by(row.id.desc()).limit(1))).one_or_none()
    return Told(
        has_address,
        waiting,
        since,
        attempts=failed[0] if failed else 0,
        failing=failed[1] if failed else None,
        answered_at=last[0] if last else None,
        answer=last[1] if last else None,
    )


async def find_shop_state(session: ReadSession, connection: Connection) -> ShopState | None:
    """How the connection's shop is read; None where it has none."""
    shop = await find_shop(session, connection.id)
    if shop is None:
        return None
    standing = await find_read_standing(session, connection.id)
    return ShopState(
        platform=shop.platform,
        refused_at=shop.refused_at,
        read_at=connection.partner_read_at,
        failures=standing.failures if standing else 0,
        last_error=standing.last_error if standing else None,
        heard_at=shop.heard_at,
        refused_orders=await count_refusals(session, connection.id),
    )


async def find_backlog(session: ReadSession, connection: Connection) -> Backlog:
    """What is behind and what is held, over things of every kind."""
    things = [t for t in Thing if not (t is Thing.ITEM and connection.settings.items is ItemSync.OFF)]
    behind = 0
    oldest: list[datetime] = []
    for thing in things:
        row = ROWS[thing]
        counted = select(func.count(), func.min(row.touched_at)).where(
            row.connection_id == connection.id,
            row.generation > row.settled_generation,
            row.skipped_at.is_(None),
        )
        count, since = (await session.execute(counted)).one()
        behind += count
        oldest += [since] if count else []
    held: Counter[str] = Counter()
    for one in await count_held(session, connection.id, things):
        held[one.code] += one.count
    return Backlog(behind, min(oldest, default=None), dict(held))
