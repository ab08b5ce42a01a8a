"""What a person says to decide a conflict or a discrepancy."""

from typing import Annotated, Any, Literal, Self, TypeVar
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StrictBool,
    ValidationInfo,
    field_validator,
    model_validator,
)

from app.intake.values import Line, Remark, refused

MOST_AT_ONCE = 100

Choice = Literal["take_xero", "take_partner", "merged", "relink", "ignore"]

_EXAMPLES: list[JsonValue] = [
    {"action": "take_xero", "note": "Lee confirmed the number by phone."},
    {"action": "merged", "values": {"reference": "PO 1177-B"}},
    {"action": "relink", "xero_id": "0f2a3b64-5a0c-4a40-8f61-6f6a3b1c9d21", "content": "xero"},
]

_OWNERS = {"values": "merged", "xero_id": "relink"}
"""The action that a member belongs to, and that needs it."""

Said = TypeVar("Said")


class Decision(BaseModel):
    """What is to become of it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": _EXAMPLES})

    action: Choice = Field(
        description="`take_xero`, `take_partner`: that side's value stands on both. `merged`: `values` do. `relink`: "
        "it is another invoice or contact of Xero's, `xero_id`. `ignore`: it stays as it is, and is spoken of no more "
        "while the values stay as they are."
    )
    values: dict[Line, Any] | None = Field(
        default=None,
        validate_default=True,
        max_length=50,
        description="Of `merged`: by path the value that both sides are to have, as a document says it.",
    )
    xero_id: UUID | None = Field(
        default=None,
        validate_default=True,
        description="Of `relink`: Xero's id of the invoice or the contact.",
    )
    content: Literal["xero", "partner"] = Field(
        default="xero",
        description="Of `relink` of an invoice: whose words stand where the two differ. Payments of both stay.",
    )
    with_invoices: StrictBool = Field(
        default=False,
        description="Of `relink` of a contact: move its invoices in Xero too, if they stand under another there.",
    )
    is_shared: StrictBool = Field(
        default=False,
        description="Of `relink` of a contact: link it although another of your contacts is that one already, because "
        "both are one customer.",
    )
    note: Remark | None = Field(default=None, description="Why, for whoever reads it later.")

    @field_validator("is_shared")
    @classmethod
    def _is_of_a_relink(cls, is_shared: bool, info: ValidationInfo) -> bool:
        action = info.data.get("action")
        if is_shared and action not in ("relink", None):
            raise refused(f"belongs to relink, not to {action}")
        return is_shared

    @field_validator("values", "xero_id")
    @classmethod
    def _fits_its_action(cls, said: Said, info: ValidationInfo) -> Said:
        """An action that is none is refused by itself, and says nothing of these."""
        action, owner = info.data.get("action"), _OWNERS[info.field_name or ""]
        if action == owner and not said:
            raise refused(f"is required by {owner}")
        if action not in (owner, None) and said is not None:
            raise refused(f"belongs to {owner}, not to {action}")
        return said


class DecisionOfMany(Decision):
    """One decision of several: it names what it is about."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"conflict_id": 12, "action": "take_partner"}]}
    )

    conflict_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    discrepancy_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> Self:
        if (self.conflict_id is None) == (self.discrepancy_id is None):
            raise refused("name either a conflict_id or a discrepancy_id")
        return self


class Decisions(BaseModel):
    """Up to a hundred decisions; each is taken or refused by itself."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "resolutions": [
                        {"conflict_id": 12, "action": "take_partner"},
                        {"discrepancy_id": 3, "action": "ignore"},
                    ]
                }
            ]
        },
    )

    resolutions: list[DecisionOfMany] = Field(min_length=1, max_length=MOST_AT_ONCE)


class Undo(BaseModel):
    """Why a resolution is taken back; the body may be left out."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"note": "The customer meant the other."}]}
    )

    note: Remark | None = None
