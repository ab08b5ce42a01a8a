"""Credits: what lowers an invoice's amount due without being a payment (FACTS 5).

In the record a credit is a group `credits/<key>/...` beside the payments: its kind, its amount with tax, the day on
which it was applied, and a credit note's number; why it was given is the partner's word alone. Credits are never
edited: one that differs is taken away and applied anew. What of a payment exceeds the invoice is booked in Xero as an
overpayment; the record keeps the payment whole, and `Overpaid` remembers which part of it stands elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.domain.record.fields import Fields, Value, decimal_text


class CreditKind(StrEnum):
    """A note, money taken before there was an invoice, or money paid beyond another one."""

    CREDIT_NOTE = "credit_note"
    PREPAYMENT = "prepayment"
    OVERPAYMENT = "overpayment"


class Overpayments(StrEnum):
    """What happens to a payment of more than is due: it waits, or the excess becomes the customer's overpayment."""

    HOLD = "hold"
    BOOK = "book"


@dataclass(frozen=True, slots=True)
class AppliedCredit:
    """A credit as an invoice in Xero shows it: `amount` is what of it was allocated to this invoice."""

    xero_credit_id: str
    kind: CreditKind
    amount: Decimal
    applied_on: date
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Overpaid:
    """What of one payment was booked as an overpayment in Xero.

    `is_whole`: nothing was due, so the invoice has no payment of it at all and the overpayment alone stands for it.
    `is_taken_back`: the app has removed the payment; Xero lets nobody delete the overpayment, so it is remembered. So
    is one whose payment was deleted in Xero, once it is used up there.
    `allocated` is what of it was set against this same invoice, because the payment turned out to be smaller.
    """

    xero_overpayment_id: str
    amount: Decimal
    paid_on: date
    is_whole: bool = False
    is_taken_back: bool = False
    allocated: Decimal = Decimal(0)


def credit_fields(
    applied: Sequence[AppliedCredit] | None, keys: Mapping[str, str], held: Fields
) -> dict[str, Value]:
    """The credits of an invoice in Xero's projection, under the link's keys.

    Several allocations of one credit are one entry with their sum, dated with the last. `held` supplies the credits
    when the answer did not carry them, and a number where it was left out.
    """
    if applied is None:
        return {path: value for path, value in held.items() if path.startswith("credits/")}
    fields: dict[str, Value] = {}
    for credit in sorted(applied, key=lambda credit: credit.applied_on):
        prefix = f"credits/{keys[credit.xero_credit_id]}/"
        fields |= {
            prefix + "kind": credit.kind.value,
            prefix + "amount": decimal_text(credit.amount + Decimal(fields.get(prefix + "amount", 0))),
            prefix + "applied_on": credit.applied_on.isoformat(),
            prefix + "number": credit.number or held.get(prefix + "number"),
        }
    return fields


def overpaid_fields(
    fields: Fields, overpaid: Mapping[str, Overpaid], *, are_payments_shown: bool
) -> dict[str, Value]:
    """The fields with every payment whole again of which a part, or all, stands in Xero as an overpayment.

    Payments that Xero's answer did not carry came from what we hold, whole already.
    """
    if not are_payments_shown:
        return dict(fields)
    whole = dict(fields)
    for key, part in overpaid.items():
        path = f"payments/{key}/amount"
        if path in whole:
            whole[path] = decimal_text(Decimal(whole[path]) + part.amount)
        elif part.is_whole and not part.is_taken_back:
            whole |= {path: decimal_text(part.amount), f"payments/{key}/paid_on": part.paid_on.isoformat()}
    return whole
