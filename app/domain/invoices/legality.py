"""What Xero would refuse, known before the call (DESIGN section 6, FACTS 4.1 to 4.3).

A pure judgement of the moves that a write would make against what Xero holds. The answer is None (in place), or a hold
with a code for machines, a sentence for people, what to do, and what kind of step that is. The lines themselves are
judged by `fitness`; a refusal that neither foresaw comes back from Xero and is explained by `refusals`.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from app.domain.holds.hold import Hold, Way
from app.domain.invoices.fitness import judge_lines, judge_total
from app.domain.invoices.voiding import judge_void
from app.domain.record.fields import LINE_ORDER, Fields, group_of, is_text_only, keys_of, member_of
from app.domain.record.money import paid
from app.domain.record.sides import Side, Status, project
from app.domain.xero.organisation import APPROVE, Organisation

EDITABLE_WHEN_PAID_HEADER = frozenset({"reference", "due_on", "number", "contact", "is_sent"})
EDITABLE_WHEN_PAID_LINE = frozenset({"description", "account", "tracking"})

LOCKED_PERIOD = "locked_period"
PAID_LOCKED = "paid_locked"

LONGEST_NUMBER = 255
LONGEST_REFERENCE = 255
"""Characters (FACTS 4.3)."""

_SUMS = ("unit_price", "quantity", "discount_rate", "discount_amount", "tax_type")


def judge_create(record: Fields, organisation: Organisation) -> Hold | None:
    """Whether Xero would take this record as a new invoice; a plan limits approved ones alone."""
    if record.get("status") != Status.DRAFT and not organisation.allows(APPROVE):
        return Hold(
            "plan_limit",
            "The organisation's Xero plan allows no more approved invoices for now.",
            "Raise the Xero plan, or wait for the next month; it goes out by itself then.",
        )
    return (
        _judge_currency(record.get("currency"), organisation)
        or _judge_words(("number", "reference"), record)
        or judge_lines(record, organisation)
        or judge_total(record, organisation)
        or _judge_lock(record.get("issued_on"), organisation)
    )


def judge_update(
    moves: Iterable[str],
    record: Fields,
    shadow: Fields,
    organisation: Organisation,
    *,
    is_credited: bool = False,
    unbooked: Sequence[str] = (),
) -> Hold | None:
    """Whether Xero would take these moves on the invoice that it holds (`shadow`).

    `is_credited`: a credit note, a prepayment or an overpayment is allocated to it there, beside its payments.
    `unbooked`: money that the app has on it and Xero does not know of, in words.
    """
    moves = list(moves)
    if not moves:
        return None
    if shadow.get("status") == Status.CANCELLED:
        return Hold(
            "cancelled_in_xero",
            "It is voided in Xero, which is final there.",
            "Cancel it in the app too, or write a new invoice.",
            Way.NONE,
        )
    if record.get("status") == Status.DRAFT and shadow.get("status") != Status.DRAFT:
        return Hold(
            "cannot_unsend",
            "It went back to draft in the app, and an approved invoice in Xero cannot become a draft again.",
            "Send it again, or cancel it.",
            Way.NONE,
        )
    is_void = record.get("status") == Status.CANCELLED
    return (
        _judge_lock(shadow.get("issued_on"), organisation, is_void=is_void)
        or _judge_lock(record.get("issued_on") if "issued_on" in moves else None, organisation)
        or judge_void(record, shadow, unbooked, is_credited=is_credited)
        or _judge_paid(moves, record, shadow, is_credited)
        or (None if is_void else _judge_approval(record, shadow, organisation))
        or (None if is_void else _judge_values(moves, record, organisation))
    )


def _judge_approval(record: Fields, shadow: Fields, organisation: Organisation) -> Hold | None:
    """A draft there that is to be approved must be whatever a new approved invoice must be."""
    if shadow.get("status") != Status.DRAFT or record.get("status") == Status.DRAFT:
        return None
    return judge_create(record, organisation)


def _judge_values(moves: Collection[str], record: Fields, organisation: Organisation) -> Hold | None:
    """Whether Xero would take what the fields move to."""
    currency = _judge_currency(record.get("currency"), organisation) if "currency" in moves else None
    moves_sums = any(member_of(path) in _SUMS for path in moves)
    return (
        currency
        or _judge_words([name for name in ("number", "reference") if name in moves], record)
        or judge_lines(record, organisation, moves)
        or (judge_total(record, organisation) if moves_sums else None)
    )


def _judge_paid(moves: list[str], record: Fields, shadow: Fields, is_credited: bool) -> Hold | None:
    """Part-paid and paid invoices take changes of a few fields only; their lines neither come nor go."""
    if not (paid(shadow) or is_credited) or record.get("status") == Status.CANCELLED:
        return None
    editable = editable_when_paid(moves, record, shadow, is_credited=is_credited)
    blocked = [path for path in moves if path not in editable]
    if not blocked:
        return None
    applied = "payments" if paid(shadow) else "a credit"
    return Hold(
        PAID_LOCKED,
        f"It has {applied} in Xero, which then refuses changes of {_in_words(blocked)}.",
        "Remove the payments, let the change through and pay again, or write a credit note."
        if paid(shadow)
        else "Remove the credit's allocation in Xero, let the change through, and allocate it again.",
        Way.PAYMENTS_REMOVED,
    )


def editable_when_paid(
    moves: Iterable[str], record: Fields, shadow: Fields, *, is_credited: bool = False
) -> tuple[str, ...]:
    """Those of the moves that Xero takes on an invoice with payments (FACTS 4.2); a credit fixes the contact too."""
    kept = {"contact"} if is_credited else set()
    return tuple(path for path in moves if path not in kept and _is_editable_when_paid(path, record, shadow))


def _is_editable_when_paid(path: str, record: Fields, shadow: Fields) -> bool:
    group = group_of(path)
    lines_stay = set(keys_of(record, "lines")) == set(keys_of(shadow, "lines"))
    key = (group or "").partition("/")[2]
    if group is None:
        return path in EDITABLE_WHEN_PAID_HEADER or (path == LINE_ORDER and lines_stay)
    if group.startswith(("payments/", "credits/")):
        return True
    if is_text_only(record, key) != is_text_only(shadow, key) and member_of(path) != "description":
        # Its price waits, and what it is booked under goes with that: words alone are booked nowhere.
        return False
    return lines_stay and member_of(path) in EDITABLE_WHEN_PAID_LINE


def _judge_lock(dated_on: str | None, organisation: Organisation, *, is_void: bool = False) -> Hold | None:
    lock_on = organisation.lock_on
    if dated_on is None or lock_on is None or date.fromisoformat(dated_on) > lock_on:
        return None
    return Hold(
        LOCKED_PERIOD,
        f"It is dated {dated_on}, and the organisation's books are locked up to {lock_on}.",
        "Write a credit note in Xero dated after the lock, or have an adviser move the lock date."
        if is_void
        else "Move the lock date in Xero, or date the invoice later.",
        Way.CREDIT_NOTE if is_void else Way.PERSON,
    )


def _judge_currency(currency: str | None, organisation: Organisation) -> Hold | None:
    if organisation.takes_currency(currency):
        return None
    if currency in organisation.currencies:
        return Hold(
            "currency_unknown",
            f"The organisation has {currency}, but its Xero plan allows no currency but its own.",
            "Raise the Xero plan, or write the invoice in the organisation's currency.",
        )
    return Hold(
        "currency_unknown",
        f"The organisation does not have the currency {currency}.",
        "Add the currency in Xero, or correct it on the invoice.",
    )


def _judge_words(names: Collection[str], record: Fields) -> Hold | None:
    """Number and reference as Xero can hold them; a number that is left to Xero is not judged."""
    said = project(Side.XERO, record)
    number, reference = said.get("number") or "", said.get("reference") or ""
    if "number" in names and (
        len(number) > LONGEST_NUMBER or not (number.isascii() and number.isprintable())
    ):
        return Hold(
            "number_unusable",
            f"Xero takes numbers of plain printable characters, {LONGEST_NUMBER} at the most, which this one is not.",
            "Give it another number in the app, or let Xero number invoices (numbering in the settings).",
        )
    if "reference" in names and len(reference) > LONGEST_REFERENCE:
        return Hold(
            "reference_too_long",
            f"Its reference has {len(reference)} characters, and Xero takes {LONGEST_REFERENCE}.",
            "Shorten the reference in the app.",
        )
    return None


def _in_words(paths: list[str]) -> str:
    names = sorted({member_of(path).replace("_", " ") for path in paths})
    return ", ".join(names)
