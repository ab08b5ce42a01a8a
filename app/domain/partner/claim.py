"""A claim: one attempt's right to carry out the request that an idempotency key stands for, and what a repeat comes to.

A repeat is judged by one table. What makes it safe is `committed_at`: an attempt writes it in the transaction in which
it commits its work, so a claim without it changed nothing, whatever became of its process.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

KEPT_FOR = timedelta(hours=24)
"""How long a key stands for one request."""

CLAIM_LASTS = timedelta(minutes=2)
"""After this a claim without an answer is taken over. An attempt that is slower, but alive, can then commit nothing."""


class Verdict(StrEnum):
    """What a repeat comes to."""

    BEGIN = "begin"
    """Carry it out: for the first time, or because nothing came of what was tried before."""
    REPLAY = "replay"
    """Answer as it was answered."""
    OTHER_REQUEST = "other_request"
    """The key stands for another request."""
    UNDER_WAY = "under_way"
    """Another attempt carries it out now."""
    ANSWER_LOST = "answer_lost"
    """It was carried out, at least in part, and what would have been answered is lost."""
    HIDDEN = "hidden"
    """The answer is not for an API key of this role to see."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is held of an idempotency key."""

    fingerprint: bytes
    claimed_at: datetime
    claimed_until: datetime
    committed_at: datetime | None
    is_answered: bool


def judge(
    claim: Claim, fingerprint: bytes, now: datetime, *, is_safe_twice: bool, may_see_answer: bool
) -> Verdict:
    """What a request that comes with a held key comes to.

    `is_safe_twice`: carried out again it leaves everything as it was after the first time (PUT, PATCH, DELETE).
    """
    is_under_way = not claim.is_answered and now < claim.claimed_until
    if now >= claim.claimed_at + KEPT_FOR and not is_under_way:
        return Verdict.BEGIN
    if fingerprint != claim.fingerprint:
        return Verdict.OTHER_REQUEST
    if is_under_way:
        return Verdict.UNDER_WAY
    if claim.is_answered:
        return Verdict.REPLAY if may_see_answer else Verdict.HIDDEN
    if claim.committed_at is not None and not is_safe_twice:
        return Verdict.ANSWER_LOST
    return Verdict.BEGIN
