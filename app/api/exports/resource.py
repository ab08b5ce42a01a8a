"""How an export is shown: what was asked, how far it is, what it costs in calls, and what it waits for."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.books.standing import Reason, find_connection_reason
from app.api.dependencies import Services
from app.api.usage_resource import build_left, sum_used
from app.db.upkeep.usage import list_usage
from app.domain.connections.connection import Connection
from app.domain.exports.export import AT_REST, Export, ExportOutcome, ExportState, Stage, StageProgress
from app.domain.exports.export_estimate import estimate_calls, estimate_end
from app.xero.budget import Allowance

EXAMPLE: dict[str, Any] = {
    "id": "0b7f4c9e-2f0d-4f0b-9c55-6a3f1e6c2b11",
    "connection_id": "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10",
    "state": "running",
    "dry_run": False,
    "stages": ["contacts", "items", "invoices", "payments"],
    "implied": ["contacts", "items", "invoices"],
    "from": "2026-07-01",
    "to": None,
    "all_contacts": False,
    "note": "Before the accountant's visit",
    "stage": "invoices",
    "progress": [
        {
            "stage": "invoices", "total": 120, "done": 80, "created": 60, "adopted": 17, "changed": 0, "unchanged": 1,
            "held": 2, "skipped": 0, "foreseen": {"created": 100, "adopted": 17, "unchanged": 1, "held": 2},
        }
    ],
    "calls": {"spent": 9, "needed": 2, "left_today": 4970, "fits_today": True},
    "waiting_for": None,
    "reason": None,
    "number": 14,
    "created_at": "2026-11-20T03:15:00Z",
    "planned_at": "2026-11-20T03:15:02Z",
    "started_at": "2026-11-20T03:16:00Z",
    "ended_at": None,
    "estimated_end": "2026-11-20T03:16:05Z",
}  # fmt: skip


class Progress(BaseModel):
    """How far one stage is. The counts of outcomes are of what is done; `foreseen` is how everything was planned."""

    stage: Stage
    total: int
    done: int
    created: int
    adopted: int
    changed: int
    unchanged: int
    held: int
    skipped: int
    foreseen: dict[ExportOutcome, int] = Field(
        description="By outcome, as planned before anything was carried out; without a dry run nobody looked in Xero."
    )


class CallsOfExport(BaseModel):
    """Calls to Xero, beside the budget of the day."""

    spent: int = Field(
        description="Made while the export was worked on, other work of those rounds included."
    )
    needed: int | None = Field(
        description="About how many are left to make, or would be to carry it out, estimated from above."
    )
    left_today: int = Field(description="What Xero allows the organisation today still.")
    fits_today: bool | None = Field(description="Whether they fit into what is left for a bulk today.")


class ExportShown(BaseModel):
    """An export, as it stands."""

    model_config = ConfigDict(
        title="Export", populate_by_name=True, json_schema_extra={"examples": [EXAMPLE]}
    )

    id: UUID
    connection_id: UUID
    state: ExportState
    dry_run: bool = Field(description="Nothing of it is carried out, until somebody starts it.")
    stages: list[Stage] = Field(description="All stages of it, in their order.")
    implied: list[Stage] = Field(description="Those of them that nobody asked for and that the others need.")
    issued_from: date | None = Field(
        serialization_alias="from", description="Invoices issued earlier are left out; null: none is."
    )
    issued_to: date | None = Field(
        serialization_alias="to", description="Invoices issued later are left out; null: none is."
    )
    all_contacts: bool
    note: str | None
    stage: Stage | None = Field(description="The stage that is being carried out.")
    progress: list[Progress] = Field(description="By stage, as far as its things are listed.")
    calls: CallsOfExport
    waiting_for: Reason | None = Field(
        description="What keeps the whole connection from working, if anything."
    )
    reason: Reason | None = Field(description="Why it failed.")
    number: int = Field(description="Grows with everything that there is to show; the `id` of its event.")
    created_at: datetime
    planned_at: datetime | None = Field(description="When all of its things were listed.")
    started_at: datetime | None = Field(description="When it began to be carried out.")
    ended_at: datetime | None
    estimated_end: datetime | None = Field(
        description="By the budget of calls, if nothing else comes up; of a planned one: if it were started now."
    )


@dataclass(frozen=True, slots=True)
class Budget:
    """What calls a bulk may make: a minute, a day, and today; `left_today` is what anybody may."""

    minute: int
    day: int
    today: int
    left_today: int


async def find_budget(services: Services, connection: Connection) -> Budget:
    """The connection's budget as it is now: by Xero's own word where that stands, else by our count."""
    today = services.clock.now().date()
    told = await services.calls_left.find_left(connection.tenant_id) if connection.tenant_id else None
    async with services.database.reading() as session:
        used = await list_usage(session, connection.id, today, today)
    left = build_left(services.plan, told, sum_used(used).calls).day.left
    allowance = Allowance(services.plan.minute_calls, services.plan.day_calls)
    bulk = allowance.for_bulk
    return Budget(bulk.minute, bulk.day, max(0, left - allowance.reserve.day), left)


def build_export(export: Export, connection: Connection, budget: Budget, now: datetime) -> ExportShown:
    """The resource of one export."""
    needed = _count_needed(export)
    return ExportShown(
        id=export.id,
        connection_id=export.connection_id,
        state=export.state,
        dry_run=export.dry_run,
        stages=list(export.stages),
        implied=list(export.implied),
        issued_from=export.issued.first,
        issued_to=export.issued.last,
        all_contacts=export.all_contacts,
        note=export.note,
        stage=export.stage,
        progress=[_build_stage(stage, each) for stage, each in export.progress.items()],
        calls=CallsOfExport(
            spent=export.calls_spent,
            needed=needed,
            left_today=budget.left_today,
            fits_today=None if needed is None else needed <= budget.today,
        ),
        waiting_for=find_connection_reason(connection) if export.state is ExportState.RUNNING else None,
        reason=Reason(code=export.reason_code, message=export.reason or export.reason_code, cure=None)
        if export.reason_code
        else None,
        number=export.number,
        created_at=export.created_at,
        planned_at=export.listed_at,
        started_at=export.started_at,
        ended_at=export.ended_at,
        estimated_end=_estimate(export, connection, budget, now, needed),
    )


def _build_stage(stage: Stage, progress: StageProgress) -> Progress:
    counts = {outcome.value: progress.outcomes.get(outcome, 0) for outcome in ExportOutcome}
    return Progress(
        stage=stage, total=progress.total, done=progress.done, foreseen=dict(progress.foreseen), **counts
    )


def _count_needed(export: Export) -> int | None:
    """Known once everything is listed; nothing more is made of one that has ended."""
    if export.listed_at is None or (export.state in AT_REST and export.state is not ExportState.PLANNED):
        return None
    left = {stage: each.left for stage, each in export.progress.items()}
    return estimate_calls(left, export.found.get("contact_pages", 1))


def _estimate(
    export: Export, connection: Connection, budget: Budget, now: datetime, needed: int | None
) -> datetime | None:
    if needed is None or export.state is ExportState.PAUSED:
        return None
    waits = connection.retry_at if export.state is ExportState.RUNNING else None
    return estimate_end(
        max(now, waits or now),
        needed,
        calls_a_minute=budget.minute,
        calls_today=budget.today,
        calls_a_day=budget.day,
    )
