"""From statuses and broken connections to our errors."""

from datetime import timedelta

import pytest
import urllib3.exceptions as broken
from urllib3 import HTTPHeaderDict

from app.domain.holds.refusals import explain
from app.errors import (
    AuthorisationLost,
    OutcomeUnknown,
    PlumblineError,
    RateLimited,
    Retryable,
    ScopeMissing,
    XeroUnavailable,
)
from app.xero.failures import (
    Barred,
    NotFound,
    RequestInvalid,
    TokenRejected,
    map_failure,
    map_status,
    parse_json,
)

FORBIDDEN = b'{"Title":"Forbidden","Status":403,"Detail":"AuthenticationUnsuccessful"}'
EXPIRED = b'{"Title":"Unauthorized","Status":401,"Detail":"TokenExpired: token expired at 11/22/2026"}'
UNSCOPED = b'{"Title":"Unauthorized","Status":401,"Detail":"AuthorizationUnsuccessful"}'


@pytest.mark.parametrize(
    ("status", "body", "headers", "on_read", "on_write"),
    [
        (401, EXPIRED, {}, TokenRejected, TokenRejected),
        (401, b"", {}, TokenRejected, TokenRejected),
        (401, UNSCOPED, {}, ScopeMissing, ScopeMissing),
        (401, EXPIRED, {"WWW-Authenticate": "Bearer error=insufficent_scope"}, ScopeMissing, ScopeMissing),
        (403, FORBIDDEN, {}, AuthorisationLost, AuthorisationLost),
        (403, b'{"Detail":"Not permitted"}', {}, Barred, Barred),
        (404, b"", {}, NotFound, NotFound),
        (429, b"", {}, RateLimited, RateLimited),
        (400, b"<html>Bad Request</html>", {}, RequestInvalid, RequestInvalid),
        (412, b"", {}, Barred, Barred),
        (500, b"", {}, XeroUnavailable, OutcomeUnknown),
        (501, b"", {}, RequestInvalid, RequestInvalid),
        (503, b"", {}, XeroUnavailable, OutcomeUnknown),
    ],
)
def test_each_status_is_the_error_that_says_what_to_do(
    status: int,
    body: bytes,
    headers: dict[str, str],
    on_read: type[PlumblineError],
    on_write: type[PlumblineError],
) -> None:
    """A 5xx to a write is an open question; a 401 is not always "refresh me" (FACTS 1)."""
    assert type(map_status(status, HTTPHeaderDict(headers), body, is_write=False)) is on_read
    assert type(map_status(status, HTTPHeaderDict(headers), body, is_write=True)) is on_write


@pytest.mark.parametrize(
    ("status", "body", "said", "code"),
    [
        (403, b'{"Detail":"Not permitted"}', "403 Not permitted", "not_permitted"),
        (403, b"", "403 Xero answered 403 with no text", "not_permitted"),
        (412, b'{"Title":"PreconditionFailed"}', "412 PreconditionFailed", "precondition_failed"),
        (400, b'{"Message":"Order 403 is no reason"}', "Order 403 is no reason", "refused_by_xero"),
    ],
)
def test_what_is_about_who_asks_is_told_by_its_status(status: int, body: bytes, said: str, code: str) -> None:
    """Xero's words for it are not known, and need not be."""
    error = map_status(status, HTTPHeaderDict(), body, is_write=True)
    assert isinstance(error, RequestInvalid)
    assert (error.messages, explain(error.messages).code) == ((said,), code)


def test_a_400_without_json_keeps_its_text() -> None:
    """The SDK's own exception raises while it is being read (FACTS 6); ours quotes the body."""
    error = map_status(400, HTTPHeaderDict(), b"<html>Bad Request</html>", is_write=True)
    assert isinstance(error, RequestInvalid)
    assert error.messages == ("Xero answered 400: <html>Bad Request</html>",)


def test_a_503_says_when_to_come_back() -> None:
    """Retry-After is kept also where it comes with a 503."""
    error = map_status(503, HTTPHeaderDict({"Retry-After": "30"}), b"", is_write=False)
    assert isinstance(error, Retryable)
    assert error.retry_after == timedelta(seconds=30)


@pytest.mark.parametrize("is_write", [False, True])
def test_a_request_that_never_left_wrote_nothing(is_write: bool) -> None:
    """A refused connection is harmless to a write too."""
    error = broken.ConnectTimeoutError("no connection")
    assert type(map_failure(error, is_write=is_write)) is XeroUnavailable


@pytest.mark.parametrize(
    "error",
    [
        broken.ProtocolError("Connection aborted."),
        broken.IncompleteRead(10, 20),
        broken.SSLError("bad record"),
        ConnectionResetError(),
    ],
)
def test_a_connection_that_broke_later_leaves_a_write_open(error: Exception) -> None:
    """Once the request was on its way, nobody knows whether it was carried out."""
    assert type(map_failure(error, is_write=False)) is XeroUnavailable
    assert type(map_failure(error, is_write=True)) is OutcomeUnknown


def test_a_mistake_of_ours_is_not_taken_for_xeros() -> None:
    """A TypeError is no network failure and must come out as it is."""
    assert map_failure(TypeError("missing argument"), is_write=True) is None


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (rb'"a\u0000b"', "a\ufffdb"),
        (rb'"\ud83d"', "\ufffd"),
        (rb'"\udc00\ud83d\udca7"', "\ufffd\U0001f4a7"),
        (rb'{"\u0000": ["\ud83d\udca7"]}', {"\ufffd": ["\U0001f4a7"]}),
        (rb'"plain \\u00e9"', "plain \\u00e9"),
    ],
)
def test_what_no_database_keeps_is_replaced(said: bytes, kept: object) -> None:
    """One such character in one invoice would have all that is recorded with it refused, round after round."""
    assert parse_json(said) == kept


def test_a_wait_of_decades_is_not_believed() -> None:
    """A 5xx that asks for more than a day is tried again by our own steps."""
    assert isinstance(error := map_status(503, {"Retry-After": "1e9"}, b"", is_write=False), Retryable)
    assert error.retry_after is None
