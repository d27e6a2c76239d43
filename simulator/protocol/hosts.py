"""Hosts as they are written in image names and URLs, and the addresses behind them."""

import ipaddress
import re
from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit

from simulator.protocol.reference import HOST

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""What may be between two dots of a host's name (RFC 1123 section 2.1)."""
LONGEST_NAME = 253
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv6 addresses that a gateway translates to the IPv4 address in their last 32 bits (RFC 6052)."""


@lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Whether `host` (with or without a port, IPv6 with or without brackets) is this machine.

    Only an address of a loopback network or the name `localhost` is: a name that begins with
    `127.` may belong to anybody.
    """
    name = bare(host)
    address = address_of(name)
    return name == "localhost" if address is None else address.is_loopback


def bare(host: str) -> str:
    """The name or address alone, in lower case, without port and brackets."""
    if host.count(":") > 1 and not host.startswith("["):
        return host.lower()
    return split_url(f"//{host}").hostname or ""


def spelled(url: str) -> str:
    """The name in this address with the letters as they are written, without port and brackets:
    so it is looked up."""
    parts = split_url(url)
    name, host = parts.hostname or "", parts.netloc.rpartition("@")[2]
    start = host.lower().find(name)
    return host[start : start + len(name)]


def is_server(host: str) -> bool:
    """Whether this is a name or an address, with or without a port, that can be connected to."""
    return bool(HOST.fullmatch(host)) and valid_name(bare(host)) and valid_port(host)


def valid_name(name: str) -> bool:
    labels = all(map(LABEL.fullmatch, name.split(".")))
    return address_of(name) is not None or (labels and len(name) <= LONGEST_NAME)


def valid_port(host: str) -> bool:
    port = host.rpartition("]")[2].partition(":")[2]
    return not port or (len(port) <= 5 and 0 < int(port) <= 65535)


def is_site(url: str) -> bool:
    """Whether this is the address of a whole site with TLS, such as `https://example.com`."""
    scheme, _, host = url.partition("://")
    return scheme == "https" and is_server(host.removesuffix("/"))


def address_of(name: str) -> Address | None:
    """The address that is written here, or None for a name. An IPv4 address that is written as
    IPv6 (mapped, translated, 6to4 or Teredo) is that IPv4 address."""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return None
    return address if address.version == 4 else inner(address)


def inner(address: ipaddress.IPv6Address) -> Address:
    if address in TRANSLATED:
        return ipaddress.IPv4Address(address.packed[-4:])
    if address.teredo:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour or address


def public(address: Address) -> bool:
    """Whether the address is on the internet: not loopback, private, link-local, shared by a
    provider (100.64.0.0/10), multicast or reserved."""
    local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    return address.is_global and not (address.is_multicast or address.is_reserved or local)


def split_url(url: str) -> SplitResult:
    """The parts of a URL; one that cannot be read is all path, and has no host."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", url, "", "")


def redirected(url: str, location: str) -> str:
    """The address that a `Location` leads to; empty where it is not one of HTTP."""
    try:
        target = urljoin(url, location)
        parts = urlsplit(target)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return ""
    return target if location and usable else ""
