"""Idempotency-Key: six minutes, the whole request, errors too (FACTS 4.9)."""

from typing import Any
from uuid import uuid4

import httpx

from tests.sandbox.xero.driver import XeroApp, build_invoice


def keyed(app: XeroApp, key: str, body: dict[str, Any], method: str = "PUT") -> httpx.Response:
    """A write under a key."""
    return app.call(method, "/Invoices", body, headers={"idempotency-key": key})


def test_the_same_request_is_answered_again_and_not_done_again(app: XeroApp) -> None:
    """Byte for byte the first answer; it still counts as a call."""
    key = uuid4().hex
    first, second = keyed(app, key, build_invoice()), keyed(app, key, build_invoice())
    assert second.content == first.content
    assert int(second.headers["x-daylimit-remaining"]) == int(first.headers["x-daylimit-remaining"]) - 1
    assert len(app.get("/Invoices")["Invoices"]) == 1


def test_after_six_minutes_the_key_protects_no_more(app: XeroApp) -> None:
    """A late retry makes a second invoice."""
    key = uuid4().hex
    keyed(app, key, build_invoice())
    app.control("POST", "/clock", advance_seconds=361)
    keyed(app, key, build_invoice())
    assert len(app.get("/Invoices")["Invoices"]) == 2


def test_a_key_with_another_request_is_refused(app: XeroApp) -> None:
    """Another body, another method: 400, nothing written."""
    key = uuid4().hex
    keyed(app, key, build_invoice())
    for answer in (keyed(app, key, build_invoice(Reference="x")), keyed(app, key, build_invoice(), "POST")):
        assert answer.status_code == 400
        assert "is used with a different request" in answer.text
    assert len(app.get("/Invoices")["Invoices"]) == 1


def test_errors_are_kept_under_the_key_as_well(app: XeroApp) -> None:
    """A 500 comes back for six minutes, though Xero is well again."""
    key = uuid4().hex
    app.control("POST", "/faults", method="PUT", path="/Invoices", kind="error_500")
    assert keyed(app, key, build_invoice()).status_code == 500
    assert keyed(app, key, build_invoice()).status_code == 500
    assert keyed(app, uuid4().hex, build_invoice()).status_code == 200


def test_keys_belong_to_the_app_and_not_to_the_tenant(app: XeroApp) -> None:
    """The same key for another organisation replays the first one's answer: put the tenant into the key."""
    key = uuid4().hex
    first = keyed(app, key, build_invoice())
    app.tenant_id = app.control("POST", "/organisations", name="Other", country="AU")["tenant_id"]
    app.connect()
    assert keyed(app, key, build_invoice()).content == first.content
    assert app.get("/Invoices")["Invoices"] == []


def test_keys_may_be_set_to_belong_to_the_access_token(app: XeroApp) -> None:
    """As one team saw it live: after a refresh the replay makes a real duplicate."""
    key = uuid4().hex
    app.control("PUT", "/idempotency", scope="access_token")
    keyed(app, key, build_invoice())
    app.tokens = app.refresh(app.tokens["refresh_token"]).json()
    keyed(app, key, build_invoice())
    app.control("PUT", "/idempotency", scope="app")
    assert len(app.get("/Invoices")["Invoices"]) == 2
