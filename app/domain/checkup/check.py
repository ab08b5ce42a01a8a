"""One check: what was looked at, what was found, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class CheckOutcome(StrEnum):
    """`warning`: nothing is stopped by it now, and somebody should know. `failed`: something cannot go before it is
    mended.
    """

    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """`about` is which of several it is: a scope, a setting. Cure and call are there where there is something to do."""

    code: str
    outcome: CheckOutcome
    message: str
    cure: str | None = None
    call: str | None = None
    about: str | None = None


def passed(code: str, message: str, about: str | None = None) -> Check:
    """Nothing to do."""
    return Check(code, CheckOutcome.PASSED, message, about=about)


def warning(
    code: str, message: str, cure: str | None = None, call: str | None = None, about: str | None = None
) -> Check:
    """Somebody should know."""
    return Check(code, CheckOutcome.WARNING, message, cure, call, about)


def failed(
    code: str, message: str, cure: str | None = None, call: str | None = None, about: str | None = None
) -> Check:
    """Something cannot go until it is mended."""
    return Check(code, CheckOutcome.FAILED, message, cure, call, about)


def describe(count: int, what: str) -> str:
    """A count with its word, as `1 change` or `3 changes`."""
    return f"{count} {what}{'' if count == 1 else 's'}"
