"""Numbers that are taken: found before a write where that costs no call, and named where it does (FEATURES N14).

Against our own links a clash is known for nothing, so of two invoices of the app with one number the second is told
before any call. Against what only Xero knows, the create itself is the look: a `PUT` with a number that is taken
writes nothing and costs the one call that a look-up would cost for every invoice. What has the number is then read
once: it may be ours after all (a restored database, a key that Xero forgot), or the very same invoice that was in the
organisation before it was joined (I2), and is adopted; or `numbering` has another number to try; or the invoice is
held, by whom is said, and it goes on when that one has another number.

Of an invoice that waits for that it is known who has its number: each later look reads that one too, in the call that
reads what is to be written where there is one, and writes nothing while it still has the number. So does the first
look at an invoice whose link a person just took from the one that has the number (`invoices.relink`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from app.db.contacts.contact_links import list_contacts
from app.db.delivery.notices import insert_notice
from app.db.invoices.invoice_links import list_by_xero_id
from app.db.invoices.numbers import Holder, list_number_holders
from app.db.links.holds import trigger_freed
from app.db.postgres.session import ReadSession, WriteSession
from app.domain.crossing.numbering import Numbering, fold_number, list_suffixed, next_free
from app.domain.holds.hold import Hold, hold_unreadable
from app.domain.holds.refusals import NUMBER_TAKEN
from app.domain.invoices.adoption import find_difference
from app.domain.invoices.plan import Plan
from app.domain.invoices.recognition import carries_mark
from app.domain.record.hub import Hub
from app.domain.record.money import totals
from app.domain.record.sides import XERO_NUMBER, Side, project
from app.domain.xero.organisation import Organisation
from app.domain.xero.xero_invoice import XeroInvoice
from app.reconcile.doubt import must_look
from app.reconcile.ports import READ_BATCH
from app.reconcile.round import Round, batches
from app.reconcile.work import Work
from app.spending import spent_on

Planned = tuple[Work, Plan]


async def list_numbered(current: Round, planned: Sequence[Planned]) -> list[Planned]:
    """Those of the planned writes whose numbers are free as far as our links tell; the others are given their hold.

    Of several that want one number the first goes, and the others wait for the next round, when it is known who has it.
    """
    async with current.database.reading() as session:
        holders = await find_holders(session, current.connection_id, planned)
    parted = part_numbered(planned, holders, adds_suffix=may_add_suffix(current))
    if may_add_suffix(current):
        parted = await _try_suffixes(current, parted, holders.keys())
    return await _leave_waiting(current, parted)


async def find_holders(
    session: ReadSession, connection_id: UUID, planned: Sequence[Planned]
) -> dict[str, Holder]:
    """Which of our links have the numbers that these writes may come to want."""
    wanted = {_number_to_write(work, plan) for work, plan in planned}
    names = {name for number in wanted if number for name in (number, *list_suffixed(number))}
    return await list_number_holders(session, connection_id, sorted(names))


def part_numbered(
    planned: Sequence[Planned], holders: Mapping[str, Holder], *, adds_suffix: bool
) -> list[Planned]:
    """Those of the planned writes whose numbers are free; of the others, those with a number of another link's have
    their hold.
    """
    ready: list[Planned] = []
    taken: set[str] = set()
    for work, plan in planned:
        number = _number_to_write(work, plan)
        if number and _is_taken(work, number, holders) and plan.create and adds_suffix:
            number = try_next(work, taken | holders.keys()) or number
        if number and _is_taken(work, number, holders):
            work.refusal = hold_by_link(number, holders[number])
        elif number is None or number not in taken:
            ready.append((work, plan))
            taken |= {number} if number else set()
    return ready


async def _leave_waiting(current: Round, planned: Sequence[Planned]) -> list[Planned]:
    """Those of these writes whose numbers are not known to be taken in Xero; the others are given their hold."""
    asked = [work for work, plan in planned if _may_wait(current, work, plan)]
    # Which numbers our own links have is known without a call.
    owned = await _list_owned(current, [work.in_its_way or "" for work in asked])
    waiting = [work for work in asked if work.in_its_way not in owned]
    # Most were read with the works' own invoices.
    await current.read({work.in_its_way: work.link.id for work in waiting if work.in_its_way})
    met = {work.link.id: invoice for work in waiting if (invoice := _find_in_the_way(current, work))}
    contacts = await _list_customers(current, [work for work in waiting if work.link.id in met])
    for work in waiting:
        invoice, customer = met.get(work.link.id), contacts.get(work.hub.record.get("contact") or "")
        # Whose customer is not in Xero yet may be found to be that one's when it is written.
        if invoice is None or (_is_create(work) and customer is None):
            continue
        difference = find_clash(current, work, invoice, owned, customer)
        if difference is not None:
            work.refusal = _hold_by_stranger(current, work, invoice, difference)
    return [(work, plan) for work, plan in planned if work.refusal is None]


async def _try_suffixes(current: Round, planned: Sequence[Planned], ours: Collection[str]) -> list[Planned]:
    """The same where a number that is taken gets a suffix: of those that were held because each was taken they are all
    read, in a call for every forty, and the first that is free is given. `ours` are numbers of links of ours.
    """
    held = [work for work, plan in planned if plan.create and work.stood.code == NUMBER_TAKEN]
    asked = [work for work in held if not must_look(current, work.link.id)]
    names = {name for work in asked for name in _list_tried(work)}
    there = await find_numbered(current, names, [work.link.id for work in asked])
    met = [(work, invoice) for work in asked if (invoice := there.get(number_in_xero(work.hub) or ""))]
    linked = await list_linked(current, [invoice for _, invoice in met])
    contacts = await _list_customers(current, [work for work, _ in met])
    taken = {*there, *ours, *(number for work, _ in planned if (number := number_in_xero(work.hub)))}
    for work, invoice in met:
        customer = contacts.get(work.hub.record.get("contact") or "")
        if customer is None or invoice.flaw or not find_clash(current, work, invoice, linked, customer):
            continue
        name = try_next(work, taken)
        taken |= {name} if name else set()
        work.refusal = None if name else work.stood.hold
    return [(work, plan) for work, plan in planned if work.refusal is None]


def _list_tried(work: Work) -> list[str]:
    number = number_in_xero(work.hub)
    return [number, *list_suffixed(work.hub.record.get("number"))] if number else []


def _may_wait(current: Round, work: Work, plan: Plan) -> bool:
    """Whether an invoice of Xero's is known that may have the number which this writes, and there is no other to try or
    to look for.
    """
    if work.in_its_way is None or _number_to_write(work, plan) is None:
        return False
    return not (plan.create and (may_add_suffix(current) or must_look(current, work.link.id)))


def _find_in_the_way(current: Round, work: Work) -> XeroInvoice | None:
    """The invoice that has the work's number still; None where it has another one by now."""
    invoice = current.fresh.get(work.in_its_way or "")
    is_there = invoice is not None and fold_number(invoice.number) == fold_number(number_in_xero(work.hub))
    return invoice if is_there else None


