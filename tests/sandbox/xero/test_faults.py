"""Faults that can be ordered: what the caller sees, and whether the work was done."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from typer.testing import CliRunner

from app.__main__ import cli
from app.sandbox.troubles import FAULTS, SWITCHES, WEBHOOK_TROUBLES
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
        ("bad_request", 400, False),
        ("token_expired", 401, False),
        ("token_unknown", 401, False),
        ("scope_missing", 401, False),
        ("forbidden", 403, False),
        ("not_found", 404, False),
        ("precondition_failed", 412, False),
        ("token_revoked", 403, False),
        ("bad_request_html", 400, False),
        ("rate_limited_minute", 429, False),
        ("rate_limited_day", 429, False),
        ("rate_limited_appminute", 429, False),
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


@pytest.mark.parametrize(
    ("kind", "asked", "told"),
    [
        ("minute", None, "2"), ("day", 70_000, "70000"), ("appminute", 9, "9"), ("minute", 0, None), ("day", 0, None),
        ("concurrent", None, None), ("concurrent", 3, "3"),
    ],
)  # fmt: skip
def test_a_429_says_which_limit_and_sometimes_how_long(
    app: XeroApp, kind: str, asked: int | None, told: str | None
) -> None:
    """Retry-After is promised for minute and day only, and a reader must survive its absence anywhere."""
    order(app, f"rate_limited_{kind}", **({} if asked is None else {"retry_after": asked}))
    answer = app.call("PUT", "/Invoices", build_invoice())
    assert (answer.headers["X-Rate-Limit-Problem"], answer.headers.get("Retry-After")) == (kind, told)


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("token_expired", "TokenExpired: token expired at 01/01/2001 00:00:00"),
        ("token_unknown", "AuthenticationUnsuccessful"),
        ("scope_missing", "AuthorizationUnsuccessful"),
    ],
)
def test_a_401_has_three_meanings(app: XeroApp, kind: str, detail: str) -> None:
    """Only its words tell a token that ended from a consent that lacks a scope."""
    order(app, kind)
    answer = app.call("PUT", "/Invoices", build_invoice())
    assert (answer.status_code, answer.json()["Detail"]) == (401, detail)
    assert ("WWW-Authenticate" in answer.headers) is (kind == "scope_missing")


def test_a_slow_answer_is_a_true_one(app: XeroApp) -> None:
    """It takes its time, and then is all there."""
    order(app, "slow", seconds=0.2)
    began = time.monotonic()
    assert app.call("PUT", "/Invoices", build_invoice()).status_code == 200
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize("path", ["", "/{id}"], ids=["all are lifted", "one is lifted"])
@pytest.mark.parametrize("kind", ["slow", "timeout_after"])
def test_a_silence_ends_when_its_fault_is_lifted(app: XeroApp, kind: str, path: str) -> None:
    """Who holds a call up lets it go at once: the work is done meanwhile, and the caller hears what the fault says."""
    order(app, "cut_after", path="/Contacts")
    fault_id = app.control("POST", "/faults", kind=kind, path="/Invoices", seconds=3600)["id"]
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(app.call, "PUT", "/Invoices", build_invoice())
        app.wait_for_silences(1)
        assert is_written(app)
        assert not asked.done()
        app.control("DELETE", f"/faults{path.format(id=fault_id)}")
        if kind == "slow":
            assert asked.result().status_code == 200
        else:
            assert isinstance(asked.exception(), httpx.RemoteProtocolError)
    left = [fault["kind"] for fault in app.control("GET", "/faults")["faults"]]
    assert left == (["cut_after"] if path else [])
    assert app.http.delete(f"/control/faults/{fault_id}").status_code == 404


def test_rows_can_come_twice(app: XeroApp) -> None:
    """As when rows move while pages are read; the count of pages stays what it is."""
    made = app.put_invoice()
    app.control("POST", "/faults", kind="duplicate_rows", path="/Invoices")
    twice = app.get("/Invoices", page=1)
    assert [row["InvoiceID"] for row in twice["Invoices"]] == [made["InvoiceID"]] * 2
    assert twice["pagination"]["itemCount"] == 1
    app.control("POST", "/faults", kind="duplicate_rows", path="/connections")
    assert len(app.http.get("/connections", headers=app.headers).json()) == 1


def test_a_stale_read_shows_a_moment_ago(app: XeroApp) -> None:
    """What was written since does not show in it, and is there in the read after it."""
    made = app.put_invoice(Reference="before")
    app.control("POST", "/faults", kind="stale", method="GET", path="/Invoices")
    app.post_invoice(made, Reference="after")
    app.pay(made, 10)
    [stale] = app.get("/Invoices", page=1)["Invoices"]
    assert (stale["Reference"], stale["AmountDue"]) == ("before", 110.0)
    [fresh] = app.get("/Invoices", page=1)["Invoices"]
    assert (fresh["Reference"], fresh["AmountDue"]) == ("after", 100.0)


def test_every_kind_is_tried_here(request: pytest.FixtureRequest) -> None:
    """A kind of fault that nobody has tried may not do what its sentence says."""
    source = request.path.read_text()
    tried = {kind for kind in FAULTS if f'"{kind}"' in source}
    tried |= {f"rate_limited_{kind}" for kind in ("minute", "day", "appminute", "concurrent")}
    assert tried == FAULTS.keys()


def test_the_command_line_and_the_control_address_list_everything(app: XeroApp) -> None:
    """Whoever asks for help finds each trouble and each switch with its sentence."""
    shown = CliRunner().invoke(cli, ["sandbox", "--help"], terminal_width=200, color=False).output
    told = " ".join(shown.split())
    sentences = [f"{name}: {sentence}" for name, sentence in (FAULTS | WEBHOOK_TROUBLES).items()]
    assert [sentence for sentence in sentences if sentence not in told] == []
    assert [name for name, switch in SWITCHES.items() if switch.question not in told] == []
    index = app.control("GET", "")
    assert (index["faults"], index["webhooks"], index["switches"].keys()) == (
        FAULTS,
        WEBHOOK_TROUBLES,
        SWITCHES.keys(),
    )


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
