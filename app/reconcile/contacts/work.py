"""One contact's link on its way through a round, and how what each side says is merged into it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from app.db.findings.attempts import Attempt
from app.domain.contacts.contact import (
    common_ground,
    from_contact_document,
    observed_contact,
    with_said_along,
)
from app.domain.contacts.contact_link import ContactLink, plan_contact
from app.domain.holds.hold import Hold
from app.domain.partner.change import moves_to_json
from app.domain.record.direction import Lanes
from app.domain.record.fields import Fields
from app.domain.record.hub import Hub, partner_view
from app.domain.record.moves import list_moves_arrived
from app.domain.record.observing import catch_up, observe_document, observe_xero, xero_answered
from app.domain.record.sides import Side
from app.domain.xero.lateness import is_from_before
from app.domain.xero.xero_contact import XeroContact
from app.reconcile.footing import Footing
from app.reconcile.round import Round
from app.reconcile.work import BROKEN_CONTACT, NEVER, LinkWork


@dataclass(slots=True)
class ContactWork(LinkWork[ContactLink]):
    """A contact's. `joined` is the contact of Xero that the link was joined to in this round without having created it:
    our marker goes there if its slot is empty.
    """

    broken: ClassVar[Hold] = BROKEN_CONTACT

    joined: XeroContact | None = None

    @property
    def totals_agree(self) -> bool:
        """A contact has no totals."""
        return False

    @property
    def moved_at(self) -> Mapping[Side, datetime]:
        """When each side last moved, as far as we know."""
        return {Side.PARTNER: self.link.partner_at, Side.XERO: self.link.xero_updated_at or NEVER}

    def hold_with(self, lanes: Lanes, hub: Hub) -> Hold | None:
        """What would hold the link if its hub were this one."""
        return plan_contact(replace(self.link, hub=hub), lanes).hold


def read_said(current: Footing, links: Sequence[ContactLink]) -> list[ContactWork]:
    """The works of these links, with what the partner said of them taken in, and nothing that people decided."""
    works = [ContactWork(link) for link in links]
    take_said(current, works)
    return works


def take_said(current: Footing, works: Sequence[ContactWork]) -> None:
    """Merge what the partner said, in documents and in invoices, and the records have not taken in."""
    for work in [work for work in works if work.link.skip is None]:
        with work.guarded():
            _take_said(current, work)


def _take_said(current: Footing, work: ContactWork) -> None:
    work.link = work.link.with_details()
    if work.hub.has_apart:
        at, partner_at = work.link.xero_updated_at or NEVER, work.link.partner_at
        work.moved(catch_up(work.hub, rules=current.rules, xero_at=at, partner_at=partner_at))
    for rank, said in work.link.list_news():
        based_on = work.hub.acked_revision if said.based_on is None else said.based_on
        seen = from_contact_document(said.body, partner_view(work.hub, based_on))
        work.moved(
            observe_document(
                work.hub,
                seen,
                version=rank,
                based_on=said.based_on,
                rules=current.rules,
                at=said.received_at,
                xero_at=work.link.xero_updated_at or NEVER,
            )
        )


def take_contact(
    current: Round, work: ContactWork, contact: XeroContact, *, wrote: Fields | None = None
) -> None:
    """Merge what Xero shows; `wrote` is what it should show, when this is the answer to a write of ours."""
    link, hub = work.link, work.hub
    seen = observed_contact(contact, wrote or hub.xero_shadow)
    rules, at, partner_at = current.rules, contact.updated_at or NEVER, link.partner_at
    if wrote is not None:
        observed = xero_answered(hub, wrote, seen, rules=rules, at=at, partner_at=partner_at)
    else:
        if not hub.xero_shadow:
            ground = common_ground(hub.record, seen, was_said=link.was_said)
            hub = replace(hub, xero_shadow=ground)
            work.joined = contact
        work.attempts += _landed(link, seen, at)
        observed = observe_xero(hub, seen, rules=rules, at=at, partner_at=partner_at)
    work.moved(observed)
    work.link = work.link.as_held_by_xero(contact, work.hub)
    if link.xero_contact_id != contact.xero_contact_id:
        current.forget_keys_of(link.xero_contact_id, contact.xero_contact_id)
    current.fresh_contacts[contact.xero_contact_id] = contact


def is_late(current: Round, work: ContactWork, contact: XeroContact) -> bool:
    """Whether a read of what is linked came late: it is from before what we know, and shows something else."""
    link = work.link
    if contact.xero_contact_id != link.xero_contact_id or not link.hub.xero_shadow:
        return False
    if not is_from_before(contact.updated_at, link.xero_updated_at, current.clock.now()):
        return False
    seen = link.as_held_by_xero(contact, link.hub)
    return (
        observed_contact(contact, link.hub.xero_shadow) != link.hub.xero_shadow
        or seen.unusable != link.unusable
    )


def _landed(link: ContactLink, seen: Fields, at: datetime) -> list[Attempt]:
    """The update whose answer was lost, if what it wrote is there: it may have gone over somebody's edit like any."""
    tried = link.hub.unanswered
    if tried is None:
        return []
    held = link.hub.xero_shadow
    moves = list_moves_arrived(held, tried, seen)
    if not moves:
        return []
    said, moves = "Found in Xero: the update whose answer was lost had arrived.", with_said_along(moves, held)
    return [Attempt(link.id, "update", moves_to_json(moves), "adopted", said, link.read_updated_at, at)]
