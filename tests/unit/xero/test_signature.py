"""The signature of Xero's webhooks."""

import pytest

from app.xero.signature import is_signed_by_xero

KEY = "test-webhook-key"
BODY = b'{"events":[],"lastEventSequence": 0,"firstEventSequence": 0, "entropy": "S0m3r4Nd0mt3xt"}'
SIGNATURE = "0bl5Cfft1ma1x7YBSJLYA2CSW1bYBWwuoR1thjkAo7U="


def test_the_published_vector_is_signed_by_xero() -> None:
    """HMAC-SHA256 over the raw bytes with the key as plain text (FACTS 3)."""
    assert is_signed_by_xero(BODY, SIGNATURE, KEY)


@pytest.mark.parametrize(
    ("body", "signature", "key"),
    [
        (BODY + b" ", SIGNATURE, KEY),
        (BODY.replace(b": ", b":"), SIGNATURE, KEY),
        (BODY, SIGNATURE, "another-key"),
        (BODY, SIGNATURE.lower(), KEY),
        (BODY, SIGNATURE[:-1], KEY),
        (BODY, "", KEY),
        (BODY, None, KEY),
        (BODY, "schlüssel", KEY),
    ],
)
def test_anything_else_is_not(body: bytes, signature: str | None, key: str) -> None:
    """One byte, another key, or no readable signature at all: refused without an exception."""
    assert not is_signed_by_xero(body, signature, key)
