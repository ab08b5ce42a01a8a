"""Which payments and credits can be booked in Xero within what is due, and why the others wait.

Whatever exceeds what is due is held before any call: a credit note that cannot be allocated would be left lying about
in Xero.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.domain.holds.hold import Hold
from app.domain.invoices.case import Case
from app.domain.invoices.legality import LOCKED_PERIOD
from app.domain.record.credit import CreditKind, Overpaid, Overpayments
from app.domain.record.fields import Fields, keys_of, member
from app.domain.record.money import covered
from app.domain.xero.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Fitting:
    """Which keys fit into what is due, and the first reason why one does not.

    `exceeding`: payment keys with how much of each is to be booked as an overpayment before the payment.
    """

    keys: tuple[str, ...] = ()
    hold: Hold | None = None
    exceeding: tuple[tuple[str, Decimal], ...] = ()


def find_due(total: str | None, shadow: Fields, overpaid: Mapping[str, Overpaid]) -> Decimal | None:
    """What is due on the invoice in Xero, where overpayments cover nothing of it; None where its total is not known."""
    if total is None:
        return None
    paid = set(keys_of(shadow, "payments"))
    beside = (part.amount - part.allocated for key, part in overpaid.items() if key in paid)
    return max(Decimal(0), Decimal(total) - covered(shadow) + sum(beside, Decimal(0)))


def fit_credits(keys: Sequence[str], due: Decimal | None, case: Case, made: Collection[str]) -> Fitting:
    """Which of these credits can be applied now, and what holds the others; `made` are those that Xero has already."""
    fitting: list[str] = []
    holds: list[Hold] = []
    for key in keys:
        amount = Decimal(member(case.record, "credits", key, "amount"))
        hold = next(_objections(key, case, is_made=key in made), None)
        if hold is None and due is not None and amount > due:
            hold = _exceeds(amount, due)
        if hold is not None:
            holds.append(hold)
            continue
        fitting.append(key)
        due = None if due is None else due - amount
    return Fitting(tuple(fitting), holds[0] if holds else None)


def fit_payments(keys: Sequence[str], due: Decimal | None, case: Case) -> Fitting:
    """Which of these payments can be made now, and what holds the others."""
    placed, unplaced = _leave_unplaced(keys, case)
    open_, locked = _leave_locked(placed, case)
    fitting = _fit_within(due, open_, case)
    return replace(fitting, hold=unplaced or locked or fitting.hold)


def _leave_unplaced(keys: Sequence[str], case: Case) -> tuple[Sequence[str], Hold | None]:
    """Those that have an account to go to; none where an account takes no payments any more."""
    methods = {key: member(case.record, "payments", key, "method") for key in keys}
    accounts = {key: case.terms.account_for(method) for key, method in methods.items()}
    unusable = _judge_accounts({each for each in accounts.values() if each is not None}, case.organisation)
    if unusable is not None:
        return (), unusable
    unmapped = {methods[key] or "no method" for key in keys if accounts[key] is None}
    if not unmapped:
        return keys, None
    return [key for key in keys if accounts[key] is not None], Hold(
        "payment_account_missing",
        f"A payment by {', '.join(sorted(unmapped))} was taken in the app, and no account in Xero is chosen for it.",
        "Choose one in the settings, under payment_accounts for the method or as payment_account for all.",
    )


def _judge_accounts(account_ids: Collection[str], organisation: Organisation) -> Hold | None:
    """The first of the accounts, by id, that takes no payments."""
    for account_id in sorted(account_ids):
        account = organisation.find_account(account_id)
        if account is None or not account.fits_payments:
            name = f"{account.code or account.name}" if account else account_id
            return Hold(
                "payment_account_unusable",
                f"A payment was taken in the app, and account {name} no longer takes payments in Xero.",
                "Choose another payment account in the settings, or restore this one in Xero.",
            )
    return None


def _leave_locked(keys: Sequence[str], case: Case) -> tuple[Sequence[str], Hold | None]:
    """Those that are not dated in locked books."""
    dates = {key: member(case.record, "payments", key, "paid_on") for key in keys}
    judged = ((key, _judge_date("payment", day, case.organisation)) for key, day in dates.items())
    holds = {key: hold for key, hold in judged if hold is not None}
    return [key for key in keys if key not in holds], next(iter(holds.values()), None)


def _fit_within(due: Decimal | None, keys: Sequence[str], case: Case) -> Fitting:
    """Those that what is due has room for, each less what of it is an overpayment already.

    One of which a part exceeds what is due is made after that part has been booked.
    """
    if due is None:
        return Fitting(tuple(keys))
    fitting: list[str] = []
    exceeding: list[tuple[str, Decimal]] = []
    hold: Hold | None = None
    for key in keys:
        part = case.xero.credits.overpaid.get(key)
        amount = Decimal(member(case.record, "payments", key, "amount")) - (part.amount if part else 0)
        excess = amount - due
        if excess > 0 and (part is not None or case.terms.credits.overpayments is Overpayments.HOLD):
            hold = hold or (_overpays_again(amount, due, part) if part else _overpays(amount, due))
            continue
        if excess > 0:
            exceeding.append((key, excess))
        else:
            fitting.append(key)
        due -= min(amount, due)
    return Fitting(tuple(fitting), hold, tuple(exceeding))


def _objections(key: str, case: Case, *, is_made: bool) -> Iterator[Hold]:
    locked = _judge_date("credit", member(case.record, "credits", key, "applied_on"), case.organisation)
    if locked is not None:
        yield locked
    if is_made:
        return
    kind = member(case.record, "credits", key, "kind")
    if kind == CreditKind.OVERPAYMENT:
        yield Hold(
            "overpayment_not_in_xero",
            "The app says that an overpayment covers a part of it, and which one that is only Xero knows.",
            "Allocate the overpayment in Xero; it is shown in the app then. Or take this entry out in the app.",
        )
    if kind == CreditKind.PREPAYMENT:
        yield from _deposit_objections(case)
    if case.terms.credits.account_of(kind) is None:
        yield Hold(
            "credit_account_missing",
            f"A {kind.replace('_', ' ')} was made in the app, and no account is chosen for it in Xero.",
            "Choose one in the settings: credit_note_account, prepayment_account, or revenue_accounts for general.",
        )


def _deposit_objections(case: Case) -> Iterator[Hold]:
    """A deposit is a receipt at the bank, in the bank account's own currency."""
    bank_id, organisation = case.terms.credits.bank_account_id, case.organisation
    bank = organisation.find_account(bank_id) if bank_id else None
    if bank is None:
        yield Hold(
            "payment_account_missing",
            "A deposit was taken in the app, and no account in Xero is chosen for payments.",
            "Choose a payment account in the settings.",
        )
    elif bank.type != "BANK":
        yield Hold(
            "deposit_account_not_bank",
            f"A deposit was taken in the app, and {bank.name} in Xero is no bank account, as Xero asks of deposits.",
            "Choose a bank account as payment_account in the settings, and others under payment_accounts.",
        )
    elif not bank.fits_payments:
        yield Hold(
            "payment_account_unusable",
            f"A deposit was taken in the app, and {bank.name} is {bank.status.lower()} in Xero.",
            "Choose another bank account as payment_account in the settings, or restore this one in Xero.",
        )
    if case.record.get("currency") != organisation.base_currency:
        yield Hold(
            "deposit_currency",
            f"A deposit was taken in {case.record.get('currency')}, and Xero lets apps book deposits in"
            f" {organisation.base_currency} only.",
            "Book the prepayment in Xero and allocate it there; it is shown in the app then.",
        )


