"""Idempotency keys in the database: who answers a request, that its work was committed, what the answer was.

    1. `take`: the request is claimed, or the verdict says why not. One row a key, locked, so one attempt wins.
    2. The attempt works inside `Taken.noting()`. Each of its transactions ends with the note that it committed, on the
       condition that the claim is still its own: an attempt that was believed dead, and whose claim another has, gets
       `ClaimLost` and commits nothing.
    3. `keep`: the answer is stored before the caller gets it. Or `release`: nothing is kept, a repeat may come at once.

A process that dies after 1 has changed nothing, and its claim runs out. One that dies after 2 has left the note. Every
method is one short transaction of its own. Answers can hold secrets that are shown once, so they are encrypted.
"""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from app.clock import Clock
from app.db.partners.partners import Role
from app.db.postgres.session import Database, WriteSession, before_commits
from app.db.tables import IdempotencyKeyRow
from app.domain.partner.claim import CLAIM_LASTS, KEPT_FOR, Claim, Verdict, judge
from app.errors import ClaimLost, ConfigurationMissing
from app.vault import Vault

BATCH = 500
MOST_BATCHES = 20
"""Of a run of the timer; what is left waits for the next."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request that came with an idempotency key; `role` is that of the API key which sent it."""

    partner_id: UUID
    key: str
    fingerprint: bytes
    role: Role
    is_safe_twice: bool


@dataclass(frozen=True, slots=True, repr=False)
class KeptAnswer:
    """What a request was answered; it has no repr that could show a secret in it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking a claim came to: `owner` of the claim with `BEGIN`, the answer with `REPLAY`."""

    verdict: Verdict
    claim_id: UUID | None = None
    owner: UUID | None = None
    answer: KeptAnswer | None = None


class ClaimBook:
    """The claims of all partners; safe for several tasks and processes."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    async def take(self, keyed: Keyed) -> Taken:
        """Claim the request, or tell what was or is made of it."""
        now, owner = self._clock.now(), uuid4()
        async with self._database.writing_alone() as session:
            while True:
                claim_id = await _insert(session, keyed, owner, now)
                if claim_id is not None:
                    return Taken(Verdict.BEGIN, claim_id, owner)
                row = await _lock(session, keyed)
                # None: it was pruned in between, so there is room now.
                if row is not None:
                    return await self._judge(session, row, keyed, owner, now)

    def noting(self, taken: Taken) -> AbstractContextManager[None]:
        """While this block runs, what this task commits is noted on its claim."""

        async def note(session: WriteSession) -> None:
            noted = update(IdempotencyKeyRow).where(_is_own(taken)).values(committed_at=self._clock.now())
            if (await session.execute(noted.returning(IdempotencyKeyRow.id))).scalar_one_or_none() is None:
                raise ClaimLost("another attempt carries out this request now")

        return before_commits(note)

    async def keep(self, taken: Taken, answer: KeptAnswer) -> None:
        """Store the answer for repeats; does nothing where the claim is another's by now.

        Never raises: the work is done, and its caller gets the answer. A repeat is then told that it was lost.
        """
        sealed = self._vault.encrypt_bytes(json.dumps(answer.headers).encode() + b"\n" + answer.body)
        await self._change(taken, "answer_not_kept", status=answer.status, answer=sealed)

    async def release(self, taken: Taken) -> None:
        """Let a repeat begin at once. Never raises: a claim that is not released runs out."""
        await self._change(taken, "claim_not_released", claimed_until=self._clock.now())

    async def prune(self) -> int:
        """Forget what is older than a day, in small batches; the number of keys forgotten."""
        pruned = 0
        for _ in range(MOST_BATCHES):
            async with self._database.writing_alone() as session:
                count = await _prune(session, self._clock.now())
            pruned += count
            if count < BATCH:
                break
        return pruned

    async def _judge(
        self, session: WriteSession, row: IdempotencyKeyRow, keyed: Keyed, owner: UUID, now: datetime
    ) -> Taken:
        verdict = judge(
            _claim_from_row(row),
            keyed.fingerprint,
            now,
            is_safe_twice=keyed.is_safe_twice,
            may_see_answer=keyed.role.covers(Role(row.role)),
        )
        if verdict is Verdict.REPLAY:
            answer = self._open(row)
            # Encrypted by a key that is gone: as good as lost.
            return Taken(Verdict.REPLAY, answer=answer) if answer else Taken(Verdict.ANSWER_LOST)
        if verdict is not Verdict.BEGIN:
            return Taken(verdict)
        row.fingerprint, row.role, row.owner = keyed.fingerprint, keyed.role, owner
        row.claimed_at, row.claimed_until = now, now + CLAIM_LASTS
        row.committed_at = row.status = row.answer = None
        return Taken(Verdict.BEGIN, row.id, owner)

    def _open(self, row: IdempotencyKeyRow) -> KeptAnswer | None:
        assert row.status is not None
        try:
            headers, _, body = self._vault.decrypt_bytes(row.answer or b"").partition(b"\n")
        except ConfigurationMissing:
            return None
        return KeptAnswer(row.status, tuple(_read_headers(headers)), body)

    async def _change(self, taken: Taken, failure: str, **values: object) -> None:
        try:
            async with self._database.writing_alone() as session:
                await session.execute(update(IdempotencyKeyRow).where(_is_own(taken)).values(values))
        except (SQLAlchemyError, OSError) as error:
            log.warning(failure, claim_id=str(taken.claim_id), error=type(error).__name__)


async def _insert(session: WriteSession, keyed: Keyed, owner: UUID, now: datetime) -> UUID | None:
    row = IdempotencyKeyRow
    inserted = (
        insert(row)
        .values(
            id=uuid4(),
            partner_id=keyed.partner_id,
            key=keyed.key,
            fingerprint=keyed.fingerprint,
            role=keyed.role,
            owner=owner,
            claimed_at=now,
            claimed_until=now + CLAIM_LASTS,
        )
        .on_conflict_do_nothing(index_elements=[row.partner_id, row.key])
        .returning(row.id)
    )
    return (await session.execute(inserted)).scalar_one_or_none()


async def _lock(session: WriteSession, keyed: Keyed) -> IdempotencyKeyRow | None:
    row = IdempotencyKeyRow
    wanted = select(row).where(row.partner_id == keyed.partner_id, row.key == keyed.key).with_for_update()
    return (await session.execute(wanted)).scalar_one_or_none()


def _is_own(taken: Taken) -> ColumnElement[bool]:
    return and_(IdempotencyKeyRow.id == taken.claim_id, IdempotencyKeyRow.owner == taken.owner)


async def _prune(session: WriteSession, now: datetime) -> int:
    row = IdempotencyKeyRow
    is_over = or_(row.status.is_not(None), row.claimed_until <= now)
    old = (
        select(row.id)
        .where(and_(row.claimed_at <= now - KEPT_FOR, is_over))
        .order_by(row.claimed_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    pruned = await session.execute(delete(row).where(row.id.in_(old)).returning(row.id))
    return len(pruned.all())


def _claim_from_row(row: IdempotencyKeyRow) -> Claim:
    return Claim(
        fingerprint=row.fingerprint,
        claimed_at=row.claimed_at,
        claimed_until=row.claimed_until,
        committed_at=row.committed_at,
        is_answered=row.status is not None,
    )


def _read_headers(line: bytes) -> Iterator[tuple[str, str]]:
    for name, value in json.loads(line):
        yield str(name), str(value)
