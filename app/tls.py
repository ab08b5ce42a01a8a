"""The certificates that this process trusts, read once: reading them takes longer than most calls."""

import ssl
from functools import cache


@cache
def trusted() -> ssl.SSLContext:
    """What every client of ours verifies servers by: the usual authorities, host names checked."""
    return ssl.create_default_context()
