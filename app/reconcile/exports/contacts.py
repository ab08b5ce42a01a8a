"""What would become of the customers in scope: made, adopted, changed, left alone or held.

A dry run reads all contacts of the organisation, a call for each thousand, where any customer is not linked yet, and
matches them as a refused create would be (`contacts.matching`). Whoever shares a name with a customer that comes before
in the same run is foreseen to be refused, as it would be. Without looking every customer that lacks is taken as to be
made; that is enough to carry an export out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.db.contacts.contact_links import list_contacts, list_contacts_by_xero_id
from app.db.exports.export_scope import list_all_customers, list_customers_in_scope
from app.db.exports.export_states import LinkState
from app.domain.contacts.contact import SHARED, tidy_name
from app.domain.contacts.contact_legality import judge_contact, judge_use, tell_two_as_one
from app.domain.contacts.contact_link import ContactLink, plan_contact
from app.domain.exports.export import Export, ExportOutcome, ThingKind
from app.domain.exports.export_outcome import Result
from app.domain.exports.export_thing import PlannedThing
from app.domain.holds.hold import Hold
from app.domain.holds.refusals import CONTACT_NAME_TAKEN
from app.domain.record.fields import Fields
from app.domain.xero.xero_contact import XeroContact
from app.reconcile.contacts.ensure import build_create, list_known
from app.reconcile.contacts.matching import match_contact
from app.reconcile.contacts.reads import read_followed
from app.reconcile.contacts.record import takes_contacts
from app.reconcile.contacts.work import ContactWork, read_said, take_contact
from app.reconcile.exports.faces import face_of_contact
from app.reconcile.exports.foresight import FORESEEN
from app.reconcile.ports import PAGE_SIZE
from app.reconcile.round import Round, batches

LINKS_AT_ONCE = 1000


@dataclass(slots=True)
class Book:
    """All contacts of the organisation, and those that are foreseen, by what a create is refused for; who has each, by
    the app's id; and by Xero's id the contact that stands for a merged one.
    """

    size: int = 0
    by_key: dict[str, list[XeroContact]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    survivors: Mapping[str, XeroContact] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """The calls that reading it takes."""
        return max(1, -(-self.size // PAGE_SIZE))

    def add(self, contact: XeroContact) -> None:
        """Put a contact into the book."""
        for key in _keys(contact.contact_number, contact.account_number, contact.name):
            self.by_key.setdefault(key, []).append(contact)

    def list_like(self, link: ContactLink, sent: Fields) -> list[XeroContact]:
        """The contacts of Xero that can stand in the way of this create."""
        keys = _keys(link.marker, sent["account_number"], sent["name"])
        found = [contact for key in keys for contact in self.by_key.get(key, ())]
        return list({contact.xero_contact_id: contact for contact in found}.values())


def _keys(number: str | None, account_number: str | None, name: str | None) -> list[str]:
    said = (("number", number), ("account", account_number), ("name", tidy_name(name or "").casefold()))
    return [f"{what} {value}" for what, value in said if value]


async def plan_contacts(current: Round, export: Export) -> tuple[list[PlannedThing], int]:
    """Every customer in scope with what is foreseen of it, and how many pages the organisation's contacts have."""
    works = read_said(current, await _list_links(current, export))
    book = Book()
    if export.dry_run and any(work.link.xero_contact_id is None for work in works):
        book = await _read_book(current)
    return [_plan(current, work, book) for work in works], book.pages


async def _list_links(current: Round, export: Export) -> list[ContactLink]:
    async with current.database.reading() as session:
        if export.all_contacts and takes_contacts(current):
            keys = await list_all_customers(session, current.connection_id)
        else:
            keys = await list_customers_in_scope(session, current.connection_id, export.issued)
        return [
            link
            for batch in batches(keys, LINKS_AT_ONCE)
            for link in await list_contacts(session, current.connection_id, batch)
        ]


async def _read_book(current: Round) -> Book:
    contacts = await current.xero.contacts.fetch_all()
    current.contact_book = contacts
    # Followed merges lead to contacts of the book itself, and need no call.
    current.fresh_contacts |= {contact.xero_contact_id: contact for contact in contacts}
    merged = [contact.xero_contact_id for contact in contacts if contact.merged_into_id]
    book = Book(len(contacts), survivors=await read_followed(current, merged))
    async with current.database.reading() as session:
        for batch in batches(contacts, LINKS_AT_ONCE):
            ids = [contact.xero_contact_id for contact in batch]
            linked = await list_contacts_by_xero_id(session, current.connection_id, ids)
            book.owners |= {link.xero_contact_id or "": link.partner_contact_id for link in linked}
    for contact in contacts:
        book.add(contact)
    return book


