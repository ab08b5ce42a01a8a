"""Whether a webhook was signed by Xero (FACTS 3).

The signature is over the raw bytes of the body: whoever parses first and serialises again breaks it. What the events
mean is left to intake.
"""

import base64
import hmac


def is_signed_by_xero(body: bytes, signature: str | None, webhook_key: str) -> bool:
    """Compare the header `x-xero-signature` with the body's own HMAC-SHA256, in constant time.

    The key is used as the plain text that Xero's portal shows; it looks like base64 and is not to be decoded.
    """
    digest = hmac.digest(webhook_key.encode(), body, "sha256")
    return hmac.compare_digest(base64.b64encode(digest), (signature or "").encode())
