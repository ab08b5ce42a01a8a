"""The identity server's memory: consents, token sets, connections, and how each of them ends (FACTS 1).

Tokens belong to a user and the app, never to a tenant; a connection joins a user to one organisation. A refresh token
works once, but the one before it may be tried again for thirty minutes in case the answer was lost; that retry ends the
token that the lost answer carried. A tenant that is authorised again keeps its first authEventId.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

CODE_LIFE = timedelta(minutes=5)
ACCESS_LIFE = timedelta(minutes=30)
REFRESH_LIFE = timedelta(days=60)
GRACE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Consent:
    """What a user agreed to on the consent page, waiting behind a code."""

    redirect_uri: str
    user: str
    scopes: frozenset[str]
    auth_event_id: str
    challenge: str
    nonce: str
    until: datetime


@dataclass
class TokenSet:
    """The tokens that one consent led to."""

    user: str
    scopes: frozenset[str]
    auth_event_id: str
    refresh_token: str = ""
    used_at: datetime | None = None
    previous_token: str = ""
    rotated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token stands for, and in the memory of which app."""

    tokens: TokenSet
    expires_at: datetime
    identity: "Identity" = field(repr=False)


@dataclass(frozen=True, slots=True)
class Connection:
    """One user's connection of one organisation to the app."""

    connection_id: str
    user: str
    tenant_id: str
    auth_event_id: str
    created_at: datetime
    updated_at: datetime


@dataclass
class Identity:
    """All tokens and connections of one app."""

    client_id: str
    client_secret: str
    codes: dict[str, Consent] = field(default_factory=dict)
    token_sets: list[TokenSet] = field(default_factory=list)
    accesses: dict[str, Access] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)
    _first_joined: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _signing_key: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def consent(
        self,
        user: str,
        tenant_ids: Iterable[str],
        scopes: frozenset[str],
        redirect_uri: str,
        challenge: str,
        nonce: str,
        now: datetime,
    ) -> str:
        """Join the organisations to the app and return a code. Scopes add to those of the user's live connections."""
        auth_event_id = str(uuid4())
        if any(connection.user == user for connection in self.connections.values()):
            scopes = scopes.union(*(tokens.scopes for tokens in self.token_sets if tokens.user == user))
        for tenant_id in tenant_ids:
            self._join(user, tenant_id, auth_event_id, now)
        code = secrets.token_urlsafe(32)
        self.codes[code] = Consent(
            redirect_uri, user, scopes, auth_event_id, challenge, nonce, now + CODE_LIFE
        )
        return code

    def _join(self, user: str, tenant_id: str, auth_event_id: str, now: datetime) -> None:
        held = next(
            (c for c in self.connections.values() if (c.user, c.tenant_id) == (user, tenant_id)), None
        )
        created_at = self._first_joined.setdefault((user, tenant_id), now)
        connection = Connection(
            held.connection_id if held else str(uuid4()),
            user,
            tenant_id,
            held.auth_event_id if held else auth_event_id,
            created_at,
            now,
        )
        self.connections[connection.connection_id] = connection

    def redeem(
        self, code: str, redirect_uri: str, verifier: str, now: datetime
    ) -> tuple[TokenSet, Consent] | None:
        """A token set for a code: once, in time, with the same redirect URI and the right PKCE verifier."""
        consent = self.codes.pop(code, None)
        if consent is None or consent.until <= now or consent.redirect_uri != redirect_uri:
            return None
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if consent.challenge and not hmac.compare_digest(digest, consent.challenge):
            return None
        tokens = TokenSet(consent.user, consent.scopes, consent.auth_event_id)
        self.token_sets.append(tokens)
        return tokens, consent

    def find_refreshable(self, refresh_token: str, now: datetime) -> TokenSet | None:
        """The token set of a refresh token that still works: the current one, or the one before it in its grace."""
        for tokens in self.token_sets:
            if tokens.used_at is None or now - tokens.used_at > REFRESH_LIFE:
                continue
            if tokens.refresh_token == refresh_token:
                tokens.previous_token, tokens.rotated_at = refresh_token, now
                return tokens
            in_grace = tokens.rotated_at is not None and now - tokens.rotated_at <= GRACE
            if in_grace and tokens.previous_token == refresh_token:
                return tokens
        return None

    def issue(self, tokens: TokenSet, now: datetime, nonce: str = "") -> dict[str, Any]:
        """A token answer: a new access token, and a new refresh token where `offline_access` was granted."""
        access_token = self._sign(self._claims(tokens, now))
        self.accesses[access_token] = Access(tokens, now + ACCESS_LIFE, self)
        answer: dict[str, Any] = {
            "access_token": access_token,
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "token_type": "Bearer",
            "scope": " ".join(sorted(tokens.scopes)),
        }
        if "offline_access" in tokens.scopes:
            tokens.refresh_token, tokens.used_at = secrets.token_urlsafe(32), now
            answer["refresh_token"] = tokens.refresh_token
        if "openid" in tokens.scopes:
            answer["id_token"] = self._sign(self._id_claims(tokens, now, nonce))
        return answer

    def disconnect(self, tenant_id: str) -> int:
        """Remove every connection of an organisation; how many there were. Tokens live on, as at Xero."""
        gone = [key for key, connection in self.connections.items() if connection.tenant_id == tenant_id]
        for key in gone:
            del self.connections[key]
        return len(gone)

    def revoke(self, refresh_token: str) -> None:
        """Remove all connections and tokens of the token's user."""
        users = {t.user for t in self.token_sets if refresh_token in (t.refresh_token, t.previous_token)}
        self.connections = {key: c for key, c in self.connections.items() if c.user not in users}
        self.token_sets = [tokens for tokens in self.token_sets if tokens.user not in users]
        self.accesses = {
            key: access for key, access in self.accesses.items() if access.tokens.user not in users
        }

    def is_joined(self, tenant_id: str, user: str | None = None) -> bool:
        """Whether the organisation is connected, by this user or by anybody."""
        connections = self.connections.values()
        return any(c.tenant_id == tenant_id and (user is None or c.user == user) for c in connections)

    def _claims(self, tokens: TokenSet, now: datetime) -> dict[str, Any]:
        user_id = str(uuid5(NAMESPACE_URL, tokens.user))
        return {
            "nbf": int(now.timestamp()),
            "exp": int((now + ACCESS_LIFE).timestamp()),
            "iss": "https://identity.xero.com",
            "aud": "https://identity.xero.com/resources",
            "client_id": self.client_id,
            "sub": user_id.replace("-", ""),
            "auth_time": int(now.timestamp()),
            "xero_userid": user_id,
            "global_session_id": uuid4().hex,
            "jti": uuid4().hex,
            "authentication_event_id": tokens.auth_event_id,
            "scope": sorted(tokens.scopes),
        }

    def _id_claims(self, tokens: TokenSet, now: datetime, nonce: str) -> dict[str, Any]:
        claims = self._claims(tokens, now)
        kept = {
            name: claims[name]
            for name in ("nbf", "iss", "sub", "auth_time", "xero_userid", "global_session_id")
        }
        kept |= {"aud": self.client_id, "exp": claims["nbf"] + 300, "email": tokens.user}
        return {**kept, "nonce": nonce} if nonce else kept

    def _sign(self, claims: dict[str, Any]) -> str:
        parts = [{"alg": "HS256", "typ": "JWT"}, claims]
        text = ".".join(_encode(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
        return f"{text}.{_encode(hmac.new(self._signing_key, text.encode(), hashlib.sha256).digest())}"


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
