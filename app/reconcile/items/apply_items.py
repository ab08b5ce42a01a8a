"""Products: the partner's kept as items in Xero, matched by code before any is made, and made once.

A code is unique in Xero (FACTS 5), so it is the mark by which a lost create is found: every round with products first
brings the list up to date. For one batch, when the process dies:

    before `_begin` committed        nothing was sent; the product is matched and planned again
    between `_begin` and the answer  the write stands on the link: the list shows what became of it, and it is ours
    after `_record_answers`          Xero's answer is the shadow

An item names its account by the code alone, so the chart is read first where it may be old.
A refusal holds its product alone, until its document, the settings or the list change. A product whose item somebody
took out of Xero is not made again unless the partner says something new of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import uuid4

from app.db.findings.attempts import Attempt, insert_attempts
from app.db.items.item_links import (
    count_items_behind,
    list_item_links_by_xero_id,
    list_items_behind,
    save_item_links,
    trigger_items,
)
from app.db.items.xero_items import list_xero_items, save_xero_items
from app.db.links.bars import lift_bar, note_bar
from app.db.links.holds import trigger_held
from app.db.links.moments import Moment, insert_moments
from app.domain.connections.precedence import Portion
from app.domain.connections.settings import ItemSync
from app.domain.holds.hold import Hold
from app.domain.holds.refusals import DUPLICATE_ITEM_CODE, explain
from app.domain.invoices.link import Intent, Standing, State, is_barred
from app.domain.item import (
    GONE,
    ItemLink,
    adopt,
    build_write,
    fields_from_document,
    follow_code,
    forget_item,
    list_due,
    take_document,
    take_item,
    target_of,
)
from app.domain.record.coupling import UnknownWord
from app.domain.record.fields import Value
from app.domain.record.item_code import fold
from app.domain.xero.xero_invoice import Refused
from app.domain.xero.xero_item import XeroItem
from app.errors import ScopeMissing
from app.reconcile.facts.behind import learn_accounts
from app.reconcile.items.item_list import WANT_AN_ITEM, read_items
from app.reconcile.ports import WRITE_BATCH
from app.reconcile.recording.moments import list_hold_moments
from app.reconcile.round import Round, batches
from app.spending import spent_on

ITEMS_AT_ONCE = 200
"""Products of one round: four writes, so that invoices do not wait for a whole catalogue."""

SCOPE_MISSING = Hold(
    "scope_missing",
    "The consent does not allow items to be made in Xero: it lacks accounting.settings.",
    "POST to authorise and give consent in Xero again; the product goes out by itself then.",
)
IS_GONE = Hold(
    GONE,
    "Xero no longer has this item.",
    "Send the product in a new version to make it again, or leave it.",
)


FOUND = "Found in Xero by its code."


@dataclass(slots=True)
class ItemWork:
    """One product on its way through a round; a hold is what keeps it from going on, `attempts` are what was tried."""

    link: ItemLink
    hold: Hold | None = None
    attempts: list[Attempt] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.link.skip is not None:
            self.hold = self.link.skip.hold

    @property
    def needs_create(self) -> bool:
        return self.hold is None and self.link.xero_item_id is None

    @property
    def needs_update(self) -> bool:
        return self.hold is None and self.link.xero_item_id is not None and bool(list_due(self.link))


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
        if work.needs_create or work.needs_update:
            work.link = replace(work.link, unanswered=None, intent=None)
            work.hold = SCOPE_MISSING
    await _record(current, works)


async def _bring(current: Round, works: Sequence[ItemWork]) -> None:
    await _observe(current, works)
    if any(target_of(work.link)["account"] for work in works if work.needs_create or work.needs_update):
        await learn_accounts(current)
        take_documents(current, works)
    await _record(current, [work for work in works if not (work.needs_create or work.needs_update)])
    for batch in batches([work for work in works if work.needs_create], WRITE_BATCH):
        await _create(current, batch)
    for batch in batches([work for work in works if work.needs_update], WRITE_BATCH):
        await _update(current, batch)


def take_documents(current: Round, works: Sequence[ItemWork]) -> None:
    """Take what the app said newest into these products; one whose words the settings do not know is held."""
    vocabulary = current.rules.vocabulary
    for work in [work for work in works if work.hold is None]:
        try:
            said = fields_from_document(work.link.document, vocabulary)
            named = current.organisation.find_account(said["account"] or "")
            followed = follow_code(work.link, said["account"], named.former_codes if named else ())
            work.link = take_document(followed, said)
        except UnknownWord as unknown:
            setting = "revenue_accounts" if unknown.kind == "category" else "taxes"
            work.hold = Hold(
                f"{unknown.kind}_unmapped",
                f"The {unknown.kind} {unknown.word!r} is not mapped to Xero.",
                f"Map it in the settings under {setting}.",
            )


async def _observe(current: Round, works: Sequence[ItemWork]) -> None:
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
    await _match(current, [work for work in due if work.needs_create], found)


async def _match(current: Round, works: Sequence[ItemWork], found: Sequence[XeroItem]) -> None:
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
            work.attempts.append(Attempt(work.link.id, action, {}, "adopted", FOUND))


def _taken(item: XeroItem) -> Hold:
    return Hold(
        DUPLICATE_ITEM_CODE,
        f"Another product of the app is the item {item.code!r} in Xero.",
        "Give one of the two another code.",
    )


async def _create(current: Round, batch: Sequence[ItemWork]) -> None:
    intent = Intent(uuid4().hex, current.clock.now())
    for work in batch:
        work.link = replace(work.link, intent=intent, unanswered=target_of(work.link))
    await _begin(current, batch)
    call = current.xero.items.create([build_write(work.link) for work in batch], intent.key)
    answers = await spent_on([work.link.id for work in batch], call)
    _take_answers(batch, answers, "create")
    refused = [work for work in batch if work.hold is not None and work.hold.code == DUPLICATE_ITEM_CODE]
    if refused:
        # Somebody made it since the list was read: it is adopted like any that was there before.
        await read_items(current, again=True)
        keys = {work.link.code_key for work in refused}
        async with current.database.reading() as session:
            found = await list_xero_items(session, current.connection_id, code_keys=keys)
        there = {fold(item.code) for item in found}
        for work in refused:
            work.hold = None if work.link.code_key in there else work.hold
        await _match(current, [work for work in refused if work.hold is None], found)
    await _record(current, batch, [answer for answer in answers if isinstance(answer, XeroItem)])


async def _update(current: Round, batch: Sequence[ItemWork]) -> None:
    for work in batch:
        work.link = replace(work.link, unanswered=target_of(work.link))
    await _begin(current, batch)
    call = current.xero.items.update([build_write(work.link) for work in batch])
    answers = await spent_on([work.link.id for work in batch], call)
    _take_answers(batch, answers, "update")
    await _record(current, batch, [answer for answer in answers if isinstance(answer, XeroItem)])


async def _begin(current: Round, batch: Sequence[ItemWork]) -> None:
    """Commit what is about to be tried, so that whoever comes after a crash knows that it may stand in Xero."""
    links = [work.link for work in batch]
    async with current.beginning() as session:
        await save_item_links(session, links, current.clock.now(), again=[link.id for link in links])


def _take_answers(batch: Sequence[ItemWork], answers: Sequence[XeroItem | Refused], action: str) -> None:
    for work, answer in zip(batch, answers, strict=True):
        moves = _moves(work.link)
        if isinstance(answer, Refused):
            work.link = replace(work.link, unanswered=None, intent=None)
            work.hold = explain(answer.messages)
            work.attempts.append(Attempt(work.link.id, action, moves, "refused", work.hold.message))
        else:
            work.link = take_item(work.link, answer)
            work.attempts.append(Attempt(work.link.id, action, moves, "done"))


def _moves(link: ItemLink) -> dict[str, dict[str, Value]]:
    """What a write moves, as an attempt keeps it."""
    return {
        name: {"before": link.xero_shadow.get(name), "after": link.record.get(name)}
        for name in list_due(link)
    }


async def _record(current: Round, works: Sequence[ItemWork], made: Sequence[XeroItem] = ()) -> None:
    """Save where the products stand, and what Xero was seen to hold."""
    left = {work.link.id for work in works if work.needs_update}
    now, moments, is_bar_over = current.clock.now(), list[Moment](), False
    for work in works:
        before, after = work.link.standing, _stand(work)
        is_through = after.state is not State.HELD and any(each.outcome == "done" for each in work.attempts)
        is_bar_over |= is_through and is_barred(before)
        moments += list_hold_moments(work.link.id, before, after, now)
        work.link = replace(work.link, standing=after)
    async with current.lease.recording() as session:
        await save_item_links(session, [w.link for w in works], now, again=left)
        await insert_moments(session, current.connection_id, moments)
        await save_xero_items(session, current.connection_id, made)
        await insert_attempts(
            session, current.connection_id, [each for work in works for each in work.attempts]
        )
        if made:
            await trigger_held(session, current.connection_id, WANT_AN_ITEM)
        if any(_gave_up_a_code(each) for work in works for each in work.attempts):
            await trigger_items(session, current.connection_id, held_with=DUPLICATE_ITEM_CODE)
        if is_bar_over:
            await lift_bar(session, current.connection_id)
        if any(is_barred(work.link.standing) for work in works):
            await note_bar(session, current.connection_id, now)
    for work in works:
        work.attempts.clear()


def _gave_up_a_code(attempt: Attempt) -> bool:
    """Whether another product may have the code now that the item had."""
    return (attempt.action, attempt.outcome) == ("update", "done") and "code" in attempt.moves


def _stand(work: ItemWork) -> Standing:
    if work.hold is not None:
        return Standing.held(work.hold)
    if work.needs_update:
        return Standing(State.BEHIND, "work_left", "More is to be written to Xero.", None)
    return Standing(State.SETTLED)
