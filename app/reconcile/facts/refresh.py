"""The organisation's facts: read when they are old, and sooner where a link is held for one of them or Xero names what
they do not have.

A full read is one call for each part and believed for `ORGANISATION_KEPT`. While something is held for a cause that
lies in the facts, the parts that can lift it are read once an hour (asked for by `retries`), which is one call or two.
What the facts became is kept in one transaction with what follows from it: exactly the held links that the change can
lift are triggered, and a mapping that has gone stale is told to the partner, once. Cut before that transaction, the
facts are read again.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from app.clock import Clock
from app.db.connections.organisations import save_organisation
from app.db.delivery.notices import insert_notice
from app.db.links.holds import drop_facts_due, list_held_codes, trigger_held
from app.db.postgres.session import Database, WriteSession
from app.domain.connections.connection import Connection
from app.domain.connections.notice import ATTENTION, build_notice
from app.domain.connections.stale import list_new_problems, problem_to_json
from app.domain.xero.former_codes import with_codes_shown
from app.domain.xero.organisation import Organisation
from app.domain.xero.part import EVERYTHING, Part, list_lifted, list_parts_of
from app.domain.xero.xero_invoice import XeroLine
from app.reconcile.lease import Lease
from app.reconcile.ports import XeroOrganisation

STALE = "The organisation has left settings behind; `problems` names each with its cure."

ORGANISATION_KEPT = timedelta(hours=6)
"""How long accounts, tax rates and lock dates are believed."""


async def refresh_facts(
    lease: Lease,
    database: Database,
    clock: Clock,
    connection: Connection,
    xero: XeroOrganisation,
    behind: Collection[Part] = frozenset(),
    shown: Collection[XeroLine] = (),
) -> tuple[Organisation, bool]:
    """The organisation as it must be known now, and whether a notice was written for the partner.

    Parts that are known to be `behind` are read whatever their age, and nothing else then. What Xero's lines have
    `shown` otherwise than it is by that is remembered, so that it is not asked about again.
    """
    known, now = connection.organisation, clock.now()
    parts = behind or await _list_parts_due(database, connection, now)
    if known is not None and not parts:
        if connection.facts_due:
            async with lease.recording() as session:
                await drop_facts_due(session, connection.id, now, connection.facts_asked)
        return known, False
    organisation = with_codes_shown(await xero.fetch_organisation(known, parts or EVERYTHING), shown)
    async with lease.recording() as session:
        is_whole, seen = parts == EVERYTHING, connection.facts_asked
        told = await keep_facts(session, connection, organisation, now, is_whole=is_whole, seen=seen)
    return organisation, told


async def keep_facts(
    session: WriteSession,
    connection: Connection,
    organisation: Organisation,
    at: datetime,
    *,
    is_whole: bool = True,
    seen: int,
) -> bool:
    """Save what was read with everything that follows from it; True when a notice was written for the partner.

    Read when `seen` had asked for facts; who asked since is not answered.
    """
    await save_organisation(session, connection.id, organisation, at, is_whole=is_whole, seen=seen)
    lifted = list_lifted(connection.organisation, organisation)
    if lifted:
        await trigger_held(session, connection.id, lifted)
    problems = list_new_problems(connection.settings, connection.organisation, organisation)
    if problems:
        known = replace(connection, organisation=organisation)
        told = {"problems": [problem_to_json(problem) for problem in problems]}
        await insert_notice(session, connection.id, ATTENTION, build_notice(known, STALE) | told, at)
    return bool(problems)


async def _list_parts_due(database: Database, connection: Connection, now: datetime) -> Collection[Part]:
    fetched_at = connection.organisation_fetched_at
    if connection.organisation is None or fetched_at is None or now - fetched_at >= ORGANISATION_KEPT:
        return EVERYTHING
    if not connection.facts_due:
        return frozenset()
    async with database.reading() as session:
        return list_parts_of(await list_held_codes(session, connection.id))
