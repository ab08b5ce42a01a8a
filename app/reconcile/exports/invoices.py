"""What would become of invoices in scope, of their payments and of their credits.

Each is planned as the loop would plan it, on a snapshot that is thrown away. A dry run also looks for the numbers that
creates would have, forty to a call: what has one is the same invoice and would be adopted, or stands in the way. What
is foreseen of customers and of invoices before them counts: one whose customer is held would be held with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.db.contacts.contact_links import list_contacts
from app.db.contacts.contact_resources import list_contact_details
from app.db.exports.export_things import list_numbers_planned, list_planned_contacts
from app.db.invoices.numbers import Holder, list_number_holders
from app.domain.crossing.numbering import list_suffixed
from app.domain.exports.export import Export, ExportOutcome, ThingKind
from app.domain.exports.export_outcome import Result
from app.domain.exports.export_thing import PlannedThing, Thing
from app.domain.holds.hold import Hold
from app.domain.invoices.adoption import as_adopted
from app.domain.invoices.link import InvoiceLink
from app.domain.invoices.plan import Plan
from app.domain.record.item_code import ItemCodes, UnknownItem
from app.domain.xero.xero_invoice import XeroInvoice
from app.reconcile.exports.contacts import held
from app.reconcile.exports.faces import (
    face_of_invoice,
    face_of_part,
    is_of_payment,
    is_part_in_xero,
    list_parts,
    state_of,
)
from app.reconcile.exports.foresight import Foreseen, foresee_parts
from app.reconcile.invoices.take_invoice import take_invoice
from app.reconcile.invoices.writes import create_target
from app.reconcile.numbers import (
    find_clash,
    find_numbered,
    hold_by_link,
    hold_by_stranger,
    list_linked,
    may_add_suffix,
    number_in_xero,
    try_next,
)
from app.reconcile.preview import merge
from app.reconcile.round import Round
from app.reconcile.work import NEVER, Work


@dataclass(slots=True)
class Sight:
    """One invoice as it is foreseen: `hold` is why it would not go although its plan says so, `found` the invoice of
    Xero that it would adopt.
    """

    work: Work
    link: InvoiceLink
    seen: Foreseen
    hold: Hold | None = None
    found: XeroInvoice | None = None

    @property
    def is_create(self) -> bool:
        return self.seen.plan.create and self.hold is None

    @property
    def number(self) -> str | None:
        """The number that it is to have in Xero and has not; None where it is to have no other."""
        plan = self.seen.plan
        return number_in_xero(self.link.hub) if plan.create or "number" in plan.moves else None

    @property
    def customer(self) -> str | None:
        """The app's id of the customer that it is to name in Xero and does not."""
        plan = self.seen.plan
        return self.link.hub.record.get("contact") if plan.create or "contact" in plan.moves else None


@dataclass(slots=True)
class Ground:
    """What is known beside the links: customers by our key, as named and as foreseen; the numbers that are taken."""

    names: Mapping[str, str | None] = field(default_factory=dict)
    contacts: Mapping[str, Thing] = field(default_factory=dict)
    set_aside: Mapping[str, Hold] = field(default_factory=dict)
    holders: Mapping[str, Holder] = field(default_factory=dict)
    planned: Mapping[str, str] = field(default_factory=dict)
    there: Mapping[str, XeroInvoice] = field(default_factory=dict)
    linked: set[str | None] = field(default_factory=set)


async def plan_invoices(current: Round, export: Export, links: Sequence[InvoiceLink]) -> list[PlannedThing]:
    """These invoices with their payments and credits, and what is foreseen of each."""
    current.item_codes = build_codes(current, export)
    sights = [_see(current, link) for link in links]
    ground = await _survey(current, export, sights)
    taken = dict(ground.planned)
    # The loop takes the longest waiting first: of two that want one number, that one gets it.
    for sight in sorted(sights, key=lambda sight: sight.work.partner_at(NEVER)):
        with sight.work.guarded():
            if sight.seen.plan.writes_invoice and sight.work.refusal is None:
                _judge(current, sight, ground, taken)
    return [thing for sight in sights for thing in _build(current, sight, ground)]


