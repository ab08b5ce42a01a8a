"""Faults that can be ordered: what the caller sees, and whether the work was done."""

import httpx
import pytest

from tests.sandbox.xero.driver import XeroApp, build_invoice


def order(app: XeroApp, kind: str, **changes: object) -> None:
    """A fault of the next PUT of invoices."""
    app.control("POST", "/faults", **{"method": "PUT", "path": "/Invoices", "kind": kind, **changes})


def is_written(app: XeroApp) -> bool:
    """Whether the invoice got there."""
    return bool(app.get("/Invoices")["Invoices"])


@pytest.mark.parametrize(
    ("kind", "status", "written"),
    [
        ("unavailable_before", 503, False),
        ("unavailable_after", 503, True),
        ("error_500", 500, False),
        ("token_expired", 401, False),
        ("token_revoked", 403, False),
        ("bad_request_html", 400, False),
        ("rate_limited_minute", 429, False),
        ("rate_limited_day", 429, False),
        ("rate_limited_concurrent", 429, False),
    ],
)
def test_faults_that_answer(app: XeroApp, kind: str, status: int, written: bool) -> None:
    """The next matching call only; the one after it is served."""
    order(app, kind)
    assert app.call("PUT", "/Invoices", build_invoice()).status_code == status
    assert is_written(app) is written
    assert app.call("PUT", "/Invoices", build_invoice()).status_code == 200


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("cut_before", False),
        ("cut_after", True),
        ("truncated", True),
        ("timeout_after", True),
        ("timeout_before", False),
    ],
)
def test_faults_that_do_not_answer(app: XeroApp, kind: str, written: bool) -> None:
    """The connection ends without a whole answer, the work done or not."""
    order(app, kind, seconds=0.05)
    with pytest.raises(httpx.RemoteProtocolError):
        app.call("PUT", "/Invoices", build_invoice())
    assert is_written(app) is written


def test_a_silent_answer_lets_go_when_the_caller_does(app: XeroApp) -> None:
    """timeout_after hangs for its seconds at the most."""
    order(app, "timeout_after", seconds=600)
    with pytest.raises(httpx.ReadTimeout):
        app.http.put(
            "/api.xro/2.0/Invoices",
            json=build_invoice(),
            headers=app.headers,
            timeout=httpx.Timeout(5, read=0.1),
        )
    assert is_written(app)


def test_nth_and_times_choose_the_calls(app: XeroApp) -> None:
    """The second and the third call fail; others of the path and other paths do not."""
    order(app, "unavailable_before", nth=2, times=2, method="*")
    statuses = [app.call("GET", f"/Invoices{path}").status_code for path in ("", "", "/x", "")]
    assert statuses == [200, 503, 503, 200]
    assert app.call("GET", "/Contacts").status_code == 200


def test_the_token_address_can_fail_too(app: XeroApp) -> None:
    """A refresh whose answer is lost."""
    app.control("POST", "/faults", method="POST", path="/connect/token", kind="cut_after")
    first = app.tokens["refresh_token"]
    with pytest.raises(httpx.RemoteProtocolError):
        app.refresh(first)
    assert app.refresh(first).status_code == 200


def test_faults_are_listed_cleared_and_checked(app: XeroApp) -> None:
    """An order that makes no sense is refused in words."""
    order(app, "cut_after")
    assert app.control("GET", "/faults")["faults"][-1]["hit"] == 0
    app.control("DELETE", "/faults")
    assert app.control("GET", "/faults")["faults"] == []
    for wish in (
        {"kind": "flood"},
        {"kind": "cut_after", "times": "two"},
        {"kind": "cut_after", "who": "me"},
    ):
        answer = app.http.post("/control/faults", json=wish)
        assert answer.status_code == 400
        assert answer.json()["error"]
