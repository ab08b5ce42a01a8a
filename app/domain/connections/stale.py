"""Mappings that have gone stale: what a business chose and its organisation no longer has or no longer lets be used.

A pure comparison of settings and facts, so that a stale mapping is named before it fails an invoice (FEATURES E13). A
code that a person edited is no problem, because accounts are kept by id; it is only noted, for those who know the code.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.domain.connections.account_map import EXPENSE, NO_PLAIN_SALES
from app.domain.connections.settings import ConnectionSettings
from app.domain.record.coupling import NO_TAX_TYPE, XERO_WORD
from app.domain.xero.organisation import Account, Organisation, TaxRate


@dataclass(frozen=True, slots=True)
class Problem:
    """One stale mapping.

    `setting` is where it was chosen, as `revenue_accounts.materials`; `value` is what was chosen. `fact` says what
    became of it, for people, and `cure` what to do. `code` is for machines.
    """

    code: str
    setting: str
    value: str
    fact: str
    cure: str


def list_problems(
    settings: ConnectionSettings, organisation: Organisation, *, is_fallback_lost: bool = False
) -> tuple[Problem, ...]:
    """Every mapping that would fail an invoice, or be passed over, now.

    `is_fallback_lost`: Xero's items were read, and the fallback item is not among them.
    """
    special = {word: each for word, each in settings.revenue_accounts.items() if word in NO_PLAIN_SALES}
    plain = {word: each for word, each in settings.revenue_accounts.items() if word not in special}
    return (
        *_stale_accounts("revenue_accounts", plain, organisation, _why_unfit_for_sales),
        *_stale_accounts("revenue_accounts", special, organisation, _why_unfit_for_lines),
        *_stale_accounts("item_accounts", settings.item_accounts, organisation, _why_unfit_for_lines),
        *_stale_taxes("taxes", settings.taxes, organisation, lambda rate: rate.fits_sales, "for sales"),
        *_stale_taxes(
            "expense_taxes",
            settings.expense_taxes,
            organisation,
            lambda rate: rate.fits_class(EXPENSE),
            "with accounts of expenses",
        ),
        *_stale_accounts(
            "payment_accounts", settings.payment_accounts, organisation, _why_unfit_for_payments
        ),
        *_stale_accounts(
            "", {"payment_account": settings.payment_account_id}, organisation, _why_unfit_for_payments
        ),
        *_stale_accounts("", _credit_accounts(settings), organisation, _why_unfit_for_lines),
        *_stale_tracking(settings.tracking, organisation),
        *_stale_theme(settings.branding_theme_id, organisation),
        *(
            [build_fallback_problem(settings.fallback_item)]
            if settings.fallback_item and is_fallback_lost
            else []
        ),
    )


def list_new_problems(
    settings: ConnectionSettings, before: Organisation | None, after: Organisation
) -> tuple[Problem, ...]:
    """What newly read facts have made stale, and the codes and names that people have edited since."""
    if before is None:
        return ()
    known = set(list_problems(settings, before))
    new = tuple(problem for problem in list_problems(settings, after) if problem not in known)
    return (*new, *_renamed(settings, before, after), *_renamed_tracking(settings, before, after))


def build_fallback_problem(code: str) -> Problem:
    """The item as which lines with unknown codes are booked is gone."""
    return Problem(
        "fallback_item_stale",
        "fallback_item",
        code,
        f"Xero has no item {code} any more.",
        "Choose another item under fallback_item, or add this one in Xero again.",
    )


def problem_to_json(problem: Problem) -> dict[str, Any]:
    """The problem as it is shown and sent."""
    return asdict(problem)


def _stale_accounts(
    setting: str,
    chosen: Mapping[str, str | None],
    organisation: Organisation,
    why_unfit: Callable[[Account], str | None],
) -> Iterator[Problem]:
    for word, account_id in chosen.items():
        if account_id is None:
            continue
        account = organisation.find_account(account_id)
        fact = f"{organisation.name} has no such account any more." if account is None else why_unfit(account)
        if fact is not None:
            place = f"{setting}.{word}" if setting else word
            cure = f"Choose another account under {place}, or restore this one in Xero."
            yield Problem("account_stale", place, account_id, fact, cure)


def _credit_accounts(settings: ConnectionSettings) -> dict[str, str | None]:
    return {
        "credit_note_account": settings.credit_note_account_id,
        "prepayment_account": settings.prepayment_account_id,
    }


def _why_unfit_for_sales(account: Account) -> str | None:
    if account.fits_sales:
        return None
    return _why_unfit_for_lines(account) or f"{_name_of(account)} is no longer an account for sales."


def _why_unfit_for_lines(account: Account) -> str | None:
    if not account.is_active:
        return f"{_name_of(account)} is {account.status.lower()} in Xero."
    if account.is_for_cis:
        return (
            f"{_name_of(account)} belongs to the Construction Industry Scheme, which no app may use in lines."
        )
    if account.code is None:
        return f"{_name_of(account)} has no code any more, by which a line could name it."
    return None


def _why_unfit_for_payments(account: Account) -> str | None:
    if not account.is_active:
        return f"{_name_of(account)} is {account.status.lower()} in Xero."
    return None if account.fits_payments else f"{_name_of(account)} no longer takes payments in Xero."


def _name_of(account: Account) -> str:
    return f"Account {account.code} ({account.name})" if account.code else f"Account {account.name}"


def _stale_taxes(
    setting: str,
    taxes: Mapping[str, str],
    organisation: Organisation,
    is_fit: Callable[[TaxRate], bool],
    purpose: str,
) -> Iterator[Problem]:
    for word, tax_type in taxes.items():
        rate = organisation.find_tax_rate(tax_type)
        if tax_type == NO_TAX_TYPE or (rate is not None and is_fit(rate)):
            continue
        if rate is None:
            fact = f"{organisation.name} has no tax rate {tax_type} any more."
        elif rate.status != "ACTIVE":
            fact = f"Tax rate {rate.name} ({tax_type}) is {rate.status.lower()} in Xero."
        else:
            fact = f"Tax rate {rate.name} ({tax_type}) can no longer be used {purpose}."
        place = f"{setting}.{word}"
        yield Problem("tax_stale", place, tax_type, fact, f"Choose another tax rate under {place}.")


def _stale_tracking(tracking: Mapping[str, str], organisation: Organisation) -> Iterator[Problem]:
    for category_id, option_id in tracking.items():
        category = organisation.find_tracking_category(category_id)
        option = (
            next((each for each in category.options if each.option_id == option_id), None)
            if category
            else None
        )
        if category and option and category.status == option.status == "ACTIVE":
            continue
        name = category.name if category else category_id
        what = f"option {option.name} of {name}" if option else f"category {name}"
        yield Problem(
            "tracking_stale",
            f"tracking.{category_id}",
            option_id,
            f"The tracking {what} is archived or gone in Xero; new lines go there without it.",
            "Choose another option under tracking, or clear it there.",
        )


def _stale_theme(theme_id: str | None, organisation: Organisation) -> Iterator[Problem]:
    if theme_id is not None and organisation.find_branding_theme(theme_id) is None:
        yield Problem(
            "branding_theme_stale",
            "branding_theme",
            theme_id,
            "The branding theme is gone in Xero; new invoices get the organisation's usual one.",
            "Choose another branding theme, or clear it.",
        )


def _renamed(settings: ConnectionSettings, before: Organisation, after: Organisation) -> Iterator[Problem]:
    chosen = [("revenue_accounts", word, each) for word, each in settings.revenue_accounts.items()]
    chosen += [("item_accounts", code, each) for code, each in settings.item_accounts.items()]
    for setting, word, account_id in chosen:
        old, new = before.find_account(account_id), after.find_account(account_id)
        if old and new and old.code and new.code and old.code != new.code and not word.startswith(XERO_WORD):
            yield Problem(
                "account_code_changed",
                f"{setting}.{word}",
                account_id,
                f"The account {new.name} has the code {new.code} now; it was {old.code}.",
                "Nothing to do: accounts are kept by Xero's id, and new lines carry the new code.",
            )


def _renamed_tracking(
    settings: ConnectionSettings, before: Organisation, after: Organisation
) -> Iterator[Problem]:
    old, new = before.tracking_words(settings.tracking), after.tracking_words(settings.tracking)
    names = {each.category_id: each.name for each in before.tracking_categories}
    for category in after.tracking_categories:
        was, named = names.get(category.category_id), category.name
        if was in old and named in new and (was, old[was]) != (named, new[named]):
            yield Problem(
                "tracking_renamed",
                f"tracking.{category.category_id}",
                settings.tracking[category.category_id],
                f"The tracking option is {new[named]} of {named} now; it was {old[was]} of {was}.",
                "Nothing to do: options are kept by Xero's id, and no invoice is edited by it.",
            )
