"""Which browser a consent belongs to: the one that opened our address last, known by a cookie of its own.

Whoever gets hold of an address can open it, but only that browser ends what it began: a consent that one person gave
cannot be brought to its end in another's browser, nor the other way round. Each state, and each page with a choice, has
a cookie of its own, so that several consents can be under way in one browser. Only a hash of what it holds is kept.
"""

import hashlib
import hmac
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypedDict
from urllib.parse import urlsplit

from app.api.dependencies import Services
from app.api.onboarding.consent_refusal import ConsentRefused
from app.db.life.consents import BegunConsent, lock_begun_consent, save_used

_COOKIE = "plumbline-consent-"
_PATH = "/oauth"

Cookies = Mapping[str, str]


class CookieSaid(TypedDict):
    """What `Response.set_cookie` takes."""

    key: str
    value: str
    max_age: int
    path: str
    secure: bool
    httponly: bool
    samesite: Literal["lax"]


def draw_value() -> str:
    """What a browser is given, at random."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Binding:
    """What ties a secret that travels (a state, or the token of a page) to one browser, until it runs out."""

    secret: str = field(repr=False)
    expires_at: datetime
    value: str = field(repr=False, default_factory=draw_value)

    @property
    def browser_hash(self) -> bytes:
        """What is kept of it."""
        return hash_secret(self.value)

    def build_cookie(self, public_url: str, now: datetime) -> CookieSaid:
        """The cookie that the browser is to keep; no script sees it, and no other site's form sends it."""
        address = urlsplit(public_url)
        return CookieSaid(
            key=name_cookie(self.secret, public_url),
            value=self.value,
            max_age=max(0, math.ceil((self.expires_at - now).total_seconds())),
            path=address.path + _PATH,
            secure=address.scheme == "https",
            httponly=True,
            samesite="lax",
        )


def name_cookie(secret: str, public_url: str) -> str:
    """A name for each secret, which does not tell it. Over https no page that came without it can set such a name.

    `__Host-` would promise more still, but takes no path other than the root, and would be sent with every call.
    """
    prefix = "__Secure-" if public_url.startswith("https://") else ""
    return f"{prefix}{_COOKIE}{hash_secret(secret).hex()[:16]}"


@dataclass(frozen=True, slots=True)
class Refusals:
    """In words: it has been used, is too old or was never given out; or it belongs to another browser."""

    spent: str
    elsewhere: str


async def take_in_its_browser(
    services: Services, cookies: Cookies, secret: str, refusals: Refusals, *, is_exchanged: bool = False
) -> BegunConsent:
    """The consent of that secret, committed as used before anything else happens.

    Raises `ConsentRefused`; what another browser came with is not used up by that.
    """
    state_hash, now = hash_secret(secret), services.clock.now()
    value = cookies.get(name_cookie(secret, services.public_url), "")
    async with services.database.writing() as session:
        begun = await lock_begun_consent(session, state_hash, now, is_exchanged=is_exchanged)
        if begun is None:
            raise ConsentRefused(refusals.spent)
        if not _is_bound(begun, value):
            raise ConsentRefused(refusals.elsewhere)
        await save_used(session, state_hash, now)
    return begun


def _is_bound(begun: BegunConsent, value: str) -> bool:
    """One whose address was never opened belongs to no browser."""
    return begun.browser_hash is not None and hmac.compare_digest(begun.browser_hash, hash_secret(value))


def hash_secret(secret: str) -> bytes:
    """What is kept of a token, of a consent's state, and of what a browser was given."""
    return hashlib.sha256(secret.encode()).digest()
