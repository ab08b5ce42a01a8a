"""How a resolution is shown: what was decided, by whom and when, what was there before, and what became of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.db.findings.resolutions import KeptResolution
from app.domain.findings.resolution import Action, ResolutionState
from app.domain.findings.stake import Stake
from app.domain.record.fields import ABSENT, Absent, Value

EXAMPLE: dict[str, Any] = {
    "id": "8f4d2c1a-6b7e-4d0b-9b57-3c1f0a2e5d11",
    "invoice_id": "inv_8801",
    "contact_id": None,
    "conflict_id": 12,
    "discrepancy_id": None,
    "undoes": None,
    "action": "take_xero",
    "fields": [
        {
            "path": "reference",
            "decided": "PO 1179",
            "before": {"partner": "PO 1178", "xero": "PO 1179"},
        }
    ],
    "xero_id": None,
    "is_shared": False,
    "note": "Lee confirmed the number by phone.",
    "decided_by": "0a51a3ad-3f3d-4a4b-8a3a-5d8a2b1f7c60",
    "decided_at": "2026-11-20T05:00:00Z",
    "state": "done",
    "reason": None,
    "ended_at": "2026-11-20T05:00:02Z",
}


class DecidedField(BaseModel):
    """One field, or a whole line: what it is to be, and what stood there when it was decided."""

    path: str
    decided: Any = Field(description="Null also where a line is to be gone.")
    before: dict[str, Any] = Field(description="`partner` and `xero`; one that is missing was not there.")


class Resolution(BaseModel):
    """What a person decided about a conflict or a discrepancy."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: UUID
    invoice_id: str | None = Field(description="The invoice that it is of; null where it is a contact's.")
    contact_id: str | None
    conflict_id: int | None
    discrepancy_id: int | None
    undoes: UUID | None = Field(description="The resolution that this one takes back.")
    action: Action
    fields: list[DecidedField]
    xero_id: str | None = Field(
        description="Of `relink`: the invoice or contact of Xero's that it is from now on."
    )
    is_shared: bool = Field(
        description="Of `relink` of a contact: it may be another of your contacts too, as both are one customer."
    )
    note: str | None
    decided_by: UUID | None = Field(
        description="The id of the API key; null: an operator at the command line."
    )
    decided_at: datetime
    state: ResolutionState = Field(
        description="`waiting`: on its way to the sides, or held for the reason. `done`: both sides hold it. "
        "`overtaken`: somebody edited these fields first. `not_possible`: it changed nothing. `undone`: taken back."
    )
    reason: str | None
    ended_at: datetime | None


def build_resolution(kept: KeptResolution) -> Resolution:
    """The resource of a resolution."""
    resolution = kept.resolution
    return Resolution(
        id=resolution.id,
        invoice_id=kept.partner_invoice_id,
        contact_id=kept.partner_contact_id,
        conflict_id=resolution.conflict_id,
        discrepancy_id=resolution.discrepancy_id,
        undoes=resolution.undoes,
        action=resolution.action,
        fields=[_field(stake) for stake in resolution.stakes],
        xero_id=resolution.xero_id,
        is_shared=resolution.is_shared,
        note=kept.note,
        decided_by=kept.key_id,
        decided_at=resolution.decided_at,
        state=resolution.state,
        reason=resolution.reason,
        ended_at=resolution.ended_at,
    )


def _field(stake: Stake) -> DecidedField:
    before = {side.value: value for side, value in stake.seen.items() if value is not ABSENT}
    return DecidedField(path=stake.path, decided=_shown(stake.value), before=before)


def _shown(value: Value | Absent) -> Any:
    return None if isinstance(value, Absent) else value


def show_values(values: Mapping[str, Value | Absent]) -> dict[str, Any]:
    """Values by name, without those that are not there."""
    return {name: value for name, value in values.items() if not isinstance(value, Absent)}
