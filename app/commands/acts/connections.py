"""Connections: listed, looked at, paused, resumed, run."""

from collections.abc import AsyncIterator
from uuid import UUID

from rich.console import RenderableType
from rich.table import Table

from app.api.checkup.gathering import gather_checks
from app.api.checkup.preflight import check_freshly
from app.api.checkup.resource import Checkup, build_checkup
from app.api.dependencies import Services
from app.api.onboarding import acts
from app.api.onboarding.connection_resource import (
    CallsUnderWay,
    ConnectionShown,
    build_connection,
    build_paused,
)
from app.commands.acts.named import get_connection, get_partner
from app.commands.screen import build_facts, build_table, mark
from app.commands.shown import Exit, Shown
from app.db.connections.listed import list_shown_connections, place_of
from app.db.items.xero_items import is_item_lost
from app.db.partners.partners import list_partners
from app.db.postgres.session import ReadSession
from app.domain.checkup.facts import Backlog, CheckFacts
from app.domain.connections.connection import Connection

PAGE = 500
"""Connections that are read at a time."""


async def list_all(services: Services, partner_id: UUID | None, business_id: str | None) -> Shown:
    """Connections by partner, oldest first."""
    if partner_id is not None:
        await get_partner(services, partner_id)
    rows, data = [], []
    async with services.database.reading() as session:
        for partner in await list_partners(session):
            if partner_id not in (None, partner.id):
                continue
            async for connection in _walk(session, partner.id):
                if business_id in (None, connection.business_id):
                    shown = build_connection(connection)
                    data.append({"partner_id": partner.id, **shown.model_dump()})
                    rows.append((shown.id, partner.name, *_sum_up(shown)))
    columns = ["id", "partner", "business", "organisation", "state", "since", "behind", "next step"]
    return Shown({"data": data}, [build_table("Connections", columns, rows)])


async def _walk(session: ReadSession, partner_id: UUID) -> AsyncIterator[Connection]:
    """All of a partner's, the removed ones too."""
    after = None
    while page := await list_shown_connections(session, partner_id, after=after, limit=PAGE):
        for connection in page:
            yield connection
        after = place_of(page[-1])


def _sum_up(shown: ConnectionShown) -> tuple[object, ...]:
    name = shown.organisation.name if shown.organisation else None
    step = shown.next_step.code if shown.next_step else None
    return shown.business_id, name, shown.state, shown.since, shown.is_behind, step


async def show(services: Services, connection_id: UUID, *, is_fresh: bool) -> Shown:
    """All about one: what is known, or what Xero says of it now."""
    connection = await get_connection(services, connection_id)
    fresh: Checkup | None = None
    if is_fresh:
        fresh, nudges = await check_freshly(services, connection.partner_id, connection)
        await nudges.send(services.waker)
        connection = await get_connection(services, connection_id)
    async with services.database.reading() as session:
        facts = await gather_checks(services, session, connection)
        is_lost = await is_item_lost(session, connection.id, connection.settings.fallback_item)
    checkup = fresh or build_checkup(facts)
    shown = build_connection(connection, is_fallback_lost=is_lost)
    data = {"connection": shown, "checkup": checkup, "backlog": _list_backlog(facts)}
    parts: list[RenderableType] = [_show(shown), _show_checks(checkup), _show_backlog(facts.backlog, facts)]
    return Shown(data, parts, Exit.WELL if checkup.ready else Exit.NOT_WELL)


async def pause(services: Services, connection_id: UUID) -> Shown:
    """Paused, and what was still under way after a wait for that to end."""
    connection = await get_connection(services, connection_id)
    connection, nudges = await acts.pause(services, connection.partner_id, connection.id)
    await nudges.send(services.waker)
    shown = build_paused(connection, await acts.wait_until_calm(services, connection))
    return Shown(shown, [_show(shown, **_tell_under_way(shown.under_way))])


def _tell_under_way(still: CallsUnderWay) -> dict[str, object]:
    return {
        "changes under way to the app": still.changes,
        "copies under way": still.copies,
        "a call to Xero under way": still.xero,
    }


async def resume(services: Services, connection_id: UUID) -> Shown:
    """Resumed."""
    connection = await get_connection(services, connection_id)
    return await _show_acted(services, await acts.resume(services, connection.partner_id, connection.id))


async def run(services: Services, connection_id: UUID) -> Shown:
    """Asked to work now what waits for its set times."""
    connection = await get_connection(services, connection_id)
    return await _show_acted(services, await acts.run(services, connection.partner_id, connection.id))


async def _show_acted(services: Services, acted: acts.Acted) -> Shown:
    connection, nudges = acted
    await nudges.send(services.waker)
    shown = build_connection(connection)
    return Shown(shown, [_show(shown)])


def _show(shown: ConnectionShown, **more: object) -> Table:
    organisation, step = shown.organisation, shown.next_step
    facts = {
        "id": shown.id,
        "business": f"{shown.display_name} ({shown.business_id})",
        "organisation": f"{organisation.name}, {organisation.country}" if organisation else None,
        "state": shown.state,
        "reason": shown.reason,
        "since": shown.since,
        "next step": step.message if step else None,
        "by": step.call if step else None,
        "tried again at": shown.retry_at,
        "because": shown.retry_reason,
        "swept at": shown.swept_at,
        "compared at": shown.compared_at,
        "app known as of": shown.partner_known_at,
        **more,
    }
    return build_facts("Connection", facts)


def _show_checks(checkup: Checkup) -> Table:
    asked = "Xero was asked now" if checkup.is_fresh else "from what is known"
    title = f"Check-up, {asked}: {checkup.failed} failed, {checkup.warnings} to know of"
    rows = [
        (mark(check.outcome), check.code, check.message, check.cure, check.call) for check in checkup.checks
    ]
    return build_table(title, ["", "check", "found", "cure", "by"], rows)


def _show_backlog(backlog: Backlog, facts: CheckFacts) -> Table:
    counts = {
        "behind": backlog.behind,
        "the longest since": backlog.behind_since,
        "held": sum(backlog.held.values()),
        **{f"  {code}": count for code, count in sorted(backlog.held.items())},
        "events of Xero not followed yet": facts.heard.waiting,
        "changes that the app has not answered": facts.told.waiting,
        "calls to Xero left today": facts.calls.left_today,
    }
    return build_facts("What waits", counts)


def _list_backlog(facts: CheckFacts) -> dict[str, object]:
    backlog = facts.backlog
    return {
        "behind": backlog.behind,
        "behind_since": backlog.behind_since,
        "held": dict(backlog.held),
        "events_waiting": facts.heard.waiting,
        "changes_waiting": facts.told.waiting,
        "calls_left_today": facts.calls.left_today,
    }
