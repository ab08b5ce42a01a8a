"""What every answer says beside its content: how to treat it, and how many calls are left."""

from collections.abc import Iterable, Mapping

from starlette.types import Message, Scope

from app.api.access.dependencies import get_doors
from app.api.access.door import find_limit, is_of_api
from app.api.authentication import find_caller

Header = tuple[bytes, bytes]


def _encode(headers: Mapping[str, str]) -> tuple[Header, ...]:
    return tuple((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items())


_ON_ALL = _encode(
    {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        # For what is no page. A page says its own, and why.
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "X-Frame-Options": "DENY",
    }
)
_ON_THE_API = (*_ON_ALL, *_encode({"Cache-Control": "no-store"}))
"""Invoices are nobody's to keep on the way."""

_ON_HTTPS = _encode({"Strict-Transport-Security": "max-age=63072000"})
"""Two years; of this host alone, since what else its domain serves is not ours to say."""


def complete_headers(scope: Scope, start: Message, *more: Header) -> None:
    """Add them, and `more`, to an answer that begins. A header that a handler has set stays."""
    given: Iterable[Header] = start.get("headers", ())
    said = {name for name, _ in given}
    always = _ON_THE_API if is_of_api(scope) else _ON_ALL
    ours = (*more, *always, *_tell_https(scope), *_tell_limit(scope))
    start["headers"] = [*given, *[header for header in ours if header[0] not in said]]


def _tell_https(scope: Scope) -> tuple[Header, ...]:
    """Where browsers reach us by https, they never try another way again; production reaches by nothing else."""
    services = getattr(scope["app"].state, "services", None)
    return _ON_HTTPS if services is not None and services.public_url.startswith("https://") else ()


def _tell_limit(scope: Scope) -> tuple[Header, ...]:
    """The fields of draft-ietf-httpapi-ratelimit-headers; without a count the policy stands alone."""
    if find_caller(scope) is None:
        return ()
    counted = find_limit(scope)
    policy = {"RateLimit-Policy": get_doors(scope).call_limit.of_key.policy}
    return _encode({**policy, "RateLimit": counted.limit} if counted else policy)
