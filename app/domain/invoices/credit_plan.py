"""What is due in Xero of one link's credits, and of what its payments exceed: the credits' part of `plan`.

The order that keeps every amount legal: credits that should not be there go first, then new ones are applied, then
payments are made, each of them within what is due at that moment. Whatever exceeds that is held before any call,
because a credit note that cannot be allocated would be left lying about in Xero.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from app.domain.holds.hold import Hold
from app.domain.invoices.legality import LOCKED_PERIOD
from app.domain.record.credit import CreditKind, Overpaid, Overpayments
from app.domain.record.fields import Fields, keys_of, member, without_group
from app.domain.record.hub import Hub
from app.domain.record.money import covered
from app.domain.xero.organisation import Organisation
from app.domain.xero.xero_invoice import BORN_IN_XERO


@dataclass(frozen=True, slots=True)
class CreditTerms:
    """What the settings say of credits: accounts of their lines by code, the bank account that takes deposits by id."""

    credit_note_account: str | None = None
    prepayment_account: str | None = None
    bank_account_id: str | None = None
    overpayments: Overpayments = Overpayments.HOLD

    def account_of(self, kind: str) -> str | None:
        """The code of the account for the lines of a credit of that kind."""
        return self.prepayment_account if kind == CreditKind.PREPAYMENT else self.credit_note_account


@dataclass(frozen=True, slots=True)
class CreditState:
    """What is known of the link's credits in Xero beside its shadow.

    `made`: keys of credits that exist there, allocated or not. `overpaid`: by payment key.
    """

    made: frozenset[str] = frozenset()
    overpaid: Mapping[str, Overpaid] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fitting:
    """Which keys fit into what is due, and the first reason why one does not.

    `exceeding`: payment keys with how much of each is to be booked as an overpayment before the payment.
    """

    keys: tuple[str, ...] = ()
    hold: Hold | None = None
    exceeding: tuple[tuple[str, Decimal], ...] = ()


def find_uncovering(shadow: Fields, due: Decimal | None, state: CreditState) -> str | None:
    """A payment of which something is an overpayment while the invoice is still due in Xero, where that covers nothing.

    `due` is Xero's own word; None where it is not known.
    """
    if not due:
        return None
    paid = set(keys_of(shadow, "payments"))
    return next(
        (key for key, part in state.overpaid.items() if key in paid and part.allocated < part.amount), None
    )


def find_due(total: str | None, shadow: Fields, state: CreditState) -> Decimal | None:
    """What is due on the invoice in Xero, where overpayments cover nothing of it; None where its total is not known."""
    if total is None:
        return None
    paid = set(keys_of(shadow, "payments"))
    beside = (part.amount - part.allocated for key, part in state.overpaid.items() if key in paid)
    return max(Decimal(0), Decimal(total) - covered(shadow) + sum(beside, Decimal(0)))


def groups_gone(
    kind: str, moves: Collection[str], record: Fields, shadow: Fields, open_conflicts: Collection[str]
) -> tuple[str, ...]:
    """Keys of that kind (`payments`, `credits`) that Xero should not hold as it does: gone from the record, or changed.

    Xero edits neither kind, so a changed one is taken away and made anew (FACTS 5).
    """
    changed = {path.split("/")[1] for path in moves if path.startswith(f"{kind}/")}
    gone = set(keys_of(shadow, kind)) - set(keys_of(record, kind))
    return tuple(
        key
        for key in keys_of(shadow, kind)
        if key in changed | gone and f"{kind}/{key}" not in open_conflicts
    )


def fit_credits(
    keys: Sequence[str],
    record: Fields,
    due: Decimal | None,
    state: CreditState,
    terms: CreditTerms,
    organisation: Organisation,
) -> Fitting:
    """Which of the missing credits can be applied now, and what holds the others."""
    fitting: list[str] = []
    holds: list[Hold] = []
    for key in keys:
        amount = Decimal(member(record, "credits", key, "amount"))
        hold = next(_objections(record, key, state, terms, organisation), None)
        if hold is None and due is not None and amount > due:
            hold = _exceeds(amount, due)
        if hold is not None:
            holds.append(hold)
            continue
        fitting.append(key)
        due = None if due is None else due - amount
    return Fitting(tuple(fitting), holds[0] if holds else None)


def leave_unfit(
    to_remove: tuple[str, ...],
    to_delete: Sequence[str],
    hub: Hub,
    total: str | None,
    state: CreditState,
    terms: CreditTerms,
    organisation: Organisation,
) -> tuple[tuple[str, ...], Hold | None]:
    """The credits to take off, without those that the app changed to what cannot be applied, and why.

    Until it can, what was credited stays so in Xero. `to_delete` are the payments that go with them.
    """
    record, left = hub.record, hub.xero_shadow
    for kind, gone in (("credits", to_remove), ("payments", to_delete)):
        for key in gone:
            left = without_group(left, kind, key)
    changed = [key for key in to_remove if key in keys_of(record, "credits")]
    # A note is voided and made anew, under the settings as they are.
    notes = {key for key in changed if member(record, "credits", key, "kind") == CreditKind.CREDIT_NOTE}
    anew = replace(state, made=state.made - {key for key in notes if not key.startswith(BORN_IN_XERO)})
    fitting = fit_credits(changed, record, find_due(total, left, state), anew, terms, organisation)
    stays = set(changed) - set(fitting.keys)
    return tuple(key for key in to_remove if key not in stays), fitting.hold


def judge_accounts(account_ids: Collection[str | None], organisation: Organisation) -> Hold | None:
    """The first of the accounts, by id, that takes no payments; None of them is one that nobody chose."""
    for account_id in sorted(each for each in account_ids if each is not None):
        account = organisation.find_account(account_id)
        if account is None or not account.fits_payments:
            name = f"{account.code or account.name}" if account else account_id
            return Hold(
                "payment_account_unusable",
                f"A payment was taken in the app, and account {name} no longer takes payments in Xero.",
                "Choose another payment account in the settings, or restore this one in Xero.",
            )
    return None


def leave_locked(
    keys: Sequence[str], record: Fields, organisation: Organisation
) -> tuple[tuple[str, ...], Hold | None]:
    """Those of the payments that are not dated in locked books, and why the others wait."""
    dates = {key: member(record, "payments", key, "paid_on") for key in keys}
    holds = {key: hold for key, day in dates.items() if (hold := _judge_date("payment", day, organisation))}
    return tuple(key for key in keys if key not in holds), next(iter(holds.values()), None)


def fit_payments(
    keys: Sequence[str], record: Fields, due: Decimal | None, state: CreditState, policy: Overpayments
) -> Fitting:
    """Those of the missing payments that can be made now, each less what of it is an overpayment already.

    One of which a part exceeds what is due is made after that part has been booked.
    """
    if due is None:
        return Fitting(tuple(keys))
    fitting: list[str] = []
    exceeding: list[tuple[str, Decimal]] = []
    hold: Hold | None = None
    for key in keys:
        part = state.overpaid.get(key)
        amount = Decimal(member(record, "payments", key, "amount")) - (part.amount if part else 0)
        excess = amount - due
        if excess > 0 and (part is not None or policy is Overpayments.HOLD):
            hold = hold or (_overpays_again(amount, due, part) if part else _overpays(amount, due))
            continue
        if excess > 0:
            exceeding.append((key, excess))
        else:
            fitting.append(key)
        due -= min(amount, due)
    return Fitting(tuple(fitting), hold, tuple(exceeding))


def _objections(
    record: Fields, key: str, state: CreditState, terms: CreditTerms, organisation: Organisation
) -> Iterator[Hold]:
    locked = _judge_date("credit", member(record, "credits", key, "applied_on"), organisation)
    if locked is not None:
        yield locked
    if key in state.made:
        return
    kind = member(record, "credits", key, "kind")
    if kind == CreditKind.OVERPAYMENT:
        yield Hold(
            "overpayment_not_in_xero",
            "The app says that an overpayment covers a part of it, and which one that is only Xero knows.",
            "Allocate the overpayment in Xero; it is shown in the app then. Or take this entry out in the app.",
        )
    if kind == CreditKind.PREPAYMENT:
        yield from _deposit_objections(record, terms, organisation)
    if terms.account_of(kind) is None:
        yield Hold(
            "credit_account_missing",
            f"A {kind.replace('_', ' ')} was made in the app, and no account is chosen for it in Xero.",
            "Choose one in the settings: credit_note_account, prepayment_account, or revenue_accounts for general.",
        )


def _deposit_objections(record: Fields, terms: CreditTerms, organisation: Organisation) -> Iterator[Hold]:
    """A deposit is a receipt at the bank, in the bank account's own currency."""
    bank = organisation.find_account(terms.bank_account_id) if terms.bank_account_id else None
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
    if record.get("currency") != organisation.base_currency:
        yield Hold(
            "deposit_currency",
            f"A deposit was taken in {record.get('currency')}, and Xero lets apps book deposits in"
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
