"""Bearer tokens on the API: who asks, or the exact refusal that Xero gives (FACTS 1).

401 TokenExpired for a token past its half hour, 401 AuthenticationUnsuccessful for one that was never issued, so that
a 401 is not always a reason to refresh.
"""

from starlette.requests import Request
from starlette.responses import Response

from app.sandbox.xero.forms.answers import answer_problem
from app.sandbox.xero.memory.sandbox import Sandbox
from app.sandbox.xero.memory.tokens import Access


def bearer_of(request: Request) -> str:
    """The token as sent, "" when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def find_access(sandbox: Sandbox, request: Request) -> Access | Response:
    """What the request's token stands for, or the answer to give instead."""
    token = bearer_of(request)
    access = next((app.accesses[token] for app in sandbox.apps if token in app.accesses), None)
    if access is None:
        return refuse_unknown()
    if access.expires_at <= sandbox.clock.now():
        return refuse_expired(access.expires_at.strftime("%m/%d/%Y %H:%M:%S"))
    return access


def refuse_unknown() -> Response:
    """401 for a token that was never issued, or was revoked."""
    return answer_problem(401, "Unauthorized", "AuthenticationUnsuccessful")


def refuse_scope() -> Response:
    """401 for a token whose consent does not cover the call."""
    headers = {"WWW-Authenticate": "insufficient_scope"}
    return answer_problem(401, "Unauthorized", "AuthorizationUnsuccessful", headers)


def refuse_stranger() -> Response:
    """403 for an organisation that is not, or is no longer, connected."""
    return answer_problem(403, "Forbidden", "AuthenticationUnsuccessful")


def refuse_expired(at: str) -> Response:
    """401 TokenExpired. `at` in the American form that Xero shows."""
    return answer_problem(401, "Unauthorized", f"TokenExpired: token expired at {at}")
