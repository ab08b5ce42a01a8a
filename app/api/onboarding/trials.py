"""Test transactions: a small draft invoice that goes to Xero and is taken away again, told step by step."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import ADMINS_WRITE, ConnectionId, OwnConnection, PartnerId, lock_own_connection
from app.api.books.contact_resource import CONTACT_DEEP_LINK
from app.api.dependencies import Given
from app.api.pages import ByAge, Cursor, Limit, Listing, Page, SortedByAge, read_position, write_position
from app.api.problems import MISSING, documented
from app.db.life.trials import find_trial, insert_trial, list_trials
from app.db.links.listing import Sort
from app.domain.connections.connection import Connection, ConnectionState
from app.domain.crossing.trial_mark import contact_number_of, reference_of
from app.domain.trials.trial import Outcome, StepName, Trial, TrialState
from app.domain.xero.organisation import DEEP_LINK
from app.intake.refusals import InputRefused

router = APIRouter(
    prefix="/v1/connections/{connection_id}/test-transactions",
    tags=["test-transactions"],
    dependencies=[ADMINS_WRITE],
)

TestId = Annotated[UUID, Path(description="The test transaction's id.")]

_INVOICE_ID = "0f2a3b64-5a0c-4a40-8f61-6f6a3b1c9d21"
_CONTACT_ID = "4b1f2c7a-93d0-4a51-8f0e-7c2d9b6a1e55"
_STEPS_EXAMPLE: list[Any] = [
    {"name": name.value, "outcome": "done", "message": None, "milliseconds": 180} for name in StepName
]


class TestStep(BaseModel):
    """One step, what became of it, and how long it took."""

    __test__ = False

    name: StepName
    outcome: Outcome = Field(
        description="`begun`: under way. `unknown`: its answer was lost. `skipped`: there was no occasion for it."
    )
    message: str | None = Field(description="Why it failed, in Xero's words where there are any.")
    milliseconds: int | None


class LeftBehind(BaseModel):
    """Something that the test made, or may have made, and that could not be taken away: do it in Xero."""

    made_by: StepName = Field(description="The step that makes such a thing.")
    xero_id: str | None = Field(description="Null where it is not known whether it is there at all.")
    deep_link: str | None = Field(description="Opens it in Xero.")
    message: str


class TestTransaction(BaseModel):
    """A small draft invoice with a contact of its own: made, read, compared, and taken away again."""

    __test__ = False

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "7f4c1f0e-3b52-4d6c-9f3e-0b7f6a1c2d33",
                    "connection_id": "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10",
                    "state": "passed",
                    "created_at": "2026-11-20T03:15:00Z",
                    "ended_at": "2026-11-20T03:15:03Z",
                    "steps": _STEPS_EXAMPLE,
                    "invoice_deep_link": DEEP_LINK.format("!Ab1c2", _INVOICE_ID),
                    "contact_deep_link": CONTACT_DEEP_LINK.format(
                        short_code="!Ab1c2", contact_id=_CONTACT_ID
                    ),
                    "left_behind": [],
                }
            ]
        }
    )

    id: UUID
    connection_id: UUID
    state: TrialState = Field(description="It has ended when it has `passed` or `failed`.")
    created_at: datetime
    ended_at: datetime | None
    steps: list[TestStep]
    invoice_deep_link: str | None = Field(
        description="Opens the invoice in Xero, also after it was deleted there."
    )
    contact_deep_link: str | None = Field(description="Opens the contact in Xero.")
    left_behind: list[LeftBehind] = Field(
        description="What somebody has to take away by hand; nearly always empty."
    )


@router.post(
    "",
    status_code=202,
    operation_id="create_test_transaction",
    summary="Send a test through Xero and take it away again",
    responses=documented(*MISSING, "connection_removed", "not_authorised_yet", "wrong_state"),
)
async def create_test_transaction(
    services: Given, partner_id: PartnerId, connection_id: ConnectionId, response: Response
) -> TestTransaction:
    """A worker begins within seconds; ask for it again to see how far it is. While one is under way this answers it.

    The invoice has a line for each category that is mapped, and is a draft, so that it is never in the books.
    """
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        _require_active(connection)
        trial = await insert_trial(session, connection.id, services.clock.now())
    response.headers["Location"] = f"/v1/connections/{connection.id}/test-transactions/{trial.id}"
    return _build(trial, connection)


@router.get(
    "",
    operation_id="list_test_transactions",
    summary="Test transactions of a connection, oldest first or newest first",
    responses=documented(*MISSING),
)
async def list_test_transactions(
    services: Given,
    connection: OwnConnection,
    cursor: Cursor = None,
    limit: Limit = 100,
    sort: SortedByAge = ByAge.CREATED,
) -> Page[TestTransaction]:
    """Those that have ended stay, with what each step said."""
    listing = Listing("test-transactions", sort)
    after = read_position(cursor, listing)
    async with services.database.reading() as session:
        found = await list_trials(session, connection.id, Sort(sort), after, limit)
    following = write_position(listing, found, limit, lambda trial: trial.position)
    return Page(data=[_build(trial, connection) for trial in found], next=following)


@router.get(
    "/{test_id}",
    operation_id="get_test_transaction",
    summary="One test transaction, step by step",
    responses=documented(*MISSING),
)
async def get_test_transaction(
    services: Given, connection: OwnConnection, test_id: TestId
) -> TestTransaction:
    """How far it is, and what could not be taken away, if anything."""
    async with services.database.reading() as session:
        trial = await find_trial(session, connection.id, test_id)
    if trial is None:
        raise InputRefused("not_found", "This connection has no test transaction with that id.")
    return _build(trial, connection)


def _require_active(connection: Connection) -> None:
    if connection.organisation is None or connection.state is ConnectionState.PENDING:
        raise InputRefused("not_authorised_yet", "Authorise the connection first; then Xero can be tried.")
    if connection.state is not ConnectionState.ACTIVE:
        raise InputRefused(
            "wrong_state", f"The connection is {connection.state}; only an active one is tried."
        )


def _build(trial: Trial, connection: Connection) -> TestTransaction:
    return TestTransaction(
        id=trial.id,
        connection_id=trial.connection_id,
        state=trial.state,
        created_at=trial.created_at,
        ended_at=trial.ended_at,
        steps=[TestStep.model_validate(step, from_attributes=True) for step in trial.steps],
        invoice_deep_link=_find_link(connection, StepName.INVOICE, trial.xero_invoice_id),
        contact_deep_link=_find_link(connection, StepName.CONTACT, trial.xero_contact_id),
        left_behind=[
            LeftBehind(
                made_by=name,
                xero_id=xero_id,
                deep_link=_find_link(connection, name, xero_id),
                message=_tell_left(trial, name, xero_id),
            )
            for name, xero_id in trial.list_left()
        ],
    )


def _find_link(connection: Connection, name: StepName, xero_id: str | None) -> str | None:
    short_code = connection.organisation.short_code if connection.organisation else None
    if short_code is None or xero_id is None:
        return None
    if name is StepName.INVOICE:
        return DEEP_LINK.format(short_code, xero_id)
    return CONTACT_DEEP_LINK.format(short_code=short_code, contact_id=xero_id)


def _tell_left(trial: Trial, name: StepName, xero_id: str | None) -> str:
    is_invoice = name is StepName.INVOICE
    mark = reference_of(trial.id) if is_invoice else contact_number_of(trial.id)
    act, field = ("Delete", "reference") if is_invoice else ("Archive", "contact number")
    if xero_id is None:
        return f"Perhaps Xero has an {name.value} with the {field} {mark}. {act} it if so."
    return f"{act} it in Xero; its {field} is {mark}."
