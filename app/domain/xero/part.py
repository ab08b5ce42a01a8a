"""The parts of an organisation's facts: each is one read of Xero, and each can lift its own kinds of holds.

A full read is one call for each part. While a link is held for a fact, only the parts that can lift it are read in
between (FACTS 2: calls are a budget).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from enum import StrEnum

from app.domain.record.fields import Fields, member_of
from app.domain.xero.organisation import Organisation
from app.domain.xero.xero_invoice import XeroLine


class Part(StrEnum):
    """One read of Xero each."""

    ORGANISATION = "organisation"
    ACCOUNTS = "accounts"
    TAX_RATES = "tax_rates"
    CURRENCIES = "currencies"
    TRACKING = "tracking_categories"
    THEMES = "branding_themes"
    ACTIONS = "actions"


EVERYTHING = frozenset(Part)

LIFTS: Mapping[Part, frozenset[str]] = {
    Part.ORGANISATION: frozenset({"locked_period"}),
    Part.ACCOUNTS: frozenset(
        {"account_unusable", "account_missing", "cis_account", "category_unmapped", "tax_unusable",
         "payment_account_unusable"}
    ),
    Part.TAX_RATES: frozenset({"tax_unusable"}),
    Part.CURRENCIES: frozenset({"currency_unknown"}),
    Part.TRACKING: frozenset({"tracking_unusable"}),
    Part.ACTIONS: frozenset({"plan_limit", "currency_unknown", "locked_period"}),
}  # fmt: skip
"""The codes of holds that a change of a part can lift; the other parts lift none."""

_LIFTED_TOO: Mapping[Part, frozenset[str]] = {Part.TAX_RATES: frozenset({"total_differs"})}
"""The same of holds that seldom come of facts: no part is read for them, but a change is news to them."""

FACT_CODES = frozenset().union(*LIFTS.values())
"""Every code of a hold whose cause lies in the organisation's facts."""

_ELSEWHERE: Mapping[str, Part] = {
    "currencies": Part.CURRENCIES,
    "accounts": Part.ACCOUNTS,
    "tax_rates": Part.TAX_RATES,
    "tracking_categories": Part.TRACKING,
    "branding_themes": Part.THEMES,
    "actions": Part.ACTIONS,
}


def list_parts_of(codes: Collection[str]) -> frozenset[Part]:
    """The parts to read to learn whether holds of these codes can be lifted."""
    return frozenset(part for part, lifted in LIFTS.items() if lifted & frozenset(codes))


def list_lifted(before: Organisation | None, after: Organisation) -> frozenset[str]:
    """The codes of holds that may go on now that the facts are no longer what they were."""
    if before is None:
        return FACT_CODES
    names = (each.name for each in fields(Organisation) if each.compare)
    changed = (name for name in names if getattr(before, name) != getattr(after, name))
    return _lifted_by(_ELSEWHERE.get(name, Part.ORGANISATION) for name in changed)


def list_parts_behind(organisation: Organisation, lines: Iterable[XeroLine], held: Fields) -> frozenset[Part]:
    """The parts that are older than these lines of Xero's: they name an account, a tax rate or a tracking option that
    is not known so.

    A code or a name may change hands, an id may not (FACTS 5); a code that is known as a former one of the line's
    account tells nothing new. `held` is what the lines' invoice was last known to hold: a word that nobody knows and
    that it has already was asked about then.
    """
    words = {value for path, value in held.items() if member_of(path) in ("account", "tax_type")}
    tracked = [value for path, value in held.items() if path.endswith("/tracking") and value]
    known_taxes = {*words, *organisation.rates()}
    behind = set[Part]()
    for line in lines:
        if line.account is not None and not _knows_account(organisation, line, words):
            behind.add(Part.ACCOUNTS)
        if line.tax_type is not None and line.tax_type not in known_taxes:
            behind.add(Part.TAX_RATES)
        if line.tracking and not _knows_tracking(organisation, line, tracked):
            behind.add(Part.TRACKING)
    return frozenset(behind)


def _knows_account(organisation: Organisation, line: XeroLine, words: Collection[str]) -> bool:
    account = organisation.find_account(line.account_id or line.account or "")
    if account is None:
        return line.account in words
    return line.account in (account.code, account.account_id, *account.former_codes)


def _knows_tracking(organisation: Organisation, line: XeroLine, tracked: Sequence[Mapping[str, str]]) -> bool:
    for name, (category_id, option_id) in line.tracking_ids.items():
        category = organisation.find_tracking_category(category_id)
        options = {option.option_id: option.name for option in category.options} if category else {}
        if category is None or option_id not in options:
            # What is archived may be shown by no list of them.
            if not any(words.get(name) == line.tracking[name] for words in tracked):
                return False
        elif (category.name, options[option_id]) != (name, line.tracking[name]):
            return False
    return True


def _lifted_by(parts: Iterable[Part]) -> frozenset[str]:
    changed = set(parts)
    return frozenset().union(
        *(lifts.get(part, frozenset()) for lifts in (LIFTS, _LIFTED_TOO) for part in changed)
    )
