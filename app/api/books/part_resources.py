"""How a payment and a credit are shown as resources: what both sides should show, beside what each of them has."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.api.books.part_calls import FoundPart
from app.api.books.settling import (
    AppCredit,
    AppPayment,
    CreditKind,
    XeroCredit,
    XeroPayment,
    show_app_credit,
    show_app_payment,
    show_xero_credit,
    show_xero_payment,
)
from app.api.books.sides import show_amount
from app.api.books.standing import Reason, show
from app.domain.invoices.link import State
from app.domain.xero.xero_invoice import BORN_IN_XERO

_CONNECTION = "6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10"
_AMOUNT = {"amount": "500.00", "currency": "AUD"}


class Payment(BaseModel):
    """A payment of one invoice. Its id is unique within that invoice; one born in Xero has one of ours."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "p1",
                    "invoice_id": "inv_8801",
                    "connection_id": _CONNECTION,
                    "state": "settled",
                    "reason": None,
                    **_AMOUNT,
                    "paid_on": "2026-11-20",
                    "method": "card",
                    "fee": "8.75",
                    "account_id": "a2d9b2c4-8f3e-4d52-9a0f-3c1f6a7b8c90",
                    "partner": {
                        "id": "p1",
                        **_AMOUNT,
                        "paid_on": "2026-11-20",
                        "method": "card",
                        "fee": "8.75",
                    },
                    "xero": {
                        "id": "p1",
                        "xero_payment_id": "6a1f0e52-7d0b-4c6e-9d5a-0c4a1d2b3e4f",
                        "xero_overpayment_id": None,
                        **_AMOUNT,
                        "paid_on": "2026-11-20",
                    },
                }
            ]
        }
    )

    id: str
    invoice_id: str
    connection_id: UUID
    state: State = Field(
        description="`settled` once both sides have it alike; else where its invoice stands."
    )
    reason: Reason | None
    amount: str = Field(description="What both sides should show.")
    currency: str | None
    paid_on: str | None
    method: str | None
    fee: str | None = Field(
        description="What it cost the business; changes no amount and never goes to Xero."
    )
    account_id: str | None = Field(
        description="The account of Xero into which the settings book payments of its method; null for one made there."
    )
    partner: AppPayment | None = Field(description="Null where the app does not have it.")
    xero: XeroPayment | None = Field(description="Null where Xero does not have it.")


class Credit(BaseModel):
    """What lowers an invoice's amount due without being a payment; its id is unique within that invoice."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "c1",
                    "invoice_id": "inv_8801",
                    "connection_id": _CONNECTION,
                    "kind": "credit_note",
                    "state": "behind",
                    "reason": None,
                    **_AMOUNT,
                    "applied_on": "2026-11-21",
                    "number": None,
                    "given_for": "Goodwill",
                    "partner": {
                        "id": "c1",
                        "kind": "credit_note",
                        **_AMOUNT,
                        "applied_on": "2026-11-21",
                        "number": None,
                        "reason": "Goodwill",
                    },
                    "xero": None,
                }
            ]
        }
    )

    id: str
    invoice_id: str
    connection_id: UUID
    kind: CreditKind
    state: State = Field(
        description="`settled` once both sides have it alike; else where its invoice stands."
    )
    reason: Reason | None
    amount: str = Field(description="What both sides should show, with tax.")
    currency: str | None
    applied_on: str | None
    number: str | None
    given_for: str | None = Field(description="The `reason` of the document, which the customer is shown.")
    partner: AppCredit | None = Field(description="Null where the app does not have it.")
    xero: XeroCredit | None = Field(description="Null where Xero does not have it.")


def build_payment(found: FoundPart) -> Payment:
    """The resource of one payment."""
    connection, kept, sides, part = found
    wanted, settings = _find_wanted(found), connection.settings
    is_born = part.key.startswith(BORN_IN_XERO)
    booked = settings.payment_accounts.get(wanted.get("method") or "", settings.payment_account_id)
    state, reason = _stand(found)
    return Payment(
        id=part.key,
        invoice_id=kept.link.partner_invoice_id,
        connection_id=connection.id,
        state=state,
        reason=reason,
        amount=show_amount(wanted["amount"]) or "",
        currency=sides.currency,
        paid_on=wanted.get("paid_on"),
        method=wanted.get("method"),
        fee=show_amount(kept.link.fees.get(part.key)),
        account_id=None if is_born else booked,
        partner=show_app_payment(kept.link, sides, part.key) if part.partner else None,
        xero=show_xero_payment(kept.link, sides, part.key) if part.xero else None,
    )


def build_credit(found: FoundPart) -> Credit:
    """The resource of one credit."""
    connection, kept, sides, part = found
    wanted = _find_wanted(found)
    state, reason = _stand(found)
    return Credit(
        id=part.key,
        invoice_id=kept.link.partner_invoice_id,
        connection_id=connection.id,
        kind=wanted["kind"],
        state=state,
        reason=reason,
        amount=show_amount(wanted["amount"]) or "",
        currency=sides.currency,
        applied_on=wanted.get("applied_on"),
        number=wanted.get("number"),
        given_for=wanted.get("reason"),
        partner=show_app_credit(sides, part.key) if part.partner else None,
        xero=show_xero_credit(kept.link, sides, part.key) if part.xero else None,
    )


def _find_wanted(found: FoundPart) -> Mapping[str, Any]:
    """What both sides should show of it; of a document that was not merged yet, what that says."""
    part = found.part
    first = part.partner if found.kept.link.has_news_from_partner else None
    return first or part.record or part.partner or part.xero or {}


def _stand(found: FoundPart) -> tuple[State, Reason | None]:
    if found.part.is_alike:
        return State.SETTLED, None
    shown = show(found.kept, found.connection)
    return shown.state, shown.reason
