"""The error tree, drawn once.

    PlumblineError
    ├── Retryable                   the same thing may succeed later, unchanged
    │   ├── XeroUnavailable         no answer, or a 5xx, and nothing was written
    │   ├── OutcomeUnknown          a write was sent and its answer was lost: look before writing again
    │   └── RateLimited             Xero, or our budget of its calls, said when to come back
    ├── Terminal                    trying again unchanged is useless; somebody must act
    │   ├── AuthorisationLost       the connection must be authorised again (dead refresh token, removed app)
    │   ├── ScopeMissing            the consent lacks a scope
    │   ├── AppRefused              Xero does not take the client id or secret of the app
    │   └── RequestRefused          Xero refused the request as a whole (ours is malformed)
    ├── ClaimLost                   another attempt carries out this request now; what we did is rolled back
    ├── LeaseLost                   another worker has the connection now; what we did not record is derived anew
    ├── CalledOff                   the connection was paused, lost or set otherwise: what was not begun is planned anew
    └── ConfigurationMissing        a setting without which this process must not run

A refusal of one element of a batch is not an exception: it is a value (`domain.xero_invoice.Refused`), so that one bad
invoice cannot stop the others.
"""

from datetime import timedelta


class PlumblineError(Exception):
    """Anything that this service raises on purpose."""


class Retryable(PlumblineError):
    """The same thing may succeed later; `retry_after` is Xero's own wish where it has one."""

    code = "xero_unavailable"

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class XeroUnavailable(Retryable):
    """No answer or a 5xx to a read, or a write that surely never arrived."""


class OutcomeUnknown(Retryable):
    """A write was sent and its answer was lost or was a 5xx; it may stand in Xero."""

    code = "outcome_unknown"


class RateLimited(Retryable):
    """A limit was met: Xero answered 429, or our budget had no place for a call.

    `retry_after` is how long to wait, `problem` which limit it was. `spares_people`: only a bulk was refused, by our
    own budget, for what it leaves to people.
    """

    code = "rate_limited"

    def __init__(
        self, message: str, retry_after: timedelta, problem: str, *, spares_people: bool = False
    ) -> None:
        super().__init__(message, retry_after)
        self.problem = problem
        self.spares_people = spares_people


class NoRoom(PlumblineError):
    """A bulk found as many of other businesses' under way as a process does at a time."""


class Terminal(PlumblineError):
    """Trying again unchanged is useless."""

    code = "refused"


class AuthorisationLost(Terminal):
    """The refresh token is dead or the organisation removed the app: only a new consent helps."""

    code = "disconnected"


class ScopeMissing(Terminal):
    """The consent lacks a scope that the call needs."""

    code = "scope_missing"


class AppRefused(Terminal):
    """Xero does not take the client id or secret by which the app asks for tokens: who registered it must mend that."""

    code = "app_refused"


class RequestRefused(Terminal):
    """Xero refused a request as a whole; the message is Xero's."""

    code = "request_refused"


class ClaimLost(PlumblineError):
    """A request took so long that a repeat of it was begun elsewhere; nothing more may be committed by this one."""


class CalledOff(PlumblineError):
    """What was about to be tried in Xero is not: the connection rests, or goes by other settings. Nothing was sent."""


class LeaseLost(PlumblineError):
    """Another worker holds the connection's lease; nothing more may be recorded by this one."""


class ConfigurationMissing(PlumblineError):
    """A setting is missing or unsafe; the message names every one."""
