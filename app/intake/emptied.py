"""Sent invoices without lines: whether the app emptied one, or holds it so because we told it.

Each side may take away the lines that the other left (`lines_missing`). The app is told that none is left, and what it
sends from then on has none: that must be taken in, or no edit of it would ever arrive again. Only an invoice that the
app emptied by itself is refused.
"""

from collections.abc import Sequence

from app.db.invoices.resources import KeptInvoice, list_invoices_named
from app.db.links.documents import Name
from app.db.postgres.session import ReadSession
from app.domain.connections.reckoning import build_total_of
from app.domain.partner.partner_side import UNREADABLE, view_partner
from app.domain.record.fields import line_keys
from app.domain.record.sides import Status
from app.intake.document import Document
from app.intake.taking import Arrival


def is_without_lines(document: Document) -> bool:
    """Whether it was sent to the customer and has none."""
    return not document.lines and document.status in ("sent", "paid")


async def list_emptied_by_us(session: ReadSession, arrivals: Sequence[Arrival[Document]]) -> set[Name]:
    """Those without lines that had none before either; nothing is asked where all have some."""
    bare = {each.id: each for each in arrivals if is_without_lines(each.document)}
    kept = await list_invoices_named(session, bare)
    return {name for name, one in kept.items() if _had_none(one, bare[name])}


def _had_none(kept: KeptInvoice, arrival: Arrival[Document]) -> bool:
    """Whether the app's invoice, as it was sent and with the changes that the document names, had no line."""
    total_of = build_total_of(arrival.connection)
    try:
        held = view_partner(kept.link, total_of, arrival.document.based_on).held
    except UNREADABLE:
        return False
    return held.get("status") == Status.SENT and not line_keys(held)
