"""The checks of a connection: what passes, what somebody should know, what cannot go (FEATURES E13, E14, T4, T24)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.checkup.all_checks import is_ready, list_checks
from app.domain.checkup.check import Check, CheckOutcome
from app.domain.checkup.facts import Backlog, Calls, CheckFacts, ConsentState, Heard, Told
from app.domain.connections.compare_run import CompareRun
from app.domain.connections.connection import ConnectionState
from app.domain.connections.settings import ConnectionSettings
from app.domain.connections.usage import CallsLeft
from app.domain.xero.organisation import APPROVE, Unread
from tests.unit.domain.samples import AT, ORGANISATION
from tests.unit.domain.why.facts import CONNECTION, NOW

PURPOSES = {"openid": "To know who.", "accounting.invoices": "To create invoices."}
WELL = CheckFacts(
    now=NOW,
    connection=replace(CONNECTION, compared_at=AT, compared=CompareRun(invoices=12)),
    purposes=PURPOSES,
    consent=ConsentState(("openid", "accounting.invoices"), AT, None),
    calls=Calls(5000, 20, None),
    heard=Heard(heard_at=AT),
    told=Told(has_address=True, answered_at=AT, answer="applied"),
    backlog=Backlog(),
)
SETTINGS = CONNECTION.settings


def connection(**changes: Any) -> CheckFacts:
    """The facts of a connection that is well but for these."""
    return replace(WELL, connection=replace(WELL.connection, **changes))


def organisation(**changes: Any) -> CheckFacts:
    """The same of its organisation."""
    return connection(organisation=replace(ORGANISATION, **changes))


def unwell(facts: CheckFacts) -> list[Check]:
    """The checks that did not pass."""
    return [check for check in list_checks(facts) if check.outcome is not CheckOutcome.PASSED]


def test_a_connection_that_is_well_passes_every_check() -> None:
    """And is ready."""
    checks = list_checks(WELL)
    assert unwell(WELL) == []
    assert is_ready(checks)
    assert [check.about for check in checks if check.code == "scope"] == list(PURPOSES)


@pytest.mark.parametrize(
    ("facts", "code", "about"),
    [
        (connection(state=ConnectionState.PAUSED), "connection", None),
        (connection(state=ConnectionState.DISCONNECTED), "connection", None),
        (replace(WELL, consent=ConsentState(("openid", "accounting.invoices"), AT, "withdrawn")), "token", None),
        (replace(WELL, consent=ConsentState(("openid",), AT, None)), "scope", "accounting.invoices"),
        (connection(missing_scopes=("accounting.invoices",)), "scope", "accounting.invoices"),
        (connection(organisation=None), "organisation", None),
        (replace(WELL, unanswered="no answer"), "organisation", None),
        (organisation(actions={APPROVE: False}), "plan", None),
        (connection(settings=replace(SETTINGS, revenue_accounts={})), "revenue_account", None),
        (connection(settings=replace(SETTINGS, taxes={})), "taxes", None),
        (
            connection(settings=replace(SETTINGS, revenue_accounts={"general": "id-205"})),
            "mappings",
            "revenue_accounts.general",
        ),
        (organisation(year_lock_on=NOW.date()), "lock_dates", None),
        (replace(WELL, calls=Calls(5000, 5000, None)), "limits", None),
    ],
    ids=[
        "paused", "disconnected", "a dead token", "a scope that was not given", "a scope that Xero missed",
        "no organisation", "Xero is silent", "no more invoices by the plan", "no revenue account", "no tax",
        "a stale mapping", "locked books", "no call left",
    ],
)  # fmt: skip
def test_what_cannot_go_fails_with_its_cure(facts: CheckFacts, code: str, about: str | None) -> None:
    """One check, named, with what to do; the connection is not ready."""
    found = unwell(facts)
    assert [(check.code, check.about, check.outcome) for check in found] == [
        (code, about, CheckOutcome.FAILED)
    ]
    assert found[0].cure
    assert not is_ready(list_checks(facts))


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (organisation(is_demo=True), "subscription"),
        (organisation(unread={"accounts": Unread(AT, "one has no id")}), "facts"),
        (organisation(plan_class="TRIAL"), "subscription"),
        (connection(organisation_fetched_at=AT - timedelta(days=2)), "organisation"),
        (
            replace(
                WELL, consent=ConsentState(("openid", "accounting.invoices"), AT - timedelta(days=55), None)
            ),
            "token",
        ),
        (connection(settings=replace(SETTINGS, payment_account_id=None)), "payment_account"),
        (connection(settings=replace(SETTINGS, taxes={"gst": "OUTPUT"})), "taxes"),
        (connection(settings=replace(SETTINGS, branding_theme_id="gone")), "mappings"),
        (connection(retry_at=NOW + timedelta(minutes=1), retry_reason="rate_limited: Wait."), "waiting"),
        (replace(WELL, calls=Calls(5000, 0, CallsLeft(None, 100, AT))), "limits"),
        (replace(WELL, heard=Heard()), "xero_webhooks"),
        (replace(WELL, heard=Heard(AT, silent_since=AT)), "xero_webhooks"),
        (replace(WELL, told=Told(has_address=False)), "partner_webhook"),
        (replace(WELL, told=Told(True, 3, AT, attempts=4, failing="answered 500")), "partner_webhook"),
        (connection(swept_at=AT - timedelta(hours=9)), "sweeps"),
        (connection(compared_at=AT - timedelta(days=3)), "compares"),
        (connection(compared=CompareRun(differing=1)), "compares"),
        (replace(WELL, backlog=Backlog(behind=7, behind_since=AT)), "backlog"),
        (replace(WELL, backlog=Backlog(held={"plan_limit": 2})), "held"),
    ],
)
def test_what_somebody_should_know_is_a_warning(facts: CheckFacts, code: str) -> None:
    """It keeps nothing from going, so the connection is ready all the same."""
    assert [(check.code, check.outcome) for check in unwell(facts)] == [(code, CheckOutcome.WARNING)]
    assert is_ready(list_checks(facts))


def test_before_the_consent_the_way_is_shown() -> None:
    """Nothing is claimed of a token or an organisation that nobody knows."""
    pending = replace(
        WELL,
        connection=replace(
            CONNECTION, state=ConnectionState.PENDING, organisation=None, settings=ConnectionSettings()
        ),
        consent=None,
    )
    failed = [check for check in unwell(pending) if check.outcome is CheckOutcome.FAILED]
    assert [check.code for check in failed] == ["connection", "organisation"]
    assert all("authorise" in (check.call or "") for check in failed)
