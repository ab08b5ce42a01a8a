"""One step of a test transaction: on disk as begun before its call to Xero, and with its outcome after it.

cut before the call left       begun on disk: the clean-up looks, and finds nothing
cut after Xero wrote           begun on disk: the clean-up finds it by our mark
the answer was lost            the same, as `unknown`
another worker signed since    `ClaimLost`: nothing more is recorded, that one cleans up
"""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from app.clock import Clock
from app.db.connections.connections import find_connection
from app.db.life.trials import save_trial
from app.db.postgres.session import Database
from app.domain.connections.connection import ConnectionState
from app.domain.trials.trial import Outcome, StepName, Trial
from app.domain.xero.xero_invoice import Refused
from app.errors import ClaimLost, OutcomeUnknown, Retryable, Terminal
from app.reconcile.ports import XeroOrganisation, XeroOrganisations

CLAIM = timedelta(minutes=2)
"""Longer than the slowest single call; it is renewed with everything that is saved."""

T = TypeVar("T")

Call = Callable[[XeroOrganisation], Awaitable[T | Refused]]
Keep = Callable[[Trial, T], Trial]


class Steps:
    """One worker's hold on one test transaction."""

    def __init__(
        self, database: Database, organisations: XeroOrganisations, clock: Clock, trial: Trial, owner: str
    ) -> None:
        self._database = database
        self._organisations = organisations
        self.clock = clock
        self._owner = owner
        self.trial = trial
        self.unanswered: Retryable | None = None
        """Why the step that was tried last had no answer, where the same may have one later."""

    async def open(self) -> XeroOrganisation:
        """The organisation; raises what `XeroOrganisations.open` does."""
        return await self._organisations.open(self.trial.connection_id)

    async def save(self, trial: Trial, wait: timedelta = CLAIM) -> None:
        """Keep it; others take it up after `wait`. Raises `ClaimLost` where another has it."""
        async with self._database.writing() as session:
            if not await save_trial(session, trial, self._owner, self.clock.now() + wait):
                raise ClaimLost
        self.trial = trial

    async def end(self, name: StepName, outcome: Outcome, message: str | None = None) -> None:
        """Give a step its outcome without a call."""
        await self.save(self.trial.with_step(name, outcome=outcome, message=message))

    async def attempt_while_active(self, name: StepName, call: Call[T], keep: Keep[T]) -> T | None:
        """The same, unless the connection was paused or lost meanwhile: then nothing more is made in Xero."""
        async with self._database.reading() as session:
            connection = await find_connection(session, self.trial.connection_id)
        if connection is None or connection.state is not ConnectionState.ACTIVE:
            await self.end(name, Outcome.FAILED, "The connection is not active any more; this was not tried.")
            return None
        return await self.attempt(name, call, keep)

    async def attempt(self, name: StepName, call: Call[T], keep: Keep[T] | None = None) -> T | None:
        """Try a step; its answer where it was done, None where it was not, which the step then says.

        `keep` lays what the answer holds on the test, in the very commit that says that it was done.
        """
        await self.save(
            self.trial.with_step(name, outcome=Outcome.BEGUN, message=None, began_at=self.clock.now())
        )
        started, answer, self.unanswered = time.perf_counter(), None, None
        try:
            answer = await call(await self.open())
            outcome, message = _tell(answer)
        except Retryable as failure:
            self.unanswered = failure
            is_unknown = isinstance(failure, OutcomeUnknown)
            outcome, message = Outcome.UNKNOWN if is_unknown else Outcome.FAILED, str(failure)
        except Terminal as refusal:
            outcome, message = Outcome.FAILED, str(refusal)
        took = int((time.perf_counter() - started) * 1000)
        trial = self.trial.with_step(name, outcome=outcome, message=message, milliseconds=took)
        if answer is None or isinstance(answer, Refused):
            await self.save(trial)
            return None
        await self.save(keep(trial, answer) if keep else trial)
        return answer


def _tell(answer: object) -> tuple[Outcome, str | None]:
    if isinstance(answer, Refused):
        return Outcome.FAILED, f"Xero refused it: {' '.join(answer.messages)}"
    return (Outcome.DONE, None) if answer is not None else (Outcome.FAILED, "Xero does not have it.")
