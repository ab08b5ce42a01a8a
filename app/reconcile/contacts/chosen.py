"""The contact of Xero that a person chose for one of the app's, by hand.

The API stores the wish; here, under the lease, it is carried out or refused in words. A contact that was linked before
keeps its invoices: those that stand in Xero under the old contact are moved, by telling the truth about them. The old
contact of Xero gets a link of its own, their shadows say that they stand with it, and so the plan of each moves it.

One of Xero's that is another of the app's contacts already is shared where the person said so: as after a merge in Xero
(`stage`), the app's two stay two, and what either says reaches the other through Xero.

Unlinking is the same without a new contact: the next invoice, or one that stands in Xero, brings the contact there
again, and it is matched or made as any new one. No call undoes anything in Xero: the old contact keeps its mark, which
is nobody's from then on.
"""

from collections.abc import Sequence
from dataclasses import replace

from app.db.contacts.contact_links import list_contacts_by_xero_id
from app.db.contacts.contact_record import insert_contacts_from_xero
from app.db.findings.attempts import Attempt
from app.db.invoices.invoice_contacts import has_invoices_in_xero, save_contact_of_invoices
from app.domain.contacts.contact_legality import CONTACT_LINK_REFUSED, judge_use, tell_two_as_one
from app.domain.contacts.contact_link import UNLINKED, ContactLink
from app.domain.holds.hold import Hold
from app.domain.record.fields import differing
from app.domain.record.hub import hold_of
from app.domain.record.path import read_at, write_at
from app.domain.record.sides import Side
from app.domain.xero.xero_contact import XeroContact
from app.domain.xero.xero_invoice import BORN_IN_XERO
from app.reconcile.contacts.keys import born_link
from app.reconcile.contacts.reads import read_followed
from app.reconcile.contacts.work import ContactWork, take_contact
from app.reconcile.round import Round
from app.spending import spent_on


async def link_chosen(current: Round, works: Sequence[ContactWork]) -> None:
    """Link those of these contacts for which somebody chose one."""
    for work in works:
        wanted = work.link.wanted_xero_id
        if wanted is None or work.link.skip is not None:
            continue
        carry_out = _unlink(current, work) if wanted == UNLINKED else _choose(current, works, work)
        await spent_on([work.link.id], carry_out)
        work.link = replace(work.link, wanted_xero_id=None, granted_xero_id=wanted)


async def _choose(current: Round, works: Sequence[ContactWork], work: ContactWork) -> None:
    link, wanted = work.link, work.link.wanted_xero_id or ""
    there = await read_followed(current, {wanted, link.xero_contact_id or wanted})
    chosen = there.get(wanted)
    if chosen is None:
        work.refusal = _refused("Xero has no such contact.")
        return
    others = [each for each in await _list_linked(current, works, chosen) if each.id != link.id]
    work.refusal = _judge(link, chosen, others)
    if work.refusal is None:
        await _link(current, work, chosen, there.get(link.xero_contact_id or ""), others)


async def _unlink(current: Round, work: ContactWork) -> None:
    link = work.link
    if link.xero_contact_id is None:
        return
    async with current.database.reading() as session:
        has_invoices = await has_invoices_in_xero(session, current.connection_id, link.partner_contact_id)
    there = await read_followed(current, {link.xero_contact_id}) if has_invoices else {}
    for before in there.values():
        await _move_invoices(current, work, before)
    _leave(work)
    work.link = replace(
        work.link,
        xero_contact_id=None,
        is_shared=False,
        intent=None,
        xero_due=False,
        unusable=None,
        groups_joined=frozenset(),
        xero_updated_at=None,
        read_updated_at=None,
        marker_number=link.marker_number + 1,
    )
    work.attempts.append(Attempt(link.id, "unlink", {}, "done", "Unlinked by hand."))


async def _list_linked(
    current: Round, works: Sequence[ContactWork], contact: XeroContact
) -> list[ContactLink]:
    """The links that have a contact of Xero, its owner last: on disk, or linked to it in this very turn."""
    xero_id = contact.xero_contact_id
    async with current.database.reading() as session:
        kept = await list_contacts_by_xero_id(session, current.connection_id, [xero_id])
    known = {link.id for link in kept}
    new = [each.link for each in works if each.link.xero_contact_id == xero_id and each.link.id not in known]
    return sorted([*kept, *new], key=lambda link: not link.is_shared)


