"""The chart of accounts: realistic for each country, with the traps that real charts have.

Bank accounts without a code, system accounts (debtors, tax, rounding), an archived sales account, an owner's account
that takes payments although it is no bank. Codes may change hands; ids may not (FACTS 5, Accounts).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from app.sandbox.xero.forms.dates import net_instant

_CLASS_OF_TYPE = {
    "BANK": "ASSET", "CURRENT": "ASSET", "FIXED": "ASSET", "INVENTORY": "ASSET", "NONCURRENT": "ASSET",
    "PREPAYMENT": "ASSET", "EQUITY": "EQUITY", "DEPRECIATN": "EXPENSE", "DIRECTCOSTS": "EXPENSE",
    "EXPENSE": "EXPENSE", "OVERHEADS": "EXPENSE", "CURRLIAB": "LIABILITY", "LIABILITY": "LIABILITY",
    "TERMLIAB": "LIABILITY", "PAYG": "LIABILITY", "OTHERINCOME": "REVENUE", "REVENUE": "REVENUE", "SALES": "REVENUE",
}  # fmt: skip
_TAX = {
    "AU": {
        "sale": "OUTPUT",
        "cost": "INPUT",
        "none": "BASEXCLUDED",
        "free": "EXEMPTOUTPUT",
        "currency": "AUD",
    },
    "NZ": {"sale": "OUTPUT2", "cost": "INPUT2", "none": "NONE", "free": "ZERORATED", "currency": "NZD"},
    "GB": {"sale": "OUTPUT2", "cost": "INPUT2", "none": "NONE", "free": "ZERORATEDOUTPUT", "currency": "GBP"},
}
_CHART = """
    200  REVENUE     sale -            Sales
    210  SALES       sale -            Labour Sales
    220  SALES       sale -            Materials Sales
    230  REVENUE     free -            Tax Free Sales
    260  OTHERINCOME sale -            Other Revenue
    270  REVENUE     none -            Interest Income
    299  REVENUE     sale ARCHIVED     Old Sales
    310  DIRECTCOSTS cost -            Cost of Goods Sold
    400  EXPENSE     cost -            Advertising
    429  EXPENSE     cost -            General Expenses
    449  EXPENSE     cost -            Motor Vehicle Expenses
    469  OVERHEADS   cost -            Rent
    477  EXPENSE     none -            Wages and Salaries
    610  CURRENT     none DEBTORS      Accounts Receivable
    630  INVENTORY   none -            Inventory
    710  FIXED       cost -            Office Equipment
    800  CURRLIAB    none CREDITORS    Accounts Payable
    820  CURRLIAB    none GST          Sales Tax
    830  CURRLIAB    none PAYMENTS     Store Credit
    840  CURRLIAB    none HISTORICAL   Historical Adjustment
    860  CURRLIAB    none ROUNDING     Rounding
    877  CURRLIAB    none TRACKINGTRANSFERS Tracking Transfers
    881  EQUITY      none PAYMENTS     Owner A Funds Introduced
    960  EQUITY      none RETAINEDEARNINGS Retained Earnings
"""
_CIS = """
    205  REVENUE     none CISLABOURINCOME  CIS Labour Income
    321  DIRECTCOSTS none CISLABOUREXPENSE CIS Labour Expense
    322  DIRECTCOSTS none CISMATERIALS     CIS Materials Purchased
    825  CURRLIAB    none CISLIABILITY     CIS Deductions
"""
_BANKS = (
    ("", "Business Bank Account", "062000-12345678", "BANK"),
    ("", "Business Savings Account", "062000-87654321", "BANK"),
    ("091", "Company Card", "XXXX-XXXX-XXXX-1234", "CREDITCARD"),
)


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `system` is Xero's SystemAccount, "" for an ordinary one."""

    account_id: str
    code: str
    name: str
    kind: str
    tax_type: str
    status: str
    system: str
    takes_payments: bool
    updated_at: datetime
    bank_number: str = ""
    bank_kind: str = ""
    currency: str = ""

    @property
    def account_class(self) -> str:
        """ASSET, EQUITY, EXPENSE, LIABILITY or REVENUE."""
        return _CLASS_OF_TYPE[self.kind]

    @property
    def is_cis(self) -> bool:
        """Whether this is an account of the United Kingdom's Construction Industry Scheme."""
        return self.system.startswith("CIS")

    @property
    def is_bank(self) -> bool:
        """Whether this is a bank account or card."""
        return self.kind == "BANK"

    def view(self) -> dict[str, Any]:
        """The account as the API shows it: no Code or SystemAccount at all where there is none."""
        shown: dict[str, Any] = {"AccountID": self.account_id}
        if self.code:
            shown["Code"] = self.code
        shown |= {
            "Name": self.name,
            "Status": self.status,
            "Type": self.kind,
            "TaxType": self.tax_type,
            "Class": self.account_class,
            "EnablePaymentsToAccount": self.takes_payments,
            "ShowInExpenseClaims": False,
            "HasAttachments": False,
            "UpdatedDateUTC": net_instant(self.updated_at),
            "AddToWatchlist": False,
        }
        if self.system:
            shown["SystemAccount"] = self.system
        if self.is_bank:
            shown |= {
                "BankAccountNumber": self.bank_number,
                "BankAccountType": self.bank_kind,
                "CurrencyCode": self.currency,
            }
        return shown


class Chart:
    """The accounts of one organisation, by id and by code."""

    def __init__(self, country: str, at: datetime) -> None:
        self._by_id = {account.account_id: account for account in _build(country, at)}

    def __iter__(self) -> Iterator[Account]:
        return iter(list(self._by_id.values()))

    def find(self, account_id: str | None, code: str | None) -> Account | None:
        """The account with this id, or else with this code."""
        if account_id:
            return self._by_id.get(account_id.lower())
        return next((account for account in self if account.code and account.code == code), None)

    def find_system(self, system: str) -> Account:
        """The system account of this name, such as DEBTORS."""
        return next(account for account in self if account.system == system)

    def first_bank(self) -> Account:
        """The first active bank account."""
        return next(account for account in self if account.is_bank and account.status == "ACTIVE")

    def change(self, account: Account, at: datetime, **changes: str) -> Account:
        """Change code, name or status as a person does; the id stays."""
        changed = replace(account, updated_at=at, **changes)  # type: ignore[arg-type]  # only text is ever changed
        self._by_id[account.account_id] = changed
        return changed

    def add_scheme(self, country: str, at: datetime) -> None:
        """The accounts of the Construction Industry Scheme, as enabling it brings them."""
        for account in _read_chart(_CIS, country, at):
            if self.find(None, account.code) is None:
                self._by_id[account.account_id] = account


def _build(country: str, at: datetime) -> Iterator[Account]:
    tax = _TAX[country]
    for code, name, bank_number, bank_kind in _BANKS:
        yield Account(
            str(uuid4()),
            code,
            name,
            "BANK",
            tax["none"],
            "ACTIVE",
            "",
            False,
            at,
            bank_number,
            bank_kind,
            tax["currency"],
        )
    yield from _read_chart(_CHART, country, at)


def _read_chart(chart: str, country: str, at: datetime) -> Iterator[Account]:
    tax = _TAX[country]
    for line in chart.strip().splitlines():
        code, kind, tax_word, mark, name = line.split(maxsplit=4)
        status = "ARCHIVED" if mark == "ARCHIVED" else "ACTIVE"
        system = "" if mark in ("-", "ARCHIVED", "PAYMENTS") else mark
        yield Account(str(uuid4()), code, name, kind, tax[tax_word], status, system, mark == "PAYMENTS", at)
