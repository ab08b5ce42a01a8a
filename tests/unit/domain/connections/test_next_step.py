"""What somebody should do next about a connection, and what its partner is told of its moves."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.connections.connection import ConnectionState, Offer
from app.domain.connections.next_step import find_next_step, is_ready
from app.domain.connections.notice import build_notice, name_move
from app.domain.connections.settings import ConnectionSettings
from app.domain.xero.organisation import APPROVE
from tests.unit.domain.samples import ORGANISATION, connection

AT = datetime(2026, 11, 20, tzinfo=UTC)
READY = ConnectionSettings(
    revenue_accounts={"general": "id-200"}, payment_account_id="id-bank", taxes={"gst": "OUTPUT"}
)
CONNECTION = connection(
    settings=READY, since_at=AT, organisation_fetched_at=None, swept_at=None, created_at=AT
)
OFFER = Offer("t1", "Old Books", "c1")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, "ready"),
        ({"organisation": None}, "ready"),
        ({"state": ConnectionState.PENDING}, "authorise"),
        (
            {"state": ConnectionState.PENDING, "offered": (OFFER,), "organisation": None},
            "choose_organisation",
        ),
        ({"state": ConnectionState.DISCONNECTED}, "authorise_again"),
        ({"state": ConnectionState.DISCONNECTED, "offered": (OFFER,)}, "authorise_again"),
        ({"state": ConnectionState.PAUSED}, "resume"),
        ({"state": ConnectionState.REMOVED}, None),
        ({"missing_scopes": ("accounting.payments",)}, "grant_scopes"),
        ({"retry_reason": "scope_missing: the consent lacks a scope"}, "grant_scopes"),
        ({"retry_reason": "xero_unavailable: down"}, "ready"),
        ({"settings": ConnectionSettings()}, "choose_revenue_accounts"),
        ({"settings": replace(READY, taxes={})}, "map_taxes"),
        ({"settings": replace(READY, revenue_accounts={"general": "id-205"})}, "mend_settings"),
        ({"settings": replace(READY, taxes={"gst": "GONE"})}, "mend_settings"),
        ({"settings": replace(READY, branding_theme_id="gone")}, "ready"),
        ({"organisation": replace(ORGANISATION, actions={APPROVE: False})}, "raise_plan"),
        ({"settings": replace(READY, payment_account_id=None)}, "choose_payment_account"),
        (
            {"settings": replace(READY, payment_account_id=None, payment_accounts={"card": "id-bank"})},
            "ready",
        ),
    ],
)
def test_every_state_names_its_next_step(changed: dict[str, Any], code: str | None) -> None:
    """A code, a sentence and the call to make, until it is ready; nothing once it has ended (I1, T4 to T11, C9)."""
    connection = replace(CONNECTION, **changed)
    step = find_next_step(connection)
    assert is_ready(connection) == (code in ("ready", "choose_payment_account"))
    assert (step.code if step else None) == code
    assert step is None or (step.message and str(CONNECTION.id) in (step.call or ""))


def test_the_scopes_that_are_missing_are_named() -> None:
    """With them somebody can tell what the new consent is for."""
    lacking = replace(CONNECTION, missing_scopes=("accounting.payments", "accounting.contacts"))
    step = find_next_step(lacking)
    assert step
    assert "accounting.payments, accounting.contacts" in step.message


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("pending", "active", "connected"),
        ("disconnected", "active", "connected"),
        ("disconnected", "paused", "connected"),
        ("active", "paused", "paused"),
        ("paused", "active", "resumed"),
        ("active", "disconnected", "disconnected"),
        ("paused", "disconnected", "disconnected"),
        ("pending", "removed", "removed"),
        ("disconnected", "removed", "removed"),
    ],
)
def test_every_move_is_a_notice_of_one_kind(before: str, after: str, kind: str) -> None:
    """A reconnect of what was paused is told as connected: nobody paused it now."""
    assert name_move(ConnectionState(before), ConnectionState(after)) == f"connection.{kind}"


def test_a_notice_says_what_the_partner_needs_to_act() -> None:
    """Whose connection, its state, why, and the next step with its call."""
    lost = replace(CONNECTION, state=ConnectionState.DISCONNECTED, reason="gone")
    assert build_notice(lost) == {
        "business_id": "biz_1",
        "display_name": "Wattle Plumbing",
        "state": "disconnected",
        "reason": "gone",
        "next_step": {
            "code": "authorise_again",
            "message": "POST to authorise and give consent in Xero again; nothing is lost.",
            "call": f"POST /v1/connections/{CONNECTION.id}/authorise",
        },
    }