async def _list_customers(current: Round, works: Sequence[Work]) -> dict[str, str | None]:
    """Xero's ids of the customers of those of these works that are to be made, by our key."""
    keys = sorted({work.hub.record.get("contact") or "" for work in works if _is_create(work)})
    if not keys:
        return {}
    async with current.database.reading() as session:
        links = await list_contacts(session, current.connection_id, keys)
    return {link.partner_contact_id: link.xero_contact_id for link in links}


async def settle_clashes(
    current: Round, works: Iterable[Work], contacts: Mapping[UUID, str | None]
) -> dict[UUID, XeroInvoice | Hold | None]:
    """What becomes of writes that Xero refused for their numbers, by link: the invoice that is ours after all or the
    same, the hold that names who has the number, or None where another number is tried in the next round.

    `contacts` are Xero's ids of the customers that were written, by link.
    """
    clashing = {work.link.id: (work, number_in_xero(work.hub)) for work in works}
    names = {name for _, number in clashing.values() if number for name in _list_looked_for(current, number)}
    there = await find_numbered(current, names, clashing)
    linked = await list_linked(current, there.values())
    taken = set(there)
    settled: dict[UUID, XeroInvoice | Hold | None] = {}
    for link_id, (work, number) in clashing.items():
        invoice = there.get(number or "")
        difference = find_clash(current, work, invoice, linked, contacts.get(link_id))
        if invoice is not None and invoice.flaw is not None:
            settled[link_id] = hold_unreadable(invoice.flaw)
        elif invoice is not None and difference is None:
            settled[link_id] = invoice
        elif _is_create(work) and may_add_suffix(current) and (name := try_next(work, taken)):
            taken.add(name)
            settled[link_id] = None
        else:
            settled[link_id] = _hold_by_stranger(current, work, invoice, difference)
    return settled


async def find_numbered(
    current: Round, numbers: Iterable[str], link_ids: Iterable[UUID] = ()
) -> dict[str, XeroInvoice]:
    """The invoices of Xero that have those of the numbers that are taken, by the number as it was asked for, whatever
    the case in which Xero has it; a call for every forty, made for those links.
    """
    there: dict[str, XeroInvoice] = {}
    for batch in batches(sorted(numbers), READ_BATCH):
        found = await spent_on(link_ids, current.xero.invoices.fetch_by_number(batch))
        by_number = {fold_number(invoice.number): invoice for invoice in found}
        there |= {number: by_number[key] for number in batch if (key := fold_number(number)) in by_number}
    return there


async def list_linked(current: Round, invoices: Iterable[XeroInvoice]) -> set[str | None]:
    """Xero's ids of those of these invoices that a link of ours has."""
    return await _list_owned(current, [invoice.xero_invoice_id for invoice in invoices])


async def _list_owned(current: Round, ids: Collection[str]) -> set[str | None]:
    if not ids:
        return set()
    async with current.database.reading() as session:
        return {link.xero_invoice_id for link in await list_by_xero_id(session, current.connection_id, ids)}


