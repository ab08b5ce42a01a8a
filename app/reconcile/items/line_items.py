"""The items that invoice lines name: known before a line is merged, and made before it is sent if the policy says so.

Only codes that are still to be decided cost a call, and only where the list that is kept does not have them: those of a
newer document, and those of an invoice that is not in Xero yet. A draft decides nothing. So no line goes out under a
code that Xero would refuse, and an invoice whose codes are all known costs nothing.

A create is not begun on disk: its code is unique in Xero. Cut after Xero wrote, the next round finds the code unknown,
reads what was modified, and finds the item there; a PUT that comes too late is refused, and answered by the same look.
Where the consent does not let us make items, the lines go without, for the invoice is worth more than the code.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

from app.db.items.item_links import list_codes_behind
from app.db.items.xero_items import find_list_fetched_at, list_codes, save_xero_items
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection
from app.domain.connections.settings import ItemSync
from app.domain.holds.hold import Hold
from app.domain.holds.refusals import DUPLICATE_ITEM_CODE, explain
from app.domain.invoices.link import InvoiceLink
from app.domain.invoices.plan import Plan
from app.domain.item import fields_from_line
from app.domain.record.fields import Fields, Value, keys_of, member, member_of
from app.domain.record.item_code import ItemCodes, UnknownItem, fold, unknown_items, without_items
from app.domain.record.sides import Status
from app.domain.xero.xero_invoice import Refused
from app.domain.xero.xero_item import ItemWrite, XeroItem
from app.errors import ScopeMissing
from app.reconcile.facts.behind import learn_accounts
from app.reconcile.items.item_list import read_items
from app.reconcile.ports import WRITE_BATCH
from app.reconcile.round import Round, batches
from app.reconcile.work import Work
from app.spending import spent_on

_STAYS_HOME = frozenset({Status.DRAFT.value, Status.CANCELLED.value})


async def learn_item_codes(current: Round, links: Sequence[InvoiceLink]) -> ItemCodes:
    """What must be known of Xero's items to merge and plan these links."""
    async with current.database.reading() as session:
        codes = await _recall(session, current.connection, links)
    known = codes.known or {}
    deciding = {fold(code) for link in links for code in _codes_to_decide(link)}
    if deciding - known.keys():
        try:
            await read_items(current)
        except ScopeMissing:
            if codes.policy is not UnknownItem.HOLD:
                codes = replace(codes, policy=UnknownItem.DESCRIPTION_ONLY)
        known = await _list_known(current, _keys_of(codes, links))
    return replace(codes, known=known)


async def recall_item_codes(
    session: ReadSession, connection: Connection, links: Sequence[InvoiceLink]
) -> ItemCodes:
    """The same from what is kept, without a call: where Xero's list was never read, codes are taken as they are."""
    codes = await _recall(session, connection, links)
    was_read = await find_list_fetched_at(session, connection.id) is not None
    return codes if was_read else replace(codes, known=None)


async def _recall(session: ReadSession, connection: Connection, links: Sequence[InvoiceLink]) -> ItemCodes:
    settings = connection.settings
    codes = ItemCodes({}, frozenset(), settings.unknown_item, settings.fallback_item)
    if not any(True for link in links for _ in _codes_named(link)):
        return codes
    if settings.items is ItemSync.ON:
        coming = {fold(code) for code in await list_codes_behind(session, connection.id)}
        codes = replace(codes, coming=coming)
    return replace(codes, known=await list_codes(session, connection.id, _keys_of(codes, links)))


def _keys_of(codes: ItemCodes, links: Sequence[InvoiceLink]) -> set[str]:
    """The folded codes that these links name, and the fallback's."""
    named = {fold(code) for link in links for code in _codes_named(link)}
    return named | ({fold(codes.fallback)} if codes.fallback else set())


async def _list_known(current: Round, keys: Collection[str]) -> dict[str, str]:
    async with current.database.reading() as session:
        return await list_codes(session, current.connection_id, keys)


def _codes_named(link: InvoiceLink) -> Iterator[str]:
    """Every code that merging the link may come upon."""
    for line in _lines_said(link):
        if line.get("item_code"):
            yield line["item_code"]
    for path, value in link.hub.record.items():
        if member_of(path) == "item_code" and value:
            yield value


def _lines_said(link: InvoiceLink) -> Sequence[Mapping[str, Any]]:
    """The lines of the newest document. One that cannot be read is found by the merge, and holds its own link alone."""
    return link.document.body.get("lines") or () if link.document else ()


