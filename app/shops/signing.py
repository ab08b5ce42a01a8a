"""Signatures of webhooks as Standard Webhooks has them (its specification, "Symmetric signatures")."""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def is_signed(key: bytes, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the signatures is by this key, compared in constant time; header names are in lower case.

    How old it is does not matter: all that a shop's webhook does is to have the shop asked.
    """
    said = f"{headers.get('webhook-id', '')}.{headers.get('webhook-timestamp', '')}.".encode()
    expected = b"v1," + base64.b64encode(hmac.digest(key, said + body, hashlib.sha256))
    given = headers.get("webhook-signature", "").encode().split()
    return any(hmac.compare_digest(expected, each) for each in given)
