"""Contacts for invoices that are about to be written: linked once, created once, never edited through an invoice.

This is the gate of contacts (FEATURES T18): nothing brings a contact to Xero but an invoice that goes there, or a call
of somebody who wants it there by itself (`stage`). Matching comes before creating without a search: `PUT` writes
nothing where the name of an active contact, an account number or our marker in ContactNumber is taken (FACTS 5), and
these are the very things that a contact is matched by. So a new customer costs its share of one batched call, and only
a refusal makes us look (`matching`). Of one that was refused it is known who stands in its way: that contact is read
when it comes again, and nothing is sent while it would be refused for the same.

A create that is cut off leaves an intent on disk, which `unfinished` settles before the next round does anything else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from app.db.contacts.contact_links import list_contacts, list_contacts_by_xero_id
from app.db.contacts.contact_record import save_contact_links
from app.db.findings.attempts import Attempt
from app.domain.contacts.contact import SHARED
from app.domain.contacts.contact_legality import (
    LONGEST,
    TAKEN,
    explain_contact,
    judge_contact,
    judge_use,
    tell_two_as_one,
)
from app.domain.contacts.contact_link import ContactLink
from app.domain.holds.hold import Hold
from app.domain.invoices.link import Intent, Standing
from app.domain.record.apart import offer
from app.domain.record.fields import Fields
from app.domain.record.sides import Side
from app.domain.xero.xero_contact import ContactWrite, XeroContact
from app.domain.xero.xero_invoice import Refused
from app.errors import RateLimited
from app.reconcile.contacts.carry import end_relinks, start_work
from app.reconcile.contacts.chosen import link_chosen
from app.reconcile.contacts.matching import Match, find_matches, follow_matches, match_contact
from app.reconcile.contacts.merged import Claim, find_merged, take_merged
from app.reconcile.contacts.record import record_contacts
from app.reconcile.contacts.work import ContactWork, take_contact
from app.reconcile.contacts.write import write_contacts
from app.reconcile.ports import WRITE_BATCH
from app.reconcile.round import Round, batches
from app.spending import spent_on

Found = dict[str, str | Hold]

NOTHING_KNOWN: Mapping[str, Standing] = {}


@dataclass(frozen=True, slots=True)
class Creating:
    """One element of a batch: the work, what is asked, and what Xero holds if it does as it is asked.

    It is built once, so that what was judged is what is sent.
    """

    work: ContactWork
    write: ContactWrite
    target: Fields


async def ensure_contacts(
    current: Round, keys: Sequence[str], known: Mapping[str, Standing] = NOTHING_KNOWN
) -> Found:
    """Xero's id for each of our contact keys, or the reason why there is none that can be used. `known` are standings
    of invoices that were held for their contacts, by our key.
    """
    if not keys:
        return {}
    async with current.database.reading() as session:
        links = await list_contacts(session, current.connection_id, keys)
    missing = await start_work(current, [link for link in links if link.xero_contact_id is None])
    await link_chosen(current, missing)
    end_relinks(current, missing)
    made = [creating for work in missing if (creating := _find_create(current, work))]
    fit = await _leave_waiting(current, made, known)
    to_create = {creating.work.link.id for creating in fit}
    await record_contacts(current, [work for work in missing if work.link.id not in to_create])
    for batch in batches(fit, WRITE_BATCH):
        await _create(current, batch)
    done = {work.link.id: work for work in missing}
    return {
        link.partner_contact_id: _use(done[link.id].link, done[link.id].refusal)
        if link.id in done
        else _use(link, None)
        for link in links
    }


def _use(link: ContactLink, refusal: Hold | None) -> str | Hold:
    """What an invoice is to name; a refused edit of a linked contact is no reason against it."""
    if link.xero_contact_id is None:
        name = link.hub.record.get("name") or link.mention.details.get("name")
        return link.skip.hold_invoice_of(name) if link.skip else refusal or ContactWork.broken
    return judge_use(link.hub.record.get("name"), link.unusable) or link.xero_contact_id


def _find_create(current: Round, work: ContactWork) -> Creating | None:
    """The create of a contact that Xero lacks and would take, the settings' account number with it."""
    if work.link.xero_contact_id is not None or work.refusal is not None:
        return None
    creating = build_create(current, work)
    work.refusal = judge_contact(creating.write.fields, SHARED)
    return creating if work.refusal is None else None


