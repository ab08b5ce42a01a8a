"""How servers are verified: the certificates that this process trusts, and what redis-py is told for that."""

import ssl
from functools import cache
from urllib.parse import parse_qsl, urlsplit


@cache
def trusted() -> ssl.SSLContext:
    """What every client of ours verifies servers by: the usual authorities, host names checked.

    Read once, since that takes longer than most calls.
    """
    return ssl.create_default_context()


def choose_redis_checks(redis_url: str) -> dict[str, bool]:
    """What redis-py is told beside the address: over TLS the server's name is checked, unless that says otherwise."""
    address = urlsplit(redis_url)
    is_checked = dict(parse_qsl(address.query)).get("ssl_cert_reqs", "required") == "required"
    return {"ssl_check_hostname": True} if address.scheme == "rediss" and is_checked else {}
