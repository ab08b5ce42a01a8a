"""What is wrong with a document and was so before it, because we told the app to have it so.

Edits of the two sides, each of them sound, may come to what neither would have sent: each takes away the lines that
the other left, or one puts off the day of issue and the other puts forward the day it is due. Xero lets a person do
some of it alone. The app applies what it is told, and whatever it sends from then on has the fault: that must be taken
in, or no edit of the invoice would ever arrive again. The loop holds what Xero would refuse.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.db.invoices.resources import KeptInvoice, list_invoices_named
from app.db.links.documents import Name
from app.db.postgres.session import ReadSession
from app.domain.connections.reckoning import build_reckoning
from app.domain.partner.partner_side import UNREADABLE, view_partner
from app.domain.record.fields import Fields, line_keys
from app.domain.record.sides import Status
from app.intake.document import Document
from app.intake.taking import Arrival


@dataclass(frozen=True, slots=True)
class Inherited:
    """The faults that the app's invoice had, as it was sent and with the changes that the document names; `currency` is
    the one it was in, known to the organisation or not.
    """

    no_lines: bool = False
    due_before_issued: bool = False
    below_zero: bool = False
    currency: str | None = None


NOTHING = Inherited()


async def list_inherited(
    session: ReadSession, arrivals: Sequence[Arrival[Document]]
) -> dict[Name, Inherited]:
    """The inherited faults of the invoices that are known, by name."""
    kept = await list_invoices_named(session, [each.id for each in arrivals])
    return {each.id: _find_inherited(kept[each.id], each) for each in arrivals if each.id in kept}


def _find_inherited(kept: KeptInvoice, arrival: Arrival[Document]) -> Inherited:
    total_of = build_reckoning(arrival.connection)
    try:
        held = view_partner(kept.link, total_of, arrival.document.based_on).held
    except UNREADABLE:
        return NOTHING
    total = total_of(held)
    return Inherited(
        no_lines=held.get("status") == Status.SENT and not line_keys(held),
        due_before_issued=_is_due_before_issued(held),
        below_zero=total is not None and total < 0,
        currency=held.get("currency"),
    )


def _is_due_before_issued(held: Fields) -> bool:
    issued_on, due_on = held.get("issued_on"), held.get("due_on")
    return issued_on is not None and due_on is not None and due_on < issued_on
