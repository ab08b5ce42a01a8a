"""Accounts that are chosen by their codes are those that have them now: the chart is read from Xero for that.

A code may change hands (FACTS 5), and the facts are believed for hours. Chosen by what a code meant before, another
account would be kept for good, since accounts are kept by id. An account chosen by its id needs no look. Where Xero
gives no answer, the facts are believed.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import structlog

from app.api.dependencies import Services
from app.api.settings.accounts import list_accounts_named
from app.api.settings.check import SettingsChange
from app.clock import Clock
from app.db.connections.connections import find_connection
from app.db.postgres.session import WriteSession
from app.domain.connections.connection import Connection
from app.domain.xero.organisation import Account
from app.domain.xero.part import Part
from app.errors import PlumblineError
from app.reconcile.facts.refresh import keep_facts

log = structlog.get_logger(__name__)

NO_ANSWER_TO = -1
"""Whoever asked for facts asked for more than this."""


async def fetch_accounts(
    services: Services, partner_id: UUID, connection_id: UUID, change: SettingsChange
) -> Sequence[Account] | None:
    """The chart as it is now where the change names an account by a code, else None; no transaction may be open."""
    named = {*list_accounts_named(change), change.credit_note_account, change.prepayment_account} - {None, ""}
    if not named:
        return None
    async with services.database.reading() as session:
        connection = await find_connection(session, connection_id, partner_id=partner_id)
    known = connection.organisation if connection else None
    if connection is None or known is None or named <= {each.account_id for each in known.accounts}:
        return None
    try:
        organisation = await services.organisations.open(connection.id)
        return (await organisation.fetch_organisation(known, {Part.ACCOUNTS})).accounts
    except PlumblineError as error:
        log.info("accounts_not_read", connection_id=str(connection.id), reason=str(error))
        return None


async def keep_accounts(
    session: WriteSession, clock: Clock, connection: Connection, accounts: Sequence[Account] | None
) -> Connection:
    """The connection with that chart, kept with what follows from it; as it is where none was read."""
    known = connection.organisation
    if accounts is None or known is None or accounts == known.accounts:
        return connection
    organisation = replace(known, accounts=accounts)
    await keep_facts(session, connection, organisation, clock.now(), is_whole=False, seen=NO_ANSWER_TO)
    return replace(connection, organisation=organisation)
