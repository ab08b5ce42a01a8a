"""The end of an invoice and the money on it: Xero voids nothing that is paid, and on what is voided books nothing more.

What an app took must not be gone with its invoice in silence. So a void that the app asks for waits while either side
has money on the invoice, and an invoice that was voided in Xero waits while the app has money on it that Xero never
booked. A credit note is no money: one that was not made is owed to nobody.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal

from app.domain.holds.hold import Hold, Way
from app.domain.record.credit import CreditKind
from app.domain.record.direction import Lanes
from app.domain.record.fields import Fields, keys_of, member
from app.domain.record.hub import Hub
from app.domain.record.money import paid
from app.domain.record.sides import Side, Status

VOID_BLOCKED = "void_blocked_by_payment"
PAYMENT_ON_VOIDED = "payment_on_voided"


def list_unbooked(hub: Hub, made: Collection[str], lanes: Lanes) -> list[str]:
    """The money that the app has on an invoice that is cancelled on either side and Xero lacks, in words; `made` are
    credits that are there.
    """
    if Status.CANCELLED not in (hub.record.get("status"), hub.xero_shadow.get("status")):
        return []
    payments = [_say_payment(hub.record, key) for key in _list_lacking("payments", hub, lanes)]
    lacking = [key for key in _list_lacking("credits", hub, lanes) if key not in made]
    return payments + [_say_deposit(hub.record, key) for key in lacking if _is_money(hub.record, key)]


def _list_lacking(kind: str, hub: Hub, lanes: Lanes) -> list[str]:
    held = set(keys_of(hub.xero_shadow, kind))
    found = [key for key in keys_of(hub.record, kind) if key not in held]
    return [key for key in found if lanes.leads_to(Side.XERO, f"{kind}/{key}")]


def _is_money(record: Fields, key: str) -> bool:
    return bool(member(record, "credits", key, "kind") == CreditKind.PREPAYMENT)


def judge_void(record: Fields, shadow: Fields, unbooked: Sequence[str], *, is_credited: bool) -> Hold | None:
    """Whether Xero would void it, and may: `unbooked` is money of which it knows nothing."""
    if record.get("status") != Status.CANCELLED:
        return None
    if paid(shadow):
        return _blocked_by_payments(record, shadow)
    if is_credited:
        return _blocked(
            "a credit is applied to it in Xero, which refuses to void it",
            "Remove the credit's allocation in Xero, then it is voided by itself.",
        )
    if unbooked:
        return _blocked(
            f"the app has money on it that Xero never booked: {', '.join(unbooked)}",
            "Take it back in the app, then it is voided by itself; or send the invoice again, and the money is booked.",
        )
    return None


def judge_voided(shadow: Fields, unbooked: Sequence[str]) -> Hold | None:
    """Whether an invoice that is voided in Xero has money on it in the app, whether or not the app takes the void."""
    if not unbooked or shadow.get("status") != Status.CANCELLED:
        return None
    return Hold(
        PAYMENT_ON_VOIDED,
        f"It is voided in Xero, and the app has money on it that Xero never booked: {', '.join(unbooked)}.",
        "If the customer got the money back, take it back in the app; in a shop, refund the order. If it was kept, put "
        "it on a new invoice in the app, and take it off this one. If another invoice in Xero stands in its place, or "
        "you make one there, as for an order of a shop, say so: POST .../discrepancies/{id}/resolve with relink links "
        "it, and the money is booked there.",
        Way.PERSON,
    )


def _blocked_by_payments(record: Fields, shadow: Fields) -> Hold:
    applied = keys_of(shadow, "payments")
    said = ", ".join(_say_payment({**shadow, **_methods(record)}, key) for key in applied)
    if any(key in keys_of(record, "payments") for key in applied):
        cure = (
            "Take them back in the app, or remove them in Xero, then it is voided by itself. One that was reconciled "
            "with the bank, or is part of a batch, is removed in Xero alone."
        )
    else:
        cure = "The app has none any more: they are removed in Xero, then it is voided by itself."
    return _blocked(f"payments are applied to it in Xero, which refuses to void it: {said}", cure)


def _blocked(why: str, cure: str) -> Hold:
    return Hold(VOID_BLOCKED, f"It was cancelled in the app, but {why}.", cure, Way.PAYMENTS_REMOVED)


def _methods(record: Fields) -> dict[str, str]:
    return {path: value for path, value in record.items() if path.endswith("/method")}


def _say_payment(fields: Fields, key: str) -> str:
    amount, day, method = (member(fields, "payments", key, name) for name in ("amount", "paid_on", "method"))
    return f"{Decimal(amount):.2f}" + (f" by {method}" if method else "") + f" on {day}"


def _say_deposit(fields: Fields, key: str) -> str:
    amount, day = (member(fields, "credits", key, name) for name in ("amount", "applied_on"))
    return f"a deposit of {Decimal(amount):.2f} on {day}"
