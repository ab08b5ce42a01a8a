"""How an answer is shown: a verdict, and every gate on the way."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain.invoices.link import State
from app.domain.why.gates import Answer, Gate, Outcome
from app.domain.xero.xero_invoice import XeroInvoice

_EXAMPLE: dict[str, Any] = {
    "kind": "invoice",
    "id": "inv_8801",
    "xero_invoice_id": None,
    "xero_contact_id": None,
    "state": "held",
    "verdict": "It is not in Xero: No revenue_accounts has 'labour'.",
    "code": "category_unmapped",
    "gates": [
        {
            "gate": "received",
            "outcome": "passed",
            "message": "Version 7 of its document came at 2026-11-20 03:15:00 UTC.",
            "code": None,
            "cure": None,
            "call": None,
        },
        {
            "gate": "categories",
            "outcome": "failed",
            "message": "No revenue_accounts has 'labour'.",
            "code": "category_unmapped",
            "cure": "Map it in the settings under revenue_accounts.",
            "call": "PATCH /v1/connections/6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10/settings",
        },
        {
            "gate": "accounts",
            "outcome": "not_reached",
            "message": "An earlier gate keeps it from being known.",
            "code": None,
            "cure": None,
            "call": None,
        },
    ],
}


class GateFound(BaseModel):
    """One gate on the way, and what was found there."""

    gate: Gate
    outcome: Outcome = Field(description="`not_reached`: an earlier gate keeps it from being known.")
    message: str
    code: str | None = Field(description="Of a failed one, the code of the reason.")
    cure: str | None
    call: str | None = Field(description="The call that takes the cure, where one does.")


class Why(BaseModel):
    """Why a thing is not in step, or that it is."""

    model_config = ConfigDict(title="Why", json_schema_extra={"examples": [_EXAMPLE]})

    kind: Literal["invoice", "contact"]
    id: str | None = Field(description="The partner's id; null for an invoice of Xero's that has none here.")
    xero_invoice_id: str | None = Field(default=None, description="Of an invoice that Xero has.")
    xero_contact_id: str | None = Field(default=None, description="Of a contact that Xero has.")
    state: State | None = Field(description="Null for what is not linked.")
    verdict: str = Field(description="One sentence.")
    code: str | None = Field(description="Of the first gate that stands in the way; null where none does.")
    gates: list[GateFound] = Field(description="Every gate in order.")


class Whys(BaseModel):
    """One answer for each invoice that is meant."""

    data: list[Why]


def build_why(
    answer: Answer,
    *,
    kind: Literal["invoice", "contact"] = "invoice",
    partner_id: str | None = None,
    xero_invoice_id: str | None = None,
    xero_contact_id: str | None = None,
    state: State | None = None,
) -> Why:
    """The resource of one answer."""
    return Why(
        kind=kind,
        id=partner_id,
        xero_invoice_id=xero_invoice_id,
        xero_contact_id=xero_contact_id,
        state=state,
        verdict=answer.verdict,
        code=answer.code,
        gates=[GateFound.model_validate(found, from_attributes=True) for found in answer.findings],
    )


def build_why_of_stranger(answer: Answer, invoice: XeroInvoice) -> Why:
    """The resource of an invoice that only Xero has."""
    return build_why(answer, xero_invoice_id=invoice.xero_invoice_id)
