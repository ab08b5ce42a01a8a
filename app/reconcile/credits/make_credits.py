"""Make credits in Xero, each once: intent on disk, one call for a batch, ids handed back to be put on disk at once.

Credit notes, deposits and booked overpayments all come through here. The intent names kind and key, and every credit
carries a mark of the same, by which `finish_credits` finds one whose answer was lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import uuid4

from app.db.findings.attempts import Attempt
from app.db.invoices.link_record import save_links
from app.domain.holds.hold import Hold
from app.domain.invoices.account_codes import NOTHING_MOVED, Moved
from app.domain.invoices.credit_links import intent_of
from app.domain.invoices.credit_refusals import CREDIT_NUMBER_TAKEN, explain_credit
from app.domain.invoices.link import Intent
from app.domain.record.credit import CreditKind
from app.domain.xero.xero_credit import CreditWrite, XeroCredit
from app.domain.xero.xero_invoice import Refused
from app.errors import ScopeMissing
from app.reconcile.facts.behind import Answered, learn_from_refusals
from app.reconcile.round import Round
from app.reconcile.work import Work
from app.spending import spent_on

SCOPE_FOR_RECEIPTS = Hold(
    "scope_missing",
    "The consent does not cover bank transactions, by which Xero books deposits and overpayments.",
    "Authorise the connection again, with every scope that is asked for; then retry.",
)


@dataclass(frozen=True, slots=True)
class Making:
    """One credit to make for a link; `key` is the credit's, or the payment's whose excess it is."""

    work: Work
    key: str
    write: CreditWrite

    @property
    def intent(self) -> str:
        return intent_of(self.write.kind, self.key)


def find_contact(current: Round, work: Work) -> str | None:
    """Xero's id of the invoice's contact: as the invoice was read in this round, or written since, or by our key."""
    invoice = current.fresh.get(work.link.xero_invoice_id or "")
    if invoice is not None:
        return invoice.xero_contact_id
    ours = work.hub.record.get("contact")
    return next((theirs for theirs, key in current.contact_keys.items() if key == ours), None)


async def part_waiting(current: Round, makings: Sequence[Making]) -> tuple[list[Making], list[Making]]:
    """Those that may be sent, and those whose numbers are known to be taken, which holds their links: of one that was
    held for that, the note that has the number is read, a call for each. The caller records.

    Whether the number of a voided note is free nobody has told (FACTS 5): it is tried once, and then waited for.
    """
    ready: list[Making] = []
    waiting: list[Making] = []
    for making in makings:
        work, number = making.work, making.write.number
        was_taken = work.stood.code == CREDIT_NUMBER_TAKEN
        asking = current.xero.credits.find_note(number) if was_taken and number else None
        note = await spent_on([work.link.id], asking) if asking is not None else None
        if note is not None and (note.is_approved or note.xero_credit_id == work.stood.held_by):
            work.refusal = work.stood.hold
            waiting.append(making)
        else:
            ready.append(making)
    return ready, waiting


async def make_credits(current: Round, batch: Sequence[Making]) -> list[XeroCredit | None]:
    """What Xero made of each; None where it refused, which then holds the link. The caller records.

    All are credit notes, or none is: the other kinds need a scope of their own, and without it only they wait.
    """
    intent = Intent(uuid4().hex, current.clock.now())
    for making in batch:
        making.work.link = making.work.link.with_intent(making.intent, intent)
    links = {making.work.link.id: making.work.link for making in batch}
    async with current.beginning() as session:
        await save_links(session, list(links.values()), intent.at, again=links)
    try:
        call = current.xero.credits.create([making.write for making in batch], intent.key)
        answers = await spent_on([making.work.link.id for making in batch], call)
    except ScopeMissing:
        if batch[0].write.kind is CreditKind.CREDIT_NOTE:
            raise
        return [_take_answer(making, SCOPE_FOR_RECEIPTS) for making in batch]
    moved = await learn_from_refusals(current, [Answered(answer) for answer in answers])
    made = [_take_answer(making, answer, moved) for making, answer in zip(batch, answers, strict=True)]
    for making in batch:
        await _name_voided(current, making)
    return made


async def _name_voided(current: Round, making: Making) -> None:
    """Of one that was refused for a number that only a voided note has: that note, which will not change any more."""
    work, number = making.work, making.write.number
    if work.refusal is None or work.refusal.code != CREDIT_NUMBER_TAKEN or not number:
        return
    note = await spent_on([work.link.id], current.xero.credits.find_note(number))
    if note is not None and not note.is_approved:
        work.refusal = replace(work.refusal, held_by=note.xero_credit_id)


def _take_answer(
    making: Making, answer: XeroCredit | Refused | Hold, moved: Moved = NOTHING_MOVED
) -> XeroCredit | None:
    work = making.work
    work.link = work.link.without_intent(making.intent)
    if isinstance(answer, XeroCredit):
        return answer
    hold = answer if isinstance(answer, Hold) else explain_credit(answer.messages)
    # What was refused by a code that its account has no more is made by the one of now in the next round.
    is_made_anew = any(line.account in moved for line in making.write.lines)
    work.refusal = None if is_made_anew else hold
    amount = sum((line.amount for line in making.write.lines), Decimal(0))
    moves = {making.intent: {"after": str(amount)}}
    work.attempts.append(Attempt(work.link.id, "credit", moves, "refused", hold.message))
    return None
