"""What each side of an invoice has, put together from what is kept of its link: the ground of what is shown of it.

A stored document that cannot be read holds its own link (the loop says so); here it must not keep a list from being
answered, so what was merged before stands in for it.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from app.db.invoices.resources import KeptInvoice
from app.domain.partner.partner_side import UNREADABLE, PartnerSide, Reckoning, view_partner
from app.domain.record.fields import Fields
from app.domain.record.money import money_text


@dataclass(frozen=True, slots=True)
class Sides:
    """`record` is what both sides should show; `partner` and `xero` what each is known to hold."""

    record: Fields
    partner: Fields
    xero: Fields

    @property
    def currency(self) -> str | None:
        """The invoice's currency, whichever side knows it first."""
        for fields in (self.record, self.partner, self.xero):
            if fields.get("currency"):
                return str(fields["currency"])
        return None


def view_sides(kept: KeptInvoice, total_of: Reckoning) -> Sides:
    """Both sides of one invoice."""
    hub = kept.link.hub
    return Sides(hub.record, find_partner_side(kept, total_of).held, hub.xero_shadow)


def find_partner_side(kept: KeptInvoice, total_of: Reckoning) -> PartnerSide:
    """The partner's side, as far as its documents can be read."""
    try:
        return view_partner(kept.link, total_of)
    except UNREADABLE:
        return view_partner(replace(kept.link, document=None), total_of)


def show_amount(amount: Decimal | str | None) -> str | None:
    """Money as it is shown."""
    return None if amount is None else money_text(amount)
