"""What goes to and fro: Xero's limits and webhooks, the partner's webhook, sweeps and compares, and what waits."""

from collections.abc import Iterator
from datetime import timedelta

from app.domain.checkup.check import Check, describe, failed, passed, warning
from app.domain.checkup.facts import CheckFacts
from app.domain.connections.connection import ConnectionState

FEW_LEFT = 10
"""One in so many calls of a day."""

BEHIND_LONG = timedelta(minutes=15)
UNCOMPARED_LONG = timedelta(days=2)
UNSWEPT_LONG = timedelta(hours=2)


def check_traffic(facts: CheckFacts) -> Iterator[Check]:
    """Limits, webhooks both ways, sweeps, compares, what is behind, what is held."""
    yield _check_waiting(facts)
    yield _check_calls(facts)
    yield _check_xero_webhooks(facts)
    yield _check_partner_webhook(facts)
    yield _check_sweeps(facts)
    yield _check_compares(facts)
    yield _check_backlog(facts)
    yield from _check_held(facts)


def _check_waiting(facts: CheckFacts) -> Check:
    connection = facts.connection
    if connection.retry_at is None or connection.retry_at <= facts.now:
        return passed("waiting", "Nothing keeps the work waiting.")
    said = (
        f"{connection.retry_reason or 'The work waits.'} Tried again at {connection.retry_at:%H:%M:%S} UTC."
    )
    return warning("waiting", said, "Nothing to do: it goes on by itself.")


def _check_calls(facts: CheckFacts) -> Check:
    left, allowed = facts.calls.left_today, facts.calls.of_a_day
    said = f"{left} of {allowed} calls to Xero are left today."
    if left == 0:
        return failed("limits", said, "Nothing to do: they count anew in a rolling day.")
    if left * FEW_LEFT < allowed:
        usage = f"GET {facts.address}/usage"
        return warning("limits", said, "See what used them; people's edits go before everything else.", usage)
    return passed("limits", said)


def _check_xero_webhooks(facts: CheckFacts) -> Check:
    heard = facts.heard
    if heard.silent_since is not None:
        return warning(
            "xero_webhooks",
            f"Xero's webhooks are silent since {heard.silent_since:%Y-%m-%d %H:%M} UTC; sweeps find what they miss.",
            "Look at the webhook's page in Xero's developer portal, and switch them on again.",
        )
    if heard.heard_at is None:
        return warning(
            "xero_webhooks",
            "No webhook of Xero's was ever heard; sweeps find everything, minutes later.",
            "Set the webhook up in Xero's developer portal, with its key here.",
        )
    missed = f", {describe(heard.events_missed, 'event')} missed in all" if heard.events_missed else ""
    waiting = f"; {describe(heard.waiting, 'event')} not looked at yet" if heard.waiting else ""
    return passed("xero_webhooks", f"Last heard at {heard.heard_at:%Y-%m-%d %H:%M} UTC{missed}{waiting}.")


def _check_partner_webhook(facts: CheckFacts) -> Check:
    told, changes = facts.told, f"GET {facts.address}/changes"
    waits = f"{describe(told.waiting, 'change')} waiting" if told.waiting else "no change waiting"
    if not told.has_address:
        said = f"There is no webhook address, {waits}."
        return warning(
            "partner_webhook", said, "Read the feed and acknowledge it, or set an address.", changes
        )
    if told.failing is not None:
        since = f" since {told.waiting_since:%Y-%m-%d %H:%M} UTC" if told.waiting_since else ""
        said = (
            f"Your app did not take a change{since}, tried {told.attempts} times: {told.failing} ({waits})."
        )
        return warning("partner_webhook", said, "Mend what it answers; it is sent again by itself.", changes)
    if told.answered_at is None:
        return passed("partner_webhook", f"Your app was not sent anything yet, {waits}.")
    answer = told.answer or "applied"
    return passed(
        "partner_webhook", f"Last answered at {told.answered_at:%Y-%m-%d %H:%M} UTC: {answer}; {waits}."
    )


def _check_sweeps(facts: CheckFacts) -> Check:
    swept_at, sweep = facts.connection.swept_at, f"POST {facts.address}/sweep"
    if swept_at is None:
        return warning("sweeps", "Xero was not searched yet.", "Nothing to do, or ask for it.", sweep)
    said = f"Xero was last searched at {swept_at:%Y-%m-%d %H:%M} UTC for what no event told of."
    is_late = facts.now - swept_at > UNSWEPT_LONG and facts.connection.state is ConnectionState.ACTIVE
    if is_late:
        return warning("sweeps", said, "See that a worker runs; ask for a sweep.", sweep)
    return passed("sweeps", said)


def _check_compares(facts: CheckFacts) -> Check:
    connection, compare = facts.connection, f"POST {facts.address}/compare"
    if connection.compared_at is None or connection.compared is None:
        if facts.now - connection.created_at < UNCOMPARED_LONG:
            return passed("compares", "The first full compare is yet to come.")
        return warning("compares", "No full compare was made yet.", "Ask for one.", compare)
    said = (
        f"At {connection.compared_at:%Y-%m-%d %H:%M} UTC {describe(connection.compared.invoices, 'invoice')} were "
        f"compared, and {connection.compared.differing} differed."
    )
    if facts.now - connection.compared_at > UNCOMPARED_LONG:
        return warning("compares", said, "Ask for a compare.", compare)
    if connection.compared.differing:
        return warning("compares", said, "They were brought into step; see what moves without a trace.", None)
    return passed("compares", said)


def _check_backlog(facts: CheckFacts) -> Check:
    backlog = facts.backlog
    if not backlog.behind or backlog.behind_since is None:
        return passed("backlog", "Nothing is behind.")
    said = f"{describe(backlog.behind, 'thing')} behind, the longest since {backlog.behind_since:%Y-%m-%d %H:%M} UTC."
    if facts.now - backlog.behind_since > BEHIND_LONG:
        listed = f"GET {facts.address}/invoices?state=behind"
        return warning(
            "backlog", said, "See the checks above for what keeps it, and why of one of them.", listed
        )
    return passed("backlog", said)


def _check_held(facts: CheckFacts) -> Iterator[Check]:
    """One check for each code, so that each has its count."""
    if not facts.backlog.held:
        yield passed("held", "Nothing is held.")
    for code, count in sorted(facts.backlog.held.items(), key=lambda held: (-held[1], held[0])):
        said = f"{describe(count, 'thing')} held: {code}."
        yield warning("held", said, "See them with the cure.", f"GET {facts.address}/held?code={code}", code)
