"""Held work: counted by reason with the cure, and listed (FEATURES E14)."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.authentication import MEMBERS_WRITE, OwnConnection
from app.api.dependencies import Given
from app.api.held.resource import HeldPage, build_held, build_reasons
from app.api.pages import ByAge, Cursor, Limit, Listing, SortedByAge, read_position, write_position
from app.api.problems import MISSING, documented
from app.api.words import ReasonCode
from app.db.links.held import HeldWanted, count_held, list_held
from app.db.links.listing import Sort
from app.domain.connections.connection import Connection
from app.domain.connections.settings import ItemSync
from app.domain.holds.thing import Thing

router = APIRouter(prefix="/v1/connections/{connection_id}/held", tags=["held"], dependencies=[MEMBERS_WRITE])


@router.get(
    "", operation_id="list_held", summary="What waits for a person, and why", responses=documented(*MISSING)
)
async def list_what_is_held(
    services: Given,
    connection: OwnConnection,
    code: Annotated[ReasonCode | None, Query(description="Only things held with this code.")] = None,
    kind: Annotated[Thing | None, Query(description="Only things of this kind.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
    sort: SortedByAge = ByAge.CREATED,
) -> HeldPage:
    """Counts first, then the things, the oldest first unless `sort` says otherwise. What was set aside is among them,
    as `skipped`.
    """
    listing = Listing("held", sort, {"code": code, "kind": kind})
    things = _list_kinds(connection)
    meant = [thing for thing in things if kind in (None, thing)]
    async with services.database.reading() as session:
        counts = await count_held(session, connection.id, things)
        wanted = HeldWanted(meant, code, read_position(cursor, listing), limit, Sort(sort))
        found = await list_held(session, connection.id, wanted) if meant else []
    return HeldPage(
        total=sum(one.count for one in counts),
        reasons=build_reasons(connection, counts),
        data=[build_held(connection, one) for one in found],
        next=write_position(listing, found, limit, lambda one: one.position),
    )


def _list_kinds(connection: Connection) -> list[Thing]:
    """Products that do not go to Xero at all wait for nobody."""
    is_off = connection.settings.items is ItemSync.OFF
    return [thing for thing in Thing if not (thing is Thing.ITEM and is_off)]
