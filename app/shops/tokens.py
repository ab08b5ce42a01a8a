"""Access tokens that live an hour or two, and the refresh token that brings the next (RFC 6749, section 6).

Both are kept among the shop's credentials with the instant at which the access token ends, so that every worker uses
the same. When that ends is reckoned from the shop's own clock, in whose words its life is told. A token that is refused
before its time is given up for another, once.

When this process dies between the shop's answer and `renew`, the new pair is lost. A shop that goes on taking the
refresh token of before gives another; of one that does not, the look fails with refused credentials until the business
lets the app in again. Two workers that renew at once lose nothing but the one access token, unless the shop takes each
refresh token only once; looks at one shop are claimed, so that two do not.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from app.shops.platform import Answer, CredentialsRefused, ShopCalls, ShopFailed

REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of one
ACCESS_TOKEN = "access_token"  # noqa: S105 - the name of one
ACCESS_TOKEN_UNTIL = "access_token_until"  # noqa: S105 - when one ends

MARGIN = timedelta(minutes=5)
"""A token that ends sooner is not begun with; longer than a call and the difference of two clocks."""

_NO_GRANT = (400, 401, 403)

Grant = Callable[[str], Awaitable[Answer]]
"""Asks the shop for another access token with this refresh token."""

Call = Callable[[str], Awaitable[Answer]]
"""Makes a call with this access token."""


async def call_with_token(
    calls: ShopCalls, grant: Grant, call: Call, refresh_lives: timedelta | None = None
) -> Answer:
    """The answer to a call with the token that is kept, or with another; raises `ShopFailed`.

    `refresh_lives` is how long a refresh token lives from each grant on, after which the business must act; None where
    the shop does not say it then.
    """
    held = calls.credentials
    access, until = held.get(ACCESS_TOKEN), held.get(ACCESS_TOKEN_UNTIL)
    if access and until and datetime.fromisoformat(until) - MARGIN > calls.now():
        try:
            return await call(access)
        except CredentialsRefused:
            pass  # Taken back before its time; a refresh token that was taken back as well says so below.
    return await call(await _renew(calls, grant, refresh_lives))


async def _renew(calls: ShopCalls, grant: Grant, refresh_lives: timedelta | None) -> str:
    """Another access token, which is kept before it is used."""
    held = calls.credentials
    try:
        answer = await grant(held[REFRESH_TOKEN])
    except ShopFailed as failed:
        if failed.status not in _NO_GRANT:
            raise
        raise CredentialsRefused(
            f"The shop gives no access token any more; the business must let the app in again. {failed}",
            status=failed.status,
        ) from None
    try:
        access = str(answer.body["access_token"])
        ends_at = answer.at + timedelta(seconds=int(answer.body["expires_in"]))
        refresh = str(answer.body.get("refresh_token") or held[REFRESH_TOKEN])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ShopFailed("The shop was asked for an access token, and answered without one.") from None
    renewed = {ACCESS_TOKEN: access, ACCESS_TOKEN_UNTIL: ends_at.isoformat(), REFRESH_TOKEN: refresh}
    await calls.renew({**held, **renewed}, answer.at + refresh_lives if refresh_lives else None)
    return access
