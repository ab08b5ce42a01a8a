"""Apply: carry the plans out in Xero, in batches, and record each answer at once.

What happens when the process dies on any line of this module, for one batch:

    before `_begin` committed        nothing was sent; the plan is made again
    between `_begin` and the answer  an intent or an unanswered write is on disk: the next round looks and reads first
    between the answer and `record`  the same: what Xero holds is found by the look or the read, and is known to be ours
    after `record`                   the answer is the shadow; what is left of the plan is planned again
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from app.db.findings.attempts import Attempt
from app.db.invoices.link_record import begin_links
from app.domain.contacts.contact_legality import TAKEN
from app.domain.crossing.numbering import Numbering
from app.domain.holds.hold import Hold
from app.domain.holds.refusals import NUMBER_TAKEN, explain
from app.domain.invoices.account_codes import (
    list_moved_between,
    with_account_ids,
    with_codes,
)
from app.domain.invoices.adoption import as_adopted
from app.domain.invoices.link import INVOICE_INTENT, Intent, InvoiceLink
from app.domain.invoices.plan import Plan
from app.domain.invoices.recognition import carries_mark
from app.domain.partner.change import moves_to_json
from app.domain.record.fields import Fields
from app.domain.record.moves import Move, list_moves_at
from app.domain.record.replaced import replace
from app.domain.xero.organisation import Organisation
from app.domain.xero.xero_invoice import InvoiceWrite, Refused, XeroInvoice
from app.reconcile.contacts.ensure import Found, ensure_contacts
from app.reconcile.contacts.keys import contact_keys
from app.reconcile.doubt import must_look
from app.reconcile.facts.behind import Answered, is_written_anew, learn_from_answers
from app.reconcile.invoices.take_invoice import take_invoice
from app.reconcile.invoices.writes import (
    build_create,
    build_update,
    create_target,
    update_target,
    with_lines_along,
)
from app.reconcile.items.line_items import ensure_items
from app.reconcile.numbers import list_numbered, settle_clashes
from app.reconcile.oscillation import find_oscillating
from app.reconcile.precedence import giving_way
from app.reconcile.recording.record import record
from app.reconcile.round import Round, unhurried
from app.reconcile.work import Work
from app.spending import spent_on


@dataclass(frozen=True, slots=True)
class Sending:
    """One element of a batch: the work, what is asked, and what Xero holds if it does as it is asked."""

    work: Work
    write: InvoiceWrite
    target: Fields
    moves: Mapping[str, Move]

    def with_outcome(self, outcome: object) -> Answered:
        """What became of it, held against what Xero was known to hold."""
        return Answered(outcome, self.write, self.target, self.work.hub.xero_shadow)


async def apply_invoices(current: Round, works: Sequence[Work]) -> bool:
    """Create and update the invoices whose plans say so; True when a change for the partner was put into the feed."""
    planned = [
        (work, plan)
        async for work in unhurried(works)
        if work.refusal is None and (plan := work.plan(current.terms)).writes_invoice
    ]
    # What costs no call comes first: nothing is made in Xero for an invoice that cannot go.
    numbered = await list_numbered(current, planned)
    supplied = await ensure_items(current, numbered)
    held = {
        work.hub.record.get("contact") or "": work.stood for work, _ in supplied if work.stood.code in TAKEN
    }
    contacts = await ensure_contacts(current, _contacts_needed(current, supplied), held)
    creates: list[Sending] = []
    updates: list[Sending] = []
    async for work, plan in unhurried(supplied):
        sending = _prepare(current, work, plan, contacts)
        if sending is not None:
            (creates if plan.create else updates).append(sending)
    updates = await _without_oscillating(current, updates)
    told = await record(current, [work for work, _ in planned if work.refusal is not None])
    prepared_by = current.organisation
    async for batch in giving_way(current, creates):
        told |= await _create(current, batch)
        if _has_moved(current, prepared_by):
            return told
    async for batch in giving_way(current, updates):
        told |= await _update(current, batch)
        if _has_moved(current, prepared_by):
            return told
    return told


def _has_moved(current: Round, prepared_by: Organisation) -> bool:
    """Whether accounts have other codes than those by which the rest was prepared: the next round writes that anew."""
    return bool(list_moved_between(prepared_by, current.organisation))


async def _without_oscillating(current: Round, updates: Sequence[Sending]) -> list[Sending]:
    """Hold the updates of links that the two sides keep undoing."""
    held = await find_oscillating(current, {sending.work.link.id: sending.moves for sending in updates})
    for sending in updates:
        sending.work.refusal = held.get(sending.work.link.id)
    return [sending for sending in updates if sending.work.refusal is None]


def _contacts_needed(current: Round, planned: Sequence[tuple[Work, Plan]]) -> list[str]:
    """Those of what is to be written; not of creates that are looked for by number first, as what is found tells whose
    it is, whatever became of the contact since.
    """
    keys = {
        work.hub.record.get("contact")
        for work, plan in planned
        if (plan.create and not _is_sought_by_number(current, work)) or "contact" in plan.moves
    }
    return sorted(key for key in keys if key is not None)


def _is_sought_by_number(current: Round, work: Work) -> bool:
    is_sent = current.connection.settings.numbering is not Numbering.XERO
    return is_sent and bool(work.hub.record.get("number")) and must_look(current, work.link.id)


def _prepare(current: Round, work: Work, plan: Plan, contacts: Found) -> Sending | None:
    """The element for a work, or None when its contact holds it."""
    hub, link = work.hub, work.link
    contact = (
        contacts.get(hub.record.get("contact") or "") if plan.create or "contact" in plan.moves else None
    )
    if isinstance(contact, Hold):
        work.refusal = contact
        return None
    if plan.create:
        target = create_target(hub, current.lanes)
        write = build_create(link, target, contact or "", current.organisation, current.branding_theme_id)
    else:
        target = update_target(hub, plan, current.lanes)
        write = build_update(link, plan, target, contact, current.organisation)
        taxes_sent = link.tax_amounts_sent if write.lines is None else plan.with_tax_amounts
        work.link = replace(link, read_updated_at=link.xero_updated_at, tax_amounts_sent=taxes_sent)
    moves = list_moves_at(plan.moves or target, hub.xero_shadow, target)
    if not plan.create and write.lines is not None:
        moves = with_lines_along(moves, target)
    return Sending(work, write, target, moves)


async def _create(current: Round, batch: Sequence[Sending]) -> bool:
    doubtful = [sending for sending in batch if must_look(current, sending.work.link.id)]
    if doubtful:
        await _look_first(current, doubtful)
        batch = [sending for sending in batch if not must_look(current, sending.work.link.id)]
    if not batch:
        return False
    intent = Intent(uuid4().hex, current.clock.now())
    begun = await _begin(current, batch, intent)
    if not begun:
        return False
    call = current.xero.invoices.create([sending.write for sending in begun], intent.key)
    answers = await spent_on(_list_ids(begun), call)
    return await _record_answers(current, begun, answers, "create")


async def _look_first(current: Round, doubtful: Sequence[Sending]) -> None:
    """Begin creates that nobody sends: the next round looks for them as for any whose answer was lost."""
    assert current.connection.doubted_since is not None
    await _begin(current, doubtful, Intent(uuid4().hex, current.connection.doubted_since))


async def _update(current: Round, batch: Sequence[Sending]) -> bool:
    begun = await _begin(current, batch)
    if not begun:
        return False
    call = current.xero.invoices.update([sending.write for sending in begun])
    answers = await spent_on(_list_ids(begun), call)
    return await _record_answers(current, begun, answers, "update")


def _list_ids(batch: Sequence[Sending]) -> list[UUID]:
    return [sending.work.link.id for sending in batch]


async def _begin(current: Round, batch: Sequence[Sending], intent: Intent | None = None) -> list[Sending]:
    """Commit what is about to be tried, so that whoever comes after a crash knows that it may stand in Xero.

    Answers those of which that was committed. One that somebody edited in the app meanwhile is left to the next round,
    which writes both edits at once.
    """
    before = {sending.work.link.id: sending.work.link for sending in batch}
    for sending in batch:
        sending.work.link = with_account_ids(_with_attempt(sending, intent), current.organisation)
    links = [sending.work.link for sending in batch]
    async with current.lease.recording_one() as fenced:
        versions = current.debounce.list_versions(before.values())
        begun = await begin_links(fenced, links, current.clock.now(), versions)
    # What was noted of it is looked for in Xero, as after a crash: this is about a moment that hardly ever is.
    current.stop_if_called_off()
    left = before.keys() - begun
    for sending in batch:
        if sending.work.link.id in left:
            sending.work.link = before[sending.work.link.id]
    current.debounce.note_left(left)
    return [sending for sending in batch if sending.work.link.id in begun]


def _with_attempt(sending: Sending, intent: Intent | None) -> InvoiceLink:
    link = sending.work.link
    link = replace(link, hub=replace(link.hub, unanswered=dict(sending.target)))
    return link if intent is None else link.with_intent(INVOICE_INTENT, intent)


async def _record_answers(
    current: Round, batch: Sequence[Sending], answers: Sequence[XeroInvoice | Refused], action: str
) -> bool:
    named = {sending.work.link.id: sending.write.xero_contact_id for sending in batch}
    current.debounce.note_written(_list_ids(batch))
    settled = await settle_clashes(current, _list_clashing(batch, answers), named)
    outcomes = [
        settled.get(sending.work.link.id, answer) for sending, answer in zip(batch, answers, strict=True)
    ]
    answered = [sending.with_outcome(outcome) for sending, outcome in zip(batch, outcomes, strict=True)]
    moved = await spent_on(_list_ids(batch), learn_from_answers(current, answered))
    # A contact may have been merged into another since the read: the answer names that one then.
    stood = {
        outcome.xero_invoice_id: sending.target.get("contact")
        for sending, outcome in zip(batch, outcomes, strict=True)
        if isinstance(outcome, XeroInvoice)
    }
    shown = [outcome for outcome in outcomes if isinstance(outcome, XeroInvoice)]
    for invoice in shown:
        current.keep_written(invoice)
    keys = await spent_on(_list_ids(batch), contact_keys(current, shown, stood))
    for sending, answer, outcome in zip(batch, answers, outcomes, strict=True):
        work, moves = sending.work, moves_to_json(sending.moves)
        work.link = work.link.without_intent(INVOICE_INTENT)
        if isinstance(outcome, XeroInvoice) and isinstance(answer, Refused):
            _adopt(current, work, outcome, keys.get(outcome.xero_contact_id))
        elif isinstance(outcome, XeroInvoice):
            wrote = with_codes(sending.target, moved) if moved else sending.target
            take_invoice(current, work, outcome, keys.get(outcome.xero_contact_id), wrote=wrote)
            read_at = work.link.read_updated_at
            work.attempts.append(
                Attempt(work.link.id, action, moves, "done", None, read_at, outcome.updated_at)
            )
        elif isinstance(answer, Refused):
            work.link = replace(work.link, hub=replace(work.hub, unanswered=None))
            hold = explain(answer.messages)
            if not isinstance(outcome, Refused):
                work.refusal = outcome
            elif not is_written_anew(current, sending.with_outcome(outcome), hold.code, moved):
                work.refusal = hold
            work.attempts.append(Attempt(work.link.id, action, moves, "refused", hold.message))
    return await record(current, [sending.work for sending in batch])


def _adopt(current: Round, work: Work, invoice: XeroInvoice, contact_key: str | None) -> None:
    """What was tried stays noted until Xero's invoice is taken in: of what is alike nobody has edited anything."""
    action, said = "create", "Found in Xero by our mark: an earlier create had arrived."
    if not carries_mark(work.link.id, invoice):
        action, said = "link", "It was in Xero already and is the same: by number, customer, day and total."
        work.link = as_adopted(work.link, invoice)
    take_invoice(current, work, invoice, contact_key)
    work.attempts.append(Attempt(work.link.id, action, {}, "adopted", said))


def _list_clashing(batch: Sequence[Sending], answers: Sequence[XeroInvoice | Refused]) -> list[Work]:
    return [
        sending.work
        for sending, answer in zip(batch, answers, strict=True)
        if isinstance(answer, Refused) and explain(answer.messages).code == NUMBER_TAKEN
    ]
