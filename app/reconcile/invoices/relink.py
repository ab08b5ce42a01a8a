"""An invoice's link that a person says is another invoice of Xero's: checked, linked and merged, under the lease.

Xero's invoice is read first; it must be there, approved, a sales invoice and nobody else's, and the identity is unique
in the database, so it is linked once. The invoice that the link stood for stays in Xero as it is, and belongs to
nobody. Taken back, the link stands for that one again, with all that was known of it; the chosen one is nobody's then,
and is looked at as any other of Xero's (`given_back`).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.db.findings.attempts import Attempt
from app.db.invoices.invoice_links import list_by_xero_id
from app.domain.findings.resolution import Resolution, ResolutionState
from app.domain.invoices.link import InvoiceLink
from app.domain.invoices.relink import (
    find_ground,
    match_alike_credits,
    match_alike_payments,
    why_not_relinked,
    why_overtaken,
)
from app.domain.invoices.voiding import PAYMENT_ON_VOIDED
from app.domain.record.apart import apart_from_json, apart_to_json
from app.domain.record.fields import ABSENT, Fields
from app.domain.record.moves import apply_moves, list_moves
from app.domain.record.sides import Side, Status, project
from app.domain.xero.xero_invoice import (
    Identities,
    XeroInvoice,
    match_credits,
    match_lines,
    match_payments,
    observed_fields,
)
from app.reconcile.contacts.keys import contact_keys
from app.reconcile.invoices.given_back import take_mark_back
from app.reconcile.invoices.take_invoice import take_invoice
from app.reconcile.round import Round
from app.reconcile.work import Work
from app.spending import spent_on

_CANNOT_GO_ALONG = (
    "A part of a payment stands in Xero as an overpayment, which cannot go along to another invoice."
)
_IDENTITY = ("xero_invoice_id", "line_ids", "payment_ids", "credit_ids")


async def relink(current: Round, work: Work, resolution: Resolution, claimed: set[str]) -> None:
    """Link it to the chosen invoice, or say why not; `claimed` are those that were chosen in this round."""
    wanted, left = resolution.xero_id or "", work.link.xero_invoice_id
    asked = [wanted, left] if left and left not in current.fresh else [wanted]
    found = await spent_on([work.link.id], current.xero.invoices.fetch(asked))
    invoice = next((each for each in found if each.xero_invoice_id == wanted), None)
    current.keep(each for each in found if each.xero_invoice_id == left)
    owner, is_owed = await _find_owner(current, work, wanted), work.standing.code == PAYMENT_ON_VOIDED
    why = why_not_relinked(invoice, work.hub.record, owner, is_owed=is_owed)
    if why is None and wanted == left:
        why = "It is linked to that invoice already."
    if why is None and wanted in claimed:
        why = "Another of your invoices was just linked to it."
    if why is None and work.link.overpaid:
        why = _CANNOT_GO_ALONG
    if invoice is None or why is not None:
        _end(current, work, resolution, why or "")
        return
    overtaken = why_overtaken(invoice, resolution.content, resolution.decided_at)
    if overtaken is not None:
        work.decisions.put(resolution.ended(ResolutionState.OVERTAKEN, current.clock.now(), overtaken))
        return
    claimed.add(wanted)
    keys = await spent_on([work.link.id], contact_keys(current, [invoice]))
    before, known = work.link, work.refusal
    with work.guarded():
        _link(current, work, invoice, resolution.content, keys.get(invoice.xero_contact_id), is_owed=is_owed)
    if work.is_broken and known is not work.broken:
        return
    # It keeps its number, which so may be no number for this link's new invoice.
    work.in_its_way = left
    moved = list_moves(before.hub.record, work.link.hub.record)
    work.attempts.append(Attempt(before.id, "link", {}, "adopted", f"Linked by hand to {invoice.number!r}."))
    done = replace(resolution.carried(current.clock.now(), moved), before=_remember(before))
    work.decisions.put(done.ended(ResolutionState.DONE, current.clock.now()))


def _link(
    current: Round, work: Work, invoice: XeroInvoice, content: Side, contact_key: str | None, *, is_owed: bool
) -> None:
    """Whatever was agreed with the invoice before means nothing to this one."""
    # Of an invoice that is cancelled Xero shows nothing; the one in its place shows all of it.
    record = {**work.hub.record, "status": Status.SENT.value} if is_owed else work.hub.record
    ours = project(Side.XERO, record)
    payment_ids = match_alike_payments(invoice, record)
    credit_ids = match_alike_credits(invoice, record, work.link.credit_ids)
    identities = Identities(
        match_lines(invoice.lines, {}, ours),
        match_payments(invoice, payment_ids),
        match_credits(invoice, credit_ids),
    )
    seen = observed_fields(invoice, identities, contact_key, {})
    ground = find_ground(record, seen, content, payment_ids, credit_ids, is_owed=is_owed)
    hub = replace(
        work.hub,
        xero_shadow=ground,
        unanswered=None,
        open_conflicts=frozenset(),
        xero_apart={},
        parted={},
        ignored={},
    )
    work.had_open_conflicts = work.is_relinked = True
    work.link = replace(
        work.link,
        hub=hub,
        xero_invoice_id=invoice.xero_invoice_id,
        line_ids=identities.lines,
        payment_ids=payment_ids,
        credit_ids=credit_ids,
        intents={},
        tax_amounts_sent=False,
        booked={},
    )
    take_invoice(current, work, invoice, contact_key)


async def unlink(current: Round, work: Work, resolution: Resolution, target: Resolution) -> None:
    """Let the link stand again for the invoice that it stood for before, or say why not."""
    before, now = target.before, current.clock.now()
    why = await _why_not_unlinked(current, work, target)
    if why is not None:
        _end(current, work, resolution, why)
        return
    stays_marked = await take_mark_back(current, work)
    # It may be one that comes to the app by the settings of now.
    work.gave_back_at = work.link.xero_updated_at
    back = {path: (after, was) for path, (was, after) in target.moves.items()}
    record = apply_moves(work.hub.record, back)
    hub = replace(
        work.hub,
        record=record,
        xero_shadow=before["xero_shadow"],
        xero_apart=apart_from_json(before.get("xero_apart", {})),
        unanswered=None,
        revision=work.hub.revision + bool(back),
    )
    identity = {name: before[name] for name in _IDENTITY}
    identity["credit_ids"] = await _find_credits(current, work, identity, record)
    work.link = replace(work.link, hub=hub, xero_due=True, xero_updated_at=None, booked={}, **identity)
    work.had_open_conflicts = True
    work.decisions.put(resolution.carried(now, {}).ended(ResolutionState.DONE, now, stays_marked))
    work.decisions.put(target.ended(ResolutionState.UNDONE, now))


async def _find_credits(
    current: Round, work: Work, identity: Mapping[str, Any], record: Fields
) -> dict[str, str]:
    """Whose the credits of the invoice of before are: it may have got some since, while it was chosen once more."""
    xero_id, known = identity["xero_invoice_id"], identity["credit_ids"]
    await current.read({xero_id: work.link.id})
    invoice = current.fresh.get(xero_id)
    return {**known, **(match_alike_credits(invoice, record, known) if invoice is not None else {})}


async def _why_not_unlinked(current: Round, work: Work, target: Resolution) -> str | None:
    known: str | None = target.before.get("xero_invoice_id")
    if target.state is not ResolutionState.DONE or work.link.xero_invoice_id != target.xero_id:
        return "The link does not stand for that invoice any more."
    if known is None:
        return "It was linked to nothing before; without a link it would be made in Xero once more."
    edited = [path for path, (_, after) in target.moves.items() if work.hub.record.get(path, ABSENT) != after]
    if edited:
        return f"{', '.join(sorted(edited))} was edited since, and that stands."
    owner = await _find_owner(current, work, known)
    return f"The invoice of before is the app's invoice {owner} by now." if owner else None


def _remember(link: InvoiceLink) -> dict[str, Any]:
    hub = link.hub
    return {name: getattr(link, name) for name in _IDENTITY} | {
        "xero_shadow": dict(hub.xero_shadow),
        "xero_apart": apart_to_json(hub.xero_apart),
    }


async def _find_owner(current: Round, work: Work, xero_invoice_id: str) -> str | None:
    """The app's invoice that is linked to it already, if it is another one."""
    async with current.database.reading() as session:
        links = await list_by_xero_id(session, current.connection_id, [xero_invoice_id])
    return next((link.partner_invoice_id for link in links if link.id != work.link.id), None)


def _end(current: Round, work: Work, resolution: Resolution, why: str) -> None:
    work.decisions.put(resolution.ended(ResolutionState.NOT_POSSIBLE, current.clock.now(), why))