def _plan(current: Round, work: ContactWork, book: Book) -> PlannedThing:
    was_in_xero = work.link.xero_contact_id is not None
    result, paths = _foresee(current, work, book)
    state = state_of_contact(work.link)
    return PlannedThing(
        ThingKind.CONTACT, work.link.id, was_in_xero, result, face_of_contact(state), paths=paths
    )


def state_of_contact(link: ContactLink) -> LinkState:
    """A contact's link as an export sees it."""
    return LinkState(
        id=link.id,
        partner_id=link.partner_contact_id,
        xero_id=link.xero_contact_id,
        is_behind=False,
        standing=link.standing,
        record=link.hub.record,
        unusable=link.unusable,
    )


def _foresee(current: Round, work: ContactWork, book: Book) -> tuple[Result, tuple[str, ...]]:
    if work.refusal is not None:
        return held(work.refusal), ()
    if work.link.xero_contact_id is not None:
        return _foresee_linked(current, work, ExportOutcome.UNCHANGED)
    if work.link.wanted_xero_id is not None:
        return Result(ExportOutcome.ADOPTED, "chosen_by_hand", "Somebody chose its contact in Xero."), ()
    creating = build_create(current, work)
    sent = creating.write.fields
    hold = judge_contact(sent, SHARED)
    if hold is not None:
        return held(hold), ()
    keys = current.connection.settings.contact_matching
    match = match_contact(work.link, list_known(creating), book.list_like(work.link, sent), keys)
    if match is None:
        _expect(work, sent, book)
        return Result(ExportOutcome.CREATED), ()
    contact = book.survivors.get(match.contact.xero_contact_id, match.contact)
    is_merged = match.is_marked and contact is not match.contact
    hold = match.hold or (None if is_merged else _judge_owner(contact, book))
    return (held(hold), ()) if hold else _join(current, work, contact, book)


def _foresee_linked(
    current: Round, work: ContactWork, otherwise: ExportOutcome
) -> tuple[Result, tuple[str, ...]]:
    link = work.link
    unusable = judge_use(link.hub.record.get("name"), link.unusable)
    plan = plan_contact(link, current.lanes)
    if unusable is not None or (plan.hold and not plan.moves and otherwise is ExportOutcome.UNCHANGED):
        return held(unusable or plan.hold), ()
    moved = ExportOutcome.CHANGED if plan.moves and otherwise is ExportOutcome.UNCHANGED else otherwise
    return Result(moved, *_reason(plan.hold)), plan.moves


def _join(
    current: Round, work: ContactWork, contact: XeroContact, book: Book
) -> tuple[Result, tuple[str, ...]]:
    """Joined in memory; what it would have to be told shows."""
    book.owners[contact.xero_contact_id] = work.link.partner_contact_id
    with work.guarded():
        take_contact(current, work, contact)
    return (held(work.refusal), ()) if work.refusal else _foresee_linked(current, work, ExportOutcome.ADOPTED)


def _judge_owner(contact: XeroContact, book: Book) -> Hold | None:
    owner = book.owners.get(contact.xero_contact_id)
    if owner is None:
        return None
    where = "is to be" if contact.xero_contact_id.startswith(FORESEEN) else "in Xero is"
    return Hold(
        CONTACT_NAME_TAKEN,
        f"The contact {contact.name!r} {where} the app's contact {owner} already.",
        tell_two_as_one(owner),
    )


def _expect(work: ContactWork, sent: Fields, book: Book) -> None:
    """From here on it is in the way of others, as if it were in Xero."""
    xero_id = f"{FORESEEN}-{work.link.id}"
    book.owners[xero_id] = work.link.partner_contact_id
    book.add(
        XeroContact(
            xero_contact_id=xero_id,
            name=sent["name"] or "",
            email=sent["email"],
            phone=None,
            contact_number=work.link.marker,
            is_archived=False,
            merged_into_id=None,
            updated_at=None,
            account_number=sent["account_number"],
        )
    )


def held(hold: Hold | None) -> Result:
    """Held, with the reason."""
    return Result(ExportOutcome.HELD, *_reason(hold))


def _reason(hold: Hold | None) -> tuple[str | None, str | None, str | None]:
    return (hold.code, hold.message, hold.cure) if hold else (None, None, None)
