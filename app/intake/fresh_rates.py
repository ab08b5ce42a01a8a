"""A document whose total is not what its lines come to may be reckoned by a percentage that Xero has had since: the tax
rates are read for that once, and the document is judged again by them.

The facts are believed for hours, and an app reads its rates where it likes. Only totals to which tax is added depend on
rates. However many wrong totals come, Xero is asked once in `AGAIN_AFTER` for each connection in one process; who comes
while it is asked waits for the same answer. Where Xero gives none in time, the facts are believed.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.clock import Clock
from app.db.connections.arrivals import lock_connection
from app.db.connections.connections import find_connection
from app.db.postgres.session import Database
from app.domain.connections.connection import Connection, ConnectionState
from app.domain.xero.organisation import TaxRate
from app.domain.xero.part import Part
from app.errors import PlumblineError
from app.intake.document import Document
from app.intake.refusals import InputRefused
from app.reconcile.facts.refresh import keep_facts
from app.reconcile.ports import XeroOrganisations

AGAIN_AFTER = timedelta(minutes=10)

PATIENCE = 5.0
"""Seconds that the answer to a document may wait for Xero."""

MOST_REMEMBERED = 1000
"""Connections of one process: of more the oldest look is forgotten."""

NO_ANSWER_TO = -1
"""Whoever asked for facts asked for more than this."""

log = structlog.get_logger(__name__)

Look = tuple[datetime, "asyncio.Task[bool]"]


class FreshRates:
    """Those of one process."""

    def __init__(self, database: Database, organisations: XeroOrganisations, clock: Clock) -> None:
        self._database = database
        self._organisations = organisations
        self._clock = clock
        self._looks: dict[UUID, Look] = {}

    async def may_differ(self, connection_id: UUID, document: Document, got: object) -> bool:
        """Whether what became of a document may be something else by the rates of now."""
        if not isinstance(got, InputRefused) or document.amounts_are != "tax_exclusive":
            return False
        if not any(fault.field.rpartition(".")[2] == "total" for fault in got.faults):
            return False
        # Who gives up waiting stops nobody else's look.
        return await asyncio.shield(self._join_look(connection_id))

    def _join_look(self, connection_id: UUID) -> "asyncio.Task[bool]":
        now = self._clock.now()
        last = self._looks.get(connection_id)
        if last is not None and now < last[0] + AGAIN_AFTER and not _has_failed(last[1]):
            return last[1]
        self._looks.pop(connection_id, None)
        if len(self._looks) >= MOST_REMEMBERED:
            del self._looks[next(iter(self._looks))]
        look = asyncio.create_task(self._look(connection_id))
        self._looks[connection_id] = now, look
        return look

    async def _look(self, connection_id: UUID) -> bool:
        """Whether the rates had changed; they are kept then, with what follows from them."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._read(connection_id)
        except (PlumblineError, TimeoutError) as error:
            log.info("tax_rates_not_read", connection_id=str(connection_id), reason=str(error))
            return False

    async def _read(self, connection_id: UUID) -> bool:
        async with self._database.reading() as session:
            connection = await find_connection(session, connection_id)
        if connection is None or connection.state is not ConnectionState.ACTIVE:
            return False
        known = connection.organisation
        if known is None:
            return False
        xero = await self._organisations.open(connection_id)
        rates = (await xero.fetch_organisation(known, {Part.TAX_RATES})).tax_rates
        return rates != known.tax_rates and await self._keep(connection, rates)

    async def _keep(self, connection: Connection, rates: Sequence[TaxRate]) -> bool:
        # No part of what the document's call comes to: others wait for the same answer.
        async with self._database.writing_alone() as session:
            locked = await lock_connection(session, connection.id)
            if locked is None or locked.organisation is None:
                return False
            organisation, now = replace(locked.organisation, tax_rates=rates), self._clock.now()
            await keep_facts(session, locked, organisation, now, is_whole=False, seen=NO_ANSWER_TO)
        return True


def _has_failed(look: "asyncio.Task[bool]") -> bool:
    return look.done() and (look.cancelled() or look.exception() is not None)
