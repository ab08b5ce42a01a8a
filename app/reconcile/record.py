"""Record: put what a round found on disk, and tell the partner, in one fenced transaction.

Here a link gets its standing: held with the reason, behind while work is due or the partner has not taken its change,
settled when the record equals both shadows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from app.db.changes import NewChange, insert_changes, supersede_changes
from app.db.contact_resources import ContactDetails, list_contact_details
from app.db.findings import FoundConflict, close_conflicts, insert_attempts, insert_conflicts
from app.db.links import save_links
from app.db.moments import insert_moments
from app.db.session import WriteSession
from app.domain.change import entries
from app.domain.document import shown_status, to_document
from app.domain.fields import Fields, instant_text
from app.domain.hold import Hold
from app.domain.hub import PartnerChange, change_sent, is_refused_for_good, next_change, partner_view
from app.domain.link import InvoiceLink, Standing, State
from app.domain.money import covered, totals
from app.domain.plan import Plan
from app.domain.sides import Side, Status, project
from app.reconcile.moments import list_hold_moments
from app.reconcile.numbers import tell_numbers
from app.reconcile.round import BROKEN, Round, Work, batches

RECORD_BATCH = 200
"""Links of one transaction: documents that come in meanwhile wait for it, so it stays short."""

AWAITING_PARTNER = Standing(
    State.BEHIND,
    "awaiting_partner",
    "A change is on its way to the partner's app, which has not confirmed it.",
    "It is sent again until the app answers; look at the app's webhook if it takes long.",
)
WORK_LEFT = Standing(State.BEHIND, "work_left", "More is to be written to Xero.", None)
PARTNER_REFUSES = Hold(
    "partner_refuses",
    "The partner's app refused the same change three times, though it holds what the change expects.",
    "The app's compare-and-set needs mending; after that any edit sends the change again.",
)


async def record(current: Round, works: Sequence[Work]) -> bool:
    """Save the works with everything they found; True when a change for the partner was put into the feed."""
    told = False
    for batch in batches(works, RECORD_BATCH):
        told |= await _record_batch(current, batch)
    return told


async def _record_batch(current: Round, works: Sequence[Work]) -> bool:
    now = current.clock.now()
    async with current.lease.recording() as session:
        contacts = await _contacts(session, current, works)
        changes, satisfied, again = [], [], set()
        for work in works:
            plan = Plan() if work.refusal is BROKEN else work.plan(current.terms)
            change = next_change(work.hub)
            if change is None:
                satisfied.append(work.link.id)
            elif not is_refused_for_good(work.hub, change):
                changes.append(_new_change(current, work.link, change, contacts))
                work.link = replace(work.link, hub=change_sent(work.hub, change))
            standing = stand(work, plan, change)
            if standing is WORK_LEFT:
                again.add(work.link.id)
            status = _find_status(current, work.hub.record)
            work.link = replace(work.link, standing=standing, shown_status=status)
        await save_links(session, [work.link for work in works], now, again=again)
        await insert_changes(session, current.connection_id, changes)
        numbered = await tell_numbers(session, current, works)
        await supersede_changes(session, satisfied)
        await _save_findings(session, current, works)
    return bool(changes or numbered)


def stand(work: Work, plan: Plan, change: PartnerChange | None) -> Standing:
    """Where the link stands now; a hold comes before everything, work for Xero before waiting for the partner."""
    hold = work.refusal or plan.hold
    if hold is not None:
        return Standing.held(hold)
    if not plan.is_empty:
        return WORK_LEFT
    if change is not None:
        refused = is_refused_for_good(work.hub, change)
        return Standing.held(PARTNER_REFUSES) if refused else AWAITING_PARTNER
    if plan.stays_home is not None:
        return Standing(State.SETTLED, plan.stays_home.code, plan.stays_home.message)
    return Standing(State.SETTLED)


async def _contacts(
    session: WriteSession, current: Round, works: Sequence[Work]
) -> dict[str, ContactDetails]:
    """Details by contact key, of every contact that these records name."""
    keys = {work.hub.record.get("contact") for work in works} | {
        work.hub.partner_shadow.get("contact") for work in works
    }
    named = sorted(key for key in keys if key is not None)
    return await list_contact_details(session, current.connection_id, named)


def _new_change(
    current: Round, link: InvoiceLink, change: PartnerChange, contacts: Mapping[str, ContactDetails]
) -> NewChange:
    view = partner_view(link.hub, link.hub.acked_revision)
    wanted = project(Side.PARTNER, link.hub.record)
    sums = (_total(current, link.hub.record, view), _total(current, link.hub.record, wanted))
    shown = {key: details.shown for key, details in contacts.items()}
    in_app = {key: details.in_app for key, details in contacts.items()}
    updated_at = link.xero_updated_at
    body = {
        "connection_id": str(current.connection_id),
        "business_id": current.connection.business_id,
        "invoice_id": link.partner_invoice_id,
        "revision": change.revision,
        "fields": entries(change.moves, view, wanted, shown, sums, contacts_in_app=in_app),
        "caused_by": {
            "side": Side.XERO.value,
            "at": instant_text(updated_at) if updated_at else None,
            "version": None,
        },
        "invoice": to_document(link.partner_invoice_id, wanted, shown, sums[1], link.fees),
    }
    return NewChange(link.id, change.revision, change.moves, body)


def _total(current: Round, record: Fields, shown: Fields) -> Decimal | None:
    """What the shown fields come to, by the tax types that the record knows for their lines."""
    types = {path: value for path, value in record.items() if path.endswith("/tax_type")}
    known = totals({**types, **shown}, current.organisation.rates()) if shown else None
    return known.total if known else None


def _find_status(current: Round, record: Fields) -> str | None:
    """The status of the record in the document's words."""
    if record.get("status") == Status.SENT and covered(record):
        return shown_status(record, _total(current, record, project(Side.PARTNER, record)))
    return record.get("status")


async def _save_findings(session: WriteSession, current: Round, works: Sequence[Work]) -> None:
    policy = current.connection.settings.conflict_policy.value
    found = [
        FoundConflict(work.link.id, work.hub.revision, policy, conflict)
        for work in works
        for conflict in work.conflicts
    ]
    await insert_conflicts(session, current.connection_id, found, current.clock.now())
    await insert_attempts(session, current.connection_id, [a for work in works for a in work.attempts])
    now = current.clock.now()
    moments = [list_hold_moments(w.link.id, w.recorded, w.link.standing, now) for w in works]
    await insert_moments(session, current.connection_id, [m for each in moments for m in each])
    for work in works:
        work.recorded = work.link.standing
        if work.had_open_conflicts:
            await close_conflicts(session, work.link.id, sorted(work.hub.open_conflicts), current.clock.now())
        work.conflicts.clear()
        work.attempts.clear()