async def _leave_waiting(
    current: Round, made: Sequence[Creating], known: Mapping[str, Standing]
) -> list[Creating]:
    """Those of these creates that are not known to be refused; the others are given their hold."""
    stood = {creating.work.link.id: _find_refusal(creating.work, known) for creating in made}
    waiting = {standing.held_by: link_id for link_id, standing in stood.items() if standing.held_by}
    if not waiting:
        return list(made)
    found = await spent_on(waiting.values(), current.xero.contacts.fetch(sorted(waiting)))
    there = {contact.xero_contact_id: contact for contact in found}
    again = {
        link_id: match
        for creating in made
        if (contact := there.get(stood[link_id := creating.work.link.id].held_by or ""))
        and (match := _match_again(current, creating, contact))
    }
    works = {creating.work.link.id: creating.work for creating in made if creating.work.link.id in again}
    matches = await spent_on(again, follow_matches(current, again))
    owned = await _owners(current, matches)
    merged = await spent_on(again, _list_merged(current, works, matches, owned))
    for link_id, match in matches.items():
        work, standing, owner = works[link_id], stood[link_id], owned.get(match.meant.xero_contact_id)
        # One that would be joined is sent: it is by the refusal that it is joined.
        if match.hold is not None or (owner is not None and link_id not in merged):
            work.refusal = _refusal(standing.hold, match, owner)
    return [creating for creating in made if creating.work.refusal is None]


def _find_refusal(work: ContactWork, known: Mapping[str, Standing]) -> Standing:
    """How it, or an invoice that names it, stood when Xero refused it for what another contact has; else how it stood
    at all, with nobody in its way.
    """
    named = known.get(work.link.partner_contact_id, work.stood)
    standing = work.stood if work.stood.code in TAKEN else named
    return standing if standing.code in TAKEN else replace(standing, held_by=None)


def _match_again(current: Round, creating: Creating, contact: XeroContact) -> Match | None:
    keys = current.connection.settings.contact_matching
    return match_contact(creating.work.link, list_known(creating), [contact], keys)


async def _create(current: Round, batch: Sequence[Creating]) -> None:
    key, works = uuid4().hex, [creating.work for creating in batch]
    await _begin(current, batch, key)
    try:
        call = current.xero.contacts.create([creating.write for creating in batch], key)
        answers = await spent_on([work.link.id for work in works], call)
    except RateLimited:
        # Nothing was written. If a part of the batch did go out, Xero refuses it the next time, and it is adopted.
        await _end(current, works)
        raise
    refused: dict[UUID, Refused] = {}
    for creating, answer in zip(batch, answers, strict=True):
        work = creating.work
        work.link = replace(work.link, intent=None)
        if isinstance(answer, Refused):
            refused[work.link.id] = answer
            work.link = replace(work.link, hub=replace(work.hub, unanswered=None))
            continue
        with work.guarded():
            take_contact(current, work, answer, wrote=creating.target)
            work.attempts.append(Attempt(work.link.id, "create", {}, "done"))
    # What stands in Xero is on disk before anything else is asked of it.
    await record_contacts(current, [work for work in works if work.link.id not in refused])
    await _adopt(current, [creating for creating in batch if creating.work.link.id in refused], refused)


async def _begin(current: Round, batch: Sequence[Creating], key: str) -> None:
    intent = Intent(key, current.clock.now())
    for creating in batch:
        link = creating.work.link
        hub = replace(link.hub, unanswered=dict(creating.target))
        creating.work.link = replace(link, intent=intent, hub=hub)
    await _save(current, [creating.work for creating in batch], begins=True)


async def _end(current: Round, works: Sequence[ContactWork]) -> None:
    for work in works:
        work.link = replace(work.link, intent=None, hub=replace(work.hub, unanswered=None))
    await _save(current, works)


async def _save(current: Round, works: Sequence[ContactWork], *, begins: bool = False) -> None:
    """The links as they are, still behind: what was merged in them is told when they are recorded. Raises as
    `Round.beginning` does where that begins something.
    """
    links = [work.link for work in works]
    async with current.lease.recording() as session:
        if begins:
            current.stop_if_called_off()
        await save_contact_links(session, links, current.clock.now(), again={link.id for link in links})