def build_codes(current: Round, export: Export) -> ItemCodes:
    """What the lines of this run may name, by what its look at Xero's items found; without a look every code is taken.

    Where nobody may look, lines go without their codes, as they will.
    """
    settings = current.connection.settings
    found = export.found
    policy = settings.unknown_item
    if found.get("items_refused") and policy is not UnknownItem.HOLD:
        policy = UnknownItem.DESCRIPTION_ONLY
    known = found.get("codes")
    if found.get("items_refused"):
        known = {}
    return ItemCodes(known, frozenset(found.get("coming", ())), policy, settings.fallback_item)


def _see(current: Round, link: InvoiceLink) -> Sight:
    work = merge(current, link)
    sight = Sight(work, work.link, Foreseen(Plan()))
    with work.guarded():
        sight.link, sight.seen = work.link, foresee_parts(work.link, current.terms)
    return sight


async def _survey(current: Round, export: Export, sights: Sequence[Sight]) -> Ground:
    keys = sorted({key for sight in sights if (key := sight.link.hub.record.get("contact"))})
    wanted = {number for sight in sights if (number := sight.number)}
    every = sorted({name for number in wanted for name in (number, *list_suffixed(number))})
    async with current.database.reading() as session:
        details = await list_contact_details(session, current.connection_id, keys)
        contacts = await list_contacts(session, current.connection_id, keys)
        foreseen = await list_planned_contacts(session, export.id, [contact.id for contact in contacts])
        holders = await list_number_holders(session, current.connection_id, every)
        planned = await list_numbers_planned(session, export.id, every)
    by_key = {contact.partner_contact_id: foreseen.get(contact.id) for contact in contacts}
    names = {key: each.shown.get("name") for key, each in details.items()}
    ground = Ground(
        names,
        {key: thing for key, thing in by_key.items() if thing is not None},
        {
            contact.partner_contact_id: contact.skip.hold_invoice_of(names.get(contact.partner_contact_id))
            for contact in contacts
            if contact.skip is not None and contact.xero_contact_id is None
        },
        holders,
        planned,
    )
    if export.dry_run:
        await _look(current, ground, wanted)
    return ground


async def _look(current: Round, ground: Ground, numbers: set[str]) -> None:
    """Which invoices of Xero have these numbers; of those that are taken, the numbers with suffixes too."""
    there = await find_numbered(current, numbers)
    if may_add_suffix(current):
        more = {name for number in there for name in list_suffixed(number)}
        there |= await find_numbered(current, more)
    ground.there = there
    ground.linked = await list_linked(current, there.values())


def _judge(current: Round, sight: Sight, ground: Ground, taken: dict[str, str]) -> None:
    """What stands against a write, or what a create would find; `taken` has the numbers of those before it."""
    contact = ground.contacts.get(sight.link.hub.record.get("contact") or "")
    sight.hold, number = _judge_customer(sight, ground), sight.number
    if sight.hold is not None or number is None:
        return
    hold = _judge_number(current, sight, ground, taken, number, contact.face.xero_id if contact else None)
    number = number_in_xero(sight.link.hub)
    if hold is None and number is not None:
        taken[number] = sight.link.partner_invoice_id
    sight.hold = hold


def _judge_customer(sight: Sight, ground: Ground) -> Hold | None:
    """Why it cannot go as long as the customer that it is to name does not."""
    customer = sight.customer or ""
    if customer in ground.set_aside:
        return ground.set_aside[customer]
    contact = ground.contacts.get(customer)
    if contact is None or contact.planned is not ExportOutcome.HELD or contact.code is None:
        return None
    return Hold(contact.code, contact.message or contact.code, contact.cure or "")


def _judge_number(
    current: Round,
    sight: Sight,
    ground: Ground,
    taken: Mapping[str, str],
    number: str,
    contact_id: str | None,
) -> Hold | None:
    invoice, holder = ground.there.get(number), ground.holders.get(number)
    if invoice is not None and invoice.xero_invoice_id == sight.link.xero_invoice_id:
        return None
    if holder is not None and holder.link_id == sight.link.id:
        holder = None
    difference = find_clash(current, sight.work, invoice, ground.linked, contact_id) if invoice else None
    if invoice is not None and difference is None and sight.is_create:
        _adopt(current, sight, invoice)
        ground.linked.add(invoice.xero_invoice_id)
        return None
    if invoice is None and holder is None and number not in taken:
        return None
    if sight.is_create and may_add_suffix(current) and _takes_another(current, sight, ground, taken):
        return None
    if holder is not None:
        return hold_by_link(number, holder)
    if number in taken:
        return hold_by_link(number, Holder(sight.link.id, taken[number], ""))
    return hold_by_stranger(number, invoice, current.organisation, difference, is_create=sight.is_create)


