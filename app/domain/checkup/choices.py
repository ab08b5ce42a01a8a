"""What the business chose, set against what its organisation has and allows."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from app.domain.checkup.check import Check, failed, passed, warning
from app.domain.checkup.facts import CheckFacts
from app.domain.connections.stale import list_problems
from app.domain.why.hinges import FACTS_STALE_AFTER
from app.domain.xero.organisation import APPROVE, DEFAULT_TAXES, USE_CURRENCIES, Organisation
from app.domain.xero.part import Part

STOPS_INVOICES = frozenset({"account_stale", "tax_stale"})
"""Stale mappings that hold invoices; the others are passed over when an invoice is written."""

_PARTS: Mapping[str, str] = {
    Part.ORGANISATION: "of the organisation's own details",
    Part.ACCOUNTS: "accounts",
    Part.TAX_RATES: "tax rates",
    Part.CURRENCIES: "currencies",
    Part.TRACKING: "tracking categories",
    Part.THEMES: "branding themes",
}
_READ_AGAIN = (
    "Nothing to do: it is read again within six hours, or at once by a sweep. If it stays, tell the operator what "
    "this says."
)

_TRIALS = frozenset({"TRIAL"})
_DEMOS = frozenset({"DEMO"})


def check_choices(facts: CheckFacts) -> Iterator[Check]:
    """The organisation, its plan, accounts, taxes, stale mappings and lock dates."""
    organisation = facts.connection.organisation
    if organisation is None:
        yield _check_unknown(facts)
        return
    yield _check_organisation(facts, organisation)
    yield from _check_facts(organisation)
    yield _check_plan(organisation)
    yield _check_kind(organisation)
    yield _check_currencies(organisation)
    yield _check_revenue(facts)
    yield _check_payments(facts)
    yield _check_taxes(facts, organisation)
    yield from _check_mappings(facts, organisation)
    yield _check_locks(facts, organisation)


def _check_unknown(facts: CheckFacts) -> Check:
    """Without an organisation nobody can tell whether there is a subscription at all (T4)."""
    said = (
        "No Xero organisation is known. It needs one with a subscription, and a person who may connect apps."
    )
    return failed("organisation", said, "Give consent in Xero.", f"POST {facts.address}/authorise")


def _check_organisation(facts: CheckFacts, organisation: Organisation) -> Check:
    read_at, sweep = facts.connection.organisation_fetched_at, f"POST {facts.address}/sweep"
    if facts.unanswered is not None:
        said = f"Xero did not tell of {organisation.name} just now: {facts.unanswered}"
        return failed("organisation", said, "Try again in a moment; see the other checks.", None)
    if facts.is_fresh:
        return passed("organisation", f"Xero answers for {organisation.name}, as just read.")
    if read_at is None or facts.now - read_at > FACTS_STALE_AFTER:
        when = f"at {read_at:%Y-%m-%d %H:%M} UTC" if read_at else "long ago"
        return warning(
            "organisation", f"{organisation.name} was last read {when}.", "Have it read anew.", sweep
        )
    return passed("organisation", f"{organisation.name} was read at {read_at:%Y-%m-%d %H:%M} UTC.")


def _check_facts(organisation: Organisation) -> Iterator[Check]:
    """One for each part that cannot be read whole, so that each says since when."""
    if not organisation.unread:
        yield passed("facts", "Everything that Xero shows of the organisation can be read.")
    for part, unread in sorted(organisation.unread.items()):
        said = (
            f"Not all {_PARTS.get(part, part)} can be read since {unread.since:%Y-%m-%d %H:%M} UTC: {unread.reason}. "
            "What can be read is taken, and beside that stands what was known before."
        )
        yield warning("facts", said, _READ_AGAIN, None, part)


def _check_plan(organisation: Organisation) -> Check:
    name = organisation.plan_class or "unknown"
    if organisation.allows(APPROVE):
        return passed("plan", f"The Xero plan ({name}) lets invoices be approved.")
    said = f"The Xero plan ({name}) lets no more invoices be approved for now."
    return failed(
        "plan", said, "Raise the Xero plan, or wait for the next month; what waits goes by itself then."
    )


def _check_kind(organisation: Organisation) -> Check:
    """A demo company is reset now and then, and a trial ends: neither is a subscription to rely on."""
    kind = (organisation.plan_class or "").upper()
    if organisation.is_demo or kind in _DEMOS:
        said = "It is Xero's demo company, which Xero resets every few weeks, to a new organisation."
        return warning("subscription", said, "Connect the business's own organisation before it counts.")
    if kind in _TRIALS:
        return warning("subscription", "It is a trial, which ends.", "Choose a Xero plan before it does.")
    version = f" ({organisation.version})" if organisation.version else ""
    return passed("subscription", f"It is an organisation with a subscription{version}.")


def _check_currencies(organisation: Organisation) -> Check:
    own = organisation.base_currency
    if organisation.allows(USE_CURRENCIES):
        others = [each for each in organisation.currencies if each != own]
        beside = f", and {', '.join(others)}" if others else ""
        return passed("currencies", f"Invoices may be in {own}{beside}.")
    return passed("currencies", f"The plan allows {own} alone.")


def _check_revenue(facts: CheckFacts) -> Check:
    chosen = facts.connection.settings.revenue_accounts
    if "general" in chosen:
        return passed("revenue_account", f"Accounts are chosen for {', '.join(sorted(chosen))}.")
    said = "No account is chosen for the category `general`, which lines without a category have."
    cure, call = "Choose one under revenue_accounts.", f"PATCH {facts.address}/settings"
    return (warning if chosen else failed)("revenue_account", said, cure, call)


def _check_payments(facts: CheckFacts) -> Check:
    settings = facts.connection.settings
    if settings.payment_account_id is not None or settings.payment_accounts:
        return passed("payment_account", "An account is chosen for payments taken in the app.")
    return warning(
        "payment_account",
        "No account is chosen for payments: an invoice that is paid in the app would be held.",
        "Choose payment_account, if payments are taken in the app.",
        f"PATCH {facts.address}/settings",
    )


def _check_taxes(facts: CheckFacts, organisation: Organisation) -> Check:
    mapped, call = facts.connection.settings.taxes, f"PATCH {facts.address}/settings"
    if not mapped:
        said = f"No tax is mapped, and there are no usual ones for {organisation.country}."
        return failed("taxes", said, "Map your tax words under taxes; tax-rates tells which fit.", call)
    lacking = sorted(set(DEFAULT_TAXES.get(organisation.country, {})) - set(mapped))
    if lacking:
        said = f"The usual {', '.join(lacking)} of {organisation.country} is not mapped."
        return warning("taxes", said, "Map it under taxes, if your app says it.", call)
    return passed("taxes", f"Mapped are {', '.join(sorted(mapped))}.")


def _check_mappings(facts: CheckFacts, organisation: Organisation) -> Iterator[Check]:
    """Each stale mapping by name (E13)."""
    problems = list_problems(facts.connection.settings, organisation, is_fallback_lost=facts.is_fallback_lost)
    if not problems:
        yield passed("mappings", "Everything that was chosen is there, and fit.")
    for problem in problems:
        build = failed if problem.code in STOPS_INVOICES else warning
        yield build(
            "mappings", problem.fact, problem.cure, f"PATCH {facts.address}/settings", problem.setting
        )


def _check_locks(facts: CheckFacts, organisation: Organisation) -> Check:
    lock_on = organisation.lock_on
    if lock_on is None:
        return passed("lock_dates", "No lock date binds what is written.")
    if lock_on >= facts.now.date() - timedelta(days=1):
        said = f"The books are locked up to {lock_on}: nothing that is dated now can be written."
        return failed("lock_dates", said, "Have an adviser move the lock date in Xero.")
    return passed("lock_dates", f"The books are locked up to {lock_on}; what is dated later can be written.")
