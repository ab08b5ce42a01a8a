"""Set aside and taken up again: what a person wants left as it stands on both sides, until they want it otherwise."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Path
from pydantic import BaseModel, ConfigDict, Field

from app.api.authentication import MEMBERS_WRITE, Caller, ConnectionId, GivenCaller, lock_own_connection
from app.api.books.item_resource import stand_item
from app.api.books.standing import Kept, Reason, show
from app.api.dependencies import Given, Services
from app.api.problems import MISSING, documented
from app.db.connections.connections import raise_generation
from app.db.contacts.contact_resources import find_kept_contact
from app.db.invoices.resources import find_kept_invoice
from app.db.items.item_lists import find_kept_item
from app.db.links.holds import trigger_held
from app.db.links.skips import save_skip
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection
from app.domain.holds.skip import CONTACT_SKIPPED, Skip
from app.domain.holds.thing import Thing
from app.domain.invoices.link import State
from app.intake.refusals import InputRefused
from app.intake.values import Identity, Line, Name

router = APIRouter(prefix="/v1/connections/{connection_id}", tags=["held"], dependencies=[MEMBERS_WRITE])


class Things(StrEnum):
    """The kinds of things, as addresses name them."""

    INVOICES = "invoices"
    CONTACTS = "contacts"
    ITEMS = "items"

    @property
    def thing(self) -> Thing:
        return Thing(self.value.removesuffix("s"))


ThingsNamed = Annotated[Things, Path(description="Which kind of thing it is.")]
ThingId = Annotated[Identity, Path(description="The partner's own id of it.", examples=["inv_8801"])]
_REFUSED = (*MISSING, "connection_removed")


class SkipNote(BaseModel):
    """Why it is set aside, for whoever looks at it later."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"note": "Disputed; the office settles it by hand.", "by": "Kim"}]},
    )

    note: Name = Field(description="In your own words.")
    by: Line | None = Field(
        default=None, description="Who decided so, in your own words; else the key is named."
    )


class SetAside(BaseModel):
    """Where a thing stands now that it was set aside, or taken up again."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "invoice",
                    "id": "inv_8801",
                    "state": "held",
                    "reason": {
                        "code": "skipped",
                        "message": "Kim set it aside on 2026-11-20: Disputed; the office settles it by hand.",
                        "cure": "Resume it; what was edited on either side meanwhile is merged then.",
                        "until": None,
                        "way": "person",
                    },
                }
            ]
        }
    )

    kind: Thing
    id: str
    state: State
    reason: Reason | None


@router.post(
    "/{things}/{thing_id}/skip",
    operation_id="skip_thing",
    summary="Set an invoice, a contact or a product aside, as it stands on both sides",
    responses=documented("malformed_body", *_REFUSED, "too_large"),
)
async def skip_thing(
    services: Given,
    caller: GivenCaller,
    connection_id: ConnectionId,
    things: ThingsNamed,
    thing_id: ThingId,
    said: SkipNote,
    tasks: BackgroundTasks,
) -> SetAside:
    """It is held with the code `skipped`: not planned, told or written until it is resumed. Documents and edits in Xero
    are stored meanwhile, and merged then. What is being written at this very moment still goes. A contact that is set
    aside before it is in Xero holds its invoices. A second call replaces the note.
    """
    now = services.clock.now()
    skip = Skip(now, said.by or f"The API key {str(caller.key_id)[:8]}", said.note)
    shown = await _wish(services, caller, connection_id, (things, thing_id), skip)
    tasks.add_task(services.waker.reconcile_soon, [connection_id])
    return shown


@router.post(
    "/{things}/{thing_id}/resume",
    operation_id="resume_thing",
    summary="Take up again what was set aside",
    responses=documented(*_REFUSED),
)
async def resume_thing(
    services: Given,
    caller: GivenCaller,
    connection_id: ConnectionId,
    things: ThingsNamed,
    thing_id: ThingId,
    tasks: BackgroundTasks,
) -> SetAside:
    """Both sides are looked at, and whatever was edited on them is merged as if it had come now. What was not set aside
    is only looked at once more.
    """
    shown = await _wish(services, caller, connection_id, (things, thing_id), None)
    tasks.add_task(services.waker.reconcile_soon, [connection_id])
    return shown


async def _wish(
    services: Services,
    caller: Caller,
    connection_id: UUID,
    place: tuple[Things, str],
    skip: Skip | None,
) -> SetAside:
    """Store the wish on the link, where the loop finds it, and answer where the thing stands now."""
    thing, partner_id = place[0].thing, place[1]
    async with services.database.writing() as session:
        connection = await lock_own_connection(session, caller.partner_id, connection_id)
        if not await save_skip(session, connection.id, thing, partner_id, skip):
            raise InputRefused("not_found", f"This connection has no {thing} with that id.")
        await raise_generation(session, connection.id)
        if thing is Thing.CONTACT and skip is None:
            # Its invoices waited for nothing else.
            await trigger_held(session, connection.id, [CONTACT_SKIPPED])
        return await _show(session, connection, thing, partner_id)


async def _show(session: ReadSession, connection: Connection, thing: Thing, partner_id: str) -> SetAside:
    state, reason = await _find_standing(session, connection, thing, partner_id)
    return SetAside(kind=thing, id=partner_id, state=state, reason=reason)


async def _find_standing(
    session: ReadSession, connection: Connection, thing: Thing, partner_id: str
) -> tuple[State, Reason | None]:
    if thing is Thing.ITEM:
        item = await find_kept_item(session, connection.id, partner_id)
        assert item is not None  # its row was written a moment ago, in this transaction
        return stand_item(item, connection)
    kept: Kept | None = (
        await find_kept_invoice(session, connection.id, partner_id)
        if thing is Thing.INVOICE
        else await find_kept_contact(session, connection.id, partner_id)
    )
    assert kept is not None  # its row was written a moment ago, in this transaction
    shown = show(kept, connection)
    return shown.state, shown.reason