def _judge(link: ContactLink, chosen: XeroContact, others: Sequence[ContactLink]) -> Hold | None:
    if not chosen.is_usable:
        return judge_use(chosen.name, "erased" if chosen.is_erased else "archived")
    has_it = link.xero_contact_id == chosen.xero_contact_id
    if not others or link.wanted_is_shared or has_it:
        return None
    owner = others[-1].partner_contact_id
    refused = _refused(f"It is the app's contact {owner} already.")
    return replace(refused, cure=tell_two_as_one(owner))


async def _link(
    current: Round,
    work: ContactWork,
    chosen: XeroContact,
    before: XeroContact | None,
    others: Sequence[ContactLink],
) -> None:
    if before is not None and before.xero_contact_id != chosen.xero_contact_id:
        await _move_invoices(current, work, before)
    is_shared = any(not other.is_shared for other in others)
    with work.guarded():
        has_another = work.link.xero_contact_id not in (None, chosen.xero_contact_id)
        if has_another:
            current.forget_keys_of(work.link.xero_contact_id)
            _leave(work)
        link = work.link.moved_on(is_shared=is_shared) if has_another else work.link
        hub = replace(link.hub, xero_shadow={}, unanswered=None, xero_apart={})
        work.link = replace(link, hub=hub, xero_contact_id=None, is_shared=is_shared, intent=None)
        take_contact(current, work, chosen)
        said = f"Linked by hand to {chosen.name!r}{_tell_others(others)}."
        work.attempts.append(Attempt(work.link.id, "link", {}, "adopted", said))


def _leave(work: ContactWork) -> None:
    """Whatever was agreed, or is in dispute, with the contact before means nothing to the next one; where it is in
    dispute, what the app holds is its word.
    """
    hub, in_app = work.hub, hold_of(work.hub, Side.PARTNER)
    record = hub.record
    for path in hub.open_conflicts:
        record = write_at(record, path, read_at(in_app, path))
    work.had_open_conflicts |= bool(hub.open_conflicts)
    work.is_relinked = True
    hub = replace(
        hub,
        record=record,
        revision=hub.revision + bool(differing(hub.record, record)),
        xero_shadow={},
        unanswered=None,
        open_conflicts=frozenset(),
        xero_apart={},
        parted={},
        ignored={},
    )
    work.link = replace(work.link, hub=hub)


def _tell_others(others: Sequence[ContactLink]) -> str:
    named = ", ".join(sorted(other.partner_contact_id for other in others))
    return f", which is the app's {named} too" if others else ""


async def _move_invoices(current: Round, work: ContactWork, before: XeroContact) -> None:
    """The old contact of Xero gets a link of its own, unless it is another of the app's contacts too: then they are
    known to stand with that one. Cut off before the new link is recorded, this is done again.
    """
    others = [each for each in await _list_linked(current, (), before) if each.id != work.link.id]
    if others:
        async with current.lease.recording() as session:
            await save_contact_of_invoices(
                session,
                current.connection_id,
                work.link.partner_contact_id,
                others[-1].partner_contact_id,
            )
        return
    key = BORN_IN_XERO + before.xero_contact_id
    # The link itself may bear that name, if it was born with the very contact that it now leaves.
    taken = key == work.link.partner_contact_id
    born = born_link(before, current.clock.now(), f"{key}-left" if taken else key)
    async with current.lease.recording() as session:
        await save_contact_of_invoices(
            session, current.connection_id, work.link.partner_contact_id, born.partner_contact_id
        )
        # The identity in Xero is unique, so it goes over from one link to the other in one transaction.
        await insert_contacts_from_xero(session, current.connection_id, [born], instead_of=work.link.id)


def _refused(why: str) -> Hold:
    return Hold(CONTACT_LINK_REFUSED, why, "Choose another contact of Xero, or leave the link as it is.")
