"""What is forgotten by its age: one rule for each table that grows with what happens, and by which column it is old.

What no rule names is kept as long as its connection (`db.life.business_data` erases it), or has a timer of its own:
deliveries with their attempts (`delivery.pruning`) and answers kept for repeats (`db.partners.idempotency`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, inspect, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.db.postgres.session import WriteSession
from app.db.tables import (
    ExportRow,
    LinkUsageRow,
    NoticeRow,
    OAuthStateRow,
    PartnerEventRow,
    Table,
    TestTransactionRow,
    XeroEventRow,
)

EVENTS = timedelta(days=90)
RECORDS = timedelta(days=400)
"""Over a year, so that last year's can be set beside this one's."""

CONSENTS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of a table are forgotten so long after the instant, or the day, of a column; those that `may_go` alone."""

    row: type[Table]
    column: InstrumentedAttribute[Any]
    kept_for: timedelta
    may_go: ColumnElement[bool] | None = None

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.row.__tablename__)


RULES = (
    # One that nobody looked at yet is work, however old it is.
    Rule(XeroEventRow, XeroEventRow.received_at, EVENTS, XeroEventRow.taken_at.is_not(None)),
    Rule(PartnerEventRow, PartnerEventRow.received_at, EVENTS),
    Rule(NoticeRow, NoticeRow.created_at, RECORDS, NoticeRow.state != "pending"),
    # Its things go with it.
    Rule(ExportRow, ExportRow.ended_at, RECORDS),
    Rule(TestTransactionRow, TestTransactionRow.ended_at, RECORDS),
    Rule(LinkUsageRow, LinkUsageRow.used_on, RECORDS),
    Rule(OAuthStateRow, OAuthStateRow.expires_at, CONSENTS),
)


async def prune(session: WriteSession, rule: Rule, now: datetime, limit: int) -> int:
    """Forget so many rows at most; answers how many. Rows that somebody holds are passed over."""
    key = list(inspect(rule.row).primary_key)
    before: Any = now - rule.kept_for
    if rule.column is LinkUsageRow.used_on:
        before = before.date()
    old = select(*key).where(rule.column < before).order_by(rule.column).limit(limit)
    if rule.may_go is not None:
        old = old.where(rule.may_go)
    named = tuple_(*key).in_(old.with_for_update(skip_locked=True))
    pruned = delete(rule.row).where(named).returning(*key)
    found = await session.execute(pruned, execution_options={"synchronize_session": False})
    return len(found.all())
