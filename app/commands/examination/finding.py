"""What a check finds."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from app.clock import SKEW_NOTED

Outcome = Literal["passed", "warning", "failed", "not_reached"]

SKEW_BORNE = timedelta(seconds=30)
"""Well under the five minutes within which a signature must have been made."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's outcome in words; `cure` is given where something is to be done."""

    check: str
    outcome: Outcome
    message: str
    cure: str | None = None


def passed(check: str, message: str) -> Finding:
    """All is well."""
    return Finding(check, "passed", message)


def warned(check: str, message: str, cure: str) -> Finding:
    """It works, and somebody should look."""
    return Finding(check, "warning", message, cure)


def failed(check: str, message: str, cure: str) -> Finding:
    """It does not work."""
    return Finding(check, "failed", message, cure)


def judge_skew(check: str, whose: str, skew: timedelta) -> Finding:
    """How far another clock is from ours; a positive skew is ahead."""
    seconds = skew.total_seconds()
    told = f"{whose} is {abs(seconds):.1f} s {'ahead of' if seconds > 0 else 'behind'} this machine's clock."
    cure = "Keep all clocks by NTP: times are PostgreSQL's, signatures and certificates are judged by this machine's."
    if abs(skew) > SKEW_BORNE:
        return failed(check, told, cure)
    if abs(skew) > SKEW_NOTED:
        return warned(check, told, cure)
    return passed(check, f"{whose} agrees with this machine's clock.")
