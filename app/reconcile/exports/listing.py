"""The listing: what is in scope becomes things of the run, each with what is foreseen of it.

Customers come first, then products, then invoices portion by portion, because what is foreseen of the former counts for
the latter. Each step ends with its things and the place that it came to recorded together; one that was cut off is done
again, at worst with its calls. Of a dry run the calls are, for all customers, all products and the invoices that would
be made:

    customers    one for each thousand contacts of the organisation; none where every customer is linked
    products     one; none where there are no products to match and no line names a code
    invoices     one for every forty numbers
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.db.exports.export_runs import get_export_anew, save_export
from app.db.exports.export_scope import list_invoices_in_scope
from app.db.exports.export_things import insert_things, tally_things
from app.db.links.listing import Position
from app.domain.exports.export import Export, ExportOutcome, ExportState, Stage, sum_up
from app.domain.exports.export_thing import PlannedThing
from app.domain.record.item_code import fold
from app.reconcile.exports.contacts import plan_contacts
from app.reconcile.exports.invoices import plan_invoices
from app.reconcile.exports.items import Items, plan_items
from app.reconcile.round import Round

INVOICES_AT_ONCE = 400
"""Ten calls for their numbers at the most, and no longer than a person may wait."""

CONTACTS, ITEMS, INVOICES = "contacts", "items", "invoices"


async def list_portion(current: Round, export: Export) -> bool:
    """List the next part of what is in scope; True, because more is to do."""
    cursor = export.cursor or {"at": CONTACTS}
    if cursor["at"] == CONTACTS:
        await _list_contacts(current, export)
    elif cursor["at"] == ITEMS:
        await _list_items(current, export)
    else:
        await _list_invoices(current, export, cursor)
    return True


async def _list_contacts(current: Round, export: Export) -> None:
    things: list[PlannedThing] = []
    pages = 1
    if Stage.CONTACTS in export.stages:
        things, pages = await plan_contacts(current, export)
    await _record(current, export, things, {"at": ITEMS}, {"contact_pages": pages})


async def _list_items(current: Round, export: Export) -> None:
    things: list[PlannedThing] = []
    items = Items()
    if Stage.ITEMS in export.stages:
        things, items = await plan_items(current, export)
    cursor = {"at": INVOICES} if Stage.INVOICES in export.stages else None
    await _record(current, export, things, cursor, _found(things, items))


def _found(things: Collection[PlannedThing], items: Items) -> dict[str, Any]:
    """What the lines of the run may name: Xero's codes as far as somebody looked, and those that products bring."""
    if items.hold is not None:
        return {"items_refused": True}
    if not items.is_read:
        return {}
    coming = [
        fold(thing.face.partner_number)
        for thing in things
        if thing.result.outcome is ExportOutcome.CREATED and thing.face.partner_number
    ]
    return {"codes": dict(items.codes or {}), "coming": coming}


async def _list_invoices(current: Round, export: Export, cursor: Mapping[str, Any]) -> None:
    after = _read_position(cursor)
    async with current.database.reading() as session:
        found = await list_invoices_in_scope(
            session, current.connection_id, export.issued, after, INVOICES_AT_ONCE
        )
    things = await plan_invoices(current, export, [link for link, _ in found])
    wanted = [thing for thing in things if thing.stage in export.stages]
    is_last = len(found) < INVOICES_AT_ONCE
    await _record(current, export, wanted, None if is_last else _write_position(found[-1][1]), {})


def _read_position(cursor: Mapping[str, Any]) -> Position | None:
    if "created_at" not in cursor:
        return None
    return datetime.fromisoformat(cursor["created_at"]), UUID(cursor["id"])


def _write_position(position: Position) -> dict[str, Any]:
    return {"at": INVOICES, "created_at": position[0].isoformat(), "id": str(position[1])}


async def _record(
    current: Round,
    export: Export,
    things: Collection[PlannedThing],
    cursor: Mapping[str, Any] | None,
    found: Mapping[str, Any],
) -> None:
    """Keep the things and how far the listing came; without a cursor it is done.

    Nothing is kept of a run that was ended meanwhile; one that was paused has this portion and no more.
    """
    now = current.clock.now()
    async with current.lease.recording() as session:
        export = await get_export_anew(session, export.id)
        if export.state not in (ExportState.RUNNING, ExportState.PAUSED):
            return
        await insert_things(session, export.id, list(things))
        progress = sum_up(export.stages, await tally_things(session, export.id))
        listed = replace(
            export, cursor=cursor, found={**export.found, **found}, progress=progress, stumbles=0
        )
        if cursor is None:
            listed = replace(listed, listed_at=now)
            if listed.dry_run and listed.state is ExportState.RUNNING:
                listed = replace(listed, state=ExportState.PLANNED)
        await save_export(session, listed)
