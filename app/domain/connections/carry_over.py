"""Settings taken over from one organisation to another, for a connection that was forked: by meaning, never by id.

Accounts, tracking categories and themes have other ids in every organisation: what the new one has under the same code
or name is chosen there, and what it lacks is left for the business to choose. Contact groups are known by their ids
alone, so none is carried. Pure.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from app.domain.connections.account_map import EXPENSE, NO_PLAIN_SALES
from app.domain.connections.settings import ConnectionSettings
from app.domain.xero.organisation import DEFAULT_TAXES, Account, Organisation


def carry_over(
    settings: ConnectionSettings, source: Organisation, target: Organisation
) -> ConnectionSettings:
    """The settings chosen for `source`, as far as `target` can have them."""

    def for_sales(account_id: str) -> str | None:
        return _find_twin(account_id, source, target, lambda account: account.fits_sales)

    def for_payments(account_id: str) -> str | None:
        return _find_twin(account_id, source, target, lambda account: account.fits_payments)

    def for_credits(account_id: str) -> str | None:
        return _find_twin(account_id, source, target, lambda account: account.is_active)

    def for_lines(account_id: str) -> str | None:
        return _find_twin(account_id, source, target, lambda account: account.fits_lines)

    special = {word: each for word, each in settings.revenue_accounts.items() if word in NO_PLAIN_SALES}
    plain = {word: each for word, each in settings.revenue_accounts.items() if word not in special}

    return replace(
        settings,
        revenue_accounts=_map(plain, for_sales) | _map(special, for_lines),
        item_accounts=_map(settings.item_accounts, for_lines),
        taxes=_carry_taxes(settings.taxes, target),
        expense_taxes=_carry_expense_taxes(settings.expense_taxes, target),
        payment_account_id=for_payments(settings.payment_account_id or ""),
        payment_accounts=_map(settings.payment_accounts, for_payments),
        tracking=_carry_tracking(settings.tracking, source, target),
        branding_theme_id=_carry_theme(settings.branding_theme_id, source, target),
        credit_note_account_id=for_credits(settings.credit_note_account_id or ""),
        prepayment_account_id=for_credits(settings.prepayment_account_id or ""),
        contact_groups={},
    )


def put_over(carried: ConnectionSettings, chosen: ConnectionSettings) -> ConnectionSettings:
    """What was carried over, but for what was chosen already; of a map entry by entry."""
    plain, kept = ConnectionSettings(), dict[str, Any]()
    for name in (each.name for each in fields(ConnectionSettings)):
        own = getattr(chosen, name)
        if own != getattr(plain, name):
            kept[name] = {**getattr(carried, name), **own} if isinstance(own, Mapping) else own
    return replace(carried, **kept)


def _map(chosen: Mapping[str, str], find: Callable[[str], str | None]) -> dict[str, str]:
    found = {word: find(account_id) for word, account_id in chosen.items()}
    return {word: account_id for word, account_id in found.items() if account_id is not None}


def _find_twin(
    account_id: str, source: Organisation, target: Organisation, is_fit: Callable[[Account], bool]
) -> str | None:
    """By code where there is one (bank accounts often have none), by name otherwise."""
    account = source.find_account(account_id)
    if account is None:
        return None
    for twin in target.accounts:
        is_same = twin.code == account.code if account.code else twin.name == account.name
        if is_same and twin.type == account.type and is_fit(twin):
            return twin.account_id
    return None


def _carry_taxes(taxes: Mapping[str, str], target: Organisation) -> dict[str, str]:
    """A tax type that the organisation has stays; another becomes what is usual in its country for the same word."""
    usual = DEFAULT_TAXES.get(target.country, {})
    carried = {
        word: tax_type if _is_known(tax_type, target) else usual.get(word) for word, tax_type in taxes.items()
    }
    return dict(usual) | {word: tax_type for word, tax_type in carried.items() if tax_type is not None}


def _carry_expense_taxes(taxes: Mapping[str, str], target: Organisation) -> dict[str, str]:
    """What the organisation has of them; other words mean there what they do for sales."""
    rates = {word: target.find_tax_rate(tax_type) for word, tax_type in taxes.items()}
    return {word: rate.tax_type for word, rate in rates.items() if rate and rate.fits_class(EXPENSE)}


def _is_known(tax_type: str, target: Organisation) -> bool:
    rate = target.find_tax_rate(tax_type)
    return rate is not None and rate.fits_sales


def _carry_tracking(
    tracking: Mapping[str, str], source: Organisation, target: Organisation
) -> dict[str, str]:
    names = source.tracking_words(tracking)
    return {
        category.category_id: option.option_id
        for category in target.tracking_categories
        for option in category.options
        if names.get(category.name) == option.name
    }


def _carry_theme(theme_id: str | None, source: Organisation, target: Organisation) -> str | None:
    theme = source.find_branding_theme(theme_id) if theme_id else None
    if theme is None:
        return None
    return next((each.theme_id for each in target.branding_themes if each.name == theme.name), None)
