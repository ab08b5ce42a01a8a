"""What Plumbline tells of a connection, as the partner's app takes it."""

from typing import Any

import httpx

from app.sandbox.partner.server import SandboxPartner
from tests.sandbox.partner.conftest import post_signed

PAUSED = {"type": "connection.paused", "data": {"cursor": 1, "state": "paused"}}


def taken(control: httpx.Client) -> list[dict[str, Any]]:
    """What the app keeps."""
    return list(control.get("/notices").json()["data"])


def test_a_notice_is_taken_and_shown_and_is_no_change(partner: SandboxPartner, control: httpx.Client) -> None:
    """204, also when it comes again; it is kept once, and the journal of changes stays as it was."""
    for _ in range(2):
        assert post_signed(partner.webhook_url, PAUSED).status_code == 204
    [notice] = taken(control)
    assert (notice["type"], notice["cursor"], notice["state"]) == ("connection.paused", 1, "paused")
    assert control.get("/log").json()["received"] == []


def test_a_notice_without_a_right_signature_is_refused(
    partner: SandboxPartner, control: httpx.Client
) -> None:
    """401, and nothing is kept."""
    assert httpx.post(partner.webhook_url, json=PAUSED).status_code == 401
    assert taken(control) == []


def test_a_refusal_by_fault_concerns_notices_alone(partner: SandboxPartner, control: httpx.Client) -> None:
    """Plumbline has to try that notice again; changes go on meanwhile."""
    control.put("/faults", json={"refuse_notices_next": 1})
    assert post_signed(partner.webhook_url, PAUSED).status_code == 500
    assert control.get("/faults").json()["refuse_incoming_next"] == 0
    assert post_signed(partner.webhook_url, PAUSED).status_code == 204
    assert len(taken(control)) == 1