def _takes_another(current: Round, sight: Sight, ground: Ground, taken: Mapping[str, str]) -> bool:
    name = try_next(sight.work, {*taken, *ground.holders, *ground.there})
    if name is None:
        return False
    sight.link = sight.work.link
    sight.seen = foresee_parts(sight.link, current.terms)
    return True


def _adopt(current: Round, sight: Sight, invoice: XeroInvoice) -> None:
    """The invoice is taken in, in memory; what it would have to be told is planned from there."""
    work = sight.work
    link = replace(work.link, hub=replace(work.hub, unanswered=create_target(work.hub, current.lanes)))
    work.link = as_adopted(link, invoice)
    take_invoice(current, work, invoice, work.hub.record.get("contact"))
    sight.found, sight.link = invoice, work.link
    sight.seen = foresee_parts(work.link, current.terms)


def _build(current: Round, sight: Sight, ground: Ground) -> list[PlannedThing]:
    """The invoice and its parts."""
    rates = current.organisation.rates()
    result = _result(sight)
    customer = ground.names.get(sight.link.hub.record.get("contact") or "")
    was_in_xero = sight.link.xero_invoice_id is not None and sight.found is None
    state = state_of(sight.link)
    paths = sight.seen.plan.moves if result.outcome in (ExportOutcome.CHANGED, ExportOutcome.ADOPTED) else ()
    face = face_of_invoice(state, customer, rates)
    things = [PlannedThing(ThingKind.INVOICE, sight.link.id, was_in_xero, result, face, paths=paths)]
    parts = list_parts(sight.link.hub.record)
    parts += [
        (ThingKind.OVERPAYMENT, key) for key in sorted({*sight.seen.overpayments, *sight.link.overpaid})
    ]
    for kind, key in dict.fromkeys(parts):
        part = face_of_part(state, kind, key, customer)
        if kind is ThingKind.OVERPAYMENT and key in sight.seen.overpayments:
            part = replace(part, total=sight.seen.overpayments[key])
        in_xero = is_part_in_xero(state, kind, key)
        was_there = in_xero and sight.found is None
        foreseen = _result_of_part(sight, result, kind, key, in_xero=in_xero)
        things.append(PlannedThing(kind, sight.link.id, was_there, foreseen, part, key))
    return things


def _result(sight: Sight) -> Result:
    plan, refusal = sight.seen.plan, sight.work.refusal or sight.hold
    if refusal is not None:
        return held(refusal)
    after = sight.seen.hold
    reason = (after.code, after.message, after.cure) if after else (None, None, None)
    if sight.found is not None:
        return Result(ExportOutcome.ADOPTED, *reason)
    if plan.create:
        return Result(ExportOutcome.CREATED, *reason)
    if plan.stays_home is not None:
        return Result(ExportOutcome.SKIPPED, plan.stays_home.code, plan.stays_home.message)
    if plan.writes_invoice:
        return Result(ExportOutcome.HELD if after else ExportOutcome.CHANGED, *reason)
    return Result(ExportOutcome.HELD if after else ExportOutcome.UNCHANGED, *reason)


def _result_of_part(sight: Sight, invoice: Result, kind: ThingKind, key: str, *, in_xero: bool) -> Result:
    seen = sight.seen
    if in_xero:
        return Result(ExportOutcome.ADOPTED if sight.found is not None else ExportOutcome.UNCHANGED)
    if not is_of_payment(sight.link.hub.record, kind, key):
        made = key in seen.credits
    else:
        made = key in (seen.payments if kind is ThingKind.PAYMENT else seen.overpayments)
    if sight.hold is None and sight.work.refusal is None and made:
        return Result(ExportOutcome.CREATED)
    outcome = ExportOutcome.SKIPPED if invoice.outcome is ExportOutcome.SKIPPED else ExportOutcome.HELD
    return Result(outcome, invoice.code, invoice.message, invoice.cure)
