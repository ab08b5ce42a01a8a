"""Whether an address that a partner gave may be called: its form, and every address on the network that it leads to.

This is the one gate. It is asked when an address is set, and again at every connection that is made, with what the name
leads to at that moment (`network`); so a name that leads elsewhere after it was checked leads nowhere. What is refused
is everything inside: this machine, private and shared networks, link-local addresses with the metadata of clouds among
them, and every form in which IPv6 can carry such an address.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from app.errors import PlumblineError

IpAddress = IPv4Address | IPv6Address

Resolve = Callable[[str, int], Awaitable[Sequence[IpAddress]]]
"""Every address that a name leads to now, at that port; raises `OSError` where there is none."""

LONGEST_URL = 2_000

_INSIDE = tuple(
    ip_network(text)
    for text in (
        # Azure's own service for its machines, on an address that looks public.
        "168.63.129.16/32",
        # For protocols alone, and Oracle's metadata; 6to4 relays, long given up.
        "192.0.0.0/24",
        "192.88.99.0/24",
        # IPv4 inside IPv6: mapped, compatible, translated, NAT64 of either kind, 6to4, Teredo.
        "::ffff:0:0/96",
        "::/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        # For protocols, and for books.
        "2001::/23",
        "3fff::/20",
        # Site-local, replaced by unique local addresses and still routed in places.
        "fec0::/10",
    )
)
"""What `ipaddress` takes for public, in some versions of Python at least, and is not."""

_GLOBAL_IPV6 = IPv6Network("2000::/3")
"""All that has been given out for use on the internet."""


class AddressRefused(PlumblineError):
    """The address must not be called; the message says why."""


class Addresses:
    """The gate of one process. Production is `https_only`; development may let its own machine be called."""

    def __init__(self, *, https_only: bool, allow_internal: bool, resolve: Resolve | None = None) -> None:
        self._https_only = https_only
        self._allow_internal = allow_internal
        self._resolve = resolve or resolve_name

    def check_form(self, url: str) -> None:
        """Raise `AddressRefused` unless it is a whole address of a kind that may be called."""
        check_form(url, https_only=self._https_only)

    async def check(self, url: str) -> None:
        """The same, and look the name up: raises `AddressRefused` where any address that it leads to is inside."""
        self.check_form(url)
        if self._allow_internal:
            return
        address = urlsplit(url)
        assert address.hostname is not None  # its form was checked
        try:
            await self.list_open(address.hostname, address.port or 443)
        except OSError:
            raise AddressRefused("the address cannot be found: its name leads nowhere") from None

    async def list_open(self, host: str, port: int) -> Sequence[IpAddress]:
        """The addresses that a host leads to now, all of which may be called.

        Raises `AddressRefused` where one of them may not, whatever the others are, and `OSError` where there is none.
        """
        found = await self._resolve(host, port)
        if not self._allow_internal and not all(is_public(address) for address in found):
            raise AddressRefused("the address leads to a network that is not public")
        return found


def check_form(url: str, *, https_only: bool) -> None:
    """Raise `AddressRefused` unless it is a whole address that we may send to; http is for development alone."""
    try:
        address = urlsplit(url)
        host, _ = address.hostname, address.port
    except ValueError:
        raise AddressRefused("the address cannot be read") from None
    if address.scheme not in ("http", "https") or not host:
        raise AddressRefused("it must be a whole https:// address")
    if https_only and address.scheme != "https":
        raise AddressRefused("the address must be https")
    if address.username is not None or address.fragment:
        raise AddressRefused("the address must hold neither a user name nor a fragment")
    if len(url) > LONGEST_URL or not url.isascii() or any(c.isspace() or not c.isprintable() for c in url):
        raise AddressRefused(f"the address must be at most {LONGEST_URL} plain characters, without spaces")


def is_public(address: IpAddress) -> bool:
    """Whether an address is somebody's on the internet, and nothing else."""
    is_special = (
        not address.is_global
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or address.is_loopback
        or address.is_link_local
    )
    if is_special or any(address in network for network in _INSIDE):
        return False
    return isinstance(address, IPv4Address) or address in _GLOBAL_IPV6


async def resolve_name(host: str, port: int) -> Sequence[IpAddress]:
    """What this machine's resolver says, each address once; a host that is an address leads to itself."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise OSError("a name that cannot be written in a query") from None
    return list(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))
