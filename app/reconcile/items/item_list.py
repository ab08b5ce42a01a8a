"""Xero's list of items: read when a line or a product needs it, and what its news set in motion.

The list is one unpaged call (FACTS 5). A connection whose lines and products name no codes never makes it. One that
does reads what was modified when something asks for a code that is not in the list kept, at the most once in a round;
and all of it where the organisation's facts are read anew (every six hours, by a sweep that somebody asks for, after a
consent), because an item that was deleted shows in no other way.

Kept in one transaction with what follows from it: links held for an item that was not there are looked at again, and
products whose item moved or went. Cut before that, the list is read again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.db.delivery.notices import insert_notice
from app.db.items.item_links import list_item_links_by_xero_id, trigger_items
from app.db.items.xero_items import (
    find_list_fetched_at,
    find_newest_change,
    list_xero_items,
    replace_xero_items,
    save_xero_items,
)
from app.db.links.holds import trigger_held
from app.db.postgres.session import WriteSession
from app.domain.connections.settings import ItemSync
from app.domain.connections.stale import build_fallback_problem, problem_to_json
from app.domain.holds.refusals import DUPLICATE_ITEM_CODE
from app.domain.invoices.unknown_words import ITEM_UNKNOWN
from app.domain.record.item_code import fold
from app.domain.xero.xero_item import XeroItem
from app.errors import ScopeMissing
from app.reconcile.round import Round
from app.reconcile.seeking import OVERLAP

ITEMS_KEPT = timedelta(hours=6)
"""How long an item is believed to be there still."""

WANT_AN_ITEM = frozenset({ITEM_UNKNOWN, "item_missing"})
"""Holds that an item lifts which came into the list."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of the list: when all of it was read, and Xero's own time of its newest change."""

    fetched_at: datetime | None
    newest: datetime | None


async def refresh_items(current: Round) -> None:
    """Read the whole list again where it is kept and old."""
    fetched_at = current.agenda.items_read_at if current.agenda else None
    if fetched_at is not None and _is_old(current, fetched_at):
        try:
            await read_items(current)
        except ScopeMissing:
            # Whoever needs an item of it says so; invoices go on with what is known.
            return


async def read_items(current: Round, *, again: bool = False) -> None:
    """Bring the list up to date, once in a round unless `again`; raises `ScopeMissing`."""
    if current.has_read_items and not again:
        return
    kept = await _find_kept(current)
    since = None if kept.newest is None or _is_old(current, kept.fetched_at) else kept.newest - OVERLAP
    items = await current.xero.items.fetch(since)
    async with current.lease.recording() as session:
        await _trigger(session, current, items, is_whole=since is None)
        if since is None:
            await replace_xero_items(session, current.connection_id, items, current.clock.now())
        else:
            await save_xero_items(session, current.connection_id, items)
    current.has_read_items = True


async def _find_kept(current: Round) -> Kept:
    async with current.database.reading() as session:
        fetched_at = await find_list_fetched_at(session, current.connection_id)
        return Kept(fetched_at, await find_newest_change(session, current.connection_id))


def _is_old(current: Round, fetched_at: datetime | None) -> bool:
    """Older than it is believed, or than the organisation's facts, which this round may have read already."""
    facts_at = current.connection.organisation_fetched_at
    if fetched_at is None or facts_at is None:
        return True
    return fetched_at < facts_at or current.clock.now() - fetched_at >= ITEMS_KEPT


async def _tell_lost_fallback(session: WriteSession, current: Round, keys: Collection[str]) -> None:
    """A fallback that was in the list and is no more is a mapping that has gone stale; it is told once."""
    code = current.connection.settings.fallback_item
    if code is None or fold(code) in keys:
        return
    if await list_xero_items(session, current.connection_id, code_keys=[fold(code)]):
        body = {"problems": [problem_to_json(build_fallback_problem(code))]}
        await insert_notice(session, current.connection_id, "connection.attention", body, current.clock.now())


async def _trigger(
    session: WriteSession, current: Round, items: Sequence[XeroItem], *, is_whole: bool
) -> None:
    """Look again at what the list has news for; before the list is kept, so that the news can be told."""
    keys = {fold(item.code) for item in items}
    if is_whole:
        await _tell_lost_fallback(session, current, keys)
    known = await list_xero_items(session, current.connection_id, code_keys=keys)
    # One that was taken out and made again is another item of the same code.
    has_news = bool(_name(items) - _name(known))
    if has_news:
        await trigger_held(session, current.connection_id, WANT_AN_ITEM)
    if current.connection.settings.items is ItemSync.OFF:
        return
    if has_news:
        # Whoever gave an item another code may have freed the one that a product waits for.
        await trigger_items(session, current.connection_id, held_with=DUPLICATE_ITEM_CODE)
    if is_whole:
        await trigger_items(session, current.connection_id, only_held=True)
    await _trigger_moved(session, current, items, is_whole=is_whole)


def _name(items: Sequence[XeroItem]) -> set[tuple[str, str]]:
    return {(fold(item.code), item.xero_item_id) for item in items}


async def _trigger_moved(
    session: WriteSession, current: Round, items: Sequence[XeroItem], *, is_whole: bool
) -> None:
    """Look again at products whose item moved, or is not in a whole list any more."""
    shown = {item.xero_item_id: item.fields for item in items}
    linked = await list_item_links_by_xero_id(session, current.connection_id, None if is_whole else shown)
    moved = [link.id for link in linked if shown.get(link.xero_item_id or "") != dict(link.xero_shadow)]
    if moved:
        await trigger_items(session, current.connection_id, ids=moved)
