"""The connection itself: authorised, its token alive, every scope there."""

from collections.abc import Iterator
from datetime import timedelta

from app.domain.checkup.check import Check, failed, passed, warning
from app.domain.checkup.facts import CheckFacts
from app.domain.connections.connection import ConnectionState

CONSENT_LASTS = timedelta(days=60)
"""Unused for so long, a refresh token ends (FACTS 1); every refresh begins it anew."""

ENDS_SOON = timedelta(days=10)

WITHOUT = frozenset({"openid"})
"""Scopes without which everything can be kept in step."""


def check_consent(facts: CheckFacts) -> Iterator[Check]:
    """State, token, scopes."""
    yield _check_state(facts)
    if facts.consent is None:
        return
    yield _check_token(facts)
    for scope, purpose in facts.purposes.items():
        yield _check_scope(facts, scope, purpose)


def _check_state(facts: CheckFacts) -> Check:
    connection, authorise = facts.connection, f"POST {facts.address}/authorise"
    match connection.state:
        case ConnectionState.ACTIVE:
            return passed("connection", "The connection is authorised and active.")
        case ConnectionState.PENDING if connection.awaits_choice:
            return failed(
                "connection",
                "The consent covers several organisations, and none was chosen.",
                "Choose one of `offered`.",
                f"POST {facts.address}/organisation",
            )
        case ConnectionState.PENDING:
            return failed(
                "connection", "Nobody gave consent in Xero yet.", "Give consent in Xero.", authorise
            )
        case ConnectionState.PAUSED:
            reason = connection.reason or "The connection is paused."
            return failed(
                "connection", reason, "Resume it; nothing was lost.", f"POST {facts.address}/resume"
            )
        case ConnectionState.DISCONNECTED:
            reason = connection.reason or "Xero no longer accepts the consent."
            return failed("connection", reason, "Give consent again; nothing is lost.", authorise)
    return failed(
        "connection", "The connection was removed for good.", "Open another.", "POST /v1/connections"
    )


def _check_token(facts: CheckFacts) -> Check:
    consent = facts.consent
    assert consent is not None  # `check_consent` has looked
    authorise = f"POST {facts.address}/authorise"
    if consent.dead_reason is not None:
        return failed(
            "token", f"The consent has ended: {consent.dead_reason}", "Give consent again.", authorise
        )
    ends_at = consent.refreshed_at + CONSENT_LASTS
    said = f"The token was refreshed at {_when(consent.refreshed_at)}; unused, the consent ends on {ends_at:%Y-%m-%d}."
    if ends_at - facts.now < ENDS_SOON:
        cure = "It should have been refreshed by itself: see that a worker runs, or give consent again."
        return warning("token", said, cure, authorise)
    return passed("token", said)


def _check_scope(facts: CheckFacts, scope: str, purpose: str) -> Check:
    consent, connection = facts.consent, facts.connection
    is_granted = consent is not None and scope in consent.scopes and scope not in connection.missing_scopes
    if is_granted:
        return passed("scope", purpose, scope)
    said = f"The consent does not have {scope}. {purpose}"
    if scope in WITHOUT:
        return warning("scope", said, None, None, scope)
    return failed("scope", said, "Give consent again.", f"POST {facts.address}/authorise", scope)


def _when(at: object) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
