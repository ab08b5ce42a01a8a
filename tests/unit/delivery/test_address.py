"""Which addresses may be called: their form, and everything that a name leads to at the moment of the call."""

from collections.abc import Sequence
from ipaddress import ip_address

import httpcore
import httpx
import pytest

from app.delivery.address import Addresses, AddressRefused, IpAddress, check_form, is_public
from app.delivery.network import CheckedNetwork, build_client

INSIDE = [
    "0.0.0.0",  # noqa: S104 - an address to refuse, not to listen on
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.8.8",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:8.8.8.8",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "2001::1",
    "2001:db8::1",
    "2002:a00:1::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


class Names:
    """A resolver of the test's own: what it answers next, name by name."""

    def __init__(self, **answers: Sequence[str]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int) -> Sequence[IpAddress]:
        """The next answer; the last one from then on."""
        self.asked.append(host)
        name = host.partition(".")[0]
        if name not in self._answers:
            raise OSError("no such name")
        answers = self._answers[name]
        text = answers[min(self.asked.count(host), len(answers)) - 1]
        return [ip_address(each) for each in text.split()]

    def addresses(self, *, allow_internal: bool = False) -> Addresses:
        """The gate of production, or of development, over these names."""
        return Addresses(https_only=False, allow_internal=allow_internal, resolve=self.resolve)


@pytest.mark.parametrize("text", INSIDE)
def test_nothing_inside_is_public(text: str) -> None:
    """Loopback, private, shared, link-local, metadata, multicast, and IPv4 in every disguise that IPv6 has for it."""
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", ["1.1.1.1", "8.8.8.8", "100.128.0.1", "203.0.114.1", "2606:4700:4700::1111"])
def test_what_is_on_the_internet_is_public(text: str) -> None:
    """Of either kind of address."""
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "url",
    [
        "https://app.example/" + "a" * 2_000,
        "https://app.example/a b",
        "https://app.example/\nhost: x",
        "https://äpp.example/hook",
    ],
)
def test_an_address_is_plain_characters(url: str) -> None:
    """What could be read in two ways is not read at all."""
    with pytest.raises(AddressRefused):
        check_form(url, https_only=True)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://inside.example/hook", "not public"),
        ("https://mixed.example/hook", "not public"),
        ("https://nowhere.example/hook", "leads nowhere"),
        ("https://127.0.0.1/hook", "not public"),
    ],
)
async def test_an_address_is_looked_up_when_it_is_set(url: str, why: str) -> None:
    """One address inside is enough to refuse a name, whatever its others are."""
    names = Names(inside=["10.0.0.1"], mixed=["8.8.8.8 10.0.0.1"], **{"127": ["127.0.0.1"]})
    with pytest.raises(AddressRefused, match=why):
        await names.addresses().check(url)
    await Names(outside=["8.8.8.8"]).addresses().check("https://outside.example/hook")


@pytest.mark.parametrize(
    "url",
    [
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.0.0.1/",
        "http://0x7f000001/",
        "http://127.1/",
        "http://0/",
        "http://localhost/",
        "http://[::ffff:7f00:1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1%25lo]/",
        "http://app.example@127.0.0.1/",
        "http://127.0.0.1#@app.example/",
        "http://app.example:80@10.0.0.1/",
        "http://127.0.0.1\\@app.example/",
    ],
)
async def test_no_way_of_writing_an_inner_address_gets_through(url: str) -> None:
    """By this machine's own resolver: decimal, octal, hexadecimal, short, mapped, translated, behind a user name."""
    with pytest.raises(AddressRefused):
        await Addresses(https_only=False, allow_internal=False).check(url)


async def test_development_may_let_its_own_machine_be_called() -> None:
    """Then nothing is looked up when an address is set."""
    names = Names()
    await names.addresses(allow_internal=True).check("https://app.example/hook")
    assert names.asked == []


async def test_a_name_that_leads_elsewhere_after_the_check_is_not_connected_to() -> None:
    """DNS rebinding: public when the address is set, inside when the call is made."""
    names = Names(app=["8.8.8.8", "127.0.0.1"])
    addresses = names.addresses()
    await addresses.check("http://app.example:1/hook")
    async with build_client(addresses) as http:
        with pytest.raises(AddressRefused, match="not public"):
            await http.get("http://app.example:1/hook")
    assert names.asked == ["app.example", "app.example"]


async def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked up once for a connection, and handed on as numbers; the next address is tried where one is dead."""
    called: list[str] = []

    async def refuse(_: httpcore.AnyIOBackend, host: str, *rest: object) -> httpcore.AsyncNetworkStream:
        called.append(host)
        raise httpcore.ConnectError("nobody there")

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", refuse)
    names = Names(app=["8.8.8.8 2606:4700:4700::1111"])
    with pytest.raises(httpcore.ConnectError):
        await CheckedNetwork(names.addresses()).connect_tcp("app.example", 443, timeout=1)
    assert (called, names.asked) == (["8.8.8.8", "2606:4700:4700::1111"], ["app.example"])


async def test_a_name_without_an_address_is_a_connection_that_failed() -> None:
    """It is tried again like any other failure of the network."""
    async with build_client(Names().addresses()) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get("http://nowhere.example/hook")
