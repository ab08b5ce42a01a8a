"""Whether a partner's webhook address may be called. Asked when it is set, and again right before every call.

This is the one gate: a rule about where we send, such as keeping out of the internal network, belongs here.
"""

from urllib.parse import urlsplit

from app.errors import PlumblineError


class AddressRefused(PlumblineError):
    """The webhook address must not be called; the message says why."""


def check_address(url: str, *, https_only: bool) -> None:
    """Raise `AddressRefused` unless it is a whole address that we may send to; http is for development alone."""
    try:
        address = urlsplit(url)
        host, _ = address.hostname, address.port
    except ValueError:
        raise AddressRefused("the webhook address cannot be read") from None
    if address.scheme not in ("http", "https") or not host:
        raise AddressRefused("the webhook address must be a whole https:// address")
    if https_only and address.scheme != "https":
        raise AddressRefused("the webhook address must be https")
    if address.username is not None or address.fragment:
        raise AddressRefused("the webhook address must hold neither a user name nor a fragment")
