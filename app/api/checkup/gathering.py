"""Gathers what the checks of a connection stand on: two dozen queries at most, and Redis for what Xero said is left."""

from datetime import datetime

from app.api.dependencies import Services
from app.db.items.xero_items import is_item_lost
from app.db.life.checkup import find_backlog, find_consent_state, find_heard, find_shop_state, find_told
from app.db.postgres.session import ReadSession
from app.db.upkeep.usage import list_usage
from app.domain.checkup.facts import Calls, CheckFacts
from app.domain.connections.connection import Connection


async def gather_checks(
    services: Services,
    session: ReadSession,
    connection: Connection,
    *,
    is_fresh: bool = False,
    unanswered: str | None = None,
) -> CheckFacts:
    """The facts of one connection, as it is given; `unanswered` is why its organisation could not be read just now."""
    now = services.clock.now()
    return CheckFacts(
        now=now,
        connection=connection,
        purposes=services.scope_purposes,
        consent=await find_consent_state(session, connection.id),
        calls=await _count_calls(services, session, connection, now),
        heard=await find_heard(session, connection),
        told=await find_told(session, connection.id),
        backlog=await find_backlog(session, connection),
        is_fallback_lost=await is_item_lost(session, connection.id, connection.settings.fallback_item),
        is_fresh=is_fresh,
        unanswered=unanswered,
        shop=await find_shop_state(session, connection),
    )


async def _count_calls(
    services: Services, session: ReadSession, connection: Connection, now: datetime
) -> Calls:
    told = await services.calls_left.find_left(connection.tenant_id) if connection.tenant_id else None
    used = await list_usage(session, connection.id, now.date(), now.date())
    return Calls(services.plan.day_calls, sum(one.calls for one in used), told)
