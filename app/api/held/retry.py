"""Looking again at what is held: all of it, by reason, or by name, with an answer for each."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks
from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from app.api.authentication import MEMBERS_WRITE, ConnectionId, PartnerId, lock_own_connection
from app.api.dependencies import Given
from app.api.problems import MISSING, documented
from app.api.words import ReasonCode
from app.db.links.held import list_standings, trigger_all_held
from app.db.links.holds import ask_for_facts
from app.db.postgres.session import WriteSession
from app.domain.connections.connection import Connection
from app.domain.holds.skip import SKIPPED
from app.domain.holds.thing import Thing
from app.domain.item import GONE
from app.intake.values import Identity, refused

router = APIRouter(prefix="/v1/connections/{connection_id}/held", tags=["held"], dependencies=[MEMBERS_WRITE])

MOST_IDS = 100


class ThingNamed(BaseModel):
    """One thing by its kind and the partner's id."""

    model_config = ConfigDict(extra="forbid")

    kind: Thing = Thing.INVOICE
    id: Identity


class Retry(BaseModel):
    """What to look at again: all that is held, all with these codes, or these things. One of the three."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"codes": ["category_unmapped"]}]}
    )

    all: StrictBool = False
    codes: Annotated[list[ReasonCode], Field(min_length=1, max_length=MOST_IDS)] | None = None
    things: Annotated[list[ThingNamed], Field(min_length=1, max_length=MOST_IDS)] | None = None

    @model_validator(mode="after")
    def check_one(self) -> "Retry":
        if sum((self.all, self.codes is not None, self.things is not None)) != 1:
            raise refused("must have one of all, codes and things")
        return self


class RetryOutcome(StrEnum):
    """`waits_for_document`: a product that somebody took out of Xero; only a new version of it makes it again."""

    RETRIED = "retried"
    NOT_HELD = "not_held"
    SKIPPED = "skipped"
    WAITS_FOR_DOCUMENT = "waits_for_document"
    NOT_FOUND = "not_found"


class RetriedThing(ThingNamed):
    """What became of one thing that was named."""

    outcome: RetryOutcome


class Retried(BaseModel):
    """How many are looked at again, by kind; and of things that were named, what became of each, in their order."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"retried": 2, "by_kind": {"invoice": 2}, "data": []}]}
    )

    retried: int
    by_kind: dict[Thing, int]
    data: list[RetriedThing]


@router.post(
    "/retry",
    operation_id="retry_held",
    summary="Look again at what is held: all, by code, or up to a hundred by id",
    responses=documented("malformed_body", *MISSING, "connection_removed", "too_large"),
)
async def retry_held(
    services: Given, partner_id: PartnerId, connection_id: ConnectionId, asked: Retry, tasks: BackgroundTasks
) -> Retried:
    """After a cause was mended that nothing tells of. Facts of the organisation for which something is held are read
    anew. What a person set aside stays so. A second call looks once more, and does no harm.
    """
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, partner_id, connection_id)
        data = await _judge_named(session, connection, asked.things or [])
        by_kind = await _trigger(session, connection, asked, data, services.clock.now())
        await ask_for_facts(session, connection.id)
    tasks.add_task(services.waker.reconcile_soon, [connection_id])
    return Retried(retried=sum(by_kind.values()), by_kind=by_kind, data=data)


async def _judge_named(
    session: WriteSession, connection: Connection, named: list[ThingNamed]
) -> list[RetriedThing]:
    standings = {
        thing: await list_standings(
            session, connection.id, thing, [one.id for one in named if one.kind is thing]
        )
        for thing in {one.kind for one in named}
    }
    return [RetriedThing(kind=one.kind, id=one.id, outcome=_judge(one, standings[one.kind])) for one in named]


def _judge(named: ThingNamed, standings: Mapping[str, str | None]) -> RetryOutcome:
    if named.id not in standings:
        return RetryOutcome.NOT_FOUND
    code = standings[named.id]
    if code is None:
        return RetryOutcome.NOT_HELD
    if code == SKIPPED:
        return RetryOutcome.SKIPPED
    is_gone = named.kind is Thing.ITEM and code == GONE
    return RetryOutcome.WAITS_FOR_DOCUMENT if is_gone else RetryOutcome.RETRIED


async def _trigger(
    session: WriteSession, connection: Connection, asked: Retry, data: list[RetriedThing], now: datetime
) -> dict[Thing, int]:
    by_kind: dict[Thing, int] = {}
    for thing in Thing:
        meant = {one.id for one in data if one.kind is thing and one.outcome is RetryOutcome.RETRIED}
        if asked.things is not None and not meant:
            continue
        count = await trigger_all_held(
            session,
            connection.id,
            thing,
            now,
            codes=asked.codes,
            partner_ids=meant if asked.things is not None else None,
        )
        by_kind |= {thing: count} if count else {}
    return by_kind
