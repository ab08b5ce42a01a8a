"""How a discrepancy is shown."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.db.findings.discrepancies import KeptDiscrepancy
from app.domain.findings.discrepancy import WHOLE, DiscrepancyKind, DiscrepancyState, MovedBy

EXAMPLE: dict[str, Any] = {
    "id": 3,
    "invoice_id": "inv_8801",
    "contact_id": None,
    "number": "INV-0042",
    "kind": "value_differs",
    "path": "due_on",
    "message": "Xero shows another value than was known; the edit was made there. It moved no timestamp.",
    "values": {"base": "2026-12-04", "partner": "2026-12-04", "xero": "2026-12-18"},
    "moved_by": "xero",
    "moved_at": None,
    "state": "open",
    "found_at": "2026-11-20T04:00:02Z",
    "closed_at": None,
    "closed_because": None,
}


class Discrepancy(BaseModel):
    """A difference between the two sides that a person should look at."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: int
    invoice_id: str | None = Field(description="The invoice that it is of; null where it is a contact's.")
    contact_id: str | None
    number: str | None = Field(description="The invoice's number, the app's if it has one.")
    kind: DiscrepancyKind = Field(
        description="`overwritten_in_xero`: an edit there may have been lost to our write. `value_differs`: a compare "
        "found it. `total_differs`: the totals, though every field agrees. `missing_in_xero`, `missing_at_partner`. "
        "`payment_on_voided`: Xero voided it, and the app has money on it. "
        "`overpayment_left`: a payment was deleted in Xero, and what of it is an overpayment stays there."
    )
    path: str | None = Field(description="The field; null where it is of the whole.")
    message: str
    values: dict[str, Any] = Field(
        description="`base`, what both had agreed on, `partner` and `xero`; one that is missing is not known. Of "
        "`overwritten_in_xero`: what Xero held before our write is the base, what we wrote is the partner's."
    )
    moved_by: MovedBy = Field(description="The side that moved it there, as far as the shadows tell.")
    moved_at: datetime | None = Field(description="When, by that side's clock; null: not known.")
    state: DiscrepancyState
    found_at: datetime
    closed_at: datetime | None
    closed_because: str | None


def show_discrepancy(kept: KeptDiscrepancy) -> dict[str, Any]:
    """The members of `Discrepancy`."""
    return {
        "id": kept.id,
        "invoice_id": kept.partner_invoice_id,
        "contact_id": kept.partner_contact_id,
        "number": kept.number,
        "kind": kept.kind,
        "path": None if kept.path == WHOLE else kept.path,
        "message": kept.message,
        "values": {name: value for name, value in kept.values.items() if name != "version"},
        "moved_by": kept.moved_by,
        "moved_at": kept.moved_at,
        "state": kept.state,
        "found_at": kept.found_at,
        "closed_at": kept.closed_at,
        "closed_because": kept.closed_because,
    }
