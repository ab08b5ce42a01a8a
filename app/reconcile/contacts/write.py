"""Updates of contacts in Xero, in batches: POST by id of what moves, our marker where a joined contact has none.

What happens when the process dies on any line of this module, for one batch:

    before `_begin` committed        nothing was sent; the plan is made again
    between `_begin` and the answer  an unanswered write is on disk: the next round reads first, and what it finds
                                     there of the write is ours
    after the answer is recorded     it is the shadow; what is left is planned again
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.db.contacts.contact_record import save_contact_links
from app.db.findings.attempts import Attempt
from app.domain.contacts.contact import with_said_along
from app.domain.contacts.contact_legality import TAKEN, explain_contact
from app.domain.contacts.contact_link import plan_contact
from app.domain.holds.hold import Hold
from app.domain.partner.change import moves_to_json
from app.domain.record.fields import Fields
from app.domain.record.moves import Move, apply_moves
from app.domain.record.owed import xero_moves
from app.domain.xero.xero_contact import ContactWrite, XeroContact
from app.domain.xero.xero_invoice import Refused
from app.reconcile.contacts.matching import find_in_the_way, is_in_the_way
from app.reconcile.contacts.record import record_contacts
from app.reconcile.contacts.work import ContactWork, take_contact
from app.reconcile.oscillation import find_oscillating
from app.reconcile.ports import WRITE_BATCH
from app.reconcile.round import Round, batches
from app.spending import spent_on


@dataclass(frozen=True, slots=True)
class Sending:
    """One element of a batch: the work, what is asked, and what Xero holds if it does as it is asked."""

    work: ContactWork
    write: ContactWrite
    target: Fields
    moves: Mapping[str, Move]


async def write_contacts(current: Round, works: Sequence[ContactWork]) -> None:
    """Write what is due of these contacts, each of which was read in this round.

    Of those that share a contact of Xero one is written in a round: in the next one the other reads what that came to,
    and where both were edited it is a conflict, as between the two sides. Written together, the second would go over
    the first.
    """
    prepared = [sending for work in works if work.refusal is None and (sending := _prepare(current, work))]
    for sending in prepared:
        sending.work.refusal = _find_waiting(current, sending)
    await record_contacts(current, [sending.work for sending in prepared if sending.work.refusal])
    first: dict[str, Sending] = {}
    for sending in [each for each in prepared if each.work.refusal is None]:
        first.setdefault(sending.work.link.xero_contact_id or "", sending)
    sendings = list(first.values())
    held = await find_oscillating(current, {sending.work.link.id: sending.moves for sending in sendings})
    for sending in sendings:
        sending.work.refusal = held.get(sending.work.link.id)
    await record_contacts(current, [sending.work for sending in sendings if sending.work.refusal])
    for batch in batches([sending for sending in sendings if not sending.work.refusal], WRITE_BATCH):
        await _write(current, batch)


def _prepare(current: Round, work: ContactWork) -> Sending | None:
    link, plan = work.link, plan_contact(work.link, current.lanes)
    held = current.fresh_contacts.get(link.xero_contact_id or "")
    is_unmarked = held is not None and not held.contact_number and not link.is_shared and held.is_usable
    needs_mark = is_unmarked and work.joined is not None
    if held is None or not (plan.moves or needs_mark):
        return None
    due = xero_moves(link.hub, current.lanes)
    moves = {path: due[path] for path in plan.moves}
    target = apply_moves(link.hub.xero_shadow, moves)
    fields = {path: target.get(path) for path in plan.moves}
    write = ContactWrite(fields, link.marker if is_unmarked else None, held)
    return Sending(work, write, target, with_said_along(moves, link.hub.xero_shadow))


def _find_waiting(current: Round, sending: Sending) -> Hold | None:
    """The hold with which it stands, where Xero refused it for what another contact has, and that one still has it."""
    stood = sending.work.stood
    contact = current.fresh_contacts.get(stood.held_by or "") if stood.code in TAKEN else None
    if contact is None or not is_in_the_way(stood.hold.code, sending.work.link, sending.target, contact):
        return None
    return stood.hold


async def _write(current: Round, batch: Sequence[Sending]) -> None:
    await _begin(current, batch)
    call = current.xero.contacts.update([sending.write for sending in batch])
    answers = await spent_on([sending.work.link.id for sending in batch], call)
    for sending, answer in zip(batch, answers, strict=True):
        with sending.work.guarded():
            _take_answer(current, sending, answer)
    refused = {
        sending.work.link.id: (sending, answer.messages)
        for sending, answer in zip(batch, answers, strict=True)
        if isinstance(answer, Refused)
    }
    # What Xero took is on disk before anything else is asked of it.
    await record_contacts(current, [each.work for each in batch if each.work.link.id not in refused])
    await _name_who_has_it(current, refused)
    await record_contacts(current, [sending.work for sending, _ in refused.values()])


async def _name_who_has_it(current: Round, refused: Mapping[UUID, tuple[Sending, Sequence[str]]]) -> None:
    """Of those refused for what another contact has: that one is looked for once, and read with them from then on."""
    taken = {
        link_id: (sending.work.link, messages, sending.target)
        for link_id, (sending, messages) in refused.items()
        if sending.work.refusal is not None and sending.work.refusal.code in TAKEN
    }
    if not taken:
        return
    found = await spent_on(taken, find_in_the_way(current, list(taken.values())))
    for link_id, xero_id in found.items():
        work = refused[link_id][0].work
        work.refusal = replace(work.refusal, held_by=xero_id) if work.refusal else None


async def _begin(current: Round, batch: Sequence[Sending]) -> None:
    """Commit what is about to be tried, so that whoever comes after a crash knows that it may stand in Xero."""
    for sending in batch:
        link = sending.work.link
        hub = replace(link.hub, unanswered=dict(sending.target))
        sending.work.link = replace(link, hub=hub, read_updated_at=link.xero_updated_at)
    links = [sending.work.link for sending in batch]
    async with current.beginning() as session:
        await save_contact_links(session, links, current.clock.now(), again={link.id for link in links})


def _take_answer(current: Round, sending: Sending, answer: XeroContact | Refused) -> None:
    work, moves = sending.work, moves_to_json(sending.moves)
    if isinstance(answer, Refused):
        work.link = replace(work.link, hub=replace(work.hub, unanswered=None))
        work.refusal = explain_contact(answer.messages)
        work.attempts.append(Attempt(work.link.id, "update", moves, "refused", work.refusal.message))
        return
    read_at = work.link.read_updated_at
    take_contact(current, work, answer, wrote=sending.target)
    work.attempts.append(Attempt(work.link.id, "update", moves, "done", None, read_at, answer.updated_at))
