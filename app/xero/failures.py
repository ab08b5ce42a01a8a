"""From what went wrong in a call to the errors of `app.errors`. Reads raise `XeroUnavailable` where writes raise
`OutcomeUnknown`: a write whose answer was lost, or was a 5xx, may stand in Xero.

    not connected                                   XeroUnavailable, also for a write: it never arrived
    cut, timed out, unreadable answer, 5xx          XeroUnavailable / OutcomeUnknown
    429                                             RateLimited
    401 that says scope                             ScopeMissing
    401 otherwise                                   TokenRejected: renew the token once and repeat (FACTS 1)
    403 AuthenticationUnsuccessful                  AuthorisationLost: the organisation removed the app (FACTS 1)
    403 otherwise, 412                              Barred: about who asks and how, not about what (D-HTTP)
    404                                             NotFound
    other 4xx, 501                                  RequestInvalid

Nothing here reads the SDK's own exception texts: they fail on a body that is no JSON (FACTS 6).
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import urllib3.exceptions
from xero_python.exceptions import ApiException, HTTPStatusException

from app.errors import (
    AuthorisationLost,
    OutcomeUnknown,
    PlumblineError,
    RequestRefused,
    Retryable,
    ScopeMissing,
    XeroUnavailable,
)
from app.xero.budget import read_rate_limit, read_retry_after
from app.xero.refusals import list_reasons

_LONGEST_QUOTE = 300
_REPLACED = "\ufffd"
_UNKEEPABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_NEVER_SENT = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)


class TokenRejected(PlumblineError):
    """Xero does not take the access token (any more); nothing was done."""


class NotFound(RequestRefused):
    """Xero knows no such resource; nothing was done."""


class RequestInvalid(RequestRefused):
    """Xero refused the request as a whole and did nothing of it; `messages` are its words."""

    def __init__(self, messages: tuple[str, ...]) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


class Barred(RequestInvalid):
    """Xero refused whoever asks: it would refuse the same of anything else. The status stands before its words."""


def map_failure(error: Exception, *, is_write: bool) -> PlumblineError | None:
    """The error for an exception out of the SDK, or None where the exception is not about a call at all."""
    if isinstance(error, HTTPStatusException):
        answer = error.http_resp
        return map_status(answer.status, answer.urllib3_response.headers, answer.data, is_write=is_write)
    if isinstance(error, _NEVER_SENT):
        return XeroUnavailable(f"Xero could not be reached ({type(error).__name__})")
    if isinstance(error, urllib3.exceptions.HTTPError | ApiException | OSError):
        return unanswered(f"Xero's answer was lost ({type(error).__name__})", is_write=is_write)
    return None


def map_status(status: int, headers: Mapping[str, str], body: bytes, *, is_write: bool) -> PlumblineError:
    """The error for an answer that is not a success."""
    if status == 429:
        return read_rate_limit(headers)
    if status >= 500 and status != 501:
        error = unanswered(f"Xero answered {status}", is_write=is_write)
        error.retry_after = read_retry_after(headers)
        return error
    reasons = _reasons(body, status)
    if status == 401:
        return _map_unauthorised(headers, reasons[0])
    if status == 403 and "AuthenticationUnsuccessful" in reasons[0]:
        return AuthorisationLost("the organisation no longer lets this app in")
    if status in (403, 412):
        return Barred((f"{status} {' '.join(reasons)}",))
    if status == 404:
        return NotFound(reasons[0])
    return RequestInvalid(tuple(reasons))


def unanswered(message: str, *, is_write: bool) -> Retryable:
    """No usable answer came: harmless to a read, an open question after a write."""
    return OutcomeUnknown(message) if is_write else XeroUnavailable(message)


def parse_json(body: bytes) -> Any:
    """Xero's JSON with every fractional number as `Decimal`; raises `ValueError` for anything else, and for what is
    nested deeper than anything of Xero's.

    A NUL and half a surrogate pair, which JSON can escape and PostgreSQL cannot keep, become the replacement character:
    one of them in one text would have all that is recorded with it refused.
    """
    text = body.decode("utf-8-sig")
    try:
        parsed = json.loads(text, parse_float=Decimal)
        return _with_words_kept(parsed) if _UNKEEPABLE.search(text) else parsed
    except RecursionError:
        raise ValueError("nested too deep") from None


def _with_words_kept(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", _REPLACED).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_with_words_kept(part) for part in value]
    if isinstance(value, dict):
        return {_with_words_kept(name): _with_words_kept(part) for name, part in value.items()}
    return value


def _map_unauthorised(headers: Mapping[str, str], detail: str) -> PlumblineError:
    challenge = (headers.get("WWW-Authenticate") or "").lower()
    # Xero's own FAQ spells it without the second i (FACTS 1).
    if (
        "insufficient_scope" in challenge
        or "insufficent_scope" in challenge
        or "AuthorizationUnsuccessful" in detail
    ):
        return ScopeMissing("the consent lacks a scope that this call needs")
    return TokenRejected(detail)


def _reasons(body: bytes, status: int) -> list[str]:
    try:
        return list_reasons(parse_json(body))
    except ValueError:
        quoted = body[:_LONGEST_QUOTE].decode("utf-8", "replace").strip()
        return [f"Xero answered {status}: {quoted}" if quoted else f"Xero answered {status} with no text"]
