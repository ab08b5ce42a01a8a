"""Resolutions: what people decided about conflicts and discrepancies, many at once, read back, and taken back."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import (
    MEMBERS_WRITE,
    Caller,
    ConnectionId,
    GivenCaller,
    OwnConnection,
    PartnerId,
    lock_own_connection,
)
from app.api.dependencies import Given
from app.api.findings.deciding import Taken, get_conflict, get_discrepancy, take_decision, take_undo
from app.api.findings.decision_input import DecisionOfMany, Decisions, Undo
from app.api.findings.resolution_resource import EXAMPLE, Resolution, build_resolution
from app.api.pages import ByAge, Cursor, Limit, Listing, Page, SortedByAge, read_position, write_position
from app.api.problems import MISSING, build_problem, documented
from app.clock import Clock
from app.db.findings.resolutions import WantedResolutions, find_kept_resolution, list_kept_resolutions
from app.db.postgres.session import ReadSession, WriteSession
from app.domain.connections.connection import Connection
from app.domain.findings.resolution import ResolutionState
from app.intake.refusals import InputRefused
from app.intake.values import Identity

router = APIRouter(
    prefix="/v1/connections/{connection_id}/resolutions", tags=["resolutions"], dependencies=[MEMBERS_WRITE]
)

ResolutionId = Annotated[UUID, Path(description="The resolution's id.")]


class Answer(BaseModel):
    """What became of one decision of several."""

    outcome: Literal["stored", "unchanged", "refused"] = Field(
        description="`unchanged`: the very same decision is there already."
    )
    resolution: Resolution | None
    problem: dict[str, Any] | None = Field(description="Why it was refused, as a problem document.")


class Answers(BaseModel):
    """In the order in which they were sent."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"data": [{"outcome": "stored", "resolution": EXAMPLE, "problem": None}]}]
        }
    )

    data: list[Answer]


@router.post(
    "",
    operation_id="resolve_many",
    summary="Decide up to a hundred conflicts and discrepancies at once",
    responses=documented("malformed_body", *MISSING, "connection_removed", "too_large"),
)
async def resolve_many(
    services: Given,
    caller: GivenCaller,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    sent: Decisions,
    tasks: BackgroundTasks,
) -> Answers:
    """Each is taken or refused by itself; what is taken is stored together. Sent twice, the second changes nothing."""
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        answers = [
            await _take(session, connection, caller, each, services.clock) for each in sent.resolutions
        ]
    tasks.add_task(services.waker.reconcile_soon, [connection.id])
    return Answers(data=answers)


async def _take(
    session: WriteSession, connection: Connection, caller: Caller, decision: DecisionOfMany, clock: Clock
) -> Answer:
    try:
        if decision.conflict_id is not None:
            conflict = await get_conflict(session, connection, decision.conflict_id)
            taken = await take_decision(session, connection, caller, conflict, decision, clock.now())
        else:
            found = await get_discrepancy(session, connection, decision.discrepancy_id or 0)
            taken = await take_decision(session, connection, caller, found, decision, clock.now())
    except InputRefused as refused:
        # A refusal comes before anything is written, so the others are none the worse.
        problem = build_problem(refused.code, refused.detail, refused.faults, refused.more)
        return Answer(outcome="refused", resolution=None, problem=problem)
    resolution = await _get(session, connection, taken.resolution_id)
    return Answer(outcome="stored" if taken.is_new else "unchanged", resolution=resolution, problem=None)


@router.get(
    "",
    operation_id="list_resolutions",
    summary="What was decided, oldest first or newest first",
    responses=documented(*MISSING),
)
async def list_resolutions(
    services: Given,
    connection: OwnConnection,
    state: Annotated[ResolutionState | None, Query(description="Only resolutions in this state.")] = None,
    invoice_id: Annotated[Identity | None, Query(description="Only this invoice.")] = None,
    contact_id: Annotated[Identity | None, Query(description="Only this contact.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
    sort: SortedByAge = ByAge.CREATED,
) -> Page[Resolution]:
    """Who decided what and when, what was there before, and what became of it. They are kept for good."""
    filters = {"state": state, "invoice_id": invoice_id, "contact_id": contact_id}
    listing = Listing("resolutions", sort, filters)
    after = read_position(cursor, listing)
    wanted = WantedResolutions(state, invoice_id, contact_id, after, limit, sort.is_newest_first)
    async with services.database.reading() as session:
        kept = await list_kept_resolutions(session, connection.id, wanted)
    following = write_position(listing, kept, limit, lambda one: one.position)
    return Page(data=[build_resolution(one) for one in kept], next=following)


@router.get(
    "/{resolution_id}",
    operation_id="get_resolution",
    summary="One resolution, and how far it is",
    responses=documented(*MISSING),
)
async def get_resolution(
    services: Given, connection: OwnConnection, resolution_id: ResolutionId
) -> Resolution:
    """Answers from what is known; nobody is asked."""
    async with services.database.reading() as session:
        return await _get(session, connection, resolution_id)


@router.post(
    "/{resolution_id}/undo",
    operation_id="undo_resolution",
    summary="Take a resolution back",
    responses={
        201: {"model": Resolution, "description": "The wish was stored."},
        **documented("malformed_body", *MISSING, "connection_removed", "decision_refused", "too_large"),
    },
)
async def undo_resolution(
    services: Given,
    caller: GivenCaller,
    partner_id: PartnerId,
    connection_id: ConnectionId,
    resolution_id: ResolutionId,
    response: Response,
    tasks: BackgroundTasks,
    sent: Undo | None = None,
) -> Resolution:
    """Puts back what was before, by the same changes and writes, as long as nobody has edited these fields since and
    Xero takes it. It is a resolution of its own, which tells how far it is; the one that it takes back is `undone`.
    """
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        note, now = sent.note if sent else None, services.clock.now()
        taken: Taken = await take_undo(session, connection, caller, resolution_id, note, now)
        resolution = await _get(session, connection, taken.resolution_id)
    tasks.add_task(services.waker.reconcile_soon, [connection.id])
    response.status_code = 201 if taken.is_new else 200
    response.headers["Location"] = f"/v1/connections/{connection.id}/resolutions/{taken.resolution_id}"
    return resolution


async def _get(session: ReadSession, connection: Connection, resolution_id: UUID) -> Resolution:
    kept = await find_kept_resolution(session, connection.id, resolution_id)
    if kept is None:
        raise InputRefused("not_found", "This connection has no resolution with that id.")
    return build_resolution(kept)
