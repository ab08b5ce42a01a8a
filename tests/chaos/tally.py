"""What a run came to: every outcome counted, and the one line of JSON at its end."""

import json
from collections import Counter
from dataclasses import dataclass, field

from tests.chaos.judging import Findings

FAILURES = ("lost", "duplicated", "diverged", "rate_limited", "broken")


@dataclass(frozen=True)
class Outcome:
    """What came of one history, crash or outage."""

    title: str
    """By what it is repeated."""
    findings: Findings
    histories: int = 0
    crash_points: int = 0
    faults: int = 0
    told: str = ""
    """What is worth telling of it though nothing went wrong: that it was left out and why, or a figure."""
    held: tuple[str, ...] = ()
    """Why invoices were held in the end."""
    points: tuple[str, ...] = ()
    """The points that were passed, where they were asked for."""


@dataclass
class Tally:
    """All outcomes of a run."""

    counts: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    wrong: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count one."""
        for name in ("histories", "crash_points", "faults"):
            self.counts[name] += getattr(outcome, name)
        for name in FAILURES:
            self.counts[name] += len(getattr(outcome.findings, name))
        self.held.update(outcome.held)
        if outcome.findings:
            self.wrong.append(outcome)

    @property
    def is_well(self) -> bool:
        """Whether nothing at all went wrong."""
        return not any(self.counts[name] for name in FAILURES)

    def to_line(self, seconds: float) -> str:
        """The line of JSON."""
        names = ("histories", "crash_points", "faults", *FAILURES)
        return json.dumps({**{name: self.counts[name] for name in names}, "seconds": round(seconds, 1)})
