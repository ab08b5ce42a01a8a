"""What a business may choose: a change of settings checked against its organisation, and applied. Pure.

A map is changed entry by entry: an entry that is named is set, one that is null goes, the others stay. Accounts come
by id or by code and are kept by id, because people edit codes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import ConfigDict, Field

from app.api.settings.contacts import ContactsChange, choose_contacts
from app.api.settings.credits import CreditsChange, choose_credits
from app.api.settings.invoicing import InvoicingChange, choose_invoicing, needs_organisation
from app.api.settings.items import ItemsChange, choose_items
from app.domain.coupling import NO_TAX_TYPE, XERO_WORD
from app.domain.gate import ImportFromXero
from app.domain.numbering import Numbering
from app.domain.organisation import Account, Organisation
from app.domain.policy import ConflictPolicy
from app.domain.settings import ConnectionSettings
from app.domain.xero_contact import ContactGroup
from app.intake.refusals import Fault, InputRefused
from app.intake.values import Day, Line, Word


class SettingsChange(InvoicingChange, ItemsChange, CreditsChange, ContactsChange):
    """The settings to change; one that is left out stays. Null clears what may be without a value."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "revenue_accounts": {
                        "general": "200",
                        "materials": "a2d9b2c4-8f3e-4d52-9a0f-3c1f6a7b8c90",
                    },
                    "taxes": {"gst": "OUTPUT", "none": "EXEMPTOUTPUT"},
                    "payment_account": "090",
                    "conflict_policy": "newest_wins",
                    "sync_from": "2026-07-01",
                    "import_from_xero": "sent",
                    "numbering": "partner",
                }
            ]
        },
    )

    revenue_accounts: dict[Word, Line | None] = Field(default_factory=dict)
    taxes: dict[Word, Line | None] = Field(default_factory=dict)
    payment_account: Line | None = None
    conflict_policy: ConflictPolicy | None = None
    sync_from: Day | None = None
    import_from_xero: ImportFromXero | None = None
    numbering: Numbering | None = None


def apply_change(
    settings: ConnectionSettings,
    change: SettingsChange,
    organisation: Organisation | None,
    groups: Sequence[ContactGroup] = (),
) -> ConnectionSettings:
    """The settings after a change; raises `invalid_request` naming every entry that cannot be chosen.

    `groups` are the contact groups that Xero has, where the change names any.
    """
    named = change.model_fields_set
    if organisation is None and (any(_values(change)) or needs_organisation(change)):
        raise InputRefused(
            "not_authorised_yet", "Accounts and taxes can be chosen once the organisation is known."
        )
    faults: list[Fault] = []
    chosen: dict[str, Any] = {}
    if organisation is not None:
        chosen = _choose(settings, change, organisation, faults)
    chosen |= choose_credits(change, organisation, faults)
    chosen |= choose_invoicing(settings, change, organisation, faults)
    chosen |= choose_items(settings, change, faults)
    chosen |= choose_contacts(settings, change, groups, faults)
    if "sync_from" in named:
        chosen["sync_from"] = date.fromisoformat(change.sync_from) if change.sync_from else None
    for name in ("conflict_policy", "import_from_xero", "numbering"):
        if name in named:
            value = getattr(change, name)
            chosen[name] = value
            faults += [Fault(name, "cannot be null")] if value is None else []
    if faults:
        raise InputRefused("invalid_request", "The settings cannot be changed like this; see errors.", faults)
    return replace(settings, **chosen)


def _values(change: SettingsChange) -> list[str | None]:
    lines = [*change.revenue_accounts.values(), *change.taxes.values()]
    return [*lines, change.payment_account, change.credit_note_account, change.prepayment_account]


def _choose(
    settings: ConnectionSettings, change: SettingsChange, organisation: Organisation, faults: list[Fault]
) -> dict[str, Any]:
    def choose_sales(field: str, name: str) -> str:
        return _choose_account(organisation, field, name, _why_unfit_for_sales, faults)

    def choose_bank(field: str, name: str) -> str:
        return _choose_account(organisation, field, name, _why_unfit_for_payments, faults)

    def choose_tax(field: str, tax_type: str) -> str:
        fault = _why_unfit_tax(organisation, tax_type)
        faults.extend([Fault(field, fault)] if fault else [])
        return tax_type

    chosen: dict[str, Any] = {
        "revenue_accounts": _merge(
            "revenue_accounts", settings.revenue_accounts, change.revenue_accounts, choose_sales, faults
        ),
        "taxes": _merge("taxes", settings.taxes, change.taxes, choose_tax, faults),
        "payment_accounts": _merge(
            "payment_accounts", settings.payment_accounts, change.payment_accounts, choose_bank, faults
        ),
    }
    if "payment_account" in change.model_fields_set:
        name = change.payment_account
        chosen["payment_account_id"] = name and _choose_account(
            organisation, "payment_account", name, _why_unfit_for_payments, faults
        )
    return chosen


def _merge(
    field: str,
    held: Mapping[str, str],
    change: Mapping[str, str | None],
    choose: Callable[[str, str], str],
    faults: list[Fault],
) -> dict[str, str]:
    merged = dict(held)
    for word, value in change.items():
        if not word or word.startswith(XERO_WORD):
            faults.append(Fault(f"{field}.{word}", f"a word cannot be empty or begin with {XERO_WORD}"))
        elif value is None:
            merged.pop(word, None)
        else:
            merged[word] = choose(f"{field}.{word}", value)
    return merged


def _choose_account(
    organisation: Organisation,
    field: str,
    name: str,
    why_unfit: Callable[[Account], str | None],
    faults: list[Fault],
) -> str:
    account = organisation.find_account(name)
    if account is None:
        faults.append(Fault(field, f"{organisation.name} has no account {name}"))
        return name
    fault = why_unfit(account)
    if fault:
        faults.append(Fault(field, f"account {account.code or account.name} {fault}"))
    return account.account_id


def _why_unfit_for_sales(account: Account) -> str | None:
    if account.fits_sales:
        return None
    if account.status != "ACTIVE":
        return f"is {account.status.lower()} in Xero"
    return f"is not fit for sales: it is a {account.type} account, of class {account.account_class}"


def _why_unfit_for_payments(account: Account) -> str | None:
    if account.fits_payments:
        return None
    if account.status != "ACTIVE":
        return f"is {account.status.lower()} in Xero"
    return "takes no payments: it is neither a bank account nor enabled for payments in Xero"


def _why_unfit_tax(organisation: Organisation, tax_type: str) -> str | None:
    if tax_type == NO_TAX_TYPE:
        return None
    rate = organisation.find_tax_rate(tax_type)
    if rate is None:
        return f"{organisation.name} has no tax rate {tax_type}"
    return None if rate.fits_sales else f"tax rate {tax_type} cannot be used for sales"
