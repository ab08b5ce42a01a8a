"""API keys and webhook secrets: drawn at random, and how a key is known again.

A key is shown once, when it is made; only its hash is kept. It holds 256 random bits, so a plain hash is enough: there
is nothing to guess, and a slow one would only slow every request down. Webhook secrets follow Standard Webhooks and
must be readable again, so they are kept encrypted, by `app.vault`.
"""

import base64
import hashlib
import secrets

_KEY_PREFIX = "plk_"
_SECRET_PREFIX = "whsec_"  # noqa: S105  the prefix of every secret, no secret
_RANDOM_BYTES = 32
_SHOWN_CHARACTERS = 12


def make_key() -> str:
    """A new API key; whoever loses it needs another."""
    return _KEY_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def show_prefix(key: str) -> str:
    """What a person may see of a key for good: enough to tell a partner's keys apart, too little to call with."""
    return key[:_SHOWN_CHARACTERS]


def make_webhook_secret() -> str:
    """A new secret for one direction of webhooks, as Standard Webhooks writes them."""
    return _SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_RANDOM_BYTES)).decode()


def hash_key(key: str) -> bytes:
    """The SHA-256 by which a partner is found from its key; a key that no partner has hashes as well."""
    return hashlib.sha256(key.encode()).digest()
