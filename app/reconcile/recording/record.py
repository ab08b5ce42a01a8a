"""Record: put what a round found on disk, and tell the partner, in one fenced transaction; by one statement where there
is nothing to tell.

Here a link gets its standing: held with the reason, behind while work is due or the partner has not taken its change,
settled when the record equals both shadows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.db.connections.sweeps import ask_for_sweep_since
from app.db.contacts.contact_resources import ContactDetails, list_contact_details
from app.db.delivery.changes import NewChange, insert_changes
from app.db.invoices.recorded import Recorded, save_recorded, save_recorded_alone
from app.db.links.moments import Moment, insert_moments
from app.db.postgres.session import ReadSession, WriteSession
from app.domain.connections.connection import Connection
from app.domain.crossing.left_out import find_apart
from app.domain.holds.hold import Hold
from app.domain.invoices.account_codes import with_account_ids
from app.domain.invoices.link import AWAITING_PARTNER as AWAITING_PARTNER_CODE
from app.domain.invoices.link import WORK_LEFT as WORK_LEFT_CODE
from app.domain.invoices.link import InvoiceLink, Standing, State
from app.domain.invoices.plan import Plan
from app.domain.invoices.sums import Sums
from app.domain.partner.change import entries, in_the_apps_words
from app.domain.partner.document import as_listed, shown_status, to_document
from app.domain.record.direction import Lanes
from app.domain.record.fields import Fields, instant_text
from app.domain.record.hub import Hub, partner_view
from app.domain.record.money import covered
from app.domain.record.moves import apply_moves
from app.domain.record.owed import PartnerChange, anew, next_change
from app.domain.record.replaced import replace
from app.domain.record.sent import change_sent, is_refused_for_good
from app.domain.record.sides import Side, Status, project
from app.metrics import SETTLING
from app.reconcile.footing import Footing
from app.reconcile.numbers import tell_numbers
from app.reconcile.recording.bars import tell_bars
from app.reconcile.recording.kept import has_findings, look_for_open, save_findings
from app.reconcile.recording.moments import list_hold_moments
from app.reconcile.recording.sums import list_differences, sum_up, total_shown
from app.reconcile.round import Round, batches, unhurried
from app.reconcile.work import AnyWork, Work

RECORD_BATCH = 200
"""Links of one transaction: documents that come in meanwhile wait for it, so it stays short."""

AWAITING_PARTNER = Standing(
    State.BEHIND,
    AWAITING_PARTNER_CODE,
    "A change is on its way to the partner's app, which has not confirmed it.",
    "It is sent again until the app takes it. Where that takes long, `GET .../why` tells what the app answered last.",
)
WORK_LEFT = Standing(State.BEHIND, WORK_LEFT_CODE, "More is to be written to Xero.", None)
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


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is to be saved of a batch beside its links: changes for the partner (`due`), links of which the partner
    needs nothing (`satisfied`), links that stay behind (`again`), and moments of holds.
    """

    due: list[tuple[InvoiceLink, PartnerChange]] = field(default_factory=list)
    satisfied: list[UUID] = field(default_factory=list)
    again: set[UUID] = field(default_factory=set)
    moments: list[Moment] = field(default_factory=list)


async def _record_batch(current: Round, works: Sequence[Work]) -> bool:
    now = current.clock.now()
    drawn = await _draw_up(current, works, now)
    has_notice = False
    if not (_is_short(works, drawn) and await _save_short(current, works, drawn, now)):
        has_notice = await _save_whole(current, works, drawn, now)
    for work in works:
        work.attempts.clear()
        work.before = work.link
        _count_lag(work, now)
    return bool(drawn.due or has_notice)


