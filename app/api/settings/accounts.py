"""What a business may choose of accounts and taxes, checked against its organisation. Pure.

Accounts come by id or by code and are kept by id, because people edit codes. Ordinary categories take a revenue
account; those that are no plain sales, and items, which are mapped one by one, take any account that a line may have.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from app.domain.connections.account_map import EXPENSE, NO_PLAIN_SALES, UnmappedCategory
from app.domain.connections.settings import ConnectionSettings
from app.domain.record.coupling import NO_TAX_TYPE, XERO_WORD
from app.domain.record.item_code import fold
from app.domain.xero.organisation import Account, Organisation, TaxRate
from app.intake.refusals import Fault
from app.intake.values import ItemCode, Line, Word

ACCOUNT_MAPS = ("revenue_accounts", "item_accounts", "payment_accounts")
MAPS = (*ACCOUNT_MAPS, "taxes", "expense_taxes")
"""The maps whose entries only the organisation can confirm."""


class AccountsChange(BaseModel):
    """The part of a change of settings that this module reads."""

    revenue_accounts: dict[Word, Line | None] = Field(
        max_length=1_000,
        default={},
        description="Line category to account; `general` is for lines that name no category. `shipping`, `discount`, "
        "`fees`, `refunds` and `store_credit` may go to accounts that are not revenue, as an expense or what is owed; "
        "all others are sales.",
    )
    item_accounts: dict[ItemCode, Line | None] = Field(
        max_length=10_000,
        default={},
        description="Item code to account: it goes before the category of lines that name the item.",
    )
    unmapped_category: UnmappedCategory | None = Field(
        default=None,
        description="A line whose category has no account: `hold` keeps its invoice until it is mapped, `general` "
        "books it like lines without a category.",
    )
    taxes: dict[Word, Line | None] = Field(
        max_length=1_000,
        default={},
        description="Your tax word to Xero's tax type; `none` is for lines without one.",
    )
    expense_taxes: dict[Word, Line | None] = Field(
        max_length=1_000,
        default={},
        description="The same for lines on accounts of expenses, where Xero takes other tax types than for sales; "
        "words that are not named mean what they do in `taxes`.",
    )
    payment_account: Line | None = Field(
        default=None, description="Where payments taken in the app are booked; null for none."
    )
    payment_accounts: dict[Word, Line | None] = Field(
        max_length=1_000,
        default={},
        description="Payment method to account; methods that are not named use `payment_account`.",
    )


class AccountSettings(BaseModel):
    """What a business chose of accounts and taxes; accounts by Xero's id."""

    revenue_accounts: dict[str, str] = Field(
        description="Line category to account id; `general` is for lines that name no category."
    )
    item_accounts: dict[str, str] = Field(description="Item code to account id, before the category.")
    unmapped_category: UnmappedCategory = Field(
        description="What becomes of a line whose category has no account."
    )
    taxes: dict[str, str] = Field(
        description="The app's tax word to Xero's tax type; `none` is for lines without one."
    )
    expense_taxes: dict[str, str] = Field(
        description="The same on accounts of expenses, where it is another type."
    )
    payment_account: str | None = Field(description="Where payments taken in the app are booked.")
    payment_accounts: dict[str, str] = Field(
        description="Payment method to account id; methods that are not named use `payment_account`."
    )


def show_accounts(settings: ConnectionSettings) -> dict[str, Any]:
    """The settings of accounts and taxes as the API names them."""
    return {
        "revenue_accounts": dict(settings.revenue_accounts),
        "item_accounts": dict(settings.item_accounts),
        "unmapped_category": settings.unmapped_category,
        "taxes": dict(settings.taxes),
        "expense_taxes": dict(settings.expense_taxes),
        "payment_account": settings.payment_account_id,
        "payment_accounts": dict(settings.payment_accounts),
    }


def names_accounts(change: AccountsChange) -> bool:
    """Whether it names anything that only the organisation can confirm."""
    entries = (value for name in MAPS for value in getattr(change, name).values())
    return any((*entries, change.payment_account))


def list_accounts_named(change: AccountsChange) -> list[str | None]:
    """The accounts that it names, by id or by code."""
    entries = (value for name in ACCOUNT_MAPS for value in getattr(change, name).values())
    return [*entries, change.payment_account]


