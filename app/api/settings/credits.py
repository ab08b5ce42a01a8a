"""What a business may choose of how credits and overpayments are booked, checked against its organisation. Pure.

Accounts come by id or by code and are kept by id, because people edit codes.
"""

from typing import Any

from pydantic import BaseModel, Field

from app.api.settings.accounts import choose_account, why_unfit_for_lines
from app.domain.connections.settings import ConnectionSettings
from app.domain.record.credit import Overpayments
from app.domain.xero.organisation import Organisation
from app.intake.refusals import Fault
from app.intake.values import Line

_ACCOUNTS = ("credit_note_account", "prepayment_account")


class CreditsChange(BaseModel):
    """The part of a change of settings that this module reads."""

    credit_note_account: Line | None = Field(
        default=None,
        description="Of the lines of credit notes made in the app; null: the revenue account of `general`.",
    )
    prepayment_account: Line | None = Field(
        default=None, description="Of the lines of deposits taken in the app; null: the same."
    )
    overpayments: Overpayments | None = Field(
        default=None,
        description="A payment of more than is due: `hold` lets it wait for a person, `book` makes the excess an "
        "overpayment of the customer in Xero.",
    )


class CreditSettings(BaseModel):
    """The part of the settings that is about credits."""

    credit_note_account: str | None = Field(
        description="Of the lines of credit notes made in the app; null: the revenue account of `general`."
    )
    prepayment_account: str | None = Field(
        description="Of the lines of deposits taken in the app; null: the same."
    )
    overpayments: Overpayments = Field(description="What happens to a payment of more than is due.")


def show_credits(settings: ConnectionSettings) -> dict[str, Any]:
    """The settings about credits as the API names them."""
    return {
        "credit_note_account": settings.credit_note_account_id,
        "prepayment_account": settings.prepayment_account_id,
        "overpayments": settings.overpayments,
    }


def choose_credits(
    change: CreditsChange, organisation: Organisation | None, faults: list[Fault]
) -> dict[str, Any]:
    """The settings that the change names, as they are kept; adds a fault for each that cannot be chosen."""
    named = change.model_fields_set
    chosen: dict[str, Any] = {}
    if "overpayments" in named:
        chosen["overpayments"] = change.overpayments
        faults += [Fault("overpayments", "cannot be null")] if change.overpayments is None else []
    for name in _ACCOUNTS:
        if name in named and organisation is not None:
            wanted = getattr(change, name)
            chosen[f"{name}_id"] = (
                choose_account(organisation, name, wanted, why_unfit_for_lines, faults) if wanted else None
            )
    return chosen
