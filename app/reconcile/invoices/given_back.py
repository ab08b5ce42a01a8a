"""The invoice of Xero's that an undone relink gives back: it is to stand there as if no link had stood for it.

Linked, it was marked as sent to the customer where the app's was sent, which was true of the two as one. Of the one
given back it is not: Xero would remind a customer of what nobody sent, and the app would get it as one that was sent.
So the mark is taken off if a write of ours made it. Whoever dies after that write and before the undo is recorded takes
it off once more, which moves nothing.
"""

from app.db.findings.attempts import Attempt, list_updates_since_linked
from app.domain.partner.change import moves_to_json
from app.domain.record.sides import Side
from app.domain.xero.xero_invoice import InvoiceWrite, Refused
from app.reconcile.round import Round
from app.reconcile.work import Work
from app.spending import spent_on

IS_SENT = "is_sent"


async def take_mark_back(current: Round, work: Work) -> str | None:
    """Take our mark off the invoice that the link stands for, if there is one; where Xero keeps it, why, in words."""
    if not await _is_marked_by_us(current, work):
        return None
    write = InvoiceWrite(xero_invoice_id=work.link.xero_invoice_id, header={IS_SENT: False}, lines=None)
    await current.begin()
    [answer] = await spent_on([work.link.id], current.xero.invoices.update([write]))
    moves = moves_to_json({IS_SENT: (True, False)})
    if isinstance(answer, Refused):
        said = " ".join(answer.messages)
        work.attempts.append(Attempt(work.link.id, "update", moves, "refused", said))
        return f"The invoice that was chosen stays marked as sent in Xero, which answered: {said}"
    said = "The invoice that was chosen is not marked as sent any more: only the link made it so."
    work.attempts.append(Attempt(work.link.id, "update", moves, "done", said))
    return None


async def _is_marked_by_us(current: Round, work: Work) -> bool:
    if work.hub.xero_shadow.get(IS_SENT) is not True or not current.lanes.leads_to(Side.XERO, IS_SENT):
        return False
    async with current.database.reading() as session:
        updates = await list_updates_since_linked(session, work.link.id)
    return any(moves.get(IS_SENT, {}).get("after") is True for moves in updates)
