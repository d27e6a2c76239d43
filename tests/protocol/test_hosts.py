"""Which hosts are this machine, which addresses are public, and where a redirect leads.

Plain HTTP may carry a password to this machine and nowhere else.
"""

import ipaddress

from simulator.protocol.hosts import address_of, is_loopback, public, redirected
from tests.cases import each

HERE = ("localhost", "LOCALHOST:5000", "127.0.0.1", "127.9.8.7:5000", "[::1]", "[::1]:5000", "::1",
        "[::ffff:127.0.0.1]:5000")  # fmt: skip
ELSEWHERE = (
    "127.evil.example", "127.evil.example:5000", "127.0.0.1.evil.example", "localhost.evil.example",
    "127.1", "2130706433", "0x7f000001", "0", "0.0.0.0", "192.0.2.1", "[2001:db8::1]", "", "a b",
    "[::1", "registry.example:443", "::2",
)  # fmt: skip


@each("host", HERE)
def test_an_address_of_this_machine_is_loopback(host: str) -> None:
    """By address, or by the one name that is always this machine; with or without a port."""
    assert is_loopback(host)


@each("host", ELSEWHERE)
def test_a_name_that_only_looks_like_it_is_not(host: str) -> None:
    """A name may begin like a loopback address and belong to anybody."""
    assert not is_loopback(host)


PUBLIC = {
    "8.8.8.8": True, "2606:4700::1111": True, "127.0.0.1": False, "10.1.2.3": False,
    "172.16.0.1": False, "192.168.1.1": False, "169.254.169.254": False, "100.64.0.1": False,
    "224.0.0.1": False, "239.1.1.1": False, "0.0.0.0": False, "255.255.255.255": False,
    "240.0.0.1": False, "::1": False, "::": False, "fe80::1": False, "fd00::1": False,
    "ff02::1": False, "ff0e::1": False, "::ffff:10.0.0.1": False, "::ffff:8.8.8.8": True,
    "64:ff9b::a9fe:a9fe": False, "64:ff9b::808:808": True, "2002:7f00:1::": False,
    "fec0::1": False,
}  # fmt: skip


@each(("text", "expected"), PUBLIC.items())
def test_public_addresses(text: str, expected: bool) -> None:
    """An IPv4 address in the form of an IPv6 address is judged as IPv4."""
    address = address_of(text)
    assert address is not None and public(address) is expected


def test_a_name_has_no_address() -> None:
    assert address_of("registry.example.com") is None
    assert address_of("8.8.8.8") == ipaddress.IPv4Address("8.8.8.8")


REDIRECTS = {
    "/blobs/1": "https://a.example/blobs/1", "//b.example/1": "https://b.example/1",
    "http://b.example:81/": "http://b.example:81/", "": "", "http://[::1": "", "ftp://b/": "",
    "http://127.0.0.1:99999/x": "", "http://": "", "file:///etc/passwd": "", "gopher://b:70/": "",
}  # fmt: skip


@each(("location", "expected"), REDIRECTS.items())
def test_where_a_redirect_leads(location: str, expected: str) -> None:
    assert redirected("https://a.example/v2/", location) == expected
