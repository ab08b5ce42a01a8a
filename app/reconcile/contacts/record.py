"""Record: put what a round found of contacts on disk, and tell the partner, in one fenced transaction.

Where a contact changed in a way that may let others go on (what it says, its state in Xero, the link itself), whatever
is held about contacts is looked at again: the invoices that wait for this one need not be known by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from app.db.contacts.contact_record import save_contact_links
from app.db.delivery.changes import NewChange, insert_changes, supersede_changes
from app.db.links.holds import trigger_all_held
from app.db.links.moments import Moment, insert_moments
from app.domain.contacts.contact import SHARED, contact_entries, to_contact_document
from app.domain.contacts.contact_legality import CONTACT_CODES
from app.domain.contacts.contact_link import ContactLink, ContactPlan, plan_contact
from app.domain.crossing.gate import CONTACTS_STAY_HOME
from app.domain.crossing.left_out import find_apart
from app.domain.holds.thing import Thing
from app.domain.invoices.link import Standing, State
from app.domain.record.direction import Entity
from app.domain.record.fields import instant_text
from app.domain.record.hub import partner_view
from app.domain.record.moves import apply_moves
from app.domain.record.owed import PartnerChange
from app.domain.record.sent import change_sent, is_refused_for_good
from app.domain.record.sides import Side
from app.reconcile.contacts.work import ContactWork
from app.reconcile.recording.bars import tell_bars
from app.reconcile.recording.kept import look_for_open, save_findings
from app.reconcile.recording.moments import list_hold_moments
from app.reconcile.recording.record import (
    AWAITING_PARTNER,
    PARTNER_REFUSES,
    RECORD_BATCH,
    WORK_LEFT,
    find_change,
    say_as_the_app,
)
from app.reconcile.recording.sums import list_differences
from app.reconcile.round import Round, batches

STAYS_HOME = Standing(
    State.SETTLED, "no_invoice_yet", "A contact goes to Xero with the first invoice that goes there."
)


async def record_contacts(current: Round, works: Sequence[ContactWork]) -> None:
    """Save the works with everything they found; the round remembers that the partner was told of any."""
    for batch in batches(works, RECORD_BATCH):
        await _record_batch(current, batch)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is to be saved of a batch beside its links: changes for the partner, links of which the partner needs
    nothing (`satisfied`), links that stay behind (`again`), and moments of holds.
    """

    changes: list[NewChange] = field(default_factory=list)
    satisfied: list[UUID] = field(default_factory=list)
    again: set[UUID] = field(default_factory=set)
    moments: list[Moment] = field(default_factory=list)


async def _record_batch(current: Round, works: Sequence[ContactWork]) -> None:
    now = current.clock.now()
    drawn = _draw_up(current, works, now)
    async with current.lease.recording() as session:
        seen = await look_for_open(session, works)
        again, changes = drawn.again | seen.undecided, drawn.changes
        if current.is_outdated:
            # To be judged by the settings of now, which may not allow these changes.
            again, changes = {work.link.id for work in works}, []
        await save_contact_links(session, [work.link for work in works], now, again=again)
        await insert_changes(session, current.connection_id, changes)
        await supersede_changes(session, drawn.satisfied)
        await save_findings(session, current, works, seen)
        await insert_moments(session, current.connection_id, drawn.moments)
        if any(_may_free_others(work) for work in works):
            await trigger_all_held(session, current.connection_id, CONTACT_CODES)
        await tell_bars(session, current.connection_id, works, now)
    current.has_told_of_contacts |= bool(drawn.changes)
    for work in works:
        work.before = work.link


def _draw_up(current: Round, works: Sequence[ContactWork], now: datetime) -> Drawn:
    """Give each work its standing, and collect what is to be saved of them."""
    drawn = Drawn()
    for work in works:
        work.note_attempts()
        plan = ContactPlan() if work.is_broken else plan_contact(work.link, current.lanes)
        change = find_change(work, current.lanes)
        if change is None:
            drawn.satisfied.append(work.link.id)
        elif not is_refused_for_good(work.hub, change):
            drawn.changes.append(_new_change(current, work.link, change))
            work.link = replace(work.link, hub=change_sent(work.hub, change))
        standing = _stand(current, work, plan, change)
        if standing is WORK_LEFT:
            drawn.again.add(work.link.id)
        work.link = replace(work.link, standing=standing)
        work.discrepancies += list_differences(standing, None)
        drawn.moments.extend(list_hold_moments(work.link.id, work.before.standing, standing, now))
    return drawn


def _stand(current: Round, work: ContactWork, plan: ContactPlan, change: PartnerChange | None) -> Standing:
    """Where the link stands now; a hold comes before everything, work for Xero before waiting for the partner."""
    hold = work.refusal or plan.hold
    if hold is not None:
        return Standing.held(hold)
    pushes = work.link.is_push_due and takes_contacts(current)
    if plan.moves or work.link.xero_due or pushes or groups_due(current, work.link):
        return WORK_LEFT
    if change is not None:
        refused = is_refused_for_good(work.hub, change)
        return Standing.held(PARTNER_REFUSES) if refused else AWAITING_PARTNER
    if work.link.xero_contact_id is None and not work.link.is_push_due:
        return STAYS_HOME
    stays = CONTACTS_STAY_HOME if work.link.is_push_due else find_apart(work.hub, current.lanes)
    return Standing(State.SETTLED, stays.code, stays.message) if stays else Standing(State.SETTLED)


def takes_contacts(current: Round) -> bool:
    """Whether the app's contacts go to Xero other than with an invoice."""
    return current.lanes.takes(Side.XERO, Entity.CONTACTS)


def groups_due(current: Round, link: ContactLink) -> frozenset[str]:
    """Xero's groups that the contact is still to be put into; each only once, so nobody's removal is undone."""
    if link.xero_contact_id is None or link.unusable is not None:
        return frozenset()
    if not takes_contacts(current):
        return frozenset()
    mapped = current.connection.settings.contact_groups
    wanted = {mapped[code] for code in link.hub.record.get("groups") or () if code in mapped}
    return frozenset(wanted) - link.groups_joined


def _may_free_others(work: ContactWork) -> bool:
    """Any field may be the one that Xero takes no more, or again: what it says of a contact is judged as a whole.

    One that is new in Xero takes a name and gives up none, and unless it was held itself nothing waits for it.
    """
    before, link = work.before, work.link
    if before.xero_contact_id is None and before.standing.state is not State.HELD:
        return False
    return (
        before.unusable != link.unusable
        or before.xero_contact_id != link.xero_contact_id
        or any(before.hub.record.get(path) != link.hub.record.get(path) for path in SHARED)
        or any(before.hub.xero_shadow.get(path) != link.hub.xero_shadow.get(path) for path in SHARED)
    )


def _new_change(current: Round, link: ContactLink, change: PartnerChange) -> NewChange:
    view = partner_view(link.hub, link.hub.acked_revision)
    # What the record says, but where a conflict is held: there the app keeps, or gets back, its own value.
    wanted = apply_moves(view, change.moves)
    body = {
        "connection_id": str(current.connection_id),
        "business_id": current.connection.business_id,
        "contact_id": link.partner_contact_id,
        "revision": change.revision,
        "fields": say_as_the_app(link.hub, link.merged_document, contact_entries(change.moves, view, wanted)),
        "caused_by": {
            "side": Side.XERO.value,
            "at": instant_text(link.xero_updated_at) if link.xero_updated_at else None,
            "version": None,
        },
        "contact": to_contact_document(link.partner_contact_id, wanted),
    }
    return NewChange(link.id, change.revision, change.moves, body, Thing.CONTACT)
