"""What Xero would refuse, known before the call (DESIGN section 6, FACTS 4.1 and 4.2).

A pure judgement of the moves that a write would make against what Xero holds. The answer is None (in place), or a hold
with a code for machines, a sentence for people and what to do. A refusal that this did not foresee comes back from Xero
and is held with Xero's own words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.domain.fields import LINE_ORDER, Fields, group_of, is_text_only, keys_of, member_of
from app.domain.money import paid
from app.domain.organisation import Organisation
from app.domain.sides import Side, Status, project

EDITABLE_WHEN_PAID_HEADER = frozenset({"reference", "due_on", "number", "contact", "is_sent"})
EDITABLE_WHEN_PAID_LINE = frozenset({"description", "account"})

PAID_LOCKED = "paid_locked"
VOID_BLOCKED = "void_blocked_by_payment"


@dataclass(frozen=True, slots=True)
class Hold:
    """Why work waits: a stable code, a sentence for a person, and what would let it go on."""

    code: str
    message: str
    cure: str


def judge_create(record: Fields, organisation: Organisation) -> Hold | None:
    """Whether Xero would take this record as a new invoice."""
    currency = record.get("currency")
    if currency not in organisation.currencies:
        return Hold(
            "currency_unknown",
            f"The organisation does not have the currency {currency}.",
            "Add the currency in Xero, or correct it on the invoice.",
        )
    return _judge_account_fitness(record, organisation) or _judge_lock(record.get("issued_on"), organisation)


def judge_update(
    moves: Iterable[str], record: Fields, shadow: Fields, organisation: Organisation
) -> Hold | None:
    """Whether Xero would take these moves on the invoice that it holds (`shadow`)."""
    moves = list(moves)
    if not moves:
        return None
    if shadow.get("status") == Status.CANCELLED:
        return Hold(
            "cancelled_in_xero",
            "It is voided in Xero, which is final there.",
            "Cancel it in the app too, or write a new invoice.",
        )
    if record.get("status") == Status.DRAFT:
        return Hold(
            "cannot_unsend",
            "It went back to draft in the app, and an approved invoice in Xero cannot become a draft again.",
            "Send it again, or cancel it.",
        )
    return (
        _judge_lock(shadow.get("issued_on"), organisation)
        or _judge_lock(record.get("issued_on") if "issued_on" in moves else None, organisation)
        or _judge_void(record, shadow)
        or _judge_paid(moves, record, shadow)
        or _judge_account_fitness(record, organisation, only=moves)
    )


def _judge_void(record: Fields, shadow: Fields) -> Hold | None:
    if record.get("status") == Status.CANCELLED and paid(shadow):
        return Hold(
            VOID_BLOCKED,
            "It was cancelled in the app, but payments are applied to it in Xero, which refuses to void it.",
            "Remove the payments in Xero (or in the app), then it is voided by itself.",
        )
    return None


def _judge_paid(moves: list[str], record: Fields, shadow: Fields) -> Hold | None:
    """Part-paid and paid invoices take changes of a few fields only; their lines neither come nor go."""
    if not paid(shadow) or record.get("status") == Status.CANCELLED:
        return None
    editable = editable_when_paid(moves, record, shadow)
    blocked = [path for path in moves if path not in editable]
    if not blocked:
        return None
    return Hold(
        PAID_LOCKED,
        f"It has payments in Xero, which then refuses changes of {_in_words(blocked)}.",
        "Remove the payments, let the change through and pay again, or write a credit note.",
    )


def editable_when_paid(moves: Iterable[str], record: Fields, shadow: Fields) -> tuple[str, ...]:
    """Those of the moves that Xero takes on an invoice with payments (FACTS 4.2)."""
    return tuple(path for path in moves if _is_editable_when_paid(path, record, shadow))


def _is_editable_when_paid(path: str, record: Fields, shadow: Fields) -> bool:
    group = group_of(path)
    lines_stay = set(keys_of(record, "lines")) == set(keys_of(shadow, "lines"))
    if group is None:
        return path in EDITABLE_WHEN_PAID_HEADER or (path == LINE_ORDER and lines_stay)
    if group.startswith("payments/"):
        return True
    return lines_stay and member_of(path) in EDITABLE_WHEN_PAID_LINE


def _judge_lock(dated_on: str | None, organisation: Organisation) -> Hold | None:
    if (
        dated_on is None
        or organisation.lock_on is None
        or date.fromisoformat(dated_on) > organisation.lock_on
    ):
        return None
    return Hold(
        "locked_period",
        f"It is dated {dated_on}, and the organisation's books are locked up to {organisation.lock_on}.",
        "Move the lock date in Xero, or date the invoice later.",
    )


def _judge_account_fitness(
    record: Fields, organisation: Organisation, only: list[str] | None = None
) -> Hold | None:
    """Lines need an active account and a tax rate that may be used for sales; untouched lines are let be."""
    for key in keys_of(project(Side.XERO, record), "lines"):
        if only is not None and not any(path.startswith(f"lines/{key}/") for path in only):
            continue
        if is_text_only(record, key):
            continue
        hold = _judge_account(record.get(f"lines/{key}/account"), organisation)
        if hold:
            return hold
        hold = _judge_tax(record.get(f"lines/{key}/tax_type"), organisation)
        if hold:
            return hold
    return None


def _judge_account(code: str | None, organisation: Organisation) -> Hold | None:
    account = organisation.find_account(code) if code else None
    if account is not None and account.status == "ACTIVE":
        return None
    fact = "does not exist" if account is None else f"is {account.status.lower()}"
    return Hold(
        "account_unusable",
        f"Account {code} {fact} in Xero.",
        "Choose another account in the settings, or restore it in Xero.",
    )


def _judge_tax(tax_type: str | None, organisation: Organisation) -> Hold | None:
    if tax_type == "NONE":
        return None
    rate = organisation.find_tax_rate(tax_type) if tax_type else None
    if rate is not None and rate.fits_sales:
        return None
    fact = "does not exist" if rate is None else "cannot be used for sales"
    return Hold(
        "tax_unusable",
        f"Tax rate {tax_type} {fact} in Xero.",
        "Choose another rate for that tax in the settings.",
    )


def _in_words(paths: list[str]) -> str:
    names = sorted({member_of(path).replace("_", " ") for path in paths})
    return ", ".join(names)
