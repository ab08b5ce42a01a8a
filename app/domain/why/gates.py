"""The gates on the way from one side to the other, in their order, and what is found at one of them."""

from dataclasses import dataclass
from enum import StrEnum


class Gate(StrEnum):
    """What must hold, in the order in which it is told."""

    RECEIVED = "received"
    CONNECTION = "connection"
    SCOPES = "scopes"
    WAITING = "waiting"
    ORGANISATION = "organisation"
    SET_ASIDE = "set_aside"
    SENT = "sent"
    SYNC_FROM = "sync_from"
    DIRECTIONS = "directions"
    CONTACT = "contact"
    CATEGORIES = "categories"
    TAXES = "taxes"
    ACCOUNTS = "accounts"
    ITEMS = "items"
    PLAN = "plan"
    CURRENCY = "currency"
    NUMBER = "number"
    VALUES = "values"
    LOCK_DATES = "lock_dates"
    STATUS = "status"
    PAID = "paid"
    PAYMENTS = "payments"
    CREDITS = "credits"
    CONFLICTS = "conflicts"
    WRITTEN = "written"
    TAKEN = "taken"
    TOTALS = "totals"


class Outcome(StrEnum):
    """`not_reached`: an earlier gate keeps it from being known."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True)
class Finding:
    """One gate: what was found, in words; of a failed one the code, the cure and the call that takes it."""

    gate: Gate
    outcome: Outcome
    message: str
    code: str | None = None
    cure: str | None = None
    call: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer: one sentence, the code of what stands in the way first (None: nothing does), every gate."""

    verdict: str
    code: str | None
    findings: tuple[Finding, ...]
