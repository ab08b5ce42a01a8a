"""What would become of the products in scope, and which codes their lines may name.

A dry run reads the whole list of items, one call, where there is a product to match or a line that names a code. It is
not kept: what the kept list has not told of yet is for the loop to find, with what follows from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.db.exports.export_scope import list_products, names_item_codes
from app.db.exports.export_states import LinkState
from app.domain.connections.settings import ItemSync
from app.domain.exports.export import Export, ExportOutcome, ThingKind
from app.domain.exports.export_outcome import Result
from app.domain.exports.export_thing import PlannedThing
from app.domain.holds.hold import Hold
from app.domain.holds.refusals import DUPLICATE_ITEM_CODE
from app.domain.item import GONE, ItemLink, adopt, list_due, take_item
from app.domain.record.item_code import fold
from app.domain.xero.xero_item import XeroItem
from app.errors import ScopeMissing
from app.reconcile.exports.contacts import held
from app.reconcile.exports.faces import face_of_item
from app.reconcile.items.work import IS_GONE, SCOPE_MISSING, ItemWork, take_documents
from app.reconcile.round import Round

ITEMS_OFF = Result(
    ExportOutcome.SKIPPED,
    "items_off",
    "The setting `items` is off: products stay in the app.",
    "Set `items` to `on`.",
)


@dataclass(slots=True)
class Items:
    """Xero's items by id and by folded code, and the app's products that have them, by Xero's id or by code.

    `is_read` is False where nobody looked; `hold` is why nobody could.
    """

    by_id: Mapping[str, XeroItem] = field(default_factory=dict)
    by_code: Mapping[str, XeroItem] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    is_read: bool = False
    hold: Hold | None = None

    @property
    def codes(self) -> Mapping[str, str] | None:
        """The codes that Xero has, folded, to Xero's own spelling; None where nobody looked.

        A product's own code is one of them, where somebody gave its item another in Xero.
        """
        there = {key: item.code for key, item in self.by_code.items()}
        return {**self.renamed, **there} if self.is_read else None

    def note_own_code(self, link: ItemLink) -> None:
        """What the app calls a product whose item is there, with nothing due of its code."""
        item = self.by_id.get(link.xero_item_id or "")
        if item is not None and link.record.get("code") == item.code:
            self.renamed[fold(link.partner_shadow["code"])] = item.code


async def plan_items(current: Round, export: Export) -> tuple[list[PlannedThing], Items]:
    """Every product with what is foreseen of it, and the items that are there."""
    async with current.database.reading() as session:
        links = await list_products(session, current.connection_id)
        names_codes = await names_item_codes(session, current.connection_id, export.issued)
    is_on = current.connection.settings.items is ItemSync.ON
    items = Items()
    if export.dry_run and (names_codes or (links and is_on)):
        items = await _look(current)
    items.owners = {link.xero_item_id: link.partner_item_id for link in links if link.xero_item_id}
    works = [ItemWork(link) for link in links]
    take_documents(current, works)
    things = [_plan(work, items, is_on=is_on) for work in works]
    for work in works:
        items.note_own_code(work.link)
    return things, items


async def _look(current: Round) -> Items:
    try:
        read = await current.xero.items.fetch()
    except ScopeMissing:
        return Items(hold=SCOPE_MISSING)
    by_id = {item.xero_item_id: item for item in read}
    return Items(by_id, {fold(item.code): item for item in read}, is_read=True)


def _plan(work: ItemWork, items: Items, *, is_on: bool) -> PlannedThing:
    was_in_xero = work.link.xero_item_id is not None
    result = _foresee(work, items) if is_on else ITEMS_OFF
    paths = list_due(work.link) if result.outcome in (ExportOutcome.CHANGED, ExportOutcome.ADOPTED) else ()
    face = face_of_item(_state(work.link))
    return PlannedThing(ThingKind.ITEM, work.link.id, was_in_xero, result, face, paths=paths)


def _state(link: ItemLink) -> LinkState:
    return LinkState(
        id=link.id,
        partner_id=link.partner_item_id,
        xero_id=link.xero_item_id,
        is_behind=False,
        standing=link.standing,
        record=link.record or link.document,
        xero_shadow=link.xero_shadow,
    )


def _foresee(work: ItemWork, items: Items) -> Result:
    if work.hold is not None or items.hold is not None:
        return held(work.hold or items.hold)
    if work.link.standing.code == GONE:
        return held(IS_GONE)
    if items.is_read:
        return _match(work, items)
    if work.needs_create:
        return Result(ExportOutcome.CREATED)
    return Result(ExportOutcome.CHANGED if work.needs_update else ExportOutcome.UNCHANGED)


def _match(work: ItemWork, items: Items) -> Result:
    own = work.link.xero_item_id
    if own is not None and own not in items.by_id:
        return held(IS_GONE)
    if own is not None:
        work.link = take_item(work.link, items.by_id[own])
        return Result(ExportOutcome.CHANGED if work.needs_update else ExportOutcome.UNCHANGED)
    item = items.by_code.get(work.link.code_key)
    key = item.xero_item_id if item else work.link.code_key
    if key in items.owners:
        return held(_taken(work, items.owners[key]))
    items.owners[key] = work.link.partner_item_id
    if item is None:
        return Result(ExportOutcome.CREATED)
    work.link = adopt(work.link, item)
    return Result(ExportOutcome.ADOPTED)


def _taken(work: ItemWork, owner: str) -> Hold:
    return Hold(
        DUPLICATE_ITEM_CODE,
        f"The app's product {owner} has the code {work.link.record['code']!r} in Xero.",
        "Give one of the two another code.",
    )
