"""How checks are shown: one list, how many of each outcome, and what to do next."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.api.onboarding.connection_resource import NextStep, build_next_step
from app.domain.checkup.all_checks import is_ready, list_checks
from app.domain.checkup.check import CheckOutcome
from app.domain.checkup.facts import CheckFacts

_EXAMPLE: dict[str, Any] = {
    "checked_at": "2026-11-20T03:15:00Z",
    "is_fresh": False,
    "ready": False,
    "failed": 1,
    "warnings": 0,
    "next_step": {
        "code": "mend_settings",
        "message": "Account 220 (Materials Sales) is archived in Xero. Choose another account under "
        "revenue_accounts.materials, or restore this one in Xero.",
        "call": "PATCH /v1/connections/6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10/settings",
        "is_optional": False,
    },
    "checks": [
        {
            "code": "connection",
            "about": None,
            "outcome": "passed",
            "message": "The connection is authorised and active.",
            "cure": None,
            "call": None,
        },
        {
            "code": "mappings",
            "about": "revenue_accounts.materials",
            "outcome": "failed",
            "message": "Account 220 (Materials Sales) is archived in Xero.",
            "cure": "Choose another account under revenue_accounts.materials, or restore this one in Xero.",
            "call": "PATCH /v1/connections/6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10/settings",
        },
    ],
}


class CheckMade(BaseModel):
    """One check."""

    code: str
    about: str | None = Field(description="Which of several: a scope, a setting, the code of a hold.")
    outcome: CheckOutcome
    message: str
    cure: str | None
    call: str | None = Field(description="The call that takes the cure, where one does.")


class Checkup(BaseModel):
    """Every check of a connection in order."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    checked_at: datetime
    is_fresh: bool = Field(description="The organisation was read from Xero for this very answer.")
    ready: bool = Field(description="Nothing failed: invoices that are sent now reach Xero.")
    failed: int
    warnings: int
    next_step: NextStep | None
    checks: list[CheckMade]


def build_checkup(facts: CheckFacts) -> Checkup:
    """The resource of a connection's checks."""
    checks = list_checks(facts)
    outcomes = [check.outcome for check in checks]
    return Checkup(
        checked_at=facts.now,
        is_fresh=facts.is_fresh,
        ready=is_ready(checks),
        failed=outcomes.count(CheckOutcome.FAILED),
        warnings=outcomes.count(CheckOutcome.WARNING),
        next_step=build_next_step(facts.connection),
        checks=[CheckMade.model_validate(check, from_attributes=True) for check in checks],
    )
