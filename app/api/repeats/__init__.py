"""Calls that come again: whoever sends an `Idempotency-Key` with a write may send it twice, and it is done once.

No router knows of it. What holds the promise when processes die is in `app.db.partners.idempotency`; what a repeat
comes to is decided by `app.domain.partner.claim`; here is the HTTP of it, after
draft-ietf-httpapi-idempotency-key-header.

    keyed         what a request with a key says: its key, its fingerprint
    capture       an answer held back until it is kept, unless it is a stream
    idempotency   the middleware that joins them
"""
