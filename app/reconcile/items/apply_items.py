"""Products: the partner's kept as items in Xero, matched by code before any is made, and made once.

A code is unique in Xero (FACTS 5), so it is the mark by which a lost create is found: every round with products first
brings the list up to date. For one batch, when the process dies:

    before `_begin` committed        nothing was sent; the product is matched and planned again
    between `_begin` and the answer  the write stands on the link: the list shows what became of it, and it is ours
    after `record_items`             Xero's answer is the shadow

An item names its account by the code alone, so the chart is read first where it may be old.
A refusal holds its product alone, until its document, the settings or the list change. A product whose item somebody
took out of Xero is not made again unless the partner says something new of it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from uuid import uuid4

from app.db.findings.attempts import Attempt
from app.db.items.item_links import count_items_behind, list_items_behind, save_item_links
from app.db.items.xero_items import list_xero_items
from app.domain.connections.precedence import Portion
from app.domain.connections.settings import ItemSync
from app.domain.holds.refusals import DUPLICATE_ITEM_CODE, explain
from app.domain.invoices.link import Intent
from app.domain.item import ItemLink, build_write, list_due, take_item, target_of
from app.domain.record.fields import Value
from app.domain.record.item_code import fold
from app.domain.xero.xero_invoice import Refused
from app.domain.xero.xero_item import ItemWrite, XeroItem
from app.errors import ScopeMissing
from app.reconcile.facts.behind import learn_accounts
from app.reconcile.items.item_list import read_items
from app.reconcile.items.matching import match_items, observe_items
from app.reconcile.items.record import record_items
from app.reconcile.items.work import SCOPE_MISSING, ItemWork, take_documents
from app.reconcile.ports import WRITE_BATCH
from app.reconcile.round import Round, batches
from app.spending import spent_on

ITEMS_AT_ONCE = 200
"""Products of one round: four writes, so that invoices do not wait for a whole catalogue."""

Write = Callable[[Sequence[ItemWrite]], Awaitable[Sequence[XeroItem | Refused]]]


async def apply_items(current: Round) -> None:
    """Bring products that are behind into Xero, as many as a round takes; none while an invoice goes first."""
    if current.portion is Portion.TOUCHED_LATELY or not await has_items_behind(current):
        return
    try:
        # Before the products are listed: by its news some are behind.
        await read_items(current)
    except ScopeMissing:
        await _hold_for_scope(current, await _list_works(current))
        return
    works = await _list_works(current)
    try:
        await _bring(current, works)
    except ScopeMissing:
        await _hold_for_scope(current, works)


async def has_items_behind(current: Round) -> bool:
    """Whether products wait for a round."""
    if current.connection.settings.items is ItemSync.OFF:
        return False
    async with current.database.reading() as session:
        return await count_items_behind(session, current.connection_id) > 0


async def _list_works(current: Round) -> list[ItemWork]:
    async with current.database.reading() as session:
        links = await list_items_behind(session, current.connection_id, ITEMS_AT_ONCE)
    works = [ItemWork(link) for link in links]
    take_documents(current, works)
    return works


async def _hold_for_scope(current: Round, works: Sequence[ItemWork]) -> None:
    """Hold what is due; nothing was done of the call that was refused."""
    for work in works:
        if work.is_due:
            work.link = replace(work.link, unanswered=None, intent=None)
            work.hold = SCOPE_MISSING
    await record_items(current, works)


async def _bring(current: Round, works: Sequence[ItemWork]) -> None:
    await observe_items(current, works)
    if any(target_of(work.link)["account"] for work in works if work.is_due):
        await learn_accounts(current)
        take_documents(current, works)
    await record_items(current, [work for work in works if not work.is_due])
    for batch in batches([work for work in works if work.needs_create], WRITE_BATCH):
        await _create(current, batch)
    for batch in batches([work for work in works if work.needs_update], WRITE_BATCH):
        made = await _write(current, batch, "update", current.xero.items.update)
        await record_items(current, batch, made)


async def _create(current: Round, batch: Sequence[ItemWork]) -> None:
    intent = Intent(uuid4().hex, current.clock.now())
    for work in batch:
        work.link = replace(work.link, intent=intent)
    made = await _write(
        current, batch, "create", lambda writes: current.xero.items.create(writes, intent.key)
    )
    taken = [work for work in batch if work.hold is not None and work.hold.code == DUPLICATE_ITEM_CODE]
    if taken:
        await _match_again(current, taken)
    await record_items(current, batch, made)


async def _match_again(current: Round, taken: Sequence[ItemWork]) -> None:
    """Somebody made them since the list was read: they are adopted like any that were there before."""
    await read_items(current, again=True)
    keys = {work.link.code_key for work in taken}
    async with current.database.reading() as session:
        found = await list_xero_items(session, current.connection_id, code_keys=keys)
    there = {fold(item.code) for item in found}
    matched = [work for work in taken if work.link.code_key in there]
    for work in matched:
        work.hold = None
    await match_items(current, matched, found)


async def _write(current: Round, batch: Sequence[ItemWork], action: str, write: Write) -> list[XeroItem]:
    """Write what is due of each; answers what Xero holds now of those that it took."""
    for work in batch:
        work.link = replace(work.link, unanswered=target_of(work.link))
    await _begin(current, batch)
    call = write([build_write(work.link) for work in batch])
    answers = await spent_on([work.link.id for work in batch], call)
    for work, answer in zip(batch, answers, strict=True):
        _take_answer(work, answer, action)
    return [answer for answer in answers if isinstance(answer, XeroItem)]


async def _begin(current: Round, batch: Sequence[ItemWork]) -> None:
    """Commit what is about to be tried, so that whoever comes after a crash knows that it may stand in Xero."""
    links = [work.link for work in batch]
    async with current.beginning() as session:
        await save_item_links(session, links, current.clock.now(), again=[link.id for link in links])


def _take_answer(work: ItemWork, answer: XeroItem | Refused, action: str) -> None:
    moves = _list_moves(work.link)
    if isinstance(answer, Refused):
        work.link = replace(work.link, unanswered=None, intent=None)
        work.hold = explain(answer.messages)
        work.attempts.append(Attempt(work.link.id, action, moves, "refused", work.hold.message))
    else:
        work.link = take_item(work.link, answer)
        work.attempts.append(Attempt(work.link.id, action, moves, "done"))


def _list_moves(link: ItemLink) -> dict[str, dict[str, Value]]:
    """What a write moves, as an attempt keeps it."""
    return {
        name: {"before": link.xero_shadow.get(name), "after": link.record.get(name)}
        for name in list_due(link)
    }