async def _draw_up(current: Round, works: Sequence[Work], now: datetime) -> Drawn:
    """Give each work its standing, and collect what is to be saved of them."""
    drawn = Drawn()
    async for work in unhurried(works):
        work.note_attempts()
        kept = work.link.with_methods_kept(work.before.hub.record)
        work.link = with_account_ids(kept, current.organisation)
        plan = Plan() if work.is_broken else work.plan(current.terms)
        change = find_change(work, current.lanes)
        if change is None:
            drawn.satisfied.append(work.link.id)
        elif not is_refused_for_good(work.hub, change):
            drawn.due.append((work.link, change))
            work.link = replace(work.link, hub=change_sent(work.hub, change))
        standing = stand(work, plan, change, current.lanes)
        if standing is WORK_LEFT or _has_more_beside_its_hold(work, plan) or _has_more_to_take_in(work):
            drawn.again.add(work.link.id)
        status = _find_status(current, work.hub.record)
        work.link = replace(work.link, standing=standing, shown_status=status)
        work.sums = sum_up(current, work, plan)
        work.discrepancies += list_differences(standing, work.sums)
        drawn.moments.extend(list_hold_moments(work.link.id, work.before.standing, standing, now))
    return drawn


def _is_short(works: Sequence[Work], drawn: Drawn) -> bool:
    """Whether there is nothing to save beside the links, their sums and their attempts."""
    has_more = any(work.is_renumbered or has_findings(work) or work.frees_others for work in works)
    return not (drawn.due or drawn.moments or has_more)


async def _save_short(current: Round, works: Sequence[Work], drawn: Drawn, now: datetime) -> bool:
    """Save by one statement; False if it saved nothing, because there is more to look at, or the lease is lost."""
    async with current.lease.recording_one() as fenced:
        version = current.connection.settings_version
        return await save_recorded_alone(fenced, _build_recorded(works, drawn, now), version)


async def _save_whole(current: Round, works: Sequence[Work], drawn: Drawn, now: datetime) -> bool:
    """Save by a transaction; True when a notice was written.

    Inside the fence it is seen what people decided meanwhile, and whether they chose other settings. If they did, every
    link stays behind to be judged by those, and no change goes into the feed, as the new settings may not allow it.
    """
    async with current.lease.recording() as session:
        seen = await look_for_open(session, works)
        drawn.again.update(seen.undecided)
        if current.is_outdated:
            drawn.again.update(work.link.id for work in works)
        await save_recorded(session, current.connection_id, _build_recorded(works, drawn, now))
        for work in works:
            # They are saved by now; `save_findings` would save them again.
            work.attempts.clear()
        due = [] if current.is_outdated else drawn.due
        await insert_changes(session, current.connection_id, await _build_changes(session, current, due))
        has_notice = await tell_numbers(session, current, works)
        await save_findings(session, current, works, seen)
        await insert_moments(session, current.connection_id, drawn.moments)
        await tell_bars(session, current.connection_id, works, now)
        await _look_for_given_back(session, current, works)
    return has_notice


async def _look_for_given_back(session: WriteSession, current: Round, works: Sequence[Work]) -> None:
    """What no link stands for any more is found by a search, as if it had moved now: it may come to the app."""
    given_back = [work.gave_back_at for work in works if work.gave_back_at is not None]
    if given_back:
        await ask_for_sweep_since(session, current.connection_id, min(given_back))
    for work in works:
        work.gave_back_at = None


def _build_recorded(works: Sequence[Work], drawn: Drawn, now: datetime) -> Recorded:
    return Recorded(
        [work.link for work in works],
        now,
        drawn.again,
        drawn.satisfied,
        _list_sums(works),
        [attempt for work in works for attempt in work.attempts],
    )


async def _build_changes(
    session: ReadSession, current: Round, due: Sequence[tuple[InvoiceLink, PartnerChange]]
) -> list[NewChange]:
    contacts = await list_named_contacts(session, current.connection, [link for link, _ in due])
    return [build_change(current, link, change, contacts) for link, change in due]


def _count_lag(work: Work, now: datetime) -> None:
    """Measure how long it took from the touch of a link until it was carried out; links that are held do not count."""
    since, standing = work.link.untold_since, work.link.standing
    if since is None or standing is WORK_LEFT:
        return
    work.link = replace(work.link, untold_since=None)
    if standing.state is not State.HELD:
        SETTLING.observe(max(0.0, (now - since).total_seconds()))


