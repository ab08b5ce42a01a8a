"""Products beside Xero's items, as the list that is kept has them: each one's own, the one of its code, or none."""

from collections.abc import Sequence
from dataclasses import replace

from app.db.findings.attempts import Attempt
from app.db.items.item_links import list_item_links_by_xero_id
from app.db.items.xero_items import list_xero_items
from app.domain.holds.hold import Hold
from app.domain.holds.refusals import DUPLICATE_ITEM_CODE
from app.domain.item import adopt, forget_item, take_item
from app.domain.record.item_code import fold
from app.domain.xero.xero_item import XeroItem
from app.reconcile.items.work import IS_GONE, ItemWork
from app.reconcile.round import Round


async def observe_items(current: Round, works: Sequence[ItemWork]) -> None:
    """Each product beside its item: its own, the one that has its code, or none."""
    due = [work for work in works if work.hold is None]
    async with current.database.reading() as session:
        found = await list_xero_items(
            session,
            current.connection_id,
            code_keys={work.link.code_key for work in due},
            xero_item_ids={work.link.xero_item_id for work in due if work.link.xero_item_id},
        )
    by_id = {item.xero_item_id: item for item in found}
    for work in due:
        own = work.link.xero_item_id
        if own is None:
            continue
        if own in by_id:
            work.link = take_item(work.link, by_id[own])
        else:
            work.link, work.hold = forget_item(work.link), IS_GONE
    await match_items(current, [work for work in due if work.needs_create], found)


async def match_items(current: Round, works: Sequence[ItemWork], found: Sequence[XeroItem]) -> None:
    """Join products to items that have their code: made by a lost create of ours, or there before (I2)."""
    by_code = {fold(item.code): item for item in found}
    matched = [work for work in works if work.link.code_key in by_code]
    async with current.database.reading() as session:
        ids = [by_code[work.link.code_key].xero_item_id for work in matched]
        owners = await list_item_links_by_xero_id(session, current.connection_id, ids)
    owned = {link.xero_item_id for link in owners}
    for work in works:
        item = by_code.get(work.link.code_key)
        if item is None:
            work.link = replace(work.link, unanswered=None, intent=None)
        elif item.xero_item_id in owned:
            work.hold = _taken(item)
        else:
            owned.add(item.xero_item_id)
            is_new = work.link.intent is None
            work.link = adopt(work.link, item) if is_new else take_item(work.link, item)
            action = "link" if is_new else "create"
            work.attempts.append(Attempt(work.link.id, action, {}, "adopted", "Found in Xero by its code."))


def _taken(item: XeroItem) -> Hold:
    return Hold(
        DUPLICATE_ITEM_CODE,
        f"Another product of the app is the item {item.code!r} in Xero.",
        "Give one of the two another code.",
    )