def _codes_to_decide(link: InvoiceLink) -> Iterator[str]:
    """Those for which it is not settled yet what Xero books: of a newer document, and of what Xero does not hold."""
    record, is_new = link.hub.record, link.xero_invoice_id is None
    if link.document is not None and link.has_news_from_partner:
        if is_new and link.document.body.get("status") in _STAYS_HOME:
            return
        for line in _lines_said(link):
            if line.get("item_code") and line["item_code"] != member(
                record, "lines", line["id"], "item_code"
            ):
                yield line["item_code"]
    if is_new and record.get("status") in _STAYS_HOME:
        return
    for key in keys_of(record, "lines"):
        code, path = member(record, "lines", key, "item_code"), f"lines/{key}/item"
        if code and record.get(path) != link.hub.xero_shadow.get(path):
            yield code


Planned = tuple[Work, Plan]


@dataclass(frozen=True, slots=True)
class Need:
    """A link whose invoice is due while these lines of it, by key, name items that Xero does not have."""

    work: Work
    items: Mapping[str, str]


async def ensure_items(current: Round, planned: Sequence[Planned]) -> list[Planned]:
    """Make the items that these writes name and Xero lacks; answers those that can go, with their plans of now.

    A work whose item is refused is held by that.
    """
    needs = [need for work, plan in planned if (need := _find_need(current, work, plan)) is not None]
    if needs:
        await _supply(current, needs)
    changed = {id(need.work) for need in needs}
    return [
        (work, work.plan(current.terms) if id(work) in changed else plan)
        for work, plan in planned
        if work.refusal is None
    ]


async def _supply(current: Round, needs: Sequence[Need]) -> None:
    ids = [need.work.link.id for need in needs]
    try:
        # An item names its account by the code alone; the works are said by the codes that are read here.
        await spent_on(ids, learn_accounts(current))
        holds = await spent_on(ids, _create(current, _list_writes(needs)))
    except ScopeMissing:
        for need in needs:
            hub = need.work.hub
            record = without_items(hub.record, need.items)
            need.work.link = replace(need.work.link, hub=replace(hub, record=record))
        return
    for need in needs:
        hold = next((holds[fold(item)] for item in need.items.values() if fold(item) in holds), None)
        need.work.refusal = need.work.refusal or hold


def _find_need(current: Round, work: Work, plan: Plan) -> Need | None:
    """What the plan lets through is ours to make: a code that nobody allows us to make holds its link (`plan`)."""
    items = unknown_items(work.hub.record, current.item_codes, None if plan.create else plan.moves)
    return Need(work, items) if items else None


def _list_writes(needs: Sequence[Need]) -> list[ItemWrite]:
    """One for each code, from the first line that names it."""
    writes: dict[str, ItemWrite] = {}
    for need in needs:
        for key, item in need.items.items():
            fields = fields_from_line(_members_of(need.work.hub.record, key), item)
            writes.setdefault(fold(item), ItemWrite(None, _sellable(fields)))
    return list(writes.values())


def _members_of(record: Fields, key: str) -> dict[str, Value]:
    prefix = f"lines/{key}/"
    return {path.removeprefix(prefix): value for path, value in record.items() if path.startswith(prefix)}


def _sellable(fields: Mapping[str, Any]) -> dict[str, Value]:
    """An item has no price below zero, though a line that takes something off may."""
    price = fields.get("unit_price")
    is_below = price is not None and Decimal(price) < 0
    return {name: value for name, value in fields.items() if not (is_below and name == "unit_price")}


async def _create(current: Round, writes: Sequence[ItemWrite]) -> dict[str, Hold]:
    """Why there is no item, by folded code; the codes that are there by now become known to the round."""
    holds: dict[str, Hold] = {}
    made: list[XeroItem] = []
    for batch in batches(writes, WRITE_BATCH):
        await current.begin()
        answers = await current.xero.items.create(batch, uuid4().hex)
        for write, answer in zip(batch, answers, strict=True):
            if isinstance(answer, Refused):
                holds[fold(write.fields["code"])] = explain(answer.messages)
            else:
                made.append(answer)
    if made:
        async with current.lease.recording() as session:
            await save_xero_items(session, current.connection_id, made)
    known = {fold(item.code): item.code for item in made}
    taken = {key for key, hold in holds.items() if hold.code == DUPLICATE_ITEM_CODE}
    if taken:
        await read_items(current, again=True)
        known |= await _list_known(current, taken)
    current.item_codes = replace(current.item_codes, known={**(current.item_codes.known or {}), **known})
    return {key: hold for key, hold in holds.items() if key not in known}
