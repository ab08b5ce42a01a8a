"""A look at what the loop would do, with nothing done: no lease, no call, no write (FEATURES N11).

`preview` takes a connection and any number of its links, one or a whole export's, and answers a plan for each, at the
cost of a handful of queries for all of them together. Documents that are not merged yet are merged in memory. What it
says of each is what the next round would, by the same functions: merge, maps, gate, legality, our own numbers, and
whether the contact may be named. What it cannot know is what Xero would answer, and what nobody told of.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from app.db.contacts.contact_links import list_contacts
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection
from app.domain.contacts.contact import SHARED
from app.domain.contacts.contact_legality import judge_contact, judge_use
from app.domain.contacts.contact_link import ContactLink
from app.domain.crossing.numbering import Numbering
from app.domain.holds.hold import Hold
from app.domain.holds.refusals import NUMBER_TAKEN
from app.domain.invoices.link import InvoiceLink
from app.domain.invoices.plan import Plan, Terms
from app.domain.invoices.preview import Preview, Step, StepKind
from app.domain.record.direction import Lanes
from app.domain.record.item_code import ItemCodes, unknown_items
from app.domain.record.observing import Rules
from app.domain.record.owed import PartnerChange
from app.domain.record.sent import is_refused_for_good
from app.domain.xero.organisation import Organisation
from app.reconcile.contacts.work import ContactWork, read_said
from app.reconcile.footing import Footing
from app.reconcile.foresight import foresee
from app.reconcile.invoices.observe import needs_a_read
from app.reconcile.invoices.take_document import read_paid_anew, take_document
from app.reconcile.items.line_items import recall_item_codes
from app.reconcile.numbers import find_holders, part_numbered
from app.reconcile.recording.record import find_change, stand
from app.reconcile.taking_up import take_up_one
from app.reconcile.work import Work

SAME_NUMBER = Hold(
    NUMBER_TAKEN,
    "Another invoice that is to be written has the same number.",
    "Give one of them another number in the app, or choose the numbering `xero` or `partner_with_suffix` in the"
    " settings.",
)


@dataclass(frozen=True)
class OnPaper:
    """A footing (`footing`) that can write nothing; rules and terms are built once for all links."""

    connection: Connection
    organisation: Organisation
    item_codes: ItemCodes = field(default_factory=ItemCodes)

    @cached_property
    def rules(self) -> Rules:
        return self.connection.settings.rules(self.organisation, self.item_codes)

    @cached_property
    def lanes(self) -> Lanes:
        return self.connection.settings.lanes

    @cached_property
    def terms(self) -> Terms:
        return self.connection.settings.terms(self.organisation, self.item_codes)


Contacts = Mapping[str, ContactWork]


async def preview(
    session: ReadSession, connection: Connection, links: Sequence[InvoiceLink]
) -> list[Preview]:
    """What the loop would do about each of these links of the connection, in their order.

    The organisation must have been read once; its facts are believed as they are kept. Where the loop would take the
    links up in another order, another one of two with the same number may come first.
    """
    assert connection.organisation is not None  # whoever asks has seen to it: nothing can be planned without
    codes = await recall_item_codes(session, connection, links)
    footing = OnPaper(connection, connection.organisation, codes)
    works = [merge(footing, link) for link in links]
    plans = {work.link.id: work.plan(footing.terms) for work in works}
    planned = [(work, plans[work.link.id]) for work in works if work.refusal is None]
    writing = [(work, plan) for work, plan in planned if plan.writes_invoice]
    await _check_numbers(session, footing, writing)
    contacts = await _find_contacts(session, footing, writing)
    return [_look(footing, work, plans[work.link.id], contacts) for work in works]


def merge(footing: Footing, link: InvoiceLink) -> Work:
    """The link with the partner's newest document taken in, in memory; one that was set aside stays as it is."""
    work = take_up_one(link, footing.organisation)
    if link.skip is not None:
        return work
    with work.guarded():
        take_document(footing, work)
        read_paid_anew(footing, work)
    return work


async def _check_numbers(
    session: ReadSession, footing: OnPaper, writing: Sequence[tuple[Work, Plan]]
) -> None:
    adds_suffix = footing.connection.settings.numbering is Numbering.PARTNER_WITH_SUFFIX
    holders = await find_holders(session, footing.connection.id, writing)
    ready = {work.link.id for work, _ in part_numbered(writing, holders, adds_suffix=adds_suffix)}
    for work, _ in writing:
        if work.link.id not in ready:
            work.refusal = work.refusal or SAME_NUMBER


async def _find_contacts(
    session: ReadSession, footing: OnPaper, writing: Sequence[tuple[Work, Plan]]
) -> Contacts:
    """The contacts that these writes name, with what the app said of them taken in."""
    named = {
        work.hub.record.get("contact") for work, plan in writing if plan.create or "contact" in plan.moves
    }
    keys = sorted(key for key in named if key is not None)
    links: list[ContactLink] = await list_contacts(session, footing.connection.id, keys) if keys else []
    return {work.link.partner_contact_id: work for work in read_said(footing, links)}


def _look(footing: OnPaper, work: Work, plan: Plan, contacts: Contacts) -> Preview:
    contact = _contact_of(work, plan, contacts)
    work.refusal = work.refusal or (_judge_contact(contact) if contact else None)
    change = find_change(work, footing.lanes)
    standing = stand(work, plan, change, footing.lanes)
    steps, hold = ((), work.refusal) if work.refusal else foresee(work.link, footing.terms)
    first = tuple(_list_first(footing, work, plan, contact))
    told = () if change is None or is_refused_for_good(work.hub, change) else (_tell(change),)
    return Preview(
        link=work.link,
        plan=plan if work.refusal is None else Plan(hold=work.refusal),
        standing=standing,
        steps=(*first, *steps, *told),
        hold=hold,
        change=change,
        conflicts=tuple(work.conflicts),
    )


def _contact_of(work: Work, plan: Plan, contacts: Contacts) -> ContactWork | None:
    """The contact, where the invoice is about to name it in Xero."""
    if not (plan.create or "contact" in plan.moves):
        return None
    return contacts.get(work.hub.record.get("contact") or "")


def _judge_contact(contact: ContactWork) -> Hold | None:
    record = contact.hub.record
    if contact.link.xero_contact_id is None and contact.link.skip is not None:
        return contact.link.skip.hold_invoice_of(record.get("name"))
    if contact.link.xero_contact_id is None:
        return contact.refusal or judge_contact(record, SHARED)
    return judge_use(record.get("name"), contact.link.unusable)


def _list_first(footing: OnPaper, work: Work, plan: Plan, contact: ContactWork | None) -> Iterator[Step]:
    """What goes before the invoice's own steps."""
    if work.link.skip is None and needs_a_read(footing, work):
        yield Step(StepKind.READ)
    if work.refusal is not None or not plan.writes_invoice:
        return
    items = unknown_items(work.hub.record, footing.item_codes, None if plan.create else plan.moves)
    if items:
        yield Step(StepKind.MAKE_ITEMS, about=tuple(sorted(set(items.values()))))
    if contact is not None and contact.link.xero_contact_id is None:
        yield Step(StepKind.MAKE_CONTACT, about=(contact.link.partner_contact_id,))


def _tell(change: PartnerChange) -> Step:
    return Step(StepKind.TELL_PARTNER, change.moves)
