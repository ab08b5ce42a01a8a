"""Both sides of a connection set against each other: asked for as by the API, done by a worker, watched from here."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from app.api.bounded_wait import wait_until
from app.api.dependencies import Services
from app.api.findings.comparison_report import ComparisonReport, gather_report
from app.api.findings.discrepancy_resource import Discrepancy, show_discrepancy
from app.api.onboarding import acts
from app.commands.acts.compare_screen import build_parts, watched
from app.commands.acts.named import get_connection
from app.commands.shown import Exit, NotYet, Shown
from app.db.findings.discrepancies import (
    KeptDiscrepancy,
    WantedDiscrepancies,
    find_newest_number,
    list_discrepancies,
)
from app.db.postgres.numbered import Numbered
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection, ConnectionState
from app.domain.connections.schedule import Mode
from app.domain.findings.discrepancy import DiscrepancyState

SETTLES = timedelta(seconds=10)
"""How long what the compare found may take to be brought into step before all is shown as it then is."""

PAGE = 500
"""Differences read at once; all of them are, page by page."""

Watcher = Callable[[Connection, ComparisonReport], None]
Sight = tuple[Connection, ComparisonReport]


async def compare(services: Services, connection_id: UUID, seconds: int, *, is_silent: bool) -> Shown:
    """Ask for a compare and wait for it; raises `NotYet` where it is not done in time, and goes on by itself."""
    connection = await get_connection(services, connection_id)
    async with services.database.reading() as session:
        newest = await find_newest_number(session, connection.id)
    connection, nudges = await acts.compare(services, connection.partner_id, connection.id)
    await nudges.send(services.waker)
    if connection.state is not ConnectionState.ACTIVE:
        raise NotYet(
            f"It was asked for, and is done once the connection is active. It is {connection.state}: "
            f"`connection show {connection.id}` tells the next step."
        )
    with watched(is_silent=is_silent) as watch:
        seen = await _wait(services, connection.id, timedelta(seconds=seconds), watch)
    return await _show(services, *seen, after=newest)


async def show_last(services: Services, connection_id: UUID) -> Shown:
    """What is known now; nobody is asked."""
    connection = await get_connection(services, connection_id)
    async with services.database.reading() as session:
        report = await gather_report(session, connection)
        newest = await find_newest_number(session, connection.id)
    return await _show(services, connection, report, after=newest)


async def _wait(services: Services, connection_id: UUID, patience: timedelta, watch: Watcher) -> Sight:
    async def look() -> Sight:
        async with services.database.reading() as session:
            connection = await get_connection(services, connection_id)
            report = await gather_report(session, connection)
        watch(connection, report)
        return connection, report

    connection, report = await wait_until(look, _is_over, patience)
    if report.state != "done":
        raise NotYet(_tell_why_not(connection, report))
    return await wait_until(look, lambda seen: seen[1].invoices.behind == 0, SETTLES)


def _is_over(seen: Sight) -> bool:
    """Done, or put off for hours since Xero refused it."""
    connection, report = seen
    return report.state == "done" or not connection.compare_due


def _tell_why_not(connection: Connection, report: ComparisonReport) -> str:
    look = f"`compare {connection.id} --last` shows what came of it."
    if not connection.compare_due:
        return f"Xero refused a read of it; it goes on in some hours, and the worker's log says why. {look}"
    if connection.retry_reason:
        return f"It waits ({connection.retry_reason}), and goes on by itself. {look}"
    if report.under_way is not None:
        far = report.under_way
        return f"It is under way ({far.compared} looked at, {far.left} left), and goes on by itself. {look}"
    if connection.settings.mode is not Mode.REAL_TIME:
        run = f"`connection run {connection.id}` has it work now"
        return f"The connection works {connection.settings.mode} by its settings, and compares then; {run}. {look}"
    return f"No worker has begun it. See that one runs: `python -m app work`. {look}"


async def _show(services: Services, connection: Connection, report: ComparisonReport, *, after: int) -> Shown:
    async with services.database.reading() as session:
        found = await _list_differences(session, connection.id, after)
    data = {"comparison": report, "differences": found}
    code = Exit.WELL if report.equal_as_of else Exit.NOT_WELL
    return Shown(data, build_parts(report, found), code)


async def _list_differences(session: ReadSession, connection_id: UUID, after: int) -> list[Discrepancy]:
    """Those that are open, and those that were found after that number, whatever became of them; every one."""
    openly = WantedDiscrepancies(Numbered(limit=PAGE), state=DiscrepancyState.OPEN)
    lately = WantedDiscrepancies(Numbered(after, PAGE))
    kept = {
        one.id: one for wanted in (openly, lately) for one in await _list_all(session, connection_id, wanted)
    }
    return [Discrepancy(**show_discrepancy(kept[number])) for number in sorted(kept)]


async def _list_all(
    session: ReadSession, connection_id: UUID, wanted: WantedDiscrepancies
) -> list[KeptDiscrepancy]:
    found: list[KeptDiscrepancy] = []
    while True:
        page = await list_discrepancies(session, connection_id, wanted)
        found += page
        if len(page) < PAGE:
            return found
        wanted = replace(wanted, page=Numbered(page[-1].id, PAGE))