def _has_more_beside_its_hold(work: Work, plan: Plan) -> bool:
    """Whether something is due that goes on although the rest waits, as where it was recorded before that was begun.

    Held, it would be looked at again for its cause alone, and a call that failed in between would be the end of it.
    """
    return work.refusal is None and plan.hold is not None and not plan.is_empty


def _has_more_to_take_in(work: Work) -> bool:
    """Whether a document is not taken in yet, as where a create that was cut off was recorded first."""
    return work.link.has_news_from_partner and not work.is_broken and work.link.skip is None


def find_change(work: AnyWork, lanes: Lanes) -> PartnerChange | None:
    """What the partner's side still needs; None while the link is set aside, so that waiting changes are withdrawn."""
    change = next_change(work.hub, lanes) if work.link.skip is None else None
    return anew(work.hub, change) if change is not None and work.link.is_resumed else change


def _list_sums(works: Sequence[Work]) -> dict[UUID, tuple[Sums, datetime | None]]:
    return {work.link.id: (work.sums, work.link.partner_at) for work in works if work.sums is not None}


def stand(work: Work, plan: Plan, change: PartnerChange | None, lanes: Lanes) -> Standing:
    """The link's standing: held if anything holds it, else behind while work for Xero or the partner is left."""
    hold = work.refusal or plan.hold
    if hold is not None:
        return Standing.held(hold)
    if not plan.is_empty:
        return WORK_LEFT
    if change is not None:
        refused = is_refused_for_good(work.hub, change)
        return Standing.held(PARTNER_REFUSES) if refused else AWAITING_PARTNER
    stays = plan.stays_home or find_apart(work.hub, lanes)
    return Standing(State.SETTLED, stays.code, stays.message) if stays else Standing(State.SETTLED)


async def list_named_contacts(
    session: ReadSession, connection: Connection, links: Sequence[InvoiceLink]
) -> dict[str, ContactDetails]:
    """Details by contact key, of every contact that these links' records and documents name."""
    keys = {link.hub.record.get("contact") for link in links} | {
        link.hub.partner_shadow.get("contact") for link in links
    }
    named = sorted(key for key in keys if key is not None)
    return await list_contact_details(session, connection.id, named)


def build_change(
    current: Footing, link: InvoiceLink, change: PartnerChange, contacts: Mapping[str, ContactDetails]
) -> NewChange:
    """The change as the partner is sent it; `contacts` has the details of those that the link's records name."""
    view = partner_view(link.hub, link.hub.acked_revision)
    # What the record says, but where a conflict is held: there the app keeps, or gets back, its own value.
    wanted = apply_moves(view, change.moves)
    sums = (total_shown(current, link.hub.record, view), total_shown(current, link.hub.record, wanted))
    held = as_listed(view, link.hub.partner_shadow, link.document.body) if link.document else view
    shown = {key: details.shown for key, details in contacts.items()}
    in_app = {key: details.in_app for key, details in contacts.items()}
    updated_at = link.xero_updated_at
    body = {
        "connection_id": str(current.connection.id),
        "business_id": current.connection.business_id,
        "invoice_id": link.partner_invoice_id,
        "revision": change.revision,
        "fields": say_as_the_app(
            link.hub,
            link.merged_document,
            entries(change.moves, held, wanted, shown, sums, contacts_in_app=in_app),
        ),
        "caused_by": {
            "side": Side.XERO.value,
            "at": instant_text(updated_at) if updated_at else None,
            "version": None,
        },
        "invoice": to_document(link.partner_invoice_id, wanted, shown, sums[1], link.fees),
    }
    return NewChange(link.id, change.revision, change.moves, body)


def say_as_the_app(
    hub: Hub, merged: Mapping[str, Any] | None, listed: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The entries of a change in the app's own words; `merged` is its newest document, where that was merged last."""
    if merged is None:
        return listed
    taken = [moves for revision, moves in hub.sent.items() if revision <= hub.acked_revision]
    return in_the_apps_words(listed, merged, {path for moves in taken for path in moves})


def _find_status(current: Footing, record: Fields) -> str | None:
    """The status of the record in the document's words."""
    if record.get("status") == Status.SENT and covered(record):
        return shown_status(record, total_shown(current, record, project(Side.PARTNER, record)))
    return record.get("status")