def build_create(current: Round, work: ContactWork) -> Creating:
    """A create of all that the record says and is not withheld, with the settings' account number where it says none.

    That number is not part of what the record should show yet: Xero's answer has it, and so it reaches the app. One
    that Xero would not take for its length is left out: nobody could make the app's id any shorter.
    """
    record = work.hub.record
    offered = offer(Side.XERO, work.hub.kind.project(Side.XERO, record), current.lanes)
    fields = {path: offered.get(path) for path in SHARED}
    template = current.connection.settings.contact_account_number
    if template and not record.get("account_number"):
        number = template.replace("{id}", work.link.partner_contact_id)
        fields["account_number"] = number if len(number) <= LONGEST["account_number"] else None
    return Creating(work, ContactWrite(fields, work.link.marker), offered)


async def _adopt(current: Round, batch: Sequence[Creating], refused: Mapping[UUID, Refused]) -> None:
    """Where Xero refused: the contact that is in the way, if it may well be the same; both sides are told."""
    if not batch:
        return
    works = [creating.work for creating in batch]
    asked = [(c.work.link, refused[c.work.link.id].messages, list_known(c)) for c in batch]
    ids = [work.link.id for work in works]
    matches = await spent_on(ids, find_matches(current, asked))
    owned = await _owners(current, matches)
    by_id = {work.link.id: work for work in works}
    merged = await spent_on(ids, _list_merged(current, by_id, matches, owned))
    # Of two that come back together, and that a merge made one, the one whose contact stays has it first.
    for work in sorted(works, key=lambda work: work.link.id in merged):
        match = matches.get(work.link.id)
        owner = owned.get(match.meant.xero_contact_id) if match else None
        if match is None or match.hold is not None or (owner is not None and work.link.id not in merged):
            work.refusal = _refusal(explain_contact(refused[work.link.id].messages), match, owner)
            continue
        with work.guarded():
            _join(current, work, match, is_shared=owner is not None)
            owned.setdefault(match.meant.xero_contact_id, work.link)
    for work in works:
        if work.refusal is not None:
            work.attempts.append(Attempt(work.link.id, "create", {}, "refused", work.refusal.message))
    await record_contacts(current, works)
    await write_contacts(current, [work for work in works if work.refusal is None])


def list_known(creating: Creating) -> Fields:
    """All that tells who it is, also what is withheld from Xero."""
    sent = creating.write.fields
    said = {path: value for path, value in sent.items() if value not in (None, [])}
    return {**creating.work.hub.record, **said}


def _join(current: Round, work: ContactWork, match: Match, *, is_shared: bool) -> None:
    action, said = (
        "link",
        "It was in Xero already and is the same: by its account number, or its name and e-mail.",
    )
    if match.is_marked:
        action, said = "create", "Found in Xero by our mark: an earlier create had arrived."
        take_merged(current, work, match.contact, match.meant, is_shared=is_shared)
    else:
        take_contact(current, work, match.meant)
    work.attempts.append(Attempt(work.link.id, action, {}, "adopted", said))


async def _owners(current: Round, matches: Mapping[UUID, Match]) -> dict[str, ContactLink]:
    """Which of our links has each of these contacts of Xero already; of several that share it the owner."""
    ids = {match.meant.xero_contact_id for match in matches.values()}
    if not ids:
        return {}
    async with current.database.reading() as session:
        linked = await list_contacts_by_xero_id(session, current.connection_id, ids)
    return {link.xero_contact_id: link for link in linked if link.xero_contact_id}


async def _list_merged(
    current: Round,
    works: Mapping[UUID, ContactWork],
    matches: Mapping[UUID, Match],
    owned: Mapping[str, ContactLink],
) -> set[UUID]:
    """Those of these that a merge in Xero made one with whoever has the contact that they are matched with."""
    marked = {link_id: match for link_id, match in matches.items() if match.is_marked}
    merged = {link_id for link_id, match in marked.items() if match.merged_into is not None}
    claims = [
        Claim(works[link_id].link, match.meant, owner)
        for link_id, match in marked.items()
        if link_id not in merged and (owner := owned.get(match.meant.xero_contact_id))
    ]
    return merged | (await find_merged(current, claims)).keys()


def _refusal(hold: Hold, match: Match | None, owner: ContactLink | None) -> Hold:
    """The hold for a create that is refused; `hold` is what Xero's words come to."""
    if match is None:
        return hold
    hold = replace(match.hold or hold, held_by=match.contact.xero_contact_id)
    if match.hold is None and owner is not None:
        key = owner.partner_contact_id
        message = f"The contact {match.meant.name!r} in Xero is the app's contact {key} already."
        return replace(hold, message=message, cure=tell_two_as_one(key))
    return hold
