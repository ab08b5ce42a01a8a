"""Test transactions as they are kept: one open for each connection, claimed by moving its time.

Whoever works on one signs it; what is saved under a signature that was replaced is refused, so that a worker that hung
cannot undo what another has found since.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.links.listing import Position, Sort, in_order
from app.db.postgres.session import ReadSession, WriteSession
from app.db.tables import TestTransactionRow
from app.domain.trials.trial import UNTRIED, Step, Trial, TrialState


async def insert_trial(session: WriteSession, connection_id: UUID, at: datetime) -> Trial:
    """A new test transaction, or the one of the connection that has not ended; the connection's row is locked."""
    row = TestTransactionRow
    values = {"id": uuid4(), "connection_id": connection_id, "created_at": at, "due_at": at}
    steps = [step.to_json() for step in UNTRIED]
    await session.execute(insert(row).values(**values, steps=steps).on_conflict_do_nothing())
    open_one = select(row).where(row.connection_id == connection_id, row.ended_at.is_(None))
    return _from_row((await session.execute(open_one)).scalar_one())


async def find_trial(session: ReadSession, connection_id: UUID, trial_id: UUID) -> Trial | None:
    """One test transaction of a connection, or None."""
    row = TestTransactionRow
    wanted = select(row).where(row.connection_id == connection_id, row.id == trial_id)
    found = (await session.execute(wanted)).scalar_one_or_none()
    return _from_row(found) if found else None


async def list_trials(
    session: ReadSession, connection_id: UUID, sort: Sort, after: Position | None, limit: int
) -> list[Trial]:
    """One page of a connection's test transactions."""
    rows = await session.execute(build_trials_page(connection_id, sort, after, limit))
    return [_from_row(found) for found in rows.scalars()]


def build_trials_page(
    connection_id: UUID, sort: Sort, after: Position | None, limit: int
) -> Select[TestTransactionRow]:
    """The query of one page."""
    row = TestTransactionRow
    return in_order(select(row).where(row.connection_id == connection_id), row, sort, after, limit)


async def claim_trials(
    session: WriteSession, owner: str, now: datetime, until: datetime, limit: int
) -> list[Trial]:
    """Test transactions that are due, put off for everybody else until then and signed by `owner`."""
    row = TestTransactionRow
    due = (
        select(row.id)
        .where(row.ended_at.is_(None), row.due_at <= now)
        .order_by(row.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = (
        update(row)
        .where(row.id.in_(due))
        .values(due_at=until, claimed_by=owner, attempts=row.attempts + 1)
        .returning(row)
    )
    rows: Sequence[Any] = (await session.execute(claimed)).scalars().all()
    return [_from_row(found) for found in rows]


async def save_trial(session: WriteSession, trial: Trial, owner: str, due_at: datetime) -> bool:
    """Keep how far it is, to be taken up by others at `due_at`; False where another signed it since."""
    row = TestTransactionRow
    saved = (
        update(row)
        .where(row.id == trial.id, row.claimed_by == owner, row.ended_at.is_(None))
        .values(
            state=trial.state.value,
            due_at=due_at,
            ended_at=trial.ended_at,
            steps=[step.to_json() for step in trial.steps],
            xero_contact_id=trial.xero_contact_id,
            xero_invoice_id=trial.xero_invoice_id,
        )
        .returning(row.id)
    )
    return (await session.execute(saved)).scalar_one_or_none() is not None


def _from_row(row: TestTransactionRow) -> Trial:
    return Trial(
        id=row.id,
        connection_id=row.connection_id,
        state=TrialState(row.state),
        created_at=row.created_at,
        ended_at=row.ended_at,
        attempts=row.attempts,
        steps=tuple(Step.from_json(step) for step in row.steps),
        xero_contact_id=row.xero_contact_id,
        xero_invoice_id=row.xero_invoice_id,
    )
