"""A test transaction: its steps, what becomes of them, and what it leaves.

    contact, invoice                made in Xero, the invoice as a draft, so that it is in no books
    read_back, compare              read, and set against what was asked, field by field and to the cent
    delete_invoice, archive_contact taken away again, whatever became of the others

A step is `begun` on disk before its call and has its outcome after it. A run that is cut off is not gone on with: what
it may have left is looked for and taken away, and the test has failed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class StepName(StrEnum):
    """The steps, in their order."""

    CONTACT = "contact"
    INVOICE = "invoice"
    READ_BACK = "read_back"
    COMPARE = "compare"
    DELETE_INVOICE = "delete_invoice"
    ARCHIVE_CONTACT = "archive_contact"


class Outcome(StrEnum):
    """unknown: the answer was lost, or we were cut off. skipped: there was no occasion for it."""

    PENDING = "pending"
    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class TrialState(StrEnum):
    """waiting: no worker has begun. cleaning: what was made is taken away. passed: every step was done."""

    WAITING = "waiting"
    RUNNING = "running"
    CLEANING = "cleaning"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `milliseconds` is how long it took, `began_at` when it was tried last."""

    name: StepName
    outcome: Outcome = Outcome.PENDING
    message: str | None = None
    milliseconds: int | None = None
    began_at: datetime | None = None

    @property
    def may_stand(self) -> bool:
        """Whether what it makes may stand in Xero without our knowing."""
        return self.outcome in (Outcome.BEGUN, Outcome.UNKNOWN)

    def to_json(self) -> dict[str, Any]:
        """The step as the test transaction's row keeps it."""
        began_at = self.began_at.isoformat() if self.began_at else None
        return {
            "name": self.name.value,
            "outcome": self.outcome.value,
            "message": self.message,
            "milliseconds": self.milliseconds,
            "began_at": began_at,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Step":
        """What `to_json` stored."""
        began_at = stored["began_at"]
        return cls(
            StepName(stored["name"]),
            Outcome(stored["outcome"]),
            stored["message"],
            stored["milliseconds"],
            datetime.fromisoformat(began_at) if began_at else None,
        )


UNTRIED: tuple[Step, ...] = tuple(Step(name) for name in StepName)

_FORWARD = (StepName.CONTACT, StepName.INVOICE, StepName.READ_BACK, StepName.COMPARE)


@dataclass(frozen=True, slots=True)
class Trial:
    """One test transaction as it stands; `attempts` are the times that a worker took it up."""

    id: UUID
    connection_id: UUID
    state: TrialState
    created_at: datetime
    ended_at: datetime | None
    attempts: int
    steps: tuple[Step, ...]
    xero_contact_id: str | None = None
    xero_invoice_id: str | None = None

    @property
    def position(self) -> tuple[datetime, UUID]:
        """Its place in the list."""
        return self.created_at, self.id

    def step(self, name: StepName) -> Step:
        """The step of that name."""
        return next(step for step in self.steps if step.name is name)

    def with_step(self, name: StepName, **changes: Any) -> "Trial":
        """The test with a step moved on."""
        steps = tuple(replace(step, **changes) if step.name is name else step for step in self.steps)
        return replace(self, steps=steps)

    def cleaning(self) -> "Trial":
        """The test from where nothing more is made: what was cut off is unknown, what was not tried is skipped."""
        trial = replace(self, state=TrialState.CLEANING)
        for step in self.steps:
            if step.name in _FORWARD and step.outcome is Outcome.BEGUN:
                said = "It was cut off before its answer was kept."
                trial = trial.with_step(step.name, outcome=Outcome.UNKNOWN, message=said)
            elif step.name in _FORWARD and step.outcome is Outcome.PENDING:
                trial = trial.with_step(step.name, outcome=Outcome.SKIPPED)
        return trial

    def ended(self, at: datetime) -> "Trial":
        """The test when nothing is left to do."""
        passed = all(step.outcome is Outcome.DONE for step in self.steps)
        return replace(self, state=TrialState.PASSED if passed else TrialState.FAILED, ended_at=at)

    def list_left(self) -> Sequence[tuple[StepName, str | None]]:
        """What a test that has ended left in Xero, or may have: the step that made it, and its id where it is known."""
        made = (
            (StepName.INVOICE, StepName.DELETE_INVOICE, self.xero_invoice_id),
            (StepName.CONTACT, StepName.ARCHIVE_CONTACT, self.xero_contact_id),
        )
        return [
            (name, xero_id)
            for name, cleaned_by, xero_id in made
            if self.ended_at is not None and self.step(cleaned_by).outcome is Outcome.FAILED
        ]