def find_clash(
    current: Round,
    work: Work,
    invoice: XeroInvoice | None,
    linked: Collection[str | None],
    xero_contact_id: str | None,
) -> str | None:
    """Why the invoice that has a work's number is not the work's own, in words; None where it is, or is the same."""
    if invoice is None:
        return "Xero does not show it"
    if not _is_create(work):
        # What a relink left carries its mark for good.
        return "this one has an invoice of its own in Xero"
    if carries_mark(work.link.id, invoice):
        return None
    if invoice.xero_invoice_id in linked:
        return "it is another invoice of the app already"
    known = totals(work.hub.record, current.organisation.rates())
    total = known.total if known else None
    return find_difference(work.hub.record, total, invoice, xero_contact_id)


async def tell_numbers(session: WriteSession, current: Round, works: Sequence[Work]) -> bool:
    """Of invoices that Xero shows with another number than before: look again at what waited for the old one, and tell
    the partner the new one where it is not the app's own. True when a notice was written.
    """
    renumbered = [work for work in works if work.is_renumbered and work.link.xero_invoice_id]
    if not renumbered:
        return False
    numbers = {work.link.xero_invoice_id or "": work.hub.xero_shadow.get("number") for work in renumbered}
    await trigger_freed(session, current.connection_id, numbers)
    parted = [
        {
            "invoice_id": work.link.partner_invoice_id,
            "number": work.hub.record.get("number"),
            "xero_number": work.hub.record[XERO_NUMBER],
        }
        for work in renumbered
        if work.hub.record.get(XERO_NUMBER)
    ]
    if parted:
        body = {"invoices": parted}
        await insert_notice(
            session, current.connection_id, "connection.invoices_numbered", body, current.clock.now()
        )
    for work in renumbered:
        work.is_renumbered = False
    return bool(parted)


def _list_looked_for(current: Round, number: str) -> list[str]:
    return [number, *list_suffixed(number)] if may_add_suffix(current) else [number]


def _number_to_write(work: Work, plan: Plan) -> str | None:
    return number_in_xero(work.hub) if plan.create or "number" in plan.moves else None


def number_in_xero(hub: Hub) -> str | None:
    """The number that an invoice is to have in Xero."""
    number: str | None = project(Side.XERO, hub.record).get("number")
    return number


def _is_create(work: Work) -> bool:
    return work.link.xero_invoice_id is None


def may_add_suffix(current: Round) -> bool:
    """Whether an invoice whose number is taken gets the next one that is free."""
    return current.connection.settings.numbering is Numbering.PARTNER_WITH_SUFFIX


def _is_taken(work: Work, number: str, holders: Mapping[str, Holder]) -> bool:
    return number in holders and holders[number].link_id != work.link.id


def try_next(work: Work, taken: set[str]) -> str | None:
    """Give the work's record the next number that is free, if there is one."""
    record = work.hub.record
    name = next_free(record.get("number"), taken | {number_in_xero(work.hub) or ""}, record.get(XERO_NUMBER))
    if name is not None:
        work.link = replace(work.link, hub=replace(work.hub, record={**record, XERO_NUMBER: name}))
    return name


def hold_by_link(number: str, holder: Holder) -> Hold:
    """The hold of an invoice whose number another link of ours has."""
    return _hold(number, f"invoice {holder.partner_invoice_id} of the app", holder.xero_invoice_id)


def _hold_by_stranger(
    current: Round, work: Work, invoice: XeroInvoice | None, difference: str | None
) -> Hold:
    number, is_create = number_in_xero(work.hub), _is_create(work)
    return hold_by_stranger(number, invoice, current.organisation, difference, is_create=is_create)


def hold_by_stranger(
    number: str | None,
    invoice: XeroInvoice | None,
    organisation: Organisation,
    difference: str | None,
    *,
    is_create: bool,
) -> Hold:
    """The hold of an invoice whose number an invoice in Xero has, and why that one was not taken for the same."""
    if invoice is None:
        return _hold(number or "", "an invoice that Xero does not show", None)
    address = organisation.address_of_invoice(invoice.xero_invoice_id)
    who = f"an invoice for {invoice.contact_name or 'another contact'}, {address or invoice.xero_invoice_id}"
    not_the_same = f" (not the same one: {difference})" if difference else ""
    cure = _CURE if is_create else _CURE_IN_XERO
    return _hold(number or "", who + not_the_same, invoice.xero_invoice_id, cure)


_CURE = "Give it another number in the app, or choose the numbering `xero` or `partner_with_suffix` in the settings."
_CURE_IN_XERO = (
    "Give it another number in the app, or that one another in Xero; one that is voided keeps its number."
)
"""Where it is in Xero already: another numbering is for invoices that are not."""


def _hold(number: str, who: str, xero_invoice_id: str | None, cure: str = _CURE) -> Hold:
    return Hold(
        NUMBER_TAKEN, f"The number {number} is taken in Xero by {who}.", cure, held_by=xero_invoice_id
    )
