"""What a business may choose of conflicts: who wins, for everything and for single fields (FEATURES N1). Pure."""

from typing import Any

from pydantic import BaseModel, Field

from app.domain.connections.settings import ConnectionSettings
from app.domain.record.field_names import POLICY_NAMES
from app.domain.record.policy import ConflictPolicy
from app.intake.refusals import Fault
from app.intake.values import Word


class PoliciesChange(BaseModel):
    """The part of a change of settings that this module reads."""

    conflict_policy: ConflictPolicy | None = Field(
        default=None,
        description="Who wins where both sides changed one field to different values: `newest_wins`, `xero_wins`, "
        "`partner_wins`, or `hold` for a person to decide. The conflict is kept with both values in any case.",
    )
    conflict_policies: dict[Word, ConflictPolicy | None] = Field(
        max_length=1_000,
        default={},
        description="The same for single fields, as `reference`, `lines/*/unit_price`, `lines`, `payments` or "
        "`contact.phone`; of several that cover a field the closest decides.",
    )


class PolicySettings(BaseModel):
    """What a business chose of conflicts."""

    conflict_policy: ConflictPolicy = Field(description="Who wins where no other is named for the field.")
    conflict_policies: dict[str, ConflictPolicy] = Field(
        description="Who wins at single fields, lines, payments, credits or customers."
    )


def show_policies(settings: ConnectionSettings) -> dict[str, Any]:
    """The settings of conflicts as the API names them."""
    return {
        "conflict_policy": settings.conflict_policy,
        "conflict_policies": dict(settings.conflict_policies),
    }


def choose_policies(
    settings: ConnectionSettings, change: PoliciesChange, faults: list[Fault]
) -> dict[str, Any]:
    """The settings that the change names, as they are kept; adds a fault for each that cannot be chosen."""
    chosen: dict[str, Any] = {}
    if "conflict_policy" in change.model_fields_set:
        chosen["conflict_policy"] = change.conflict_policy
        faults += [Fault("conflict_policy", "cannot be null")] if change.conflict_policy is None else []
    merged = dict(settings.conflict_policies)
    for name, policy in change.conflict_policies.items():
        merged.pop(name, None)
        if name not in POLICY_NAMES:
            known = ", ".join(POLICY_NAMES)
            faults.append(
                Fault(f"conflict_policies.{name}", f"is nothing to be in conflict over; it can be {known}")
            )
        elif policy is not None:
            merged[name] = policy
    return chosen | {"conflict_policies": merged}