def _judge_date(what: str, dated_on: str, organisation: Organisation) -> Hold | None:
    lock_on = organisation.lock_on
    if lock_on is None or date.fromisoformat(dated_on) > lock_on:
        return None
    return Hold(
        LOCKED_PERIOD,
        f"A {what} is dated {dated_on}, and the organisation's books are locked up to {lock_on}.",
        f"Move the lock date in Xero, or date the {what} later.",
    )


def _exceeds(amount: Decimal, due: Decimal) -> Hold:
    return Hold(
        "credit_exceeds_due",
        f"A credit of {amount:.2f} exceeds the {due:.2f} outstanding on the invoice in Xero.",
        "Correct the credit in the app, or remove a payment or another credit first.",
    )


def _overpays(amount: Decimal, due: Decimal) -> Hold:
    return Hold(
        "payment_exceeds_due",
        f"A payment of {amount:.2f} exceeds the {due:.2f} outstanding on the invoice in Xero.",
        "Correct the payment, or choose in the settings that overpayments are booked.",
    )


def _overpays_again(amount: Decimal, due: Decimal, part: Overpaid) -> Hold:
    return Hold(
        "payment_exceeds_due",
        f"A payment, less the {part.amount:.2f} of it that are an overpayment in Xero already, is {amount:.2f} and "
        f"exceeds the {due:.2f} outstanding there.",
        "Say what came beyond that as a payment of its own.",
    )
