"""What the partner's side holds of an invoice as far as is known, a document included that the record has not taken in.

It is the newest document, overlaid with the changes of ours that the app has applied since (`hub.partner_view`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from app.domain.invoices.link import InvoiceLink
from app.domain.partner.document import TotalOf, from_document
from app.domain.record.fields import Fields
from app.domain.record.hub import partner_view

UNREADABLE = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)
"""What reading a document ends in that is none; the loop holds its link for that."""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What a document leaves to be reckoned by its connection: what fields come to, and of which day an instant is for
    the business, as a document writes it.
    """

    total_of: TotalOf
    day_of: Callable[[datetime], str]

    def __call__(self, fields: Fields) -> Decimal | None:
        """What the fields come to; None where a rate is not known."""
        return self.total_of(fields)


@dataclass(frozen=True, slots=True)
class PartnerSide:
    """`said` is what the newest document says, `held` that with the changes applied since; `based_on` is the newest
    revision that the document itself had applied.
    """

    said: Fields
    held: Fields
    based_on: int


def view_partner(link: InvoiceLink, reckoning: Reckoning, upto: int | None = None) -> PartnerSide:
    """The partner's side after it applied our changes up to a revision; without one, up to what it acknowledged.

    `reckoning` answers what a document leaves open that says no more than that it is paid.
    """
    hub, document = link.hub, link.document
    upto = hub.acked_revision if upto is None else upto
    if document is None or not link.has_news_from_partner:
        return PartnerSide(hub.partner_shadow, partner_view(hub, upto), hub.partner_based_on)
    based_on = hub.acked_revision if document.based_on is None else document.based_on
    said = from_document(
        document.body,
        held=partner_view(hub, based_on),
        total_of=reckoning,
        received_on=reckoning.day_of(document.received_at),
    )
    merged = replace(hub, partner_shadow=said, partner_based_on=based_on)
    return PartnerSide(said, partner_view(merged, upto), based_on)
