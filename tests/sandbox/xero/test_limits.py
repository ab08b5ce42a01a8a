"""Rate limits and their headers (FACTS 2)."""

from concurrent.futures import ThreadPoolExecutor

from tests.sandbox.xero.driver import XeroApp


def test_every_answer_says_what_is_left(app: XeroApp) -> None:
    """Minute, day, app minute, and an id for Xero's support."""
    first, second = app.call("GET", "/Organisation"), app.call("GET", "/Nothing")
    assert (first.headers["x-minlimit-remaining"], first.headers["x-daylimit-remaining"]) == ("59", "4999")
    assert int(first.headers["x-appminlimit-remaining"]) < 10_000
    assert first.headers["xero-correlation-id"]
    assert second.status_code == 501


def test_the_minute_is_a_fixed_window_that_ends_when_it_says(app: XeroApp) -> None:
    """429 with the problem and the seconds to wait, and after them all is well."""
    app.control("PUT", "/limits", minute=2)
    answers = [app.call("GET", "/Organisation") for _ in range(3)]
    if answers[2].status_code == 200:
        # The window turned between the calls; the next two use up the new one.
        answers = [app.call("GET", "/Organisation") for _ in range(3)]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["x-rate-limit-problem"] == "minute"
    assert refused.headers["x-minlimit-remaining"] == "0"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    app.control("POST", "/clock", advance_seconds=int(refused.headers["retry-after"]))
    assert app.call("GET", "/Organisation").status_code == 200


def test_the_day_may_ask_for_hours(app: XeroApp) -> None:
    """The day's limit leaves the minute's untouched."""
    app.control("PUT", "/limits", day=1)
    app.call("GET", "/Organisation")
    refused = app.call("GET", "/Organisation")
    assert (refused.status_code, refused.headers["x-rate-limit-problem"]) == (429, "day")
    assert int(refused.headers["x-minlimit-remaining"]) > 0
    assert 1 <= int(refused.headers["retry-after"]) <= 86_400


def test_at_most_five_calls_at_once_without_a_word_of_when_to_come_again(app: XeroApp) -> None:
    """Concurrent refusals carry no Retry-After, and are no calls."""
    app.control("POST", "/faults", kind="slow", path="/Organisation", times=5, seconds=3600)
    with ThreadPoolExecutor(5) as pool:
        taken = [pool.submit(app.call, "GET", "/Organisation") for _ in range(5)]
        app.wait_for_silences(5)
        refused = [app.call("GET", "/Organisation") for _ in range(3)]
        app.control("DELETE", "/faults")
    assert [each.result().status_code for each in taken] == [200] * 5
    assert [answer.status_code for answer in refused] == [429] * 3
    assert {answer.headers["x-rate-limit-problem"] for answer in refused} == {"concurrent"}
    assert not any("retry-after" in answer.headers for answer in refused)


def test_organisations_have_limits_of_their_own(app: XeroApp) -> None:
    """One organisation's used-up minute is no other's."""
    app.control("PUT", "/limits", day=1)
    app.call("GET", "/Organisation")
    assert app.call("GET", "/Organisation").status_code == 429
    app.tenant_id = app.control("POST", "/organisations", name="Other", country="GB")["tenant_id"]
    assert app.connect().call("GET", "/Organisation").status_code == 200
