"""Runs test transactions that are due, on a timer, in any number of workers.

A claim moves a test's time ahead and signs it. One that was begun by a worker that died comes due again, and whoever
takes it up goes on with the clean-up alone.
"""

import asyncio
from uuid import uuid4

import structlog

from app.clock import Clock
from app.db.connections.connections import find_connection
from app.db.life.trials import claim_trials
from app.db.postgres.session import Database
from app.db.upkeep.usage import UsageBook
from app.domain.connections.connection import ConnectionState
from app.domain.trials.trial import Outcome, StepName, Trial, TrialState
from app.errors import ClaimLost
from app.reconcile.ports import XeroOrganisations
from app.reconcile.trials.cleaning import clean_up
from app.reconcile.trials.run import run_forward
from app.reconcile.trials.steps import CLAIM, Steps

AT_ONCE = 10

log = structlog.get_logger(__name__)


class Trials:
    """Works off test transactions; any number of these may run."""

    def __init__(
        self, database: Database, organisations: XeroOrganisations, clock: Clock, usage: UsageBook
    ) -> None:
        self._database = database
        self._organisations = organisations
        self._clock = clock
        self._usage = usage

    async def run_due(self) -> int:
        """Run or clean up what is due; answers how many there were."""
        now, owner = self._clock.now(), uuid4().hex
        async with self._database.writing_one() as session:
            claimed = await claim_trials(session, owner, now, now + CLAIM, AT_ONCE)
        if claimed:
            try:
                await asyncio.gather(*(self._run(trial, owner) for trial in claimed))
            finally:
                await self._usage.save()
        return len(claimed)

    async def _run(self, trial: Trial, owner: str) -> None:
        steps = Steps(self._database, self._organisations, self._clock, trial, owner)
        try:
            if trial.state is TrialState.WAITING:
                await self._run_forward(steps)
            await clean_up(steps)
        except ClaimLost:
            log.warning("trial_claim_lost", trial_id=str(trial.id))
            return
        left = [name.value for name, _ in steps.trial.list_left()]
        if left:
            log.warning("trial_left_behind", trial_id=str(trial.id), left=left)

    async def _run_forward(self, steps: Steps) -> None:
        async with self._database.reading() as session:
            connection = await find_connection(session, steps.trial.connection_id)
        if connection is None or connection.state is not ConnectionState.ACTIVE:
            said = "The connection is not active any more; nothing was tried."
            await steps.end(StepName.CONTACT, Outcome.FAILED, said)
            return
        await run_forward(steps, connection)
