"""Carrying out, portion by portion: the next things of a stage are taken up, and what came of them is recorded.

Taking up raises the generations of their links, so that this very round, or a later one, does the work as it does any
other; customers that are not in Xero yet are brought there here, as an invoice would bring them. A portion is done when
none of its links is behind any more. When the process dies:

    before a portion was taken up    nothing was made due; the next step takes it up
    while it is open                 its links are behind: whoever works on the connection does them
    before its outcomes were kept    the links stand where they stand: the next step records them

Between two portions a run may be paused or cancelled. The one that is open then is done and recorded all the same.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import structlog

from app.db.contacts.contact_resources import list_contact_details
from app.db.exports.export_runs import get_export_anew, save_export
from app.db.exports.export_states import LinkState, list_states, list_tried, make_due
from app.db.exports.export_things import list_due, list_next, mark_due, save_outcomes, tally_things
from app.domain.connections.settings import ItemSync
from app.domain.contacts.contact_legality import judge_use
from app.domain.exports.export import Export, ExportOutcome, ExportState, ThingKind, sum_up
from app.domain.exports.export_outcome import Result, Tried, judge_link, judge_part, list_moved
from app.domain.exports.export_thing import DoneThing, Face, Thing
from app.domain.invoices.link import State
from app.domain.item import GONE
from app.reconcile.contacts.ensure import ensure_contacts
from app.reconcile.exports.contacts import held
from app.reconcile.exports.faces import (
    face_of_contact,
    face_of_invoice,
    face_of_item,
    face_of_part,
    is_part_in_xero,
    is_part_wanted,
    path_of_part,
)
from app.reconcile.exports.items import ITEMS_OFF
from app.reconcile.round import Round

THINGS_AT_ONCE = 200
"""Of one portion: four writes of a batch, so that a pause is heard within seconds."""

PORTIONS_AT_ONCE = 20
"""In one step, of portions of which nothing had to be made due."""

log = structlog.get_logger(__name__)

GONE_FROM_HERE = Result(ExportOutcome.SKIPPED, "link_gone", "Its link is gone.")


async def carry_out(current: Round, export: Export) -> bool:
    """Go on with a run; True when that moved anything, so that another step is worth while."""
    moved = False
    for _ in range(PORTIONS_AT_ONCE):
        moved |= await _record_portion(current, export)
        makes_work = await _open_portion(current, export)
        if makes_work is None:
            return moved
        if makes_work:
            return True
    return True


async def _record_portion(current: Round, export: Export) -> bool:
    """Record what came of the open portion, as far as its links are done; True when there was anything."""
    async with current.database.reading() as session:
        due = await list_due(session, export.id)
        states = await list_states(session, {thing.link_id for thing in due})
    brought = await _bring_contacts(current, due, states)
    if brought:
        async with current.database.reading() as session:
            states |= await list_states(session, brought)
    ready = [thing for thing in due if _is_done(current, thing, states.get(thing.link_id), brought)]
    if not ready and (due or not export.is_portion_open):
        return False
    done = await _judge_all(current, ready, states)
    async with current.lease.recording() as session:
        now = current.clock.now()
        await save_outcomes(session, done, now)
        export = await get_export_anew(session, export.id)
        progress = sum_up(export.stages, await tally_things(session, export.id))
        is_open = len(ready) < len(due)
        await save_export(session, replace(export, progress=progress, is_portion_open=is_open, stumbles=0))
    return True


async def _bring_contacts(
    current: Round, due: Sequence[Thing], states: Mapping[UUID, LinkState]
) -> set[UUID]:
    """Customers that are not in Xero go there now, or are held with the reason; answers which links these were."""
    missing = [states[thing.link_id] for thing in due if _is_missing(thing, states.get(thing.link_id))]
    await ensure_contacts(current, [state.partner_id for state in missing])
    return {state.id for state in missing}


def _is_done(current: Round, thing: Thing, state: LinkState | None, brought: Collection[UUID]) -> bool:
    if state is None or not state.is_behind or state.id in brought:
        return True
    # A product waits for its setting, and never for a round.
    return thing.kind is ThingKind.ITEM and (
        current.connection.settings.items is ItemSync.OFF or state.standing.code == GONE
    )


async def _judge_all(
    current: Round, things: Sequence[Thing], states: Mapping[UUID, LinkState]
) -> list[DoneThing]:
    after = {thing.link_id: thing.after_attempt for thing in things}
    keys = {key for state in states.values() if (key := state.record.get("contact"))}
    async with current.database.reading() as session:
        tried = await list_tried(session, after)
        details = await list_contact_details(session, current.connection_id, sorted(keys))
    names = {key: each.shown.get("name") for key, each in details.items()}
    return [
        _judge(current, thing, states.get(thing.link_id), tried[thing.link_id], names) for thing in things
    ]


def _judge(
    current: Round,
    thing: Thing,
    state: LinkState | None,
    tried: Sequence[Tried],
    names: Mapping[str, str | None],
) -> DoneThing:
    if state is None:
        return DoneThing(thing.id, GONE_FROM_HERE, thing.face)
    customer = names.get(state.record.get("contact") or "")
    result = _result(current, thing, state, tried)
    paths = list_moved(tried) if result.outcome is ExportOutcome.CHANGED else ()
    return DoneThing(thing.id, result, _face(current, thing, state, customer), paths)


def _result(current: Round, thing: Thing, state: LinkState, tried: Sequence[Tried]) -> Result:
    is_in_xero = state.xero_id is not None
    if thing.is_part:
        there = is_part_in_xero(state, thing.kind, thing.key)
        wanted = is_part_wanted(state, thing.kind, thing.key)
        path = path_of_part(state.record, thing.kind, thing.key)
        return judge_part(thing.was_in_xero, there, wanted, state.standing, tried, path)
    if thing.kind is ThingKind.ITEM and current.connection.settings.items is ItemSync.OFF:
        return ITEMS_OFF
    if thing.kind is ThingKind.CONTACT and state.unusable is not None:
        return held(judge_use(state.record.get("name"), state.unusable))
    return judge_link(thing.was_in_xero, is_in_xero, state.standing, tried)


def _face(current: Round, thing: Thing, state: LinkState, customer: str | None) -> Face:
    if thing.kind is ThingKind.CONTACT:
        return face_of_contact(state)
    if thing.kind is ThingKind.ITEM:
        return face_of_item(state)
    if thing.kind is ThingKind.INVOICE:
        return face_of_invoice(state, customer, current.organisation.rates())
    return face_of_part(state, thing.kind, thing.key, customer)


async def _open_portion(current: Round, export: Export) -> bool | None:
    """Take up the next things; True when there is work on any, None when there are none or none may be taken up."""
    async with current.lease.recording() as session:
        export = await get_export_anew(session, export.id)
        if export.state is not ExportState.RUNNING or export.is_portion_open:
            return None
        now = current.clock.now()
        things = await list_next(session, export.id, THINGS_AT_ONCE)
        if not things:
            await save_export(session, replace(export, state=ExportState.DONE, ended_at=now))
            log.info("export_done", export_id=str(export.id), things=export.total, calls=export.calls_spent)
            return None
        states = await list_states(session, {thing.link_id for thing in things})
        due = [thing.link_id for thing in things if _needs_a_look(thing, states.get(thing.link_id))]
        await mark_due(session, things, now)
        await make_due(session, current.connection_id, due)
        await save_export(session, replace(export, is_portion_open=True))
    return bool(due) or any(_is_missing(thing, states.get(thing.link_id)) for thing in things)


def _is_missing(thing: Thing, state: LinkState | None) -> bool:
    """A customer that is brought to Xero when its portion is recorded."""
    return thing.kind is ThingKind.CONTACT and state is not None and state.xero_id is None


def _needs_a_look(thing: Thing, state: LinkState | None) -> bool:
    """What is in step, or stays in the app, needs none; parts go with their invoice, which came before them."""
    if state is None or thing.is_part or _is_missing(thing, state):
        return False
    return (
        state.is_behind
        or state.standing.state is not State.SETTLED
        or thing.planned not in (ExportOutcome.UNCHANGED, ExportOutcome.SKIPPED)
    )