def choose_accounts(
    settings: ConnectionSettings,
    change: AccountsChange,
    organisation: Organisation | None,
    faults: list[Fault],
) -> dict[str, Any]:
    """The settings that the change names, as they are kept; adds a fault for each that cannot be chosen."""
    chosen: dict[str, Any] = {}
    if "unmapped_category" in change.model_fields_set:
        chosen["unmapped_category"] = change.unmapped_category
        faults += [Fault("unmapped_category", "cannot be null")] if change.unmapped_category is None else []
    if organisation is None:
        return chosen
    choosing = _Choosing(organisation, faults)
    for name in MAPS:
        held, entries = getattr(settings, name), getattr(change, name)
        chosen[name] = _merge(name, held, entries, choosing.way_of(name), faults)
    if "payment_account" in change.model_fields_set:
        wanted = change.payment_account or None
        chosen["payment_account_id"] = wanted and choosing.choose_bank("payment_account", wanted)
    return chosen


def choose_account(
    organisation: Organisation,
    field: str,
    name: str,
    why_unfit: Callable[[Account], str | None],
    faults: list[Fault],
) -> str:
    """The id of an account by id or code; adds a fault where there is none, or it is unfit for the reason given."""
    account = organisation.find_account(name)
    if account is None:
        faults.append(Fault(field, f"{organisation.name} has no account {name}"))
        return name
    fault = why_unfit(account)
    if fault:
        faults.append(Fault(field, f"account {account.code or account.name} {fault}"))
    return account.account_id


def why_unfit_for_lines(account: Account) -> str | None:
    """Why no line of ours may name it: any active account with a code may that is no bank and none of Xero's own."""
    if not account.is_active:
        return f"is {account.status.lower()} in Xero"
    return None if account.fits_lines else "cannot be the account of a line"


def _merge(
    field: str,
    held: Mapping[str, str],
    change: Mapping[str, str | None],
    choose: Callable[[str, str], str],
    faults: list[Fault],
) -> dict[str, str]:
    """The map after its entries were changed; item codes that differ in case alone are one (FACTS 5)."""
    merged = dict(held)
    for word, value in change.items():
        known = {fold(each): each for each in merged} if field == "item_accounts" else {}
        if not word or word.startswith(XERO_WORD):
            faults.append(Fault(f"{field}.{word}", f"a word cannot be empty or begin with {XERO_WORD}"))
            continue
        merged.pop(known.get(fold(word), word), None)
        if value is not None:
            merged[word] = choose(f"{field}.{word}", value)
    return merged


@dataclass(frozen=True, slots=True)
class _Choosing:
    """How entries of each map are looked up and judged."""

    organisation: Organisation
    faults: list[Fault]

    def way_of(self, name: str) -> Callable[[str, str], str]:
        """The way for the entries of a map, called with the field and the value."""
        ways = {
            "revenue_accounts": self._choose_for_category,
            "item_accounts": self._choose_for_lines,
            "taxes": self._choose_tax,
            "expense_taxes": self._choose_expense_tax,
            "payment_accounts": self.choose_bank,
        }
        return ways[name]

    def choose_bank(self, field: str, name: str) -> str:
        return choose_account(self.organisation, field, name, _why_unfit_for_payments, self.faults)

    def _choose_for_category(self, field: str, name: str) -> str:
        is_special = field.partition(".")[2] in NO_PLAIN_SALES
        why_unfit = why_unfit_for_lines if is_special else _why_unfit_for_sales
        return choose_account(self.organisation, field, name, why_unfit, self.faults)

    def _choose_for_lines(self, field: str, name: str) -> str:
        return choose_account(self.organisation, field, name, why_unfit_for_lines, self.faults)

    def _choose_tax(self, field: str, tax_type: str) -> str:
        return self._take_tax(field, tax_type, lambda rate: rate.fits_sales, "for sales")

    def _choose_expense_tax(self, field: str, tax_type: str) -> str:
        return self._take_tax(
            field, tax_type, lambda rate: rate.fits_class(EXPENSE), "with accounts of expenses"
        )

    def _take_tax(self, field: str, tax_type: str, is_fit: Callable[[TaxRate], bool], purpose: str) -> str:
        rate = self.organisation.find_tax_rate(tax_type)
        if rate is None and tax_type != NO_TAX_TYPE:
            self.faults.append(Fault(field, f"{self.organisation.name} has no tax rate {tax_type}"))
        elif rate is not None and tax_type != NO_TAX_TYPE and not is_fit(rate):
            self.faults.append(Fault(field, f"tax rate {tax_type} cannot be used {purpose}"))
        return tax_type


def _why_unfit_for_sales(account: Account) -> str | None:
    if account.fits_sales:
        return None
    if not account.is_active:
        return f"is {account.status.lower()} in Xero"
    return f"is not fit for sales: it is a {account.type} account, of class {account.account_class}"


def _why_unfit_for_payments(account: Account) -> str | None:
    if account.fits_payments:
        return None
    if not account.is_active:
        return f"is {account.status.lower()} in Xero"
    return "takes no payments: it is neither a bank account nor enabled for payments in Xero"
