"""One invoice that is in Xero, and all that its plan is decided by, put together once."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.invoices.plan import Terms, XeroState
from app.domain.record.direction import Lanes
from app.domain.record.fields import Fields
from app.domain.record.hub import Hub
from app.domain.record.money import totals
from app.domain.record.moves import Move
from app.domain.record.owed import xero_moves
from app.domain.record.sides import Side, project
from app.domain.xero.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Case:
    """`shadow` is the hub's in the form in which Xero has it; `moves` are due there, in the order of their paths."""

    hub: Hub
    xero: XeroState
    terms: Terms
    shadow: Fields
    moves: Mapping[str, Move]

    @property
    def record(self) -> Fields:
        return self.hub.record

    @property
    def organisation(self) -> Organisation:
        return self.terms.organisation

    @property
    def lanes(self) -> Lanes:
        return self.terms.lanes

    def total(self) -> str | None:
        """What the lines of the record come to; None where that is not known."""
        known = totals(self.record, self.organisation.rates())
        return f"{known.total:.2f}" if known else None


def build_case(hub: Hub, xero: XeroState, terms: Terms) -> Case:
    """The case of one link under these terms."""
    return Case(hub, xero, terms, project(Side.XERO, hub.xero_shadow), xero_moves(hub, terms.lanes))
